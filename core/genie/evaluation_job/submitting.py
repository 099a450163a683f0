"""Asking for an evaluation: what can be refused is refused here, before a question is spent.

The job carries copies of its benchmarks and of the judge's prompt, so that a later change of either changes nothing in it.
"""

from dataclasses import replace

from sqlalchemy.orm import Session

from core import jobs, library, llm
from core.clock import new_id
from core.errors import InputError
from core.genie.benchmarks import Benchmark
from core.genie.connecting import find_workspace
from core.genie.evaluation_job.requests import MOST_REPEATS, ROUTES, EvaluationRequest, payload_of
from core.genie.keeping import check_set, start_evaluation
from core.genie.limits import LONGEST_TEXT
from core.genie.naming import check_id
from core.library.characters import check_kept

KIND = "genie_evaluation"
JUDGE_PROMPT = "genie/judge"


def submit_evaluation(session: Session, request: EvaluationRequest, *, person: str) -> jobs.JobView:
    """Queue an evaluation; it starts once the caller's transaction is committed.

    An empty or too long question is not refused: it is recorded as something to configure, beside what the others came to.

    Raises:
        InputError: no benchmarks or too many, an id twice or missing, no such route or number of repeats.
        NotFoundError: the workspace or the judge's connection is gone.
    """
    if not request.benchmarks:
        raise InputError("There is no benchmark to ask. Take over those of the space, or import a file.")
    check_set([_askable(each) for each in request.benchmarks])
    check_kept("A question", *(each.question for each in request.benchmarks))
    if request.route not in ROUTES:
        raise InputError(f"There is no route '{str(request.route)[:40]}'. Choose one of {', '.join(ROUTES)}.")
    if not 1 <= request.repeats <= MOST_REPEATS:
        raise InputError(f"Every question is asked 1 to {MOST_REPEATS} times, not {request.repeats}. Choose a number.")
    check_id(request.space_id, "space")
    workspace = find_workspace(session, request.workspace)
    name = request.name.strip()
    payload = payload_of(replace(request, workspace=workspace.id, name=name)) | {"salt": new_id("salt")}
    if request.judge is not None:
        payload["judge"] = llm.get_connection(session, request.judge).name
        version = library.resolve(session, JUDGE_PROMPT)
        payload["judge_prompt"] = {
            "content": library.to_json(version.content),
            "template_id": version.template_id,
            "template_name": JUDGE_PROMPT,
            "version_id": version.id,
            "version_number": version.number,
        }
    title = name or f"Evaluation of {request.space_id}"
    job = jobs.submit(session, KIND, title, payload, person=person, tags=request.tags)
    start_evaluation(
        session,
        job.id,
        workspace=workspace.id,
        space_id=request.space_id,
        benchmarks=request.benchmarks,
        route=request.route,
        repeats=request.repeats,
        judge=payload["judge"],
        origin=request.origin,
    )
    return job


def _askable(benchmark: Benchmark) -> Benchmark:
    """The same with a question that may be kept, if its own is empty or too long: then it fails by itself, when it is asked."""
    fits = bool(benchmark.question.strip()) and len(benchmark.question) <= LONGEST_TEXT
    return benchmark if fits else replace(benchmark, question="?")
