"""What a job asks and where that goes: the same for the preview, the estimate and the job itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core import library, llm
from core.analysis.summarising import Summary
from core.analysis.types import TYPES
from core.analysis.views import Prompt
from core.errors import NotFoundError

_PROMPT_TOKENS = 3_000
_ANSWER_TOKENS = 8_000
"""What a context keeps free for the recipe's own words and for the answer."""
_TYPICAL_ANSWER_TOKENS = 1_500
_READ_BACK_TOKENS = 300
"""What the short summary at the end reads of each answer."""


def type_call(
    analysis_type: str,
    prompt: Prompt,
    summary: Summary,
    *,
    tables: Sequence[str],
    business_context: str,
    connection: str | None = None,
    model: str | None = None,
    person: str = "someone",
) -> library.Call:
    """The call that a job makes for one of its types; `library.sent_texts` gives what leaves the machine with it."""
    kind = TYPES[analysis_type]
    return library.Call(
        content=prompt.content,
        values={
            "schema_summary": summary.schema_summary,
            "sample_rows": summary.sample_rows,
            "business_context": business_context.strip(),
            "tables": list(tables),
        },
        template_id=prompt.template_id,
        template_name=prompt.template_name,
        version_id=prompt.version_id,
        version_number=prompt.version_number,
        overrides={
            "connection": connection,
            "model": model,
            "response_schema": {"name": f"analysis_{analysis_type}", "schema": kind.schema},
        },
        source="analysis",
        person=person,
        normalise=kind.normalised,
    )


def room_for_data(
    session: Session, prompts: Iterable[Prompt], *, connection: str | None, model: str | None, limit: int | None
) -> int | None:
    """Tokens that summary and samples may take: the job's own limit, and what the smallest context among those asked leaves.

    None: no limit. All types of a job see the same texts, so the smallest one decides for all.
    """
    places = [_destination(session, prompt.content, connection, model) for prompt in prompts]
    windows = [llm.context_window(asked, place.kind) for place, asked in places if place and asked]
    rooms = [max(1_000, window - _PROMPT_TOKENS - _ANSWER_TOKENS) for window in windows if window is not None]
    return min((each for each in (*rooms, limit) if each is not None), default=None)


@dataclass(frozen=True)
class Estimate:
    """What a job may cost: its calls, the tokens sent, and USD (None: a price is not known)."""

    calls: int
    input_tokens: int
    cost_usd: float | None


def estimate(
    session: Session, prompts: Sequence[Prompt], *, connection: str | None, model: str | None, summary_tokens: int
) -> Estimate:
    """For one call per prompt with the data in it, and the short summary call.

    Answers are taken to have 1,500 tokens each; a repair of an answer is not counted.
    """
    asked_with = [(prompt.content, summary_tokens) for prompt in prompts]
    asked_with.append((library.Content(), _READ_BACK_TOKENS * len(prompts)))
    tokens, costs = 0, []
    for content, more in asked_with:
        place, asked = _destination(session, content, connection, model)
        sent = llm.estimate_tokens(f"{content.system}\n{content.user}", asked) + more
        tokens += sent
        costs.append(llm.cost(place, asked, sent, _TYPICAL_ANSWER_TOKENS) if place and asked else None)
    known = [cost for cost in costs if cost is not None]
    return Estimate(len(costs), tokens, sum(known) if len(known) == len(costs) else None)


def _destination(
    session: Session, content: library.Content, connection: str | None, model: str | None
) -> tuple[llm.ConnectionView | None, str | None]:
    """None for a connection that is gone: its type fails by itself, and the others go on."""
    overrides: dict[str, Any] = {"connection": connection, "model": model}
    try:
        return library.destination(session, library.Call(content, None, overrides=overrides))
    except NotFoundError:
        return None, None
