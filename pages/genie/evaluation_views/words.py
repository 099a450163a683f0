"""Scores, reasons and judges in words: a percentage never without its n, and never 0 for what is not known."""

from core import genie
from pages._ui import formatting

ROUTES = {
    "chat": ("Chat", "Asks each question as a person would, runs the expected SQL, and compares the rows here."),
    "official": (
        "Official evaluation",
        "The service asks and judges by itself; the benchmarks must stand in the space as they are here.",
    ),
}

JUDGES = {
    "judge": "compared row by row",
    "service": "judged by the service",
    "model": "judged by a model",
    "person": "judged by a person",
}

REASONS = {
    "EMPTY_RESULT": "no rows came back",
    "EMPTY_GOOD_SQL": "the expected SQL gives no rows",
    "RESULT_MISSING_ROWS": "rows are missing",
    "RESULT_EXTRA_ROWS": "rows too many",
    "RESULT_MISSING_COLUMNS": "columns are missing",
    "RESULT_EXTRA_COLUMNS": "columns too many",
    "SINGLE_CELL_DIFFERENCE": "a single value differs",
    "COLUMN_TYPE_DIFFERENCE": "a column has another type",
    "order_difference": "another order than asked for",
    "truncated": "a side was cut off",
    "tie_at_limit": "only rows that share the last place differ",
    "no_expected_sql": "no expected SQL",
    "clarifying_question": "Genie asked back",
    "no_query": "Genie wrote no SQL",
    "query_failed": "Genie's SQL failed",
    "genie_failed": "Genie gave up",
    "rate_limited": "the rate limit",
    "timed_out": "it took too long",
    "expired": "the result had expired",
    "expected_sql_failed": "the expected SQL failed",
    "space_setup": "the space is not set up for it",
    "unauthenticated": "the service refuses the key",
    "forbidden": "a right is missing",
    "not_a_workspace": "no workspace answers there",
    "no_warehouse": "no warehouse",
}


def reason_words(reason: str) -> str:
    """An official name, or one of ours, as a person reads it."""
    if reason in REASONS:
        return REASONS[reason]
    return reason.removeprefix("LLM_JUDGE_").replace("_", " ").lower() + (
        ", says the service's model" if reason.startswith("LLM_JUDGE_") else ""
    )


def percent(value: float | None) -> str:
    return formatting.UNKNOWN if value is None else f"{value:.1%}"[:-1] + " %"


def fraction(score: genie.Score | None) -> str:
    """ "12 of 30, 40.0 %"; a dash where nothing was measured."""
    if score is None or not score.measured:
        return formatting.UNKNOWN
    return f"{score.passed:,} of {score.measured:,}, {percent(score.value)}"


def score_words(evaluation: genie.EvaluationView) -> str:
    """The score of the evaluation: of its one round, or the mean of its rounds, with n."""
    rounds = [each for each in evaluation.rounds if each.measured]
    if len(rounds) <= 1:
        return fraction(rounds[0] if rounds else None)
    return f"mean {percent(evaluation.mean)}, n = {len(rounds)} × {max(each.measured for each in rounds):,}"


def minutes(questions: int, per_minute: float | None) -> str:
    """ "30 questions, 5 a minute: about 6 min"."""
    asked = formatting.plural(questions, "question")
    if per_minute is None:
        return f"{asked}, no limit a minute"
    needed = questions / per_minute
    about = "less than a minute" if needed < 1 else f"about {round(needed):,} min"
    return f"{asked}, {per_minute:g} a minute: {about}"
