"""Reading the schema: what the space lists, as the catalog has it, with what one query a table tells of its columns."""

import re
from collections.abc import Mapping
from typing import Any

from core.errors import WorkbenchError
from core.local_genie.catalog import Catalog
from core.local_genie.rules.schema import Column, Kind, Schema, Table, quoted, text_of

VALUES_READ = 400  # columns with more distinct values are looked up word by word instead

_kept_counts: dict[tuple[str, str], list[Any]] = {}

_YES = {"y": "n", "yes": "no", "true": "false", "t": "f", "1": "0", "j": "n", "ja": "nein"}


_KINDS: tuple[tuple[str, Kind], ...] = (
    (r"TIMESTAMP|DATETIME", "time"),
    (r"^DATE", "date"),
    (r"BOOL", "flag"),
    (r"INTERVAL|ARRAY|MAP|STRUCT|BLOB|BINARY|\[\]", "other"),
    (r"INT|LONG|SHORT|BYTE|DOUBLE|FLOAT|REAL|DECIMAL|NUMERIC", "number"),
    (r"STRING|CHAR|TEXT|ENUM|UUID", "text"),
)


def read_schema(space: Mapping[str, Any], catalog: Catalog) -> Schema:
    """The space's tables as the catalog knows them. What only one of the two knows is left out."""
    sources = space.get("data_sources") or {}
    tables: dict[str, Table] = {}
    for entry in [*(sources.get("tables") or []), *(sources.get("metric_views") or [])]:
        identifier = str(entry.get("identifier", ""))
        found, view = catalog.table(identifier), catalog.metric_view(identifier)
        if found is None and view is None:
            continue
        key = identifier.rpartition(".")[2]
        if key in tables:
            key = "_".join(identifier.split(".")[1:])
        comment = found.comment if found else view.comment if view else ""
        table = Table(key, identifier, text_of(entry.get("description")) or comment, found.rows if found else 0)
        configs = {str(c.get("column_name", "")).casefold(): c for c in entry.get("column_configs") or []}
        if found is not None:
            listed = [(column.name, column.type, column.comment, ()) for column in found.columns]
        else:
            table.view = view
            listed = _dimensions(table, catalog)
        for name, type_name, said, synonyms in listed:
            config = configs.get(name.casefold(), {})
            if not config.get("exclude"):
                table.columns[name] = Column(
                    key, name, _kind(type_name), type_name, text_of(config.get("description")) or said,
                    (*(str(synonym) for synonym in config.get("synonyms") or []), *synonyms),
                )  # fmt: skip
        if table.columns or table.view:
            tables[key] = table
            _ask_data(table, catalog)
    return Schema(tables)


def _dimensions(table: Table, catalog: Catalog) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Name, type, comment and synonyms of each dimension of a metric view."""
    dimensions = table.view.dimensions if table.view else ()
    names = ", ".join(quoted(each.name) for each in dimensions)
    try:
        types = catalog.query(f"SELECT {names} FROM {table.source} GROUP BY ALL", 1).types if dimensions else []
    except WorkbenchError:
        types = ["STRING"] * len(dimensions)
    return [
        (each.name, type_name, each.comment, (*([each.display_name] if each.display_name else []), *each.synonyms))
        for each, type_name in zip(dimensions, types, strict=False)
    ]


def _kind(type_name: str) -> Kind:
    return next((kind for pattern, kind in _KINDS if re.search(pattern, type_name.upper())), "other")


def _ask_data(table: Table, catalog: Catalog) -> None:
    if table.view:
        for column in table.columns.values():
            if column.is_date:
                column.newest = _newest(table, column, catalog)
            else:
                column.values = _values(table, column, catalog)
        return
    columns = [c for c in table.columns.values() if c.kind != "other"]
    asked = [f"COUNT(DISTINCT {quoted(c.name)}), COUNT({quoted(c.name)})" for c in columns]
    asked += [f"CAST(MAX({quoted(c.name)}) AS STRING)" for c in columns if c.is_date]
    name = ".".join(quoted(part) for part in table.identifier.split("."))
    if not asked:
        return
    row = _counts(f"SELECT COUNT(*), {', '.join(asked)} FROM {name}", table, catalog)
    if row is None:
        return  # data that cannot be read leaves the counts unknown; names still serve
    table.rows = int(row[0])
    for n, column in enumerate(columns):
        column.distinct, column.filled = int(row[1 + 2 * n]), int(row[2 + 2 * n])
    newest = iter(row[1 + 2 * len(columns) :])
    for column in columns:
        if column.is_date:
            column.newest = next(newest)
        elif column.distinct <= (VALUES_READ if column.kind == "text" or column.called_year else 24):
            column.values = _values(table, column, catalog)
            column.yes = _yes(column)


def _counts(sql: str, table: Table, catalog: Catalog) -> list[Any] | None:
    """The one row of a query over a table, kept as long as the table's content is the same."""
    stored = catalog.stored(table.identifier)
    key = (stored.digest, sql) if stored else None
    if key is not None and key in _kept_counts:
        return _kept_counts[key]
    try:
        row = list(catalog.query(sql, 1).rows[0])
    except WorkbenchError:
        return None
    if key is not None:
        if len(_kept_counts) > 500:
            _kept_counts.clear()
        _kept_counts[key] = row
    return row


def _newest(table: Table, column: Column, catalog: Catalog) -> str | None:
    name = quoted(column.name)
    sql = f"SELECT CAST({name} AS STRING) FROM {table.source} WHERE {name} IS NOT NULL GROUP BY ALL ORDER BY 1 DESC LIMIT 1"
    try:
        rows = catalog.query(sql, 1).rows
    except WorkbenchError:
        return None
    return str(rows[0][0]) if rows else None


def _values(table: Table, column: Column, catalog: Catalog) -> tuple[Any, ...] | None:
    if column.kind == "flag":
        return (True, False)
    try:
        found = catalog.values(table.identifier, column.name, VALUES_READ + 1)
    except WorkbenchError:
        return None
    return tuple(value for value in found if value is not None) if len(found) <= VALUES_READ else None


def _yes(column: Column) -> Any:
    """The value for yes, when the values are a pair such as Y and N, or 1 and 0; else None."""
    if column.kind == "flag":
        return True
    folded = {str(value).casefold(): value for value in column.values or ()}
    for yes, no in _YES.items():
        if yes in folded and set(folded) <= {yes, no} and (len(folded) == 2 or column.words[0] in ("is", "has", "was")):
            return folded[yes]
    return None
