"""One round by the service's own evaluation: start a run, follow its counts, take over its verdicts.

The run's id is kept with the job as soon as it is known, so that an attempt after a crash collects the same run.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from core import jobs
from core.db import reading
from core.errors import CancelledError, WorkbenchError
from core.genie.benchmarks import Benchmark
from core.genie.client import GenieClient
from core.genie.evaluating import CommonFailure, OfficialRoute, OfficialRun, Outcome, outcome_of_failure
from core.genie.evaluating.official import NOT_IN_SPACE
from core.genie.evaluating.outcomes import COUNTED
from core.genie.evaluation_job.recording import keep_outcome, settled_keys, told
from core.genie.evaluation_job.requests import EvaluationRequest
from core.genie.failures import failure_of
from core.genie.keeping import list_outcomes
from core.genie.views import OutcomeFilter
from core.library.characters import kept


class OfficialRounds:
    """The official route of one attempt."""

    def __init__(
        self, job: jobs.JobContext, request: EvaluationRequest, client: GenieClient, common: CommonFailure
    ) -> None:
        self._job, self._request, self._client, self._common = job, request, client, common
        self._loop = asyncio.get_running_loop()
        self._told = (0, "")

    async def measure(self, repeat: int) -> bool:
        """Do the round's run if it is not done; False if it was."""
        key = f"run:{repeat}"
        if await asyncio.to_thread(settled_keys, self._job.job_id, [key]):
            await self._forget(repeat)
            return False
        positions = {each.id: (i, each) for i, each in enumerate(self._request.benchmarks)}

        def store(session: Session, outcomes: list[Outcome]) -> Any:
            for outcome in outcomes:
                keep_outcome(session, self._job.job_id, outcome, *positions[outcome.benchmark_id])
            open_ = [each for each in outcomes if not each.counted]
            piece = [[each.benchmark_id, each.state.value, kept(each.sentence)] for each in open_]
            if not open_:
                return piece
            words = f"{len(open_):,} of {len(outcomes):,} questions have no verdict. {open_[0].sentence}"
            return jobs.KeptFailure(piece, words, "NotMeasured")

        piece = await self._job.step(key, lambda: self._verdicts(repeat), store=store)
        await self._forget(repeat)
        for benchmark_id, state, sentence in piece:
            question = positions[benchmark_id][1].question
            await self._job.log(told(repeat, question, state, sentence), "warning")
        return True

    def _verdicts(self, repeat: int) -> list[Outcome]:
        """In a thread: an outcome for each question of the round that has no verdict yet."""
        with reading() as session:
            rows = list_outcomes(session, self._job.job_id, OutcomeFilter(repeat=repeat))
        done = {each.benchmark_id for each in rows if each.measured_state in COUNTED}
        wanted = [each for each in self._request.benchmarks if each.id not in done]
        return [replace(each, repeat=repeat) for each in self._measured(repeat, wanted)]

    def _measured(self, repeat: int, wanted: list[Benchmark]) -> list[Outcome]:
        if self._common.failure is not None:
            return [outcome for each in wanted if (outcome := self._common.outcome_of(each))]
        route = OfficialRoute(self._client, on_run=lambda run: self._tell(repeat, run))
        found: dict[str, Outcome] = {}
        try:
            if asked := route.in_space(self._request.space_id, wanted):
                run_id = self._started(route, repeat, asked)
                found = route.collect(self._request.space_id, run_id, asked, stop=lambda: self._job.is_stopped)
        except CancelledError:
            raise
        except WorkbenchError as error:
            failure = failure_of(error)
            self._common.note(failure)
            found = {each.id: outcome_of_failure(each, failure) for each in wanted}
        return [found.get(each.id) or outcome_of_failure(each, NOT_IN_SPACE) for each in wanted]

    def _started(self, route: OfficialRoute, repeat: int, asked: list[Benchmark]) -> str:
        """The round's run: the one that an earlier attempt started, also if it died before it heard the id, else a new one."""
        noted = self._noted(repeat)
        if noted.get("run"):
            return str(noted["run"])
        run_id = None
        if "before" in noted:
            run_id = route.find_started(self._request.space_id, noted["before"], len(asked))
        else:
            noted = {"before": route.run_ids(self._request.space_id)}
            self._await(self._job.metadata(**{_place(repeat): noted}))
        run_id = run_id or route.start(self._request.space_id, asked)
        self._await(self._job.metadata(**{_place(repeat): {"run": run_id}}))
        return run_id

    def _tell(self, repeat: int, run: OfficialRun) -> None:
        """The counts as they grow are the job's progress; the log has a line for each state."""
        before = (repeat - 1) * len(self._request.benchmarks)
        self._await(self._job.total(self._request.planned, "questions", done=before + run.done))
        if (repeat, run.status) != self._told:
            self._told = (repeat, run.status)
            counts = f"{run.done:,} of {run.questions:,} questions done, {run.correct:,} correct"
            self._await(self._job.log(f"Round {repeat}: the service's evaluation {run.id} is {run.status}, {counts}."))

    def _noted(self, repeat: int) -> dict[str, Any]:
        return self._job.job_metadata.get(_place(repeat)) or {}

    def _await(self, writing: Coroutine[Any, Any, Any]) -> None:
        """Do it on the loop of the job, and wait."""
        asyncio.run_coroutine_threadsafe(writing, self._loop).result()

    async def _forget(self, repeat: int) -> None:
        """The run is over, so a retry starts another one."""
        if self._noted(repeat):
            await self._job.metadata(**{_place(repeat): None})


def _place(repeat: int) -> str:
    return f"official_run_{repeat}"
