"""What a question asks for, before it is SQL: measures, groups, conditions, ranking – seen from one base table."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from core.local_genie.rules.schema import Column

MeasureKind = Literal["count", "distinct", "aggregate", "raw", "share", "share of total", "per"]


@dataclass(frozen=True)
class Condition:
    """A condition over `tables`. `column` and `value` are set for an equality, so that several can become one IN."""

    sql: str
    tables: frozenset[str]
    column: Column | None = None
    value: object = None
    negated: bool = False
    span: tuple[int, int] = (-1, -1)  # the items it was read from

    @property
    def text(self) -> str:
        if not self.negated:
            return self.sql
        if self.column is not None and self.column.kind != "flag" and " = " in self.sql:
            return self.sql.replace(" = ", " <> ", 1)
        if self.column is not None and self.column.kind == "flag":
            return self.column.sql if self.sql.startswith("NOT ") else f"NOT {self.sql}"
        return (
            self.sql.replace(" IS NOT NULL", " IS NULL") if self.sql.endswith(" IS NOT NULL") else f"NOT ({self.sql})"
        )


@dataclass(frozen=True)
class Measure:
    """A number to compute.

    count: rows of `home`; distinct: values of `sql`; aggregate: `function` over `sql`; raw: `sql` as it stands;
    share: the part of `of` that meets `parts`; share of total: `of` in each group against all; per: `of` for each `unit`.
    """

    kind: MeasureKind
    home: str
    sql: str = ""
    function: str = ""
    tables: frozenset[str] = frozenset()
    alias: str = ""
    where: tuple[Condition, ...] = ()
    of: "Measure | None" = None
    unit: str = ""  # the table that "per" divides by
    parts: tuple[Condition, ...] = ()
    scale: int = 1
    optional: bool = False  # tables of the measure may be missing for a row of the base

    def named(self, alias: str) -> "Measure":
        return replace(self, alias=alias)


def once(measures: Iterable[Measure]) -> list[Measure]:
    """The measures without those that are the same number under another name."""
    found: dict[Measure, Measure] = {}
    for measure in measures:
        found.setdefault(replace(measure, alias="", tables=frozenset(), optional=False), measure)
    return list(found.values())


@dataclass(frozen=True)
class Group:
    """One thing to group by: the columns shown, and what identifies it where its name is not unique."""

    shown: tuple[str, ...]
    tables: frozenset[str]
    aliases: tuple[str, ...]
    key: str = ""
    entity: str = ""  # the table, when rows of it are the groups
    bucket: str = ""  # the unit, when it is a stretch of time
    beside: bool = False  # only shown besides another group, whose rows have one each


@dataclass(frozen=True)
class Having:
    measure: Measure
    operator: str
    value: str


@dataclass(frozen=True)
class Absence:
    """No row of `table` may exist for the base, among those that meet `where`."""

    table: str
    where: tuple[Condition, ...] = ()


@dataclass
class Intent:
    """All that one reading of a question found. `home` is the table whose rows it is about."""

    home: str
    measures: list[Measure] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    presences: list[str] = field(default_factory=list)
    havings: list[Having] = field(default_factory=list)
    columns: list[Group] = field(default_factory=list)  # what a list shows
    order: list[tuple[str, bool, frozenset[str]]] = field(default_factory=list)  # (sql, descending, tables) of a list
    rank: tuple[Measure, bool] | None = None  # order groups by it; True for the largest first
    limit: int | None = None
    count_groups: bool = False  # count the groups instead of showing them
    notes: list[str] = field(default_factory=list)
    invented: bool = False  # nothing was named that could be counted or added up; rows are counted for want of better
    unanswered: bool = False  # a number was asked for, and none was found
    evidence: float = 0.0  # what speaks for this reading besides its words

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return self.unanswered or not (self.measures or self.columns or self.groups or self.count_groups)
