"""Types of columns, in the words of Databricks SQL, and cells as the wire carries them: strings, NULL as None."""

import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_TYPES = {
    "BOOLEAN": "BOOLEAN",
    "TINYINT": "TINYINT",
    "SMALLINT": "SMALLINT",
    "INTEGER": "INT",
    "BIGINT": "BIGINT",
    "HUGEINT": "BIGINT",  # DuckDB widens sums of BIGINT; the service keeps them BIGINT
    "UTINYINT": "SMALLINT",
    "USMALLINT": "INT",
    "UINTEGER": "BIGINT",
    "UBIGINT": "DECIMAL(20,0)",
    "UHUGEINT": "DECIMAL(38,0)",
    "FLOAT": "FLOAT",
    "DOUBLE": "DOUBLE",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP",
    "TIMESTAMP_S": "TIMESTAMP",
    "TIMESTAMP_MS": "TIMESTAMP",
    "TIMESTAMP_NS": "TIMESTAMP",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
    "INTERVAL": "INTERVAL",
    "BLOB": "BINARY",
    '"NULL"': "VOID",
    "NULL": "VOID",
}
_WIRE_NAMES = {"BIGINT": "LONG", "SMALLINT": "SHORT", "TINYINT": "BYTE", "VOID": "NULL"}


@dataclass(frozen=True)
class ColumnInfo:
    """A column. `type` is Databricks' word: STRING, BIGINT, INT, DOUBLE, DECIMAL(p,s), DATE, TIMESTAMP, BOOLEAN, …"""

    name: str
    type: str
    comment: str = ""


def databricks_type(duckdb_type: str) -> str:
    """Databricks' word for a type of DuckDB; what has none (TIME, UUID, ENUM) is a STRING."""
    text = duckdb_type.strip()
    if text.endswith("]"):
        return f"ARRAY<{databricks_type(text[: text.rindex('[')])}>"
    if text.upper().startswith("DECIMAL"):
        return text.upper().replace(" ", "")
    if text.upper().startswith(("STRUCT", "ROW")):
        return "STRUCT"
    if text.upper().startswith("MAP"):
        return "MAP"
    return _TYPES.get(text.upper(), "STRING")


def wire_type_name(type_text: str) -> str:
    """The `type_name` of a manifest for a type text: "BIGINT" → "LONG", "DECIMAL(10,2)" → "DECIMAL"."""
    base = re.split(r"[(<]", type_text, maxsplit=1)[0]
    return _WIRE_NAMES.get(base, base)


def wire_cell(value: Any) -> str | None:
    """A cell as the statement API sends it: always a string; NULL is None; dates ISO; true and false in lower case."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            if math.isfinite(value):
                return repr(value)
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case Decimal():
            return format(value, "f")
        case dt.datetime():
            naive = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
            return naive.isoformat(timespec="milliseconds") + "Z"
        case dt.date():
            return value.isoformat()
        case bytes():
            return value.hex()
        case list() | tuple() | dict():
            return _nested(value)
        case _:
            return str(value)


def _nested(value: Any) -> str:
    import json

    return json.dumps(value, default=wire_cell, ensure_ascii=False, separators=(",", ":"))
