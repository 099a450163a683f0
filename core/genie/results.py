"""Rows as the service gives them: every cell a string or None, with the columns' names and Databricks types."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ResultColumn:
    """`type` is the service's name for it, such as INT, DECIMAL(10,2) or STRING; empty where it says nothing."""

    name: str
    type: str = ""


@dataclass(frozen=True)
class ResultTable:
    """A query's rows. `total_rows` is how many there are, more than `len(rows)` if the service or the caller cut them."""

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[str | None, ...], ...]
    truncated: bool = False
    total_rows: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)
