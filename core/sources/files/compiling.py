"""SQLAlchemy Core to DuckDB's SQL, by PostgreSQL's dialect with the differences that would change results.

Values are parameters ($1, …), so that nothing in them is ever read as SQL. Names are quoted whatever they hold.
"""

import datetime
import decimal
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDialect, PGIdentifierPreparer, PGTypeCompiler


class _Compiler(PGCompiler):
    def visit_regexp_match_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        """PostgreSQL's ~ looks anywhere in the text; DuckDB's compares the whole."""
        return f"regexp_matches({self.process(binary.left, **kw)}, {self.process(binary.right, **kw)})"

    def visit_not_regexp_match_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return f"NOT {self.visit_regexp_match_op_binary(binary, operator, **kw)}"


class _TypeCompiler(PGTypeCompiler):
    def visit_FLOAT(self, type_: Any, **kw: Any) -> str:
        """DuckDB's FLOAT has 32 bits."""
        return "DOUBLE"

    def visit_NUMERIC(self, type_: Any, **kw: Any) -> str:
        """DuckDB's NUMERIC alone has three decimals."""
        return "DOUBLE" if type_.precision is None else super().visit_NUMERIC(type_, **kw)

    visit_DOUBLE = visit_DOUBLE_PRECISION = visit_REAL = visit_FLOAT


class _Preparer(PGIdentifierPreparer):
    def _requires_quotes(self, value: str) -> bool:
        return True


class _Dialect(PGDialect):
    supports_statement_cache = False
    statement_compiler = _Compiler
    type_compiler_cls = _TypeCompiler
    preparer = _Preparer
    div_is_floordiv = False  # 1 / 2 is 0.5
    _backslash_escapes = False


def compiled(statement: Select[Any]) -> tuple[str, list[Any]]:
    """SQL and the values of its parameters, as JSON: a date or time is [its kind, ISO text]."""
    dialect = _Dialect(paramstyle="numeric_dollar")
    made = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    names: Sequence[str] = made.positiontup or ()
    return str(made), [_json(made.params[name]) for name in names]


def _json(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return ["timestamp", value.isoformat()]
    if isinstance(value, datetime.date):
        return ["date", value.isoformat()]
    if isinstance(value, datetime.time):
        return ["time", value.isoformat()]
    return float(value) if isinstance(value, decimal.Decimal) else value
