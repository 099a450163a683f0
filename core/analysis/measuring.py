"""Exact figures of real tables, each by one or two portable queries.

A `Meter` keeps what it measured, so that the many statements of one job about one column cost one scan. The full profile
is used only for what it knows exactly and a query would have to sort for; an approximate figure is never used.
"""

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from core.analysis.conditions import Condition, column_named, sql_of
from core.errors import NotFoundError
from core.sources import NUMERIC, Column, Profile, Reader, Table

T = TypeVar("T")

PLACEHOLDERS = ("n/a", "na", "nan", "null", "none", "unknown", "missing", "-", "?")
"""Words that stand for a missing value in a text column."""

DEADLINE_S = 60.0


@dataclass(frozen=True)
class Missing:
    """Of `rows` rows of a column: SQL NULLs, texts of blanks alone, and texts that are placeholders."""

    rows: int
    nulls: int
    blank: int = 0
    placeholders: int = 0

    @property
    def present(self) -> int:
        return self.rows - self.nulls


@dataclass(frozen=True)
class Repeats:
    """`groups` different values occur more than once, in `involved` rows altogether."""

    groups: int
    involved: int

    @property
    def surplus(self) -> int:
        """Rows that repeat an earlier one."""
        return self.involved - self.groups


@dataclass(frozen=True)
class Moments:
    """Of the n values that are there. None where there are none; `std_dev` is the sample's."""

    n: int
    mean: float | None
    minimum: float | None
    maximum: float | None


class Meter:
    """Measures the tables of one reader. Column arguments are real columns of the table; `where` narrows the rows.

    Every method may raise what `Reader.select` raises.
    """

    def __init__(self, reader: Reader, profile_of: Callable[[str], Profile | None]) -> None:
        self._reader = reader
        self._profile_of = profile_of
        self._kept: dict[Hashable, Any] = {}

    def table(self, name: str) -> Table | None:
        """The table of that name, or the only one that differs from it in case alone."""
        return self._once(("table", name), lambda: self._find(name))

    def column(self, table: Table, name: str) -> Column | None:
        return column_named(name, table.columns)

    def count(self, table: Table, where: tuple[Condition, ...] = ()) -> int:
        """Rows that meet all conditions. Texts are compared exactly; where none is equal, without regard to case."""

        def measure() -> int:
            found = self._count(table, where, ignore_case=False)
            texts = any(isinstance(value, str) for each in where for value in each.values)
            return found if found or not texts else self._count(table, where, ignore_case=True)

        return self._once(("count", table.name, where), measure)

    def missing(self, table: Table, column: Column, where: tuple[Condition, ...] = ()) -> Missing:
        cell = self._clause(table).c[column.name]
        wanted: list[Any] = [sa.func.count(), sa.func.count(cell)]
        if column.type == "text":
            bare = sa.func.lower(sa.func.trim(cell))
            wanted += [
                sa.func.sum(sa.case((bare == "", 1), else_=0)),
                sa.func.sum(sa.case((bare.in_(PLACEHOLDERS), 1), else_=0)),
            ]
        rows, present, *texts = self._row(("missing", column.name), table, where, wanted)
        return Missing(rows, rows - present, *(int(each or 0) for each in texts))

    def moments(self, table: Table, column: Column, where: tuple[Condition, ...] = ()) -> Moments:
        cell = self._clause(table).c[column.name]
        wanted = [sa.func.count(cell), sa.func.sum(cell), sa.func.min(cell), sa.func.max(cell)]
        n, total, low, high = self._row(("moments", column.name), table, where, wanted)
        return Moments(n, total / n if n else None, low, high)

    def distinct(self, table: Table, column: Column, where: tuple[Condition, ...] = ()) -> int:
        known = self._profiled(table, column)
        if known and known.distinct_is_exact and known.distinct is not None and not where:
            return known.distinct
        cell = self._clause(table).c[column.name]
        return int(self._row(("distinct", column.name), table, where, [sa.func.count(sa.distinct(cell))])[0])

    def std_dev(self, table: Table, column: Column, where: tuple[Condition, ...] = ()) -> float | None:
        """The sample's (n - 1), in two passes. None for fewer than two values."""
        moments = self.moments(table, column, where)
        if moments.n < 2 or moments.mean is None:
            return None
        off = self._clause(table).c[column.name] - sa.literal(float(moments.mean), sa.Double())
        squares = self._row(("squares", column.name), table, where, [sa.func.sum(off * off)])[0]
        return math.sqrt(max(0.0, float(squares)) / (moments.n - 1))

    def quantile(self, table: Table, column: Column, share: float, where: tuple[Condition, ...] = ()) -> float | None:
        """Between the two values next to it, in proportion (as DuckDB's and NumPy's default). `share` 0.5 is the median."""
        known = self._profiled(table, column)
        if known and not where:
            kept = {0.25: known.lower_quartile, 0.5: known.median, 0.75: known.upper_quartile}.get(share)
            if kept is not None:
                return kept
        n = self.moments(table, column, where).n
        if not n:
            return None
        place = (n - 1) * share
        cell = self._clause(table).c[column.name]
        query = (
            sa.select(cell)
            .where(cell.is_not(None), *self._all(table, where))
            .order_by(cell)
            .offset(int(place))
            .limit(2)
        )
        found = self._once(("quantile", table.name, column.name, share, where), lambda: self._select(query))
        low, high = found[0][0], found[-1][0]
        return float(low) + (float(high) - float(low)) * (place - int(place))

    def fences(self, table: Table, column: Column) -> tuple[float, float] | None:
        """The quartiles less and plus 1.5 × their distance."""
        low, high = (self.quantile(table, column, share) for share in (0.25, 0.75))
        return None if low is None or high is None else (low - 1.5 * (high - low), high + 1.5 * (high - low))

    def repeats(self, table: Table, columns: tuple[Column, ...]) -> Repeats:
        """Over all columns of the table NULLs count as equal; over one column its NULLs are left out."""

        def measure() -> Repeats:
            clause = self._clause(table)
            cells = [clause.c[column.name] for column in columns]
            grouped = sa.select(sa.func.count().label("n")).select_from(clause).group_by(*cells)
            if len(columns) == 1:
                grouped = grouped.where(cells[0].is_not(None))
            groups = grouped.having(sa.func.count() > 1).subquery()
            found, involved = self._select(sa.select(sa.func.count(), sa.func.sum(groups.c.n)).select_from(groups))[0]
            return Repeats(found, int(involved or 0))

        return self._once(("repeats", table.name, columns), measure)

    def correlation(self, table: Table, first: Column, second: Column) -> tuple[float | None, int]:
        """Pearson's r in two passes, over the n rows that have both. r is None where one of them does not vary."""

        def measure() -> tuple[float | None, int]:
            clause = self._clause(table)
            x, y = clause.c[first.name], clause.c[second.name]
            both = (x.is_not(None), y.is_not(None))
            n, sum_x, sum_y = self._select(sa.select(sa.func.count(), sa.func.sum(x), sa.func.sum(y)).where(*both))[0]
            if n < 2:
                return None, n
            dx, dy = (cell - sa.literal(float(total / n), sa.Double()) for cell, total in ((x, sum_x), (y, sum_y)))
            sums = sa.select(sa.func.sum(dx * dy), sa.func.sum(dx * dx), sa.func.sum(dy * dy)).where(*both)
            xy, xx, yy = (float(each) for each in self._select(sums)[0])
            return (xy / math.sqrt(xx * yy) if xx > 0 and yy > 0 else None), n

        return self._once(("correlation", table.name, frozenset((first.name, second.name))), measure)

    def select(self, statement: sa.Select[Any]) -> list[tuple[Any, ...]]:
        """For measures that are not here, such as those over time."""
        return self._select(statement)

    def clause(self, table: Table) -> sa.TableClause:
        return self._clause(table)

    def _find(self, name: str) -> Table | None:
        try:
            return self._reader.table(name)
        except NotFoundError:
            alike = [each for each in self._reader.tables() if each.name.casefold() == name.strip().casefold()]
            return self._reader.table(alike[0].name) if len(alike) == 1 else None

    def _count(self, table: Table, where: tuple[Condition, ...], *, ignore_case: bool) -> int:
        clause = self._clause(table)
        conditions = [sql_of(each, clause, ignore_case=ignore_case) for each in where]
        return int(self._select(sa.select(sa.func.count()).select_from(clause).where(*conditions))[0][0])

    def _row(
        self, key: tuple[str, ...], table: Table, where: tuple[Condition, ...], wanted: list[Any]
    ) -> tuple[Any, ...]:
        query = sa.select(*wanted).select_from(self._clause(table)).where(*self._all(table, where))
        return self._once((*key, table.name, where), lambda: self._select(query)[0])

    def _all(self, table: Table, where: tuple[Condition, ...]) -> list[sa.ColumnElement[bool]]:
        return [sql_of(each, self._clause(table)) for each in where]

    def _clause(self, table: Table) -> sa.TableClause:
        return self._once(("clause", table.name), lambda: self._reader.clause(table.name))

    def _profiled(self, table: Table, column: Column) -> Any:
        profile = self._profile_of(table.name)
        return profile.column(column.name) if profile and profile.kind == "full" else None

    def _select(self, statement: sa.Select[Any]) -> list[tuple[Any, ...]]:
        return self._reader.select(statement, deadline_s=DEADLINE_S)

    def _once(self, key: Hashable, measure: Callable[[], T]) -> T:
        """The kept result, or a new one. A failure is not kept."""
        if key not in self._kept:
            self._kept[key] = measure()
        return self._kept[key]


def is_number(column: Column) -> bool:
    return column.type in NUMERIC
