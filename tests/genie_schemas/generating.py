"""Writes the CSV files of the schemas that came sixth and later, column by column.

python tests/genie_schemas/generating.py FOLDER
"""

import csv
import random
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Rows = list[Row]


class Maker:
    """Seeded random rows. A column is a list to choose from or a function of the row so far and its number from 0."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.tables: dict[str, Rows] = {}

    def table(self, name: str, size: int, /, **columns: Any) -> Rows:
        """Make a table of `size` rows; columns whose name begins with `_` are known to later ones and not written."""
        rows: Rows = []
        for number in range(size):
            row: Row = {}
            for column, make in columns.items():
                row[column] = make(row, number) if callable(make) else self.random.choice(make)
            rows.append(row)
        self.tables[name] = rows
        return rows

    def listed(self, name: str, header: str, *lines: Sequence[Any]) -> Rows:
        """A table given row by row."""
        self.tables[name] = [dict(zip(header.split(), line, strict=True)) for line in lines]
        return self.tables[name]

    def weighted(self, **weights: int) -> Callable[[Row, int], str]:
        return lambda row, number: self.random.choices(list(weights), list(weights.values()))[0]

    def number(self, low: float, high: float, digits: int = 2) -> Callable[[Row, int], float]:
        return lambda row, number: round(self.random.uniform(low, high), digits)

    def whole(self, low: int, high: int) -> Callable[[Row, int], int]:
        return lambda row, number: self.random.randint(low, high)

    def day(self, first: date, days: int) -> Callable[[Row, int], date]:
        return lambda row, number: first + timedelta(days=self.random.randrange(days))

    def moment(self, first: datetime, days: int) -> Callable[[Row, int], datetime]:
        return lambda row, number: first + timedelta(minutes=self.random.randrange(days * 1440))

    def later(self, column: str, low: int, high: int, missing: float = 0.0) -> Callable[[Row, int], Any]:
        """So many days (for moments: minutes) after another column; empty for a part of the rows."""

        def make(row: Row, number: int) -> Any:
            if row[column] is None or self.random.random() < missing:
                return None
            step = self.random.randint(low, high)
            return row[column] + (
                timedelta(minutes=step) if isinstance(row[column], datetime) else timedelta(days=step)
            )

        return make

    def chance(self, share: float) -> Callable[[Row, int], bool]:
        return lambda row, number: self.random.random() < share

    def of(self, table: str, column: str, part: float = 1.0) -> Callable[[Row, int], Any]:
        """A reference to a table; only the first `part` of its rows are ever meant."""
        rows = self.tables[table]
        return lambda row, number: self.random.choice(rows[: max(1, int(len(rows) * part))])[column]


def count(start: int = 1) -> Callable[[Row, int], int]:
    """Numbers from `start` on."""
    return lambda row, number: number + start


def code(pattern: str) -> Callable[[Row, int], str]:
    """Names such as `M-{:03d}` with the number from 1."""
    return lambda row, number: pattern.format(number + 1)


def each(*values: Any) -> Callable[[Row, int], Any]:
    """These values in turn."""
    return lambda row, number: values[number % len(values)]


def schemas() -> dict[str, Callable[[], Maker]]:
    """How to make each schema."""
    from tests.genie_schemas import wave_eight, wave_eleven, wave_nine, wave_seven, wave_six, wave_ten

    return {
        **wave_six.SCHEMAS,
        **wave_seven.SCHEMAS,
        **wave_eight.SCHEMAS,
        **wave_nine.SCHEMAS,
        **wave_ten.SCHEMAS,
        **wave_eleven.SCHEMAS,
    }


def write_tables(folder: Path, schema: str) -> None:
    """Write the tables of a schema as CSV files into `folder`, which is made if it is missing."""
    made = schemas()[schema]()
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in made.tables.items():
        names = [name for name in rows[0] if not name.startswith("_")]
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(names)
            writer.writerows(["" if row[name] is None else row[name] for name in names] for row in rows)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    for name in schemas():
        write_tables(Path(sys.argv[1]) / name, name)
