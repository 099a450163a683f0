"""A table as the source knows it, under the name by which it is shown, and the swap of one for the other.

Our statements are written over `table_clause(Table)`: one name, plain types. Before a statement runs, each such table
is replaced by the real one (with schema), read so that its values behave alike everywhere: texts compare by code point,
times carry no zone, what is neither number, text nor time reads as text. Names are looked up, never split at a dot.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    column,
    literal_column,
    quoted_name,
    select,
    table,
    type_coerce,
)
from sqlalchemy.sql.elements import _anonymous_label
from sqlalchemy.sql.expression import Alias, ColumnClause, TableClause
from sqlalchemy.sql.visitors import iterate, replacement_traverse

from core.sources.reader import table_clause
from core.sources.views import Column, Table

Reading = Callable[[ColumnElement[Any]], ColumnElement[Any]]
"""How the raw column is read; None: as it is."""


@dataclass(frozen=True)
class StoredColumn:
    column: Column
    reading: Reading | None = None


@dataclass(frozen=True)
class StoredTable:
    """`schema` None is the default one, `path` further levels above it (a catalog). `keys` are its primary key's columns."""

    name: str
    columns: tuple[StoredColumn, ...]
    schema: str | None = None
    path: str | None = None
    is_default: bool = True
    keys: tuple[str, ...] = ()

    def shown(self, name: str) -> Table:
        return Table(name, tuple(each.column for each in self.columns))


def shown_names(found: Iterable[StoredTable]) -> dict[str, StoredTable]:
    """The tables by the name they are shown under: `schema.table`, or `table` in the default schema.

    Where two would be shown alike, the one outside the default schema is written with quotes.
    """
    tables = list(found)
    plain = [each.name if each.is_default else _dotted(each) for each in tables]
    counts = Counter(plain)
    names: dict[str, StoredTable] = {}
    for name, each in zip(plain, tables, strict=True):
        if counts[name] > 1 and not each.is_default:
            name = ".".join('"' + part.replace('"', '""') + '"' for part in _levels(each))
        names[name] = each
    return names


def rewritten(statement: Select[Any], find: Callable[[str], StoredTable]) -> Select[Any]:
    """The statement over the real tables. `find` raises NotFoundError for a name that is not there."""
    used: dict[str, set[str]] = {}
    for element in iterate(statement):
        named = _table_of(element.table if isinstance(element, ColumnClause) else element)
        if named is not None:
            columns = used.setdefault(named.name, set())
            if isinstance(element, ColumnClause):
                columns.add(element.name)
    picked = {name: _picked(find(name), name, columns) for name, columns in used.items()}
    sources: dict[int | str, FromClause] = {}

    def source(element: FromClause) -> FromClause:
        """The subquery in place of a table or of one alias of it, the same at each mention."""
        named = _table_of(element)
        key = id(element) if isinstance(element, Alias) else named.name  # type: ignore[union-attr]
        if key not in sources:
            own = element.name if isinstance(element, Alias) else None
            # A made-up name is made up anew; a table's own may be longer than an alias may be.
            alias = own if own is not None and not isinstance(own, _anonymous_label) else f"t{len(sources) + 1}"
            sources[key] = picked[named.name].subquery(alias)  # type: ignore[union-attr]
        return sources[key]

    def replace(element: Any, **_: Any) -> Any:
        if isinstance(element, ColumnClause) and _table_of(element.table) is not None:
            return source(element.table).c[element.name]
        return source(element) if _table_of(element) is not None else None

    return replacement_traverse(statement, {}, replace)


def _table_of(element: Any) -> TableClause | None:
    """The table that an element is, or is an alias of."""
    while isinstance(element, Alias):
        element = element.element
    return element if isinstance(element, TableClause) else None


def _picked(stored: StoredTable, name: str, columns: set[str]) -> Select[Any]:
    """A query of the real table's columns that a statement uses."""
    raw = table(
        _quoted(stored.name), *(column(_quoted(each.column.name)) for each in stored.columns), schema=schema_of(stored)
    )
    typed = table_clause(stored.shown(name))
    wanted = [
        type_coerce(_read(each, raw.c[each.column.name]), typed.c[each.column.name].type).label(
            _quoted(each.column.name)
        )
        for each in stored.columns
        if each.column.name in columns
    ]
    # A count needs no column at all, but a derived table has to have one.
    return select(*(wanted or [literal_column("1").label("one")])).select_from(raw)


def _quoted(name: str) -> quoted_name:
    """Always in quotes: which words need them is not known for every release of every database."""
    return quoted_name(name, True)


def _read(stored: StoredColumn, raw: ColumnElement[Any]) -> ColumnElement[Any]:
    return stored.reading(raw) if stored.reading else raw


def schema_of(stored: StoredTable) -> str | None:
    """The levels above the table, as the identifier preparer of its dialect takes them: a catalog in front, after NUL."""
    above = "\0".join(_above(stored))
    return _quoted(above) if above else None


def _above(stored: StoredTable) -> list[str]:
    return [level for level in (stored.path, stored.schema) if level]


def _levels(stored: StoredTable) -> list[str]:
    return [*_above(stored), stored.name]


def _dotted(stored: StoredTable) -> str:
    return ".".join(_levels(stored))
