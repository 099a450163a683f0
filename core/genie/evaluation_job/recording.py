"""What the pieces of an evaluation write: an outcome in the commit that ends its piece, and a line about what went wrong."""

from collections.abc import Iterable

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core import jobs
from core.db import reading
from core.db.models import GenieOutcome
from core.genie.benchmarks import Benchmark
from core.genie.evaluating import Outcome, OutcomeState
from core.genie.evaluating.outcomes import COUNTED
from core.genie.keeping import store_outcome
from core.library.characters import kept

_SHOWN = 120


def keep_outcome(session: Session, job_id: str, outcome: Outcome, position: int, benchmark: Benchmark) -> None:
    """Store it. It takes the place of an earlier one only where that was not measured, and nobody judged it since."""
    session.execute(
        delete(GenieOutcome).where(
            GenieOutcome.job_id == job_id,
            GenieOutcome.repeat == outcome.repeat,
            GenieOutcome.benchmark_id == outcome.benchmark_id,
            GenieOutcome.state.not_in([each.value for each in COUNTED]),
            GenieOutcome.overruled_state.is_(None),
        )
    )
    store_outcome(session, job_id, outcome, position, benchmark)


def piece_of(outcome: Outcome) -> dict[str, str] | jobs.KeptFailure:
    """What is kept of the piece: one that was not measured is done again by a retry, and by nothing else."""
    piece = {"state": outcome.state.value, "sentence": kept(outcome.sentence)}
    if outcome.counted:
        return piece
    return jobs.KeptFailure(
        piece, outcome.sentence, outcome.failure.kind.value if outcome.failure else outcome.state.value
    )


def settled_keys(job_id: str, keys: Iterable[str]) -> set[str]:
    """Those whose piece is done, also without success: an attempt leaves them alone."""
    with reading() as session:
        items = jobs.get_items(session, job_id, keys)
    return {
        key
        for key, item in items.items()
        if item.state == "completed" or (item.state == "failed" and item.result is not None)
    }


def told(repeat: int, question: str, state: str, sentence: str) -> str:
    """The line of the log about a question that does not count."""
    what = "To configure" if state == OutcomeState.CONFIGURATION else "Not measured"
    words = " ".join(question.split())
    shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
    return f"{what} in round {repeat}: “{shown}”. {sentence}"
