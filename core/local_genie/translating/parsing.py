"""Reading Databricks SQL: one SELECT, or an error in the service's words."""

from typing import TYPE_CHECKING

from core.local_genie.sql_errors import SqlError, syntax_error

if TYPE_CHECKING:
    from sqlglot import exp

MAX_SQL_CHARS = 200_000


def parse_query(sql: str) -> "exp.Query":
    """The tree of one SELECT (WITH, UNION and VALUES count as one).

    Raises:
        SqlError: it is empty, does not parse, holds several statements, or is no query.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    if len(sql) > MAX_SQL_CHARS:
        raise SqlError(
            f"[SQL_TOO_LONG] The statement has {len(sql):,} characters; the limit is {MAX_SQL_CHARS:,}. SQLSTATE: 54000"
        )
    try:
        statements = [each for each in sqlglot.parse(sql, read="databricks") if each is not None]
    except SqlglotError as error:
        raise _syntax(error) from error
    except RecursionError as error:
        raise syntax_error(sql[:30], "It is nested too deeply.") from error
    if not statements:
        raise syntax_error("end of input", "The statement is empty.")
    if len(statements) > 1:
        raise syntax_error(";", "Only one statement is run at a time.")
    statement = statements[0]
    if not isinstance(statement, exp.Query):
        raise SqlError(
            f"[UNSUPPORTED_STATEMENT] The local engine runs SELECT statements, not {statement.key.upper()}. "
            "Only SELECT reads tables; CREATE OR REPLACE VIEW … WITH METRICS makes a metric view. SQLSTATE: 0A000"
        )
    if statement.find(exp.Into, exp.Command, exp.DDL, exp.DML) and not isinstance(statement, exp.Query):
        raise syntax_error("INTO")
    return statement


def _syntax(error: Exception) -> SqlError:
    details = getattr(error, "errors", None) or [{}]
    first = details[0]
    near = str(first.get("highlight") or "end of input")
    place = f"line {first.get('line')}, pos {first.get('col')}" if first.get("line") else ""
    return syntax_error(near, f"({place})" if place else "")
