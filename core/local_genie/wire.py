"""The shapes that go over the wire, as the SDK parses them."""

import datetime as dt
import re
from typing import Any

from core.local_genie.state import Space
from core.local_genie.tables import Result
from core.local_genie.tables.types import wire_cell, wire_type_name

USER_ID = 1
CHUNK_ROWS = 5_000


def rfc3339(ms: int) -> str:
    """A time in Unix milliseconds as "2024-05-01T10:00:00.123Z"."""
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def space_body(space: Space, *, with_definition: bool) -> dict[str, Any]:
    body = {
        "space_id": space.id,
        "title": space.title,
        "description": space.description,
        "parent_path": space.parent_path,
        "warehouse_id": space.warehouse_id,
        "etag": space.etag,
        "create_time": rfc3339(space.created_ms),
        "update_time": rfc3339(space.updated_ms),
    }
    return body | {"serialized_space": space.serialized} if with_definition else body


def result_json(result: Result) -> dict[str, Any]:
    """A result as it is kept: names, types, and rows whose cells are strings or None."""
    return {
        "columns": result.columns,
        "types": result.types,
        "rows": [[wire_cell(cell) for cell in row] for row in result.rows],
        "truncated": result.truncated,
    }


def statement_body(
    statement_id: str,
    state: str,
    *,
    link: str,
    error: dict[str, Any] | None = None,
    result: dict[str, Any] | None = None,
    chunk_rows: int = CHUNK_ROWS,
) -> dict[str, Any]:
    """A StatementResponse: status, and when it succeeded the manifest with the first chunk."""
    status: dict[str, Any] = {"state": state}
    if error:
        status["error"] = error
        if match := re.search(r"SQLSTATE: (\w{5})", str(error.get("message", ""))):
            status["sql_state"] = match.group(1)
    body: dict[str, Any] = {"statement_id": statement_id, "status": status}
    if state == "SUCCEEDED" and result is not None:
        body["manifest"] = manifest(result, chunk_rows)
        body["result"] = chunk(result, 0, link, chunk_rows)
    return body


def manifest(result: dict[str, Any], chunk_rows: int = CHUNK_ROWS) -> dict[str, Any]:
    rows = result["rows"]
    columns = [
        _column(name, text, place)
        for place, (name, text) in enumerate(zip(result["columns"], result["types"], strict=True))
    ]
    chunks = [
        {"chunk_index": number, "row_offset": offset, "row_count": min(chunk_rows, len(rows) - offset)}
        for number, offset in enumerate(range(0, max(len(rows), 1), chunk_rows))
    ]
    return {
        "format": "JSON_ARRAY",
        "schema": {"column_count": len(columns), "columns": columns},
        "total_row_count": len(rows),
        "total_chunk_count": len(chunks),
        "chunks": chunks,
        "truncated": result["truncated"],
    }


def chunk(result: dict[str, Any], number: int, link: str, chunk_rows: int = CHUNK_ROWS) -> dict[str, Any] | None:
    """One chunk of the rows, with the link to the next; None if there is no such chunk."""
    rows = result["rows"]
    offset = number * chunk_rows
    if number < 0 or (offset >= len(rows) and number > 0):
        return None
    part = rows[offset : offset + chunk_rows]
    body: dict[str, Any] = {
        "chunk_index": number,
        "row_offset": offset,
        "row_count": len(part),
        "data_array": part,
    }
    if offset + chunk_rows < len(rows):
        body["next_chunk_index"] = number + 1
        body["next_chunk_internal_link"] = f"{link}/result/chunks/{number + 1}?row_offset={offset + chunk_rows}"
    return body


def _column(name: str, type_text: str, place: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": name,
        "position": place,
        "type_text": type_text,
        "type_name": wire_type_name(type_text),
    }
    if match := re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", type_text):
        body |= {"type_precision": int(match.group(1)), "type_scale": int(match.group(2))}
    return body
