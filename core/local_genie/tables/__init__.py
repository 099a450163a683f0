"""The tables of the local workspace: files read once into DuckDB, then opened read-only and locked for questions."""

from core.local_genie.tables.encodings import guessed
from core.local_genie.tables.engine import Engine, Limits, Result
from core.local_genie.tables.files import StoredTable, find_file, store_table
from core.local_genie.tables.types import ColumnInfo

__all__ = ["ColumnInfo", "Engine", "Limits", "Result", "StoredTable", "find_file", "guessed", "store_table"]
