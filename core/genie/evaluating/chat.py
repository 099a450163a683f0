"""The chat route: ask each benchmark as a person would, run the expected SQL, compare the rows.

The expected SQL runs first: where it is broken, no question is spent on it.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import replace

from core.errors import CancelledError, ConfigError, WorkbenchError
from core.genie.answers import Answer
from core.genie.asking import ask
from core.genie.benchmarks.model import Benchmark
from core.genie.client import GenieClient
from core.genie.conversations import sweep
from core.genie.evaluating.giving_up import CommonFailure
from core.genie.evaluating.outcomes import Outcome, OutcomeState, outcome_of_failure, state_of_verdict
from core.genie.failures import Failure, Kind, failure_of
from core.genie.judging import Reason, judge
from core.genie.limits import MOST_RESULT_ROWS
from core.genie.reading_sql import why_not_run
from core.genie.results import ResultTable
from core.genie.statements import run_sql, statement_failure
from core.genie.workspaces import Stop


class ExpectedResults:
    """The rows of expected SQL, run once each for all repeats and threads. Failures of the SQL itself are kept too."""

    def __init__(self, client: GenieClient, warehouse_id: str | None = None) -> None:
        self._client, self._warehouse_id = client, warehouse_id
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._kept: dict[str, ResultTable | Failure] = {}

    def get(self, sql: str, stop: Stop | None = None) -> ResultTable | Failure:
        """The rows, or why there are none."""
        with self._lock:
            lock = self._locks.setdefault(sql, threading.Lock())
        with lock:
            if sql not in self._kept:
                found = self._run(sql, stop)
                if isinstance(found, Failure) and found.kind is not Kind.EXPECTED_SQL_FAILED:
                    return found  # trouble of the warehouse: the next one tries again
                self._kept[sql] = found
            return self._kept[sql]

    def _run(self, sql: str, stop: Stop | None) -> ResultTable | Failure:
        if refused := why_not_run(sql):
            return Failure(Kind.EXPECTED_SQL_FAILED, refused)
        try:
            if self._warehouse_id is None:
                self._warehouse_id = self._client.default_warehouse()
            table = run_sql(self._client, sql, warehouse_id=self._warehouse_id, stop=stop)
        except CancelledError:
            raise
        except ConfigError as error:
            return Failure(Kind.NO_WAREHOUSE, str(error))
        except WorkbenchError as error:
            failure = statement_failure(error)
            if failure.kind in (Kind.QUERY_FAILED, Kind.TIMED_OUT):
                sentence = f"The benchmark's expected SQL gives no rows to compare with. {failure.sentence}"
                return Failure(Kind.EXPECTED_SQL_FAILED, sentence, failure.detail)
            return failure
        if table.truncated:
            sentence = (
                f"The expected SQL gives more than {MOST_RESULT_ROWS:,} rows, which cannot be compared. Let the benchmark ask "
                "for fewer."
            )
            return Failure(Kind.EXPECTED_SQL_FAILED, sentence)
        if not table.rows:
            sentence = "The expected SQL gives no rows, so nothing can equal it. Mend the benchmark."
            return Failure(Kind.EXPECTED_SQL_FAILED, sentence, Reason.EMPTY_GOOD_SQL)
        return table


class ChatRoute:
    """Asks up to `parallel` questions at once, within the client's limit. Conversations are deleted afterwards."""

    name = "chat"

    def __init__(
        self,
        client: GenieClient,
        *,
        parallel: int = 4,
        warehouse_id: str | None = None,
        expected: ExpectedResults | None = None,
        on_conversation: Callable[[str, str], None] | None = None,
    ) -> None:
        """`on_conversation` hears of each conversation as it begins: benchmark id, conversation id."""
        self._client, self._parallel, self._on_conversation = client, max(1, parallel), on_conversation
        self._expected = expected or ExpectedResults(client, warehouse_id)

    def measure(
        self,
        space_id: str,
        benchmarks: Sequence[Benchmark],
        *,
        on_outcome: Callable[[Outcome], None] | None = None,
        stop: Stop | None = None,
    ) -> tuple[Outcome, ...]:
        ended = threading.Event()
        common = CommonFailure()

        def stopped() -> bool:
            return ended.is_set() or (stop is not None and stop())

        def one(benchmark: Benchmark) -> Outcome:
            if not_asked := common.outcome_of(benchmark):
                return not_asked
            if stopped():
                raise CancelledError("Stopped on request. What was measured until then is kept.")
            outcome = self.measure_one(space_id, benchmark, stop=stopped)
            common.note(outcome.failure)
            return outcome

        found: dict[int, Outcome] = {}
        cancelled: CancelledError | None = None
        with ThreadPoolExecutor(self._parallel, thread_name_prefix="genie") as pool:
            waiting: dict[Future[Outcome], int] = {pool.submit(one, each): i for i, each in enumerate(benchmarks)}
            try:
                for future in as_completed(waiting):
                    try:
                        outcome = found[waiting[future]] = future.result()
                    except CancelledError as error:
                        cancelled = error
                        continue
                    if on_outcome:
                        on_outcome(outcome)
            finally:
                ended.set()  # a failing caller must not leave questions running
        sweep(self._client)
        if cancelled is not None:
            raise cancelled
        return tuple(found[i] for i in range(len(benchmarks)))

    def measure_one(self, space_id: str, benchmark: Benchmark, *, stop: Stop | None = None) -> Outcome:
        """One benchmark. Raises CancelledError only."""
        expected: ResultTable | Failure | None = None
        try:
            if benchmark.expected_sql:
                expected = self._expected.get(benchmark.expected_sql, stop)
                if isinstance(expected, Failure):
                    return outcome_of_failure(benchmark, expected)
            heard = self._on_conversation
            answer = ask(
                self._client,
                space_id,
                benchmark.question,
                on_conversation=(lambda id_: heard(benchmark.id, id_)) if heard else None,
                stop=stop,
            )
        except CancelledError:
            raise
        except WorkbenchError as error:
            return outcome_of_failure(benchmark, failure_of(error))
        return judged(benchmark, answer, expected)


def judged(benchmark: Benchmark, answer: Answer, expected: ResultTable | None) -> Outcome:
    """The outcome of an answer. Without expected SQL nobody but a person or a model can tell."""
    if answer.failure is not None or answer.table is None:
        failure = answer.failure or Failure(Kind.NO_QUERY, "Genie gave no rows.")
        if failure.kind is Kind.NOT_FOUND and answer.conversation_id:  # the space is there: it took the question
            failure = replace(failure, kind=Kind.EXPIRED)
        outcome = outcome_of_failure(benchmark, failure)
    elif expected is None:
        outcome = Outcome(
            benchmark.id, benchmark.question, OutcomeState.NEEDS_REVIEW,
            "The benchmark has no expected SQL, so a person or a model must judge the answer.", (Reason.NO_EXPECTED_SQL,),
        )  # fmt: skip
    else:
        judgement = judge(
            expected,
            answer.table,
            question=benchmark.question,
            expected_sql=benchmark.expected_sql or "",
            actual_sql=answer.sql or "",
        )
        outcome = Outcome(
            benchmark.id, benchmark.question, state_of_verdict(judgement.verdict), judgement.sentence,
            tuple(map(str, judgement.reasons)), judgement=judgement,
        )  # fmt: skip
    return replace(
        outcome,
        expected_sql=benchmark.expected_sql,
        actual_sql=answer.sql,
        text=answer.text,
        expected=expected,
        actual=answer.table,
        duration_s=answer.duration_s,
        waited_s=answer.waited_s,
        attempts=answer.attempts,
    )
