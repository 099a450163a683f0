"""Executions as CSV or JSON Lines, safe to open in a spreadsheet; whatever looks like a key is masked."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Literal

from sqlalchemy.orm import Session

from core.library.executions import ExecutionFilter, iter_executions
from core.llm import mask_secrets

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_executions(
    session: Session, filters: ExecutionFilter, form: Literal["csv", "jsonl"], *, limit: int = 100_000
) -> Iterator[str]:
    """The records that the filters keep, newest first, as pieces of one text; at most `limit` records.

    In CSV a cell of text that a spreadsheet would read as a formula gets a leading apostrophe, and JSON stands in one cell.
    """
    rows = (asdict(record) for record in iter_executions(session, filters, limit=limit))
    if form == "jsonl":
        for row in rows:
            yield mask_secrets(json.dumps(row, ensure_ascii=False, default=str)) + "\n"
        return
    header: list[str] | None = None
    for row in rows:
        if header is None:
            header = list(row)
            yield _line(header)
        yield _line([_cell(value) for value in row.values()])


def _line(cells: list[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        value = mask_secrets(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
