"""Whether benchmarks are fit to measure with: half of a well-known public set has errors, so check before use.

Each expected SQL is run. Findings are errors (the benchmark cannot be passed, or measures nothing) or warnings.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from core.errors import CancelledError, WorkbenchError
from core.genie.benchmarks.model import Benchmark
from core.genie.failures import Kind, Meaning
from core.genie.judging.ordering import asks_for_ranking, has_unordered_limit, outer_order
from core.genie.limits import LONGEST_TEXT, MOST_RESULT_ROWS
from core.genie.reading_sql import normal_sql, why_not_run
from core.genie.results import ResultTable
from core.genie.spaces import Space
from core.genie.statements import statement_failure
from core.genie.workspaces import Stop

Level = Literal["error", "warning", "not_checked"]
Check = Literal[
    "runs",
    "reads_only",
    "not_empty",
    "not_too_large",
    "ordered",
    "no_duplicate",
    "not_an_example",
    "has_sql",
    "too_long",
]
RunSql = Callable[[str], ResultTable]
"""Runs one statement; raises a WorkbenchError. `lambda sql: run_sql(client, sql)` is one."""


@dataclass(frozen=True)
class Finding:
    """One thing about one benchmark. `not_checked` is trouble of the service: nothing is known about the benchmark."""

    benchmark_id: str
    check: Check
    level: Level
    sentence: str


@dataclass(frozen=True)
class QualityReport:
    """All findings, by benchmark in the order given; `rows` are the numbers of rows that the expected SQL gives."""

    findings: tuple[Finding, ...]
    rows: dict[str, int]
    total: int

    @property
    def usable(self) -> int:
        """How many benchmarks have no error."""
        return self.total - len({each.benchmark_id for each in self.findings if each.level == "error"})


def check_quality(
    benchmarks: Sequence[Benchmark],
    run: RunSql,
    *,
    space: Space | None = None,
    on_checked: Callable[[Benchmark, tuple[Finding, ...]], None] | None = None,
    stop: Stop | None = None,
) -> QualityReport:
    """Check each benchmark; `space` is where examples are looked for that copy one. Raises CancelledError on `stop`."""
    twins = duplicates(benchmarks)
    examples = _examples(space)
    found: list[Finding] = []
    rows: dict[str, int] = {}
    for benchmark in benchmarks:
        if stop is not None and stop():
            raise CancelledError("Stopped on request. The benchmarks after this were not checked.")
        told = [*_runs(benchmark, run, rows), *_ordered(benchmark), *twins.get(benchmark.id, ())]
        told += _copied(benchmark, examples)
        if len(benchmark.question) > LONGEST_TEXT or len(benchmark.expected_sql or "") > LONGEST_TEXT:
            sentence = f"The question or its SQL is longer than {LONGEST_TEXT:,} characters, which the service refuses."
            told.append(Finding(benchmark.id, "too_long", "error", sentence))
        found += told
        if on_checked:
            on_checked(benchmark, tuple(told))
    return QualityReport(tuple(found), rows, len(benchmarks))


def _runs(benchmark: Benchmark, run: RunSql, rows: dict[str, int]) -> list[Finding]:
    sql = benchmark.expected_sql
    if sql is None:
        return [Finding(benchmark.id, "has_sql", "warning", "It has no expected SQL, so rows cannot be compared.")]
    if refused := why_not_run(sql):
        return [Finding(benchmark.id, "reads_only", "error", refused)]
    try:
        table = run(sql)
    except WorkbenchError as error:
        failure = statement_failure(error)
        if failure.kind is Kind.STOPPED:
            raise
        if failure.kind is Kind.TIMED_OUT:
            return [Finding(benchmark.id, "runs", "error", f"The expected SQL takes too long. {failure.sentence}")]
        if failure.meaning is Meaning.WRONG:
            return [Finding(benchmark.id, "runs", "error", f"The expected SQL fails. {failure.sentence}")]
        return [Finding(benchmark.id, "runs", "not_checked", failure.sentence)]
    if table.truncated or len(table.rows) > MOST_RESULT_ROWS:
        sentence = f"The expected SQL gives more than {MOST_RESULT_ROWS:,} rows, which cannot be compared."
        return [Finding(benchmark.id, "not_too_large", "error", sentence)]
    rows[benchmark.id] = len(table.rows)
    if not table.rows:
        sentence = "The expected SQL gives no rows, so every answer is judged wrong."
        return [Finding(benchmark.id, "not_empty", "error", sentence)]
    if all(cell is None for row in table.rows for cell in row):
        sentence = "The expected SQL gives nothing but NULL; a filter may match no row."
        return [Finding(benchmark.id, "not_empty", "warning", sentence)]
    return []


def _ordered(benchmark: Benchmark) -> list[Finding]:
    sql = benchmark.expected_sql
    if sql is None:
        return []
    if has_unordered_limit(sql):
        sentence = "A LIMIT cuts rows that nothing orders, so which rows are expected is chance. Add an ORDER BY."
        return [Finding(benchmark.id, "ordered", "error", sentence)]
    if re.search(
        r"\b(?:rank(?:ed|ing)?|sort(?:ed)?|order(?:ed)? by|top \d+|descending|ascending)\b", benchmark.question, re.I
    ):
        missing = asks_for_ranking(benchmark.question) and outer_order(sql) is None
        if missing:
            sentence = "The question asks for an order, but the expected SQL does not order the outermost rows."
            return [Finding(benchmark.id, "ordered", "warning", sentence)]
    return []


def duplicates(benchmarks: Sequence[Benchmark]) -> dict[str, list[Finding]]:
    """Benchmarks that ask the same, by id; the first of them is kept without a finding."""
    by_question: dict[str, list[Benchmark]] = defaultdict(list)
    by_sql: dict[str, list[Benchmark]] = defaultdict(list)
    for each in benchmarks:
        by_question[normal_question(each.question)].append(each)
        if each.expected_sql:
            by_sql[normal_sql(each.expected_sql)].append(each)
    found: dict[str, list[Finding]] = defaultdict(list)
    for first, *others in by_question.values():
        for each in others:
            same = normal_sql(each.expected_sql or "") == normal_sql(first.expected_sql or "")
            how = "" if same else " with other SQL: one of the two is wrong"
            found[each.id].append(
                Finding(each.id, "no_duplicate", "error", f"The question stands already under “{first.id}”{how}.")
            )
    for first, *others in by_sql.values():
        for each in others:
            if not found.get(each.id) and normal_question(each.question) != normal_question(first.question):
                sentence = f"Its SQL is that of “{first.id}”, so both measure the same."
                found[each.id].append(Finding(each.id, "no_duplicate", "warning", sentence))
    return found


def _examples(space: Space | None) -> tuple[dict[str, str], dict[str, str]]:
    """The space's examples by normal question and by normal SQL."""
    if space is None:
        return {}, {}
    questions = {normal_question(each.question): each.question for each in space.examples if each.question}
    return questions, {normal_sql(each.sql): each.question for each in space.examples if each.sql}


def _copied(benchmark: Benchmark, examples: tuple[dict[str, str], dict[str, str]]) -> list[Finding]:
    by_question, by_sql = examples
    example = by_question.get(normal_question(benchmark.question))
    if example is None and benchmark.expected_sql:
        example = by_sql.get(normal_sql(benchmark.expected_sql))
    if example is None:
        return []
    sentence = (
        f"The space's example “{' '.join(example.split())[:80]}” gives the answer away, so passing shows nothing."
    )
    return [Finding(benchmark.id, "not_an_example", "error", sentence)]


def normal_question(question: str) -> str:
    """A question without case, punctuation and extra blanks."""
    return " ".join(re.findall(r"\w+", question.casefold()))
