"""One round of questions by chat: a step for each, several at once, each outcome in the commit that ends its step."""

import asyncio
import hashlib
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from core import jobs
from core.genie.benchmarks import Benchmark
from core.genie.client import GenieClient
from core.genie.evaluating import ChatRoute, CommonFailure, ExpectedResults, Outcome
from core.genie.evaluating.outcomes import COUNTED, OutcomeState
from core.genie.evaluation_job.conversations import Conversations
from core.genie.evaluation_job.recording import keep_outcome, piece_of, settled_keys, told
from core.genie.evaluation_job.requests import EvaluationRequest

AT_ONCE = 4
"""The local Genie answers no faster with 8, and each single answer takes twice as long then."""
_LONGEST_ID = 150


class ChatRounds:
    """The chat route of one attempt. What expected SQL gives is kept in memory for all its rounds."""

    def __init__(
        self,
        job: jobs.JobContext,
        request: EvaluationRequest,
        client: GenieClient,
        conversations: Conversations,
        common: CommonFailure,
    ) -> None:
        self._job, self._request, self._common = job, request, common
        self._conversations = conversations
        self._route = ChatRoute(client, expected=ExpectedResults(client), on_conversation=conversations.begin)
        self._places = asyncio.Semaphore(AT_ONCE)

    async def measure(self, repeat: int) -> bool:
        """Ask what has no outcome in this round; False if there was nothing left to ask."""
        keys = {question_key(repeat, each): (i, each) for i, each in enumerate(self._request.benchmarks)}
        settled = await asyncio.to_thread(settled_keys, self._job.job_id, keys)
        todo = [(key, position, each) for key, (position, each) in keys.items() if key not in settled]
        asked = await asyncio.gather(*(self._one(repeat, *each) for each in todo))
        not_asked = [(position, each) for (_, position, each), was in zip(todo, asked, strict=True) if not was]
        await self._keep_not_asked(repeat, not_asked)
        return bool(todo)

    async def _one(self, repeat: int, key: str, position: int, benchmark: Benchmark) -> bool:
        """False if it was not asked, because it would fail as others did. It has no piece then, so that it is still to do."""
        async with self._places:
            if self._common.failure is not None:
                return False

            def store(session: Session, outcome: Outcome) -> Any:
                keep_outcome(session, self._job.job_id, outcome, position, benchmark)
                return piece_of(outcome)

            piece = await self._job.step(key, lambda: self._ask(repeat, benchmark), counts=True, store=store)
        if OutcomeState(piece["state"]) not in COUNTED:
            words = told(repeat, benchmark.question, piece["state"], piece["sentence"])
            await self._job.log(words, "warning")
        return True

    def _ask(self, repeat: int, benchmark: Benchmark) -> Outcome:
        """In a thread. Ends within moments once the job is stopped."""
        try:
            outcome = self._route.measure_one(self._request.space_id, benchmark, stop=lambda: self._job.is_stopped)
        finally:
            self._conversations.end(benchmark.id)
        self._common.note(outcome.failure)
        return replace(outcome, repeat=repeat)

    async def _keep_not_asked(self, repeat: int, not_asked: list[tuple[int, Benchmark]]) -> None:
        failure = self._common.failure
        if failure is None or not not_asked:
            return

        def keep(session: Session) -> None:
            for position, benchmark in not_asked:
                if outcome := self._common.outcome_of(benchmark):
                    keep_outcome(session, self._job.job_id, replace(outcome, repeat=repeat), position, benchmark)

        await self._job.write(keep)
        await self._job.log(
            f"{len(not_asked):,} of {len(self._request.benchmarks):,} questions were not asked in round {repeat}: "
            f"{failure.sentence}",
            "error",
        )


def question_key(repeat: int, benchmark: Benchmark) -> str:
    """The key of a question's piece; it begins otherwise than those of a person's decisions, and is short enough to be kept."""
    id_ = benchmark.id
    return f"question:{repeat}:{id_ if len(id_) <= _LONGEST_ID else hashlib.sha256(id_.encode()).hexdigest()}"
