"""The same analysis again with a different prompt: the editor works on templates, never on last week's rendered text."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy.orm import Session

from core import jobs, library
from core.analysis.recipes import TEMPERATURE, create_recipe
from core.analysis.submitting import KIND, new_salt, prompt_from_json, submit_analysis
from core.analysis.types import TYPES
from core.analysis.views import AnalysisRequest, Prompt, RecipeView
from core.errors import ConflictError, InputError, WorkbenchError

RERUN_TAG = "re-run"
PLACEHOLDERS = ("schema_summary", "sample_rows")
NO_SYSTEM = "System message not found"
NO_USER = "User message not found"


@dataclass(frozen=True)
class TypePrompt:
    """What the editor opens for one type of a job.

    `origin` *template* means that `prompt` holds the templates behind what was sent; *frozen* that only rendered text is
    left, with its data in it; *missing* that nothing was stored. `sent_system` and `sent_user` are None if nothing was sent.
    """

    analysis_type: str
    prompt: Prompt
    origin: Literal["template", "frozen", "missing"]
    sent_system: str | None
    sent_user: str | None


def type_prompts(job: jobs.JobView) -> dict[str, TypePrompt]:
    """The prompts of each type of the job, in the types' order."""
    return {key: _type_prompt(job, key) for key in job.payload.get("types", []) if key in TYPES}


def can_rerun(job: jobs.JobView) -> str | None:
    """None if the job can be run again, else the reason why not."""
    if job.kind != KIND:
        return "Only analysis jobs can be run again with a different prompt."
    if job.state not in ("completed", "failed"):
        return f"This job is {job.state}. It can be run again once it is completed or failed."
    return None


def suggested_title(analysis_type: str, job_title: str) -> str:
    """What a recipe saved from a job is called at first."""
    return f"{analysis_type} - Custom from {job_title}"[:200]


def placeholders_missing(system: str, user: str) -> list[str]:
    """Those of the data's placeholders that neither text uses."""
    used = {variable.name for variable in library.discover(system, user).variables}
    return [name for name in PLACEHOLDERS if name not in used]


def rerun(
    session: Session,
    job_id: str,
    edits: Mapping[str, tuple[str, str]],
    *,
    person: str,
    save_as: Mapping[str, str] | None = None,
    connection: str | None = None,
) -> jobs.JobView:
    """Queue a new job like this one, in which the edited types are asked with (system message, user template).

    `save_as` maps an edited type to the title of a recipe that its texts are saved as. `connection` None keeps the
    job's own. The job of origin is not touched.

    Raises:
        InputError: the job is not over, a text is empty, a type is not the job's, or a title is missing.
        WorkbenchError: "Failed to create recipe …" or "Failed to re-run job …", with the reason.
    """
    job = jobs.get_job(session, job_id)
    reason = can_rerun(job)
    if reason is not None:
        raise InputError(reason)
    own = type_prompts(job)
    if foreign := [key for key in edits if key not in own]:
        raise InputError(f"This job has no type '{foreign[0][:40]}'. Its types are {', '.join(own)}.")
    prompts: dict[str, str | Prompt | None] = {key: each.prompt for key, each in own.items()}
    saved: dict[str, RecipeView] = {}
    for key, (system, user) in edits.items():
        if not system.strip() or not user.strip():
            raise InputError(f"{TYPES[key].title}: the system message and the user template both need a text.")
        edited = edited_prompt(own[key].prompt, system, user)
        title = (save_as or {}).get(key)
        if title is not None:
            saved[key] = _saved_recipe(session, key, title, edited, person)
            recipe = saved[key]
            edited = Prompt(recipe.content, recipe.id, recipe.name, recipe.version_id, recipe.version_number)
        prompts[key] = edited
    if unknown := [key for key, each in own.items() if each.origin == "missing" and key not in edits]:
        raise InputError(
            f"{TYPES[unknown[0]].title}: the job kept no prompt for this type. Write one, then run it again."
        )
    payload = job.payload
    request = AnalysisRequest(
        source_id=payload["source_id"],
        tables=tuple(payload["tables"]),
        types=tuple(payload["types"]),
        name=f"{job.title[:290]} (re-run)",
        connection=connection or payload["connection"],
        model=None if connection else payload["model"],
        business_context=payload["business_context"],
        tags=tuple(dict.fromkeys((*job.tags, RERUN_TAG))),
        prompts=prompts,
        token_limit=payload["token_limit"],
        salt=new_salt(),
    )
    try:
        again = submit_analysis(session, request, person=person, parent_id=job.id)
    except WorkbenchError as error:
        raise type(error)(f"Failed to re-run job: {error}") from error
    return again


def edited_prompt(original: Prompt, system: str, user: str) -> Prompt:
    """The prompt with other texts. Unchanged ones stay the version that they are."""
    if (system, user) == (original.content.system, original.content.user):
        return original
    return replace(
        original,
        content=replace(original.content, system=system, user=user),
        version_id=None,
        version_number=None,
        edited_from=original.version_id or original.edited_from,
    )


def _saved_recipe(session: Session, key: str, title: str, prompt: Prompt, person: str) -> RecipeView:
    if not title.strip():
        raise InputError(f"{TYPES[key].title}: give the recipe a name, or do not save it.")
    try:
        return create_recipe(
            session,
            key,
            title,
            system=prompt.content.system,
            user=prompt.content.user,
            person=person,
            like=prompt.content,
            cloned_from=prompt.template_id,
            parent_id=prompt.edited_from or prompt.version_id,
        )
    except (InputError, ConflictError) as error:
        raise type(error)(f"Failed to create recipe: {error}") from error


def _type_prompt(job: jobs.JobView, key: str) -> TypePrompt:
    sent_system = job.job_metadata.get(f"{key}_system_message")
    sent_user = job.job_metadata.get(f"{key}_user_message")
    stored: dict[str, Any] | None = (job.payload.get("prompts") or {}).get(key)
    if stored is not None:
        return TypePrompt(key, prompt_from_json(stored), "template", sent_system, sent_user)
    if sent_system is None and sent_user is None:
        content = library.Content(NO_SYSTEM, NO_USER, temperature=TEMPERATURE)
        return TypePrompt(key, Prompt(content), "missing", None, None)
    # Rendered text may hold braces that are data, not placeholders.
    content = library.Content(
        _verbatim(sent_system or NO_SYSTEM), _verbatim(sent_user or NO_USER), temperature=TEMPERATURE
    )
    return TypePrompt(key, Prompt(content), "frozen", sent_system, sent_user)


def _verbatim(text: str) -> str:
    """A template that renders to `text`."""
    if "{{" not in text and "{%" not in text and "{#" not in text:
        return text
    return "{% raw %}" + text.replace("{% endraw %}", "{% endraw %}{{ '{% endraw %}' }}{% raw %}") + "{% endraw %}"
