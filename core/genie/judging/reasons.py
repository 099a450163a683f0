"""Verdicts and reasons, by the service's names. What it has no name for has one of ours, in lower case."""

from enum import StrEnum


class Verdict(StrEnum):
    """Anything but GOOD counts as not correct."""

    GOOD = "GOOD"
    BAD = "BAD"
    NEEDS_REVIEW = "NEEDS_REVIEW"


class Reason(StrEnum):
    EMPTY_RESULT = "EMPTY_RESULT"
    EMPTY_GOOD_SQL = "EMPTY_GOOD_SQL"
    """The expected SQL gives no rows: the benchmark itself is broken."""
    RESULT_MISSING_ROWS = "RESULT_MISSING_ROWS"
    RESULT_EXTRA_ROWS = "RESULT_EXTRA_ROWS"
    RESULT_MISSING_COLUMNS = "RESULT_MISSING_COLUMNS"
    RESULT_EXTRA_COLUMNS = "RESULT_EXTRA_COLUMNS"
    SINGLE_CELL_DIFFERENCE = "SINGLE_CELL_DIFFERENCE"
    COLUMN_TYPE_DIFFERENCE = "COLUMN_TYPE_DIFFERENCE"

    ORDER_DIFFERENCE = "order_difference"
    """The right rows in the wrong order, where the question asks for a ranking."""
    TRUNCATED = "truncated"
    """One side was cut off, so that equality cannot be seen."""
    TIE_AT_LIMIT = "tie_at_limit"
    """Only rows that share the last place differ: which of them the LIMIT keeps is chance."""
    NO_EXPECTED_SQL = "no_expected_sql"
    CLARIFYING_QUESTION = "clarifying_question"
    NO_QUERY = "no_query"
    QUERY_FAILED = "query_failed"
    GENIE_FAILED = "genie_failed"


MIRRORED = {
    Reason.RESULT_MISSING_ROWS: Reason.RESULT_EXTRA_ROWS,
    Reason.RESULT_EXTRA_ROWS: Reason.RESULT_MISSING_ROWS,
    Reason.RESULT_MISSING_COLUMNS: Reason.RESULT_EXTRA_COLUMNS,
    Reason.RESULT_EXTRA_COLUMNS: Reason.RESULT_MISSING_COLUMNS,
    Reason.EMPTY_RESULT: Reason.EMPTY_GOOD_SQL,
    Reason.EMPTY_GOOD_SQL: Reason.EMPTY_RESULT,
}
"""What a reason becomes when the two sides change places; the others stay."""
