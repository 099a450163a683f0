"""How the verbs of `source …` find a source and show one."""

from typing import Any

from core import sources
from core.db import reading
from core.sources import SourceView

MOST_SHOWN = 12
"""Columns, or tables, that a line of text names."""


def found_source(name: str) -> SourceView:
    with reading() as session:
        return sources.get_source(session, name)


def source_document(view: SourceView) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.name,
        "kind": view.kind,
        "origin": view.origin,
        "options": view.options,
        "can_write": view.can_write,
        "is_sample": view.is_sample,
        "created_at": view.created_at,
        "created_by": view.created_by,
    }


def table_document(table: sources.Table) -> dict[str, Any]:
    return {"name": table.name, "rows": table.rows, "columns": list(table.columns)}


def columns_words(table: sources.Table) -> str:
    words = ", ".join(f"{each.name} {each.type}" for each in table.columns[:MOST_SHOWN])
    return f"{words}, …" if len(table.columns) > MOST_SHOWN else words
