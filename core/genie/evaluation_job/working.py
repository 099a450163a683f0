"""The work of an evaluation: look at the space, ask round after round, let a model judge what is open, count.

What was measured stays measured: an attempt after an interruption asks what has no outcome, and a retry what was not measured.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from core import jobs
from core.db import reading
from core.errors import AuthError, ConfigError, WorkbenchError
from core.genie.client import GenieClient
from core.genie.connecting import client_of
from core.genie.evaluating import CommonFailure
from core.genie.evaluation_job.chat_rounds import ChatRounds, question_key
from core.genie.evaluation_job.conversations import Conversations
from core.genie.evaluation_job.deciding import decide_open
from core.genie.evaluation_job.official_rounds import OfficialRounds
from core.genie.evaluation_job.requests import EvaluationRequest, request_of
from core.genie.evaluation_job.submitting import KIND
from core.genie.failures import BrokenReplyError, failure_of
from core.genie.keeping import keep_measured_space, repeated_score, take_snapshot
from core.genie.leftovers import sweep_leftovers
from core.genie.scoring import RepeatedScore
from core.genie.states import SpaceState
from core.library.characters import kept


async def evaluate_space(
    job: jobs.JobContext, *, connect: Callable[[Session, str], GenieClient] = client_of
) -> dict[str, Any]:
    """Do the job; returns its result: the counts of all rounds pooled, and each round's. `connect` makes the client.

    Raises:
        NotFoundError, ConfigError: the workspace's connection is gone or lacks something.
        WorkbenchError: nothing was measured, for a reason that concerns every question.
    """
    request = request_of(job.payload)
    client = await asyncio.to_thread(_connected, connect, request.workspace)
    await job.total(request.planned, "questions", done=_measured(await asyncio.to_thread(_score, job.job_id)))
    common = CommonFailure()
    conversations = Conversations(client, request.workspace, request.space_id, job.job_id)
    await asyncio.to_thread(_tidy_up, client, conversations, request)
    await _look_at_space(job, request, client, common)
    if request.route == "official":
        rounds: ChatRounds | OfficialRounds = OfficialRounds(job, request, client, common)
    else:
        rounds = ChatRounds(job, request, client, conversations, common)
    for repeat in range(1, request.repeats + 1):
        await _round(job, request, rounds, repeat)
    if request.judge is not None:
        await decide_open(job, request, _measured(await asyncio.to_thread(_score, job.job_id)))
    left = await asyncio.to_thread(conversations.sweep)
    if left:
        await job.log(f"{left:,} conversations could not be deleted yet; the next evaluation tries again.", "warning")
    score = await asyncio.to_thread(_score, job.job_id)
    if common.failure is not None and not _measured(score):
        raise WorkbenchError(f"Nothing was measured. {common.failure.sentence}")
    await job.log(f"Score: {score}.")
    return _result(score)


async def _round(
    job: jobs.JobContext, request: EvaluationRequest, rounds: ChatRounds | OfficialRounds, repeat: int
) -> None:
    begun = time.monotonic()
    if not await rounds.measure(repeat):
        return
    score = await asyncio.to_thread(_score, job.job_id)
    if request.route == "official":
        await job.total(request.planned, "questions", done=_measured(score))
    took_s = time.monotonic() - begun
    await job.log(f"Round {repeat} of {request.repeats}: {score.rounds[repeat - 1]}, in {took_s:,.1f} s.")


async def _look_at_space(
    job: jobs.JobContext, request: EvaluationRequest, client: GenieClient, common: CommonFailure
) -> None:
    """Keep which state of the space is measured. Trouble with that alone does not keep the questions from being asked."""
    why: list[str] = []
    looked = False

    def read() -> SpaceState:
        nonlocal looked
        looked = True
        try:
            state = client.get_space(request.space_id)
        except (AuthError, BrokenReplyError) as error:
            why.append(str(error))
            return client.get_space(request.space_id, definition=False)
        if state.definition is None:
            why.append("The service does not show it. Ask for the right CAN EDIT on the space.")
        return state

    def store(session: Session, state: SpaceState) -> dict[str, str | None]:
        snapshot = None
        if state.definition is not None:
            snapshot = take_snapshot(session, request.workspace, state, person=job.person).id
        keep_measured_space(session, job.job_id, space_title=state.title, snapshot_id=snapshot, space_hash=state.hash)
        title = kept(state.title)
        if not request.name:
            jobs.rename(session, job.job_id, f"Evaluation of {title or request.space_id}"[:300])
        return {"title": title, "hash": state.hash, "why": kept(" ".join(why))}

    try:
        seen = await job.step("space", read, store=store)
    except ConfigError:  # nothing can be asked before the connection is mended
        raise
    except WorkbenchError as error:
        common.note(failure_of(error))
        await job.log(f"The space could not be read, so no snapshot is kept. {error}", "warning")
        return
    if not looked:  # an earlier attempt did, and said so
        return
    if seen["hash"]:
        await job.log(f"Measures “{seen['title']}” in the state {seen['hash'][:12]}.")
    else:
        await job.log(
            f"Measures “{seen['title']}” without a snapshot: its definition cannot be read. {seen['why']}", "warning"
        )


def _connected(connect: Callable[[Session, str], GenieClient], workspace: str) -> GenieClient:
    with reading() as session:
        return connect(session, workspace)


def _tidy_up(client: GenieClient, conversations: Conversations, request: EvaluationRequest) -> None:
    """Before anything is asked: delete what earlier attempts left behind, and in the background what other jobs did."""
    sweep_leftovers(client, request.workspace)
    conversations.sweep()
    if request.route == "chat":
        keys = [
            (question_key(repeat, each), each.question)
            for repeat in range(1, request.repeats + 1)
            for each in request.benchmarks
        ]
        conversations.find_lost(dict(keys))


def _score(job_id: str) -> RepeatedScore:
    with reading() as session:
        return repeated_score(session, job_id)


def _measured(score: RepeatedScore) -> int:
    return sum(each.measured for each in score.rounds)


def _result(score: RepeatedScore) -> dict[str, Any]:
    names = ("passed", "measured", "total", "wrong", "needs_review", "not_measured", "configuration")
    rounds = [{name: getattr(each, name) for name in names} | {"score": each.value} for each in score.rounds]
    pooled = {name: sum(each[name] for each in rounds) for name in names}
    return {"score": score.mean, **pooled, "rounds": rounds}


jobs.register(KIND, evaluate_space)
