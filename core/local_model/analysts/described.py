"""What the fenced text of a prompt says about its tables, as plain values.

None, and an empty tuple, mean that the text does not say it.
"""

from dataclasses import dataclass
from functools import cached_property

Value = str | int | float | bool | None
NUMERIC = frozenset({"integer", "decimal"})
TEMPORAL = frozenset({"date", "timestamp"})


@dataclass(frozen=True)
class Column:
    """`position` counts from 1 in the order of the text. `missing_percent` is the figure as it was written."""

    name: str
    type: str
    position: int
    missing: int | None = None
    missing_percent: float | None = None
    distinct: int | None = None
    distinct_is_exact: bool = True
    low: Value = None
    high: Value = None
    mean: float | None = None
    median: float | None = None
    std_dev: float | None = None
    lower_quartile: float | None = None
    upper_quartile: float | None = None
    top_values: tuple[tuple[Value, int], ...] = ()
    withheld: bool = False

    @property
    def is_numeric(self) -> bool:
        return self.type in NUMERIC

    @property
    def is_temporal(self) -> bool:
        return self.type in TEMPORAL

    @property
    def low_number(self) -> float | None:
        return _number(self.low)

    @property
    def high_number(self) -> float | None:
        return _number(self.high)


@dataclass(frozen=True)
class Correlation:
    first: str
    second: str
    r: float
    rows: int | None


@dataclass(frozen=True)
class Fences:
    """Values below and above the fences, and beyond 3 standard deviations of the average."""

    column: str
    low: float
    below: int
    high: float
    above: int
    beyond_3_sd: int | None


@dataclass(frozen=True)
class Bucket:
    """One step of time; `start` is an ISO text, `means` leaves out columns without a value."""

    start: str
    rows: int
    means: dict[str, float]


@dataclass(frozen=True)
class Series:
    unit: str
    time_column: str
    buckets: tuple[Bucket, ...]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for bucket in self.buckets for name in bucket.means))


@dataclass(frozen=True)
class Group:
    value: Value
    mean: float
    rows: int


@dataclass(frozen=True)
class Segments:
    """The averages of `target` per value of `by`."""

    target: str
    by: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Table:
    """`unreadable` says that the text has an error instead of figures; `left_out` counts columns it does not show."""

    name: str
    position: int
    rows: int | None = None
    column_count: int | None = None
    columns: tuple[Column, ...] = ()
    repeated_rows: int | None = None
    correlations: tuple[Correlation, ...] = ()
    fences: tuple[Fences, ...] = ()
    series: tuple[Series, ...] = ()
    segments: tuple[Segments, ...] = ()
    left_out: int = 0
    unreadable: bool = False
    sample_columns: tuple[str, ...] = ()
    sample: tuple[tuple[object, ...], ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def _cells(self) -> dict[str, tuple[object, ...]]:
        hidden = {each.name for each in self.columns if each.withheld}
        return {
            name: tuple(row[at] for row in self.sample)
            for at, name in enumerate(self.sample_columns)
            if name not in hidden
        }

    def cells(self, column: str) -> tuple[object, ...]:
        """The column's values in the sample rows, None for missing ones; empty if the sample does not show it."""
        return self._cells.get(column, ())

    def present(self, column: Column) -> int | None:
        """How many rows have a value there."""
        return None if self.rows is None or column.missing is None else self.rows - column.missing


def _number(value: Value) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
