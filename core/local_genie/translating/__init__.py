"""Databricks SQL into DuckDB SQL: sqlglot, and what it leaves different in meaning.

`parse_query` accepts one SELECT and nothing else. That is for clear messages; the wall is the locked engine.
"""

from core.local_genie.translating.parsing import parse_query
from core.local_genie.translating.rewriting import databricks_to_duckdb, to_duckdb

__all__ = ["databricks_to_duckdb", "parse_query", "to_duckdb"]
