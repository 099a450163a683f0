"""A person's SQL: one SELECT over the tables of a source, which can reach nothing else.

The walls, each enough for most: this process can write no file at all (its limit of file size is 0); DuckDB is locked
(no files but the tables', no extensions, no settings, no memory beyond its limit, no spilling); one statement, which its
own parser takes for a SELECT; and the parsed statement may name only the tables offered, and functions that look at nothing
but their arguments.
"""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .cells import readable
from .refusals import RefusedError, listed, shown
from .tables import opened, quoted

_MEMORY_MB = 384
_MAX_BYTES = 16_000_000
_CELL_CHARS = 100_000
_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "repeat_row", "summary"})
_CLOSED_FUNCTIONS = frozenset(
    {
        "current_setting", "getenv", "getvariable", "write_log", "query", "query_table", "json_execute_serialized_sql",
        "json_serialize_plan", "read_blob", "read_text", "current_query", "nextval", "currval", "sleep_ms",
    }
)  # fmt: skip


def answer(folder: Path, tables: Mapping[str, str], sql: str, max_rows: int) -> dict[str, Any]:
    """As JSON: columns, rows (at most `max_rows`, and 16 MB), more, seconds.

    Raises:
        RefusedError: it is not one SELECT, names what it may not, or DuckDB refuses it.
    """
    started = time.perf_counter()
    with opened(folder, tables, _MEMORY_MB, None) as connection:
        connection.execute(
            "SET allowed_paths = " + _list(str(folder / file) for file in tables.values()) + _relative(tables)
        )
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        check_statement(connection, sql, tables)
        result = connection.execute(sql)
        columns = [each[0] for each in result.description or ()]
        rows: list[list[Any]] = []
        size = 0
        more = False
        while len(rows) <= max_rows and not more:
            chunk = result.fetchmany(min(256, max_rows + 1 - len(rows)))
            if not chunk:
                break
            for row in chunk:
                cells = [readable(cell, _CELL_CHARS) for cell in row]
                size += sum(len(cell) if isinstance(cell, str) else 8 for cell in cells)
                if size > _MAX_BYTES or len(rows) >= max_rows:
                    more = True
                    break
                rows.append(cells)
    return {"columns": columns, "rows": rows, "more": more, "seconds": time.perf_counter() - started}


def check_statement(connection: Any, sql: str, tables: Mapping[str, str]) -> None:
    """Raises RefusedError unless `sql` is one SELECT over these tables; a syntax error is DuckDB's to explain."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise RefusedError(
            "Write one statement at a time."
            if statements
            else "Write a statement, such as SELECT * FROM " + quoted(next(iter(tables), "table")) + "."
        )
    kind = statements[0].type.name
    if kind != "SELECT":
        raise RefusedError(
            f"Only SELECT is allowed here, and this is {kind}. Tables of a source are read, never changed."
        )
    parsed = json.loads(
        connection.execute(
            "SELECT json_serialize_sql(?::VARCHAR, skip_null := true)", [statements[0].query]
        ).fetchone()[0]
    )
    if parsed.get("error"):
        raise RefusedError(
            "Only SELECT is allowed here. Write it as SELECT … FROM " + quoted(next(iter(tables), "table")) + "."
        )
    known = {name.casefold() for name in tables}
    named: list[str] = []
    for node in _nodes(parsed):
        _check_functions(node)
        if node.get("type") == "BASE_TABLE":
            if node.get("schema_name") or node.get("catalog_name"):
                raise RefusedError(
                    f"Name a table by its name alone, not by {shown(node.get('schema_name') or node['catalog_name'])}. There are {listed(tables)}."
                )
            named.append(str(node.get("table_name")))
        elif "cte_map" in node:
            known |= {str(each["key"]).casefold() for each in node["cte_map"].get("map", ())}
        if node.get("cte_name"):
            known.add(str(node["cte_name"]).casefold())
    if unknown := [name for name in named if name.casefold() not in known]:
        raise RefusedError(f"There is no table {listed(unknown)} in this source. There are {listed(tables, 10)}.")


def _check_functions(node: dict[str, Any]) -> None:
    name = node.get("function_name")
    if node.get("type") == "TABLE_FUNCTION":
        name = (node.get("function") or {}).get("function_name")
        if str(name).lower() not in _TABLE_FUNCTIONS:
            raise RefusedError(f"The function {shown(name)} is not allowed in FROM: tables come from this source only.")
    elif isinstance(name, str) and (
        name.lower() in _CLOSED_FUNCTIONS or name.lower().startswith(("duckdb_", "pragma_", "read_", "pg_"))
    ):
        raise RefusedError(f"The function {shown(name)} is not allowed here. Leave it out.")


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within a parsed statement."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            yield item
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


def _list(paths: Any) -> str:
    return "[" + ", ".join("'" + path.replace("'", "''") + "'" for path in paths)


def _relative(tables: Mapping[str, str]) -> str:
    return "".join(f", '{file}'" for file in tables.values()) + "]"
