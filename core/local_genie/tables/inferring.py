"""Types of text columns, inferred from every value; a type that one value contradicts is not taken."""

from typing import Any

_SAMPLE = 500
_NUMBER = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?"
_TIME = r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"

# (pattern that every value matches, expression that must not be NULL then); the first that holds is taken
_TYPES: tuple[tuple[str, str], ...] = (
    (r"-?(0|[1-9][0-9]{0,17})", "TRY_CAST({c} AS BIGINT)"),
    (_NUMBER, "TRY_CAST({c} AS DOUBLE)"),
    (r"(?i:true|false)", "TRY_CAST({c} AS BOOLEAN)"),
    (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "TRY_CAST({c} AS DATE)"),
    (r"[0-9]{4}/[0-9]{2}/[0-9]{2}", "CAST(try_strptime({c}, '%Y/%m/%d') AS DATE)"),
    (r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}", "CAST(try_strptime({c}, '%d.%m.%Y') AS DATE)"),
    (r"[0-9]{4}-[0-9]{2}-[0-9]{2}" + _TIME, "TRY_CAST({c} AS TIMESTAMP)"),
    (
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}" + _TIME + r"(Z|[-+][0-9]{2}:?[0-9]{2})",
        "timezone('UTC', TRY_CAST({c} AS TIMESTAMPTZ))",
    ),
)
# In Parquet a text is meant as text, except that pandas writes dates so
_TYPES_IN_TYPED_FILES = tuple(each for each in _TYPES if "-[0-9]{2}-" in each[0])


def parsed_columns(connection: Any, table: str) -> list[str]:
    """A select list that gives each column of `table` its inferred type, in order."""
    described = connection.execute(f"DESCRIBE {table}").fetchall()
    all_text = all(str(each[1]) == "VARCHAR" for each in described)
    types = _TYPES if all_text else _TYPES_IN_TYPED_FILES
    parts = []
    for name, type_, *_ in described:
        quoted = '"' + str(name).replace('"', '""') + '"'
        expression = _inferred(connection, table, quoted, types) if str(type_) == "VARCHAR" else quoted
        parts.append(f"{expression} AS {quoted}")
    return parts


def _inferred(connection: Any, table: str, column: str, types: tuple[tuple[str, str], ...]) -> str:
    sample = connection.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL LIMIT {_SAMPLE}").fetchall()
    if not sample:
        return column
    few = f"(SELECT {column} FROM {table} WHERE {column} IS NOT NULL LIMIT {_SAMPLE})"
    for pattern, template in types:
        expression = template.format(c=column)
        broken = (
            f"WHERE {column} IS NOT NULL AND NOT (regexp_full_match({column}, '{pattern}') "
            f"AND {expression} IS NOT NULL) LIMIT 1"
        )
        # most columns are refused by their first values; only the type that remains is checked on all of them
        if all(connection.execute(f"SELECT 1 FROM {rows} {broken}").fetchone() is None for rows in (few, table)):
            return expression
    return column
