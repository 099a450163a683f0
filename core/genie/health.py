"""How well a space is curated: each check with what was found, the threshold, and what to do. Thresholds are ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.genie.limits import sizes
from core.genie.spaces import Space

State = Literal["good", "weak", "missing"]

DESCRIBED_TABLES = 1.0
DESCRIBED_COLUMNS = 0.5
COLUMNS_WITH_SYNONYMS = 0.1
EXAMPLES = 5
SHORTEST_INSTRUCTION = 50
LONGEST_INSTRUCTION = 5_000
BENCHMARKS = 20
NEARLY_FULL = 0.8


@dataclass(frozen=True)
class Check:
    """One check: `found` is what the space has, `threshold` what counts as good, `advice` the way there (empty when good)."""

    name: str
    state: State
    found: str
    threshold: str
    advice: str

    def __post_init__(self) -> None:
        if self.state == "good":
            object.__setattr__(self, "advice", "")


def check_health(space: Space, *, column_counts: dict[str, int] | None = None) -> tuple[Check, ...]:
    """The checks of a space. `column_counts` are the columns of each table in the catalog, by identifier in lower case.

    Without them only the columns that the space configures are counted, since a definition does not list the others.
    """
    return (
        _descriptions(space),
        *_columns(space, column_counts or {}),
        _examples(space),
        _instruction(space),
        _benchmarks(space),
        _room(space),
    )


def _descriptions(space: Space) -> Check:
    total, with_text = len(space.sources), sum(bool(each.description.strip()) for each in space.sources)
    return Check(
        "Table descriptions",
        _state(with_text, total * DESCRIBED_TABLES) if total else "missing",
        f"{with_text} of {total} tables and metric views have one" if total else "no table",
        "every table has one",
        "Say what one row of each table is." if total else "Add the tables that the questions are about.",
    )


def _columns(space: Space, counts: dict[str, int]) -> Sequence[Check]:
    shown = [[each for each in source.columns if not each.excluded] for source in space.sources]
    known = [counts.get(source.identifier.lower(), 0) - len(source.columns) for source in space.sources]
    total = sum(len(columns) for columns in shown) + sum(max(0, more) for more in known)
    described = sum(bool(each.description.strip()) for columns in shown for each in columns)
    named = sum(bool(each.synonyms) for columns in shown for each in columns)
    of = f"of {total} columns" if counts else f"of {total} configured columns"
    return (
        Check(
            "Column descriptions",
            _state(described, total * DESCRIBED_COLUMNS) if total else "missing",
            f"{described} {of} have one",
            f"at least {DESCRIBED_COLUMNS:.0%} of them",
            "Describe codes, units and columns with similar names first.",
        ),
        Check(
            "Synonyms",
            _state(named, total * COLUMNS_WITH_SYNONYMS) if total else "missing",
            f"{named} {of} have one",
            f"at least {COLUMNS_WITH_SYNONYMS:.0%} of them",
            "Add the words that people use for a column.",
        ),
    )


def _examples(space: Space) -> Check:
    return Check(
        "Example queries",
        _state(len(space.examples), EXAMPLES),
        f"{len(space.examples)}",
        f"at least {EXAMPLES}",
        "Add examples of how measures and joins are computed, not copies of benchmarks.",
    )


def _instruction(space: Space) -> Check:
    length = len(space.text_instruction.strip())
    too_long = length > LONGEST_INSTRUCTION
    return Check(
        "Text instruction",
        "weak" if too_long else _state(length, SHORTEST_INSTRUCTION),
        f"{length:,} characters",
        f"{SHORTEST_INSTRUCTION} to {LONGEST_INSTRUCTION:,} characters",
        "Shorten it: move what is about one column or one query to descriptions and examples."
        if too_long
        else "Define the terms that stand in no description.",
    )


def _benchmarks(space: Space) -> Check:
    with_sql = sum(each.sql is not None for each in space.benchmarks)
    return Check(
        "Benchmarks",
        _state(with_sql, BENCHMARKS),
        f"{with_sql} with expected SQL",
        f"at least {BENCHMARKS}",
        "Add questions that people really ask, each with its SQL. With fewer, one flip moves the score by much.",
    )


def _room(space: Space) -> Check:
    fullest = max(sizes(space), key=lambda size: size.share)
    state: State = "good" if fullest.share <= NEARLY_FULL else "weak"
    return Check(
        "Room below the limits",
        state,
        f"{fullest.used:,} of {fullest.limit:,} {fullest.what}",
        f"at most {NEARLY_FULL:.0%} of each limit",
        "Remove what is not needed, or split the space.",
    )


def _state(found: float, needed: float) -> State:
    return "missing" if not found else "good" if found >= needed else "weak"
