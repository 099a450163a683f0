"""Failures of SQL, in the words of the service: `[ERROR_CLASS] sentence SQLSTATE: code`.

DuckDB runs the SQL here, so its messages are rewritten: people who look at a failure should read what the service
would have said, and never see the physical names of the local tables.
"""

import re

from core.errors import InputError


class SqlError(InputError):
    """The SQL was refused or failed. The text is the service's kind of message; `kind` is the class in its brackets."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        match = re.match(r"\[([A-Z0-9_.]+)\]", message)
        self.kind = match.group(1) if match else "SQL_ERROR"


class SqlTimeoutError(SqlError):
    """The SQL ran past its deadline and was stopped."""


class SqlCancelledError(SqlError):
    """The SQL was stopped on request."""


def syntax_error(near: str, detail: str = "") -> SqlError:
    more = f" {detail}" if detail else ""
    return SqlError(f"[PARSE_SYNTAX_ERROR] Syntax error at or near '{near[:80]}'.{more} SQLSTATE: 42601")


def table_not_found(name: str) -> SqlError:
    quoted = ".".join(f"`{part}`" for part in name.split("."))
    return SqlError(
        f"[TABLE_OR_VIEW_NOT_FOUND] The table or view {quoted} cannot be found. Verify the spelling and correctness of "
        "the schema and catalog. If you did not qualify the name with a schema, verify the current_schema() output, or "
        "qualify the name with the correct schema and catalog. SQLSTATE: 42P01"
    )


def column_not_found(name: str, candidates: list[str]) -> SqlError:
    if not candidates:
        return SqlError(
            "[UNRESOLVED_COLUMN.WITHOUT_SUGGESTION] A column, variable, or function parameter with name "
            f"`{name}` cannot be resolved. SQLSTATE: 42703"
        )
    listed = ", ".join(f"`{each}`" for each in candidates[:5])
    return SqlError(
        "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name "
        f"`{name}` cannot be resolved. Did you mean one of the following? [{listed}]. SQLSTATE: 42703"
    )


def out_of_time(seconds: float) -> SqlTimeoutError:
    return SqlTimeoutError(
        f"[QUERY_EXECUTION_TIMEOUT_EXCEEDED] The query was stopped after {seconds:g} s, the local limit. Filter the rows "
        "or look for a join without a condition. SQLSTATE: 57KD0"
    )


def cancelled() -> SqlCancelledError:
    return SqlCancelledError("[OPERATION_CANCELED] Operation has been canceled. SQLSTATE: HY008")


def from_duckdb(error: Exception) -> SqlError:
    """The service's message for an exception of DuckDB."""
    text = str(error).split("\n\nLINE ")[0]
    first = text.split("\n")[0]
    if match := re.search(r'Referenced column "([^"]*)" not found', text) or re.search(
        r'does not have a column named "([^"]*)"', text
    ):
        return column_not_found(match.group(1), _candidates(text, match.group(1)))
    if match := re.search(r'Referenced table "([^"]*)" not found', text):
        return column_not_found(match.group(1), _candidates(text, match.group(1)))
    if match := re.search(r'Ambiguous reference to column name "([^"]*)"', text):
        return SqlError(f"[AMBIGUOUS_REFERENCE] Reference `{match.group(1)}` is ambiguous. SQLSTATE: 42704")
    if match := re.search(r"(?:Scalar|Aggregate|Table|Macro) Function with name (\S+) does not exist", text):
        return SqlError(
            f"[UNRESOLVED_ROUTINE] Cannot resolve routine `{match.group(1).strip(chr(34) + '!')}` on search path "
            "[`system`.`builtin`, `system`.`session`]. SQLSTATE: 42883"
        )
    if match := re.search(r'column "([^"]*)" must appear in the GROUP BY clause', text):
        return SqlError(
            "[MISSING_AGGREGATION] The non-aggregating expression "
            f'"{match.group(1)}" is based on columns which are not participating in the GROUP BY clause. '
            "Add the columns or the expression to the GROUP BY, aggregate the expression, or use any_value. SQLSTATE: 42803"
        )
    if "Division by zero" in first:
        return SqlError(
            "[DIVIDE_BY_ZERO] Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead. "
            "SQLSTATE: 22012"
        )
    if "Conversion Error" in first or "Could not convert" in first:
        return SqlError(f"[CAST_INVALID_INPUT] {_sentence(first)} SQLSTATE: 22018")
    if "No function matches" in first or "Cannot compare values" in first or "Cannot mix values" in first:
        return SqlError(f"[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] {_sentence(first)} SQLSTATE: 42K09")
    if "Out of Memory" in first:
        return SqlError(
            "[OUT_OF_MEMORY] The query needs more memory than the local engine may take. Filter or aggregate earlier. "
            "SQLSTATE: 53200"
        )
    if "file system operations are disabled" in text or "Permission Error" in first or "configuration" in first:
        return SqlError(
            "[INSUFFICIENT_PERMISSIONS] Insufficient privileges: queries read tables of the catalog and nothing else. "
            "SQLSTATE: 42501"
        )
    if "Parser Error" in first:
        return SqlError(f"[PARSE_SYNTAX_ERROR] {_sentence(first)} SQLSTATE: 42601")
    return SqlError(f"[SQL_EXECUTION_ERROR] {_sentence(first)} SQLSTATE: XX000")


def _candidates(text: str, wanted: str) -> list[str]:
    match = re.search(r"Candidate (?:bindings|tables)\s*:\s*(.*)", text)
    found = re.findall(r'"([^"]+)"', match.group(1)) if match else []
    return [each for each in found if each != wanted]


def _sentence(text: str) -> str:
    text = re.sub(r"^[A-Z][A-Za-z ]+ Error: ", "", text).strip()
    text = re.sub(r"\bt_[0-9a-f]{16}\.(?:main\.)?", "", text)
    return text if text.endswith((".", "!", "?")) else text + "."
