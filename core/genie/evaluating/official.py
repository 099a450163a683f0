"""The official route: the service asks its own benchmarks and judges them; this starts the run and reads its verdicts.

Starting and collecting are apart, so that a job that was cut off can collect the run it had started.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.errors import CancelledError, WorkbenchError
from core.genie.benchmarks.in_spaces import space_id_of
from core.genie.benchmarks.model import Benchmark
from core.genie.calls import polls
from core.genie.client import GenieClient
from core.genie.evaluating.outcomes import Outcome, OutcomeState, outcome_of_failure, state_of_verdict
from core.genie.failures import BrokenReplyError, Failure, Kind, failure_of, may_have_happened
from core.genie.judging import Verdict
from core.genie.naming import check_id, paged
from core.genie.reading_sql import normal_sql
from core.genie.results import ResultTable
from core.genie.statements import StatementError, rows_of
from core.genie.workspaces import Stop

_ENDED = frozenset({"DONE", "EVALUATION_FAILED", "EVALUATION_CANCELLED", "EVALUATION_TIMEOUT"})
_PAGE = 100
NOT_IN_SPACE = Failure(
    Kind.SPACE_SETUP,
    "The benchmark does not stand in the space as it is here, which the official evaluation needs. Write it there, or use "
    "the chat.",
)


@dataclass(frozen=True)
class OfficialRun:
    """Where an official evaluation stands."""

    id: str
    status: str
    done: int
    correct: int
    needs_review: int
    questions: int

    @property
    def ended(self) -> bool:
        return self.status in _ENDED


class OfficialRoute:
    """Benchmarks must stand in the space, as they are here. Neither the limit nor conversations are ours here."""

    name = "official"

    def __init__(
        self, client: GenieClient, *, on_run: Callable[[OfficialRun], None] | None = None, with_rows: bool = True
    ) -> None:
        """`on_run` hears of the run as it starts and whenever its counts change."""
        self._client, self._on_run, self._with_rows = client, on_run, with_rows

    def measure(
        self,
        space_id: str,
        benchmarks: Sequence[Benchmark],
        *,
        on_outcome: Callable[[Outcome], None] | None = None,
        stop: Stop | None = None,
    ) -> tuple[Outcome, ...]:
        found: dict[str, Outcome] = {}
        try:
            asked = self.in_space(space_id, benchmarks)
            if asked:
                run_id = self.start(space_id, asked)
                found = self.collect(space_id, run_id, asked, on_outcome=on_outcome, stop=stop)
        except CancelledError:
            raise
        except WorkbenchError as error:
            found = {each.id: outcome_of_failure(each, failure_of(error)) for each in benchmarks}
        return tuple(found.get(each.id) or outcome_of_failure(each, NOT_IN_SPACE) for each in benchmarks)

    def in_space(self, space_id: str, benchmarks: Sequence[Benchmark]) -> list[Benchmark]:
        """Those that stand in the space as they are here: the service asks no others, and judges by its own words and SQL."""
        held = self._client.get_space(space_id).definition
        known = (
            {each.id: (each.question.strip(), normal_sql(each.sql or "")) for each in held.benchmarks} if held else {}
        )
        return [
            each
            for each in benchmarks
            if known.get(space_id_of(each)) == (each.question.strip(), normal_sql(each.expected_sql or ""))
        ]

    def start(self, space_id: str, benchmarks: Sequence[Benchmark]) -> str:
        """Start a run over these benchmarks; its id. One whose reply was lost is found again rather than started twice."""
        check_id(space_id, "space")
        calls = self._client.calls
        before = set(self.run_ids(space_id))
        benchmark_ids = [space_id_of(each) for each in benchmarks]
        try:
            made = calls.write(
                "starting the evaluation",
                lambda w: w.genie.genie_create_eval_run(space_id, benchmark_question_ids=benchmark_ids),
            )
            run_id = made.eval_run_id
        except WorkbenchError as error:
            run_id = self.find_started(space_id, before, len(benchmark_ids)) if may_have_happened(error) else None
            if run_id is None:
                raise
        if not run_id:
            raise BrokenReplyError("The service named no evaluation run. Start it again.", service=self._client.name)
        return str(run_id)

    def find_started(self, space_id: str, before: Collection[str], questions: int) -> str | None:
        """A run over so many questions that was not among those `before`; None if there is none."""
        for run_id in self.run_ids(space_id):
            if run_id not in before and self._run(space_id, run_id).questions == questions:
                return run_id
        return None

    def run_ids(self, space_id: str) -> list[str]:
        """The runs that the space has, also those of others."""

        def page(token: str | None) -> tuple[list[Any], str | None]:
            reply = self._client.calls.read(
                "listing the evaluations",
                lambda w: w.genie.genie_list_eval_runs(space_id, page_size=_PAGE, page_token=token),
            )
            return reply.eval_runs or [], reply.next_page_token

        return [str(each.eval_run_id) for each in paged(page)]

    def collect(
        self,
        space_id: str,
        run_id: str,
        benchmarks: Sequence[Benchmark],
        *,
        on_outcome: Callable[[Outcome], None] | None = None,
        stop: Stop | None = None,
    ) -> dict[str, Outcome]:
        """Wait for the run to end and read each verdict, by benchmark id. What has none was not measured."""
        run = self._wait(space_id, run_id, stop)
        by_benchmark = {
            str(each.benchmark_question_id): str(each.result_id) for each in self._results(space_id, run_id)
        }
        found: dict[str, Outcome] = {}
        for benchmark in benchmarks:
            result_id = by_benchmark.get(space_id_of(benchmark))
            outcome = self._outcome(space_id, result_id, benchmark, run, stop)
            found[benchmark.id] = outcome
            if on_outcome:
                on_outcome(outcome)
        return found

    def _wait(self, space_id: str, run_id: str, stop: Stop | None) -> OfficialRun:
        waits = polls(self._client.workspace, limit_s=self._client.calls.timing.evaluation_s)
        told: OfficialRun | None = None
        while True:
            run = self._run(space_id, run_id, stop)
            if run != told and self._on_run:
                self._on_run(run)
            told = run
            if run.ended or not waits.next(stop):
                return run

    def _run(self, space_id: str, run_id: str, stop: Stop | None = None) -> OfficialRun:
        reply = self._client.calls.read(
            "following the evaluation", lambda w: w.genie.genie_get_eval_run(space_id, run_id), stop=stop
        )
        status = reply.eval_run_status.value if reply.eval_run_status else "UNKNOWN"
        counts = (reply.num_done, reply.num_correct, reply.num_needs_review, reply.num_questions)
        return OfficialRun(run_id, status, *(each or 0 for each in counts))

    def _outcome(
        self, space_id: str, result_id: str | None, benchmark: Benchmark, run: OfficialRun, stop: Stop | None
    ) -> Outcome:
        missing = Failure(
            Kind.TIMED_OUT if not run.ended or run.status == "EVALUATION_TIMEOUT" else Kind.SERVER_ERROR,
            f"The official evaluation gave no verdict on this question; the run is {run.status}. Start it again.",
            run.status,
        )
        if result_id is None:
            return outcome_of_failure(benchmark, missing)
        try:
            details = self._client.calls.read(
                "reading the verdict",
                lambda w: w.genie.genie_get_eval_result_details(space_id, run.id, result_id),
                stop=stop,
            )
        except CancelledError:
            raise
        except WorkbenchError as error:
            return outcome_of_failure(benchmark, failure_of(error))
        if details.assessment is None:
            return outcome_of_failure(benchmark, missing)
        state = state_of_verdict(Verdict(details.assessment.value))
        reasons = tuple(each.value for each in details.assessment_reasons or ())
        if state is OutcomeState.WRONG and "EMPTY_GOOD_SQL" in reasons:
            state = OutcomeState.CONFIGURATION
        actual_sql, text, actual = self._response(details.actual_response)
        expected_sql, _, expected = self._response(details.expected_response)
        base = Outcome(benchmark.id, benchmark.question, state, _sentence(state, reasons), reasons)
        return replace(
            base,
            expected_sql=expected_sql or benchmark.expected_sql,
            actual_sql=actual_sql,
            text=text,
            expected=expected,
            actual=actual,
            attempts=1,
            by="person" if details.manual_assessment else "service",
        )

    def _response(self, responses: Any) -> tuple[str | None, str | None, ResultTable | None]:
        """SQL, words and rows of one side."""
        sql = text = None
        table: ResultTable | None = None
        for each in responses or ():
            kind = each.response_type.value if each.response_type else "SQL"
            if kind == "TEXT":
                text = each.response or text
                continue
            sql = each.response or sql
            if each.sql_execution_result is not None and self._with_rows:
                try:
                    table = rows_of(self._client, each.sql_execution_result, whose="The query")
                except (StatementError, WorkbenchError):
                    table = None  # the verdict stands without the rows
        return sql, text, table

    def _results(self, space_id: str, run_id: str) -> list[Any]:
        def page(token: str | None) -> tuple[list[Any], str | None]:
            reply = self._client.calls.read(
                "reading the evaluation's results",
                lambda w: w.genie.genie_list_eval_results(space_id, run_id, page_size=_PAGE, page_token=token),
            )
            return reply.eval_results or [], reply.next_page_token

        return list(paged(page))


def _sentence(state: OutcomeState, reasons: tuple[str, ...]) -> str:
    if state is OutcomeState.PASSED:
        return "The service judges the answer good."
    if state is OutcomeState.CONFIGURATION:
        return "The expected SQL gives no rows, so nothing can equal it. Mend the benchmark."
    named = ", ".join(each.removeprefix("LLM_JUDGE_").replace("_", " ").lower() for each in reasons)
    what = "leaves the answer for review" if state is OutcomeState.NEEDS_REVIEW else "judges the answer bad"
    return f"The service {what}{f': {named}' if named else ''}."
