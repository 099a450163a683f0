"""Just enough of a SQLAlchemy dialect to write our own statements for a warehouse.

Identifiers stand in backticks; numbers and times are written out; texts go as named parameters, beside the statement.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import GenericTypeCompiler, IdentifierPreparer, SQLCompiler


class _Preparer(IdentifierPreparer):
    """Quotes everything: which words are reserved differs between releases."""

    def __init__(self, dialect: Any, **options: Any) -> None:
        super().__init__(dialect, initial_quote="`", escape_quote="`", **options)

    def _requires_quotes(self, value: str) -> bool:
        return True

    def quote_schema(self, schema: str, force: Any = None) -> str:
        return ".".join(self.quote_identifier(level) for level in schema.split("\0"))


class _Types(GenericTypeCompiler):
    def visit_DOUBLE(self, type_: Any, **options: Any) -> str:
        return "DOUBLE"

    visit_double = visit_DOUBLE

    def visit_TEXT(self, type_: Any, **options: Any) -> str:
        return "STRING"

    visit_string = visit_text = visit_TEXT


class _Compiler(SQLCompiler):
    def visit_bindparam(self, bindparam: Any, **options: Any) -> str:
        value = bindparam.effective_value
        if bindparam.expanding:
            return f"({', '.join(self._written(each) for each in value) or 'NULL'})"
        return self._written(value)

    def _written(self, value: Any) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, int):
            return str(value)
        if isinstance(value, float):
            text = repr(value)  # an exponent makes it a double; without one it would be a decimal
            return text.upper() if "e" in text else f"{text}E0"
        if isinstance(value, datetime):
            return f"TIMESTAMP'{value.isoformat(sep=' ')}'"
        if isinstance(value, date):
            return f"DATE'{value.isoformat()}'"
        sent = self.dialect.sent  # type: ignore[attr-defined]
        sent.append(str(value))
        return f":p{len(sent)}"


class _Dialect(DefaultDialect):
    name = "databricks"
    paramstyle = "named"
    preparer = _Preparer
    statement_compiler = _Compiler
    type_compiler_cls = _Types
    supports_statement_cache = False
    max_identifier_length = 255

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []


def written(statement: Select[Any]) -> tuple[str, list[str]]:
    """The text of a statement, and the texts that its markers :p1, :p2 … stand for."""
    dialect = _Dialect()
    text = str(statement.compile(dialect=dialect))
    return text, dialect.sent
