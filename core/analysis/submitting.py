"""Asking for a job: everything that can be refused is refused here, before anything is paid for.

The job carries copies of its prompts, so that nothing that happens to a recipe later changes what it does or did.
"""

from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from core import jobs, library, llm, sources
from core.analysis.preparing import MOST_TABLES
from core.analysis.recipes import recipe_prompt
from core.analysis.types import TYPES
from core.analysis.views import AnalysisRequest, Prompt
from core.clock import new_id
from core.errors import InputError

KIND = "analysis"


def new_salt() -> str:
    """What keys the hashes and the fence of one job's data."""
    return new_id("salt")


def submit_analysis(
    session: Session, request: AnalysisRequest, *, person: str, parent_id: str | None = None
) -> jobs.JobView:
    """Queue a job; it starts once the caller's transaction is committed.

    Raises:
        InputError: no or too many tables, no type, an empty name or text, a recipe of another type.
        NotFoundError: the source, a recipe or the connection is gone.
    """
    if not request.name.strip():
        raise InputError("Give the job a name.")
    tables = list(dict.fromkeys(request.tables))
    if not 1 <= len(tables) <= MOST_TABLES:
        raise InputError(f"Choose 1 to {MOST_TABLES} tables; {len(tables)} are chosen.")
    types = [key for key in TYPES if key in request.types]
    if unknown := [each for each in request.types if each not in TYPES]:
        raise InputError(f"There is no analysis type '{unknown[0][:40]}'. There are {', '.join(TYPES)}.")
    if not types:
        raise InputError(f"Choose at least one analysis type of {', '.join(TYPES)}.")
    if request.token_limit is not None and request.token_limit < 500:
        raise InputError("A limit below 500 tokens leaves no room for any table. Raise it.")
    source = sources.get_source(session, request.source_id)
    prompts = {key: _prompt(session, key, request.prompts.get(key)) for key in types}
    connection = llm.get_connection(session, request.connection)
    payload: dict[str, Any] = {
        "source_id": source.id,
        "source_name": source.name,
        "tables": tables,
        "types": types,
        "prompts": {key: prompt_to_json(prompt) for key, prompt in prompts.items()},
        "connection": request.connection,
        "connection_name": connection.name,
        "model": request.model,
        "business_context": request.business_context.strip(),
        "token_limit": request.token_limit,
        "salt": request.salt or new_salt(),
    }
    return jobs.submit(
        session,
        KIND,
        request.name.strip()[:300],
        payload,
        person=person,
        tags=request.tags,
        parent_id=parent_id,
        done={"prepare": request.approved} if request.approved else {},
    )


def submit_pair(
    session: Session,
    request: AnalysisRequest,
    analysis_type: str,
    recipes: tuple[str | Prompt, str | Prompt],
    *,
    person: str,
) -> tuple[jobs.JobView, jobs.JobView]:
    """The same analysis with two recipes of one type, at once. The second job's parent is the first.

    Raises:
        InputError: both recipes are the same, or one is for another type. NotFoundError: as for one job.
    """
    if recipes[0] == recipes[1]:
        raise InputError("Choose two different recipes to compare.")
    pair: list[jobs.JobView] = []
    for letter, recipe_id in zip("AB", recipes, strict=True):
        own = AnalysisRequest(
            **{
                **{name: getattr(request, name) for name in AnalysisRequest.__dataclass_fields__},
                "types": (analysis_type,),
                "name": f"{request.name.strip()[:290]} ({letter})",
                "tags": (*request.tags, "a/b"),
                "prompts": {analysis_type: recipe_id},
            }
        )
        pair.append(submit_analysis(session, own, person=person, parent_id=pair[0].id if pair else None))
    return pair[0], pair[1]


def prompt_to_json(prompt: Prompt) -> dict[str, Any]:
    return asdict(prompt) | {"content": library.to_json(prompt.content)}


def prompt_from_json(data: dict[str, Any]) -> Prompt:
    return Prompt(**{**data, "content": library.from_json(data["content"])})


def _prompt(session: Session, analysis_type: str, given: "str | Prompt | None") -> Prompt:
    if isinstance(given, Prompt):
        if not given.content.system.strip() or not given.content.user.strip():
            raise InputError(
                f"{TYPES[analysis_type].title}: the system message and the user template both need a text."
            )
        library.prepared(given.content)
        return given
    return recipe_prompt(session, analysis_type, given)
