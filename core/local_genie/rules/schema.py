"""The tables a space shows to the writer: catalog and space read together, with what the data says of each column.

Columns that the space excludes are not here. A table's `key` is its alias in all SQL that is written. What the data
says (distinct values, filled cells, newest date) comes from one query a table.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from core.local_genie.metric_views.definition import MetricView
from core.local_genie.rules.words import name_words, stem

Kind = Literal["number", "text", "date", "time", "flag", "other"]

_SAFE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_KEY_WORDS = frozenset("id key no nr num number code uuid guid sk pk ref ident identifier".split())  # noqa: SIM905

_YEARS_OF_THINGS = frozenset("model birth born built construction founded manufacture made release released".split())  # noqa: SIM905
_SURCHARGES = frozenset("fee tip tax vat discount deposit shipping surcharge refund commission bonus".split())  # noqa: SIM905
_YEAR = re.compile(r"\W*(?:the |calendar )?year\b", re.IGNORECASE)
_LABELS = ("name", "title", "label")
_NAME_OF = re.compile(r"\s*(?:the\s+)?(?:full\s+|display\s+)?name\s+of\b", re.IGNORECASE)


@dataclass(eq=False)
class Column:
    """A column. `distinct` and `filled` are counts over the table, -1 where the data was not asked.

    `values` are the distinct values as found, None where there are too many.
    """

    table: str
    name: str
    kind: Kind
    type: str
    description: str = ""
    synonyms: tuple[str, ...] = ()
    distinct: int = -1
    filled: int = -1
    newest: str | None = None
    values: tuple[Any, ...] | None = None
    yes: Any = None  # the value that means yes, when this is a yes/no column by its values

    @cached_property
    def words(self) -> list[str]:
        return name_words(self.name)

    @property
    def sql(self) -> str:
        return f"{quoted(self.table)}.{quoted(self.name)}"

    @property
    def key_like(self) -> bool:
        """Whether the name says that it identifies something."""
        return bool(self.words) and (
            self.words[-1] in _KEY_WORDS or (bool(re.search(r"[a-z]id$", self.words[-1])) and self.kind != "date")
        )

    @property
    def called_year(self) -> bool:
        return bool({"year", "yr", "fy"} & {self.words[0], self.words[-1]}) or bool(_YEAR.match(self.description))

    @cached_property
    def is_year(self) -> bool:
        """Whether the numbers are years, by the name and as far as the values are known."""
        whole = not self.type.upper().startswith(("DOUBLE", "DECIMAL", "FLOAT"))
        return (
            self.kind == "number"
            and whole
            and self.called_year
            and all(1800 <= float(value) <= 2200 for value in self.values or ())
        )

    @cached_property
    def year_like(self) -> bool:
        """Whether the numbers are years in which rows happened, rather than a property of what they describe."""
        return self.is_year and bool(self.values) and not _YEARS_OF_THINGS & set(self.words)

    @cached_property
    def month_key(self) -> bool:
        """Whether the texts are months such as "2024-03"."""
        return (
            self.kind == "text"
            and bool(self.values)
            and all(re.fullmatch(r"\d{4}-\d{2}", str(v)) for v in self.values or ())
        )

    @property
    def temporal(self) -> bool:
        return self.is_date or self.is_year or self.month_key

    @property
    def is_date(self) -> bool:
        return self.kind in ("date", "time")


@dataclass(eq=False)
class Table:
    """A table, or a metric view, whose columns are its dimensions."""

    key: str
    identifier: str
    description: str = ""
    rows: int = 0
    columns: dict[str, Column] = field(default_factory=dict)
    view: MetricView | None = None

    @property
    def source(self) -> str:
        """The table in a FROM clause, with its alias."""
        name = ".".join(quoted(part) for part in self.identifier.split("."))
        return name if self.identifier.rpartition(".")[2] == self.key else f"{name} AS {quoted(self.key)}"

    @cached_property
    def words(self) -> list[str]:
        return name_words(self.identifier.rpartition(".")[2])

    @cached_property
    def primary(self) -> Column | None:
        """The column whose values identify a row: unique, filled, and named so; None if there is none."""
        unique = [c for c in self.columns.values() if self.rows and c.distinct == self.rows and c.filled == self.rows]
        named = [c for c in unique if c.key_like]
        own = [c for c in named if {stem(w) for w in c.words} & {stem(w) for w in self.words} or len(c.words) == 1]
        return next(iter(own or named or [c for c in unique if c.kind == "text"]), None)

    @cached_property
    def labels(self) -> list[Column]:
        """The columns that a person calls a row by: its name, or first and last name; else its key; else nothing."""
        texts = [c for c in self.columns.values() if c.kind == "text"]
        own = {stem(word) for word in self.words}
        first = [c for c in texts if c.words[:2] in (["first", "name"], ["firstname"], ["given", "name"])]
        last = [c for c in texts if c.words[:2] in (["last", "name"], ["lastname"], ["surname"], ["family", "name"])]
        if first and last:
            return [first[0], last[0]]
        called = [
            c
            for c in texts
            if any(s.split()[-1:] in (["name"], ["Name"]) for s in c.synonyms)
            or re.search(r"\bused as (?:its |the )?name\b", c.description)
        ]
        if called:
            return called[:1]
        named = [
            c for c in texts
            if c.words[-1] in _LABELS or c.words[-1].endswith("name") or _NAME_OF.match(c.description)
        ]  # fmt: skip
        best = [
            c
            for c in named
            if len(c.words) == 1 or {stem(w) for w in c.words[:-1]} & own or c.words[0] in ("full", "display")
        ]
        if not named:
            named = [c for c in texts if len(c.words) == 1 and stem(c.words[0]) in own and c.distinct == self.rows]
        telling = [c for c in best or named if c.distinct < 0 or 2 * c.distinct >= self.rows or self.primary is None]
        if telling:
            return telling[:1]  # a title that many rows share does not name them
        return [self.primary] if self.primary else []

    @cached_property
    def dates(self) -> list[Column]:
        """Date columns, the one that tells when a row happened first."""
        return sorted((c for c in self.columns.values() if c.is_date), key=self._date_rank)

    def _date_rank(self, column: Column) -> tuple[int, int]:
        words, own = {stem(w) for w in column.words}, {stem(w) for w in self.words}
        rank = 2
        if words & {"birth", "born", "dob", "updat", "modify", "end", "expir", "due", "delet", "load", "until"}:
            rank = 5
        elif own & (words - {"dat"}):
            rank = 0
        elif len(column.words) == 1 or words & {
            "creat",
            "open",
            "start",
            "begin",
            "order",
            "event",
            "transaction",
            "plac",
            "book",
            "occur",
        }:
            rank = 1
        elif words & {
            "clos",
            "ship",
            "remov",
            "discontinu",
            "resolv",
            "deliver",
            "cancel",
            "paid",
            "pay",
            "return",
            "complet",
            "finish",
            "leav",
        }:
            rank = 4
        if words & {"sinc", "join", "hir", "regist", "sign", "signup", "member"} and rank < 3:
            rank = 3
        if self.rows and 0 <= column.filled < self.rows and rank < 5:
            rank += 1
        return rank, list(self.columns).index(column.name)


@dataclass
class Schema:
    """All tables by key, in the space's order."""

    tables: dict[str, Table]

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables.values())

    def find(self, identifier: str) -> Table | None:
        """The table of that identifier, or of that last part where it is the only one."""
        plain = identifier.replace("`", "").casefold()
        same = [t for t in self if t.identifier.casefold() == plain]
        return (
            same
            or [t for t in self if t.identifier.casefold().rpartition(".")[2] == plain.rpartition(".")[2]]
            or [None]
        )[0]


def counts_rows(sql: str, table: Table) -> bool:
    """Whether an aggregate counts the rows of a table, no more: COUNT(*), or COUNT of its key."""
    key = table.primary.sql if table.primary is not None else "*"
    return sql.upper() in ("COUNT(*)", f"COUNT({key})".upper(), f"COUNT(DISTINCT {key})".upper())


def quoted(name: str) -> str:
    """The name as SQL, in backticks where it needs them."""
    return name if _SAFE.fullmatch(name) and name.casefold() not in _RESERVED else f"`{name.replace('`', '``')}`"


_RESERVED = frozenset(
    """all and anti any as between by case cross distinct else end except exists false for from full group having in
    inner intersect is join lateral left like limit minus natural not null on or order outer over right select semi
    table then true union unique using values when where with window interval desc asc current_date""".split()  # noqa: SIM905
)


def text_of(parts: Any) -> str:
    """A text field of a space, which is a list of strings, as one text."""
    return "".join(str(part) for part in parts) if isinstance(parts, list) else str(parts or "")


def is_amount(column: Column) -> bool:
    """Whether a column holds numbers that one adds up or averages, rather than numbers that name things."""
    if column.kind != "number" or column.key_like or column.year_like:
        return False
    return (
        column.distinct < 0
        or column.distinct > 12
        or bool({"qty", "quantity", "amount", "count"} & set(column.words))
        or column.type.upper().startswith(("DOUBLE", "DECIMAL", "FLOAT"))
    )


def surcharge(column: Column) -> bool:
    """Whether an amount comes on top of another: "orders above 50 euros" is not said of their delivery fee."""
    return bool(_SURCHARGES & set(column.words))
