"""A data dictionary from names, types and figures. A name is put into words; what it means in the business is not guessed."""

from core.local_model.analysts import naming
from core.local_model.analysts.described import Column, Table
from core.local_model.analysts.examples import examples
from core.local_model.analysts.parsing import tables_of
from core.local_model.analysts.wording import amount, listed, percent, presentable, quoted, readable_tables, short
from core.local_model.chat_request import ChatRequest

_MOST_CATEGORIES = 20
_LONG_TEXT = 30
_MANY_WORDS = 4


def column_documentation(asked: ChatRequest) -> dict[str, object]:
    """The answer to `analysis_column_documentation`: one entry for each column that the prompt shows."""
    readable = readable_tables(tables_of(asked))
    return {"entries": [_entry(table, column) for table in readable for column in table.columns]}


def _entry(table: Table, column: Column) -> dict[str, object]:
    tags = tags_of(table, column)
    return {
        "table_name": table.name,
        "column_name": column.name,
        "business_name": naming.business_name(column),
        "business_description": _description(table, column, tags),
        "technical_description": _technical(table, column),
        "data_type": column.type,
        "examples": [] if "PII" in tags else examples(table, column),
        "tags": tags,
    }


def tags_of(table: Table, column: Column) -> list[str]:
    """The tags that name, type and figures support, in a fixed order; empty where nothing does."""
    tags = []
    if naming.is_personal(column.name, table.name):
        tags.append("PII")
    if naming.is_key(column.name):
        tags.append("identifier" if _is_own(table, column) else "foreign_key")
    elif column.is_temporal or column.type == "time":
        tags.append("timestamp")
    elif _is_category(table, column):
        tags.append("category")
        if column.distinct == len(column.top_values):
            tags.append("enumeration")
    elif column.is_numeric:
        tags += ["metric", "currency"] if naming.is_money(column.name) else ["metric"]
    elif column.type == "text" and "PII" not in tags and _is_free_text(table, column):
        tags.append("free_text")
    return tags


def _is_own(table: Table, column: Column) -> bool:
    return naming.is_own_key(table, column) or _is_unique_key(table, column)


def _is_unique_key(table: Table, column: Column) -> bool:
    present = table.present(column)
    unique = column.distinct is not None and bool(present) and column.distinct >= 0.98 * (present or 0)
    return naming.is_key(column.name) and unique


def _is_category(table: Table, column: Column) -> bool:
    if column.type == "boolean":
        return True
    if column.type not in ("text", "integer") or column.distinct is None or column.withheld:
        return False
    most = _MOST_CATEGORIES if column.type == "text" else len(column.top_values)
    return 1 < column.distinct <= most and 2 * column.distinct <= (table.present(column) or 0)


def _is_free_text(table: Table, column: Column) -> bool:
    texts = [cell for cell in table.cells(column.name) if isinstance(cell, str) and cell.strip()]
    long = sum(len(text) >= _LONG_TEXT or len(text.split()) >= _MANY_WORDS for text in texts)
    return bool(texts) and 2 * long > len(texts)


def _description(table: Table, column: Column, tags: list[str]) -> str:
    name, of_table = naming.business_name(column), quoted(table.name)
    if "PII" in tags:
        return f"{name} of a row of {of_table}; looks personal by its name, so no values are given."
    if "identifier" in tags:
        return f"Tells the rows of {of_table} apart, as the name says ({name})."
    if "foreign_key" in tags:
        return f"Refers to another record by its key, as the name says ({name})."
    if "timestamp" in tags and isinstance(column.low, str) and not column.withheld:
        return f"{name} of a row of {of_table}; from {column.low} to {column.high}."
    if "category" in tags:
        values = [quoted(value) for value, _ in column.top_values if presentable(value)][:5]
        shown = f", such as {listed(values)}" if values else ""
        return f"{name} of a row of {of_table}; one of {amount(column.distinct or 0)} values{shown}."
    if column.is_numeric and column.low_number is not None and column.high_number is not None:
        span = f"from {short(column.low_number)} to {short(column.high_number)}"
        mean = f", {short(column.mean)} on average" if column.mean is not None else ""
        return f"{name} of a row of {of_table}; {span}{mean}."
    return f"{name} of a row of {of_table}. What it means beyond its name is not in the prompt."


def _technical(table: Table, column: Column) -> str | None:
    parts = []
    if column.missing is not None and table.rows:
        parts.append(f"{amount(column.missing)} missing ({percent(column.missing, table.rows)})")
    if column.distinct is not None:
        parts.append(f"{'' if column.distinct_is_exact else 'about '}{amount(column.distinct)} distinct values")
    if column.withheld:
        parts.append("values withheld")
    return f"Stored as {column.type}; {'; '.join(parts)}." if parts else None
