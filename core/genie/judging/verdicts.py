"""The deterministic judge of one answer: the service's rules, applied to rows.

Good is: the same SQL, or the same rows as a multiset (in order where the benchmark asks for an order), numbers equal to 4
significant digits, as many columns, matched by position or else by the one permutation that makes the sides equal. Which
side is which does not change whether it is good; reasons mirror each other (missing ↔ extra).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from core.genie.judging.matching import ColumnMatch, match_columns
from core.genie.judging.ordering import OuterOrder, order_matters, outer_order
from core.genie.judging.reasons import Reason, Verdict
from core.genie.judging.rows import RowKey, in_order, unmatched
from core.genie.judging.values import cell_key, close, common_family, family
from core.genie.reading_sql import same_sql
from core.genie.results import ResultTable

_MOST_CELLS = 500


@dataclass(frozen=True)
class CellDifference:
    """One differing cell; `row` counts the expected rows from 0, `column` the expected columns."""

    row: int
    column: int
    expected: str | None
    actual: str | None


@dataclass(frozen=True)
class Judgement:
    """`columns[i]` is the actual column that stands for expected column i; None where they were not matched.

    `permuted` and `reordered` say in what good rows still differ. `cells` are set where both sides have as many rows and
    columns and are compared row by row. `decided` is False where only a person or a model can tell.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    sentence: str
    columns: tuple[int, ...] | None = None
    permuted: bool = False
    reordered: bool = False
    missing_rows: int = 0
    extra_rows: int = 0
    cells: tuple[CellDifference, ...] = field(default=(), repr=False)

    @property
    def decided(self) -> bool:
        return self.verdict is not Verdict.NEEDS_REVIEW


def judge(
    expected: ResultTable,
    actual: ResultTable,
    *,
    question: str = "",
    expected_sql: str = "",
    actual_sql: str = "",
    ordered: bool | None = None,
) -> Judgement:
    """Compare Genie's rows with the expected ones. `ordered` overrides the rule for whether their order counts."""
    if expected_sql and actual_sql and same_sql(expected_sql, actual_sql):
        return Judgement(Verdict.GOOD, (), "Genie wrote the expected SQL.", tuple(range(len(expected.columns))))
    if not expected.rows:
        return Judgement(
            Verdict.BAD,
            (Reason.EMPTY_GOOD_SQL,),
            "The expected SQL gives no rows, so nothing can equal it. Mend the benchmark.",
        )
    if not actual.rows:
        return Judgement(
            Verdict.BAD, (Reason.EMPTY_RESULT,), "Genie's query gives no rows.", missing_rows=len(expected.rows)
        )
    if len(expected.columns) != len(actual.columns):
        return _other_columns(expected, actual)
    if expected.truncated or actual.truncated:
        return _cut_off(expected, actual)
    found = match_columns(expected, actual)
    order = outer_order(expected_sql) if expected_sql else None
    if found.equal:
        must_be_ordered = order_matters(question, expected_sql) if ordered is None else ordered
        return _equal(found, order, must_be_ordered=must_be_ordered)
    if found.equal_but_for_types:
        return Judgement(
            Verdict.BAD,
            (Reason.COLUMN_TYPE_DIFFERENCE,),
            f"The values match, but {found.type_sentence}.",
            found.columns,
            permuted=found.permuted,
        )
    return _different(expected, actual, found, order)


def _cut_off(expected: ResultTable, actual: ResultTable) -> Judgement:
    """Where a side was cut off, only the number of rows can show a difference."""
    if actual.truncated and not expected.truncated and len(actual.rows) >= len(expected.rows):
        return Judgement(
            Verdict.BAD,
            (Reason.RESULT_EXTRA_ROWS,),
            f"Genie gives more than {len(actual.rows):,} rows where {len(expected.rows):,} are expected.",
            extra_rows=len(actual.rows) + 1 - len(expected.rows),
        )
    if expected.truncated and not actual.truncated and len(expected.rows) >= len(actual.rows):
        return Judgement(
            Verdict.BAD,
            (Reason.RESULT_MISSING_ROWS,),
            f"Genie gives {_rows(len(actual.rows))} where more than {len(expected.rows):,} are expected.",
            missing_rows=len(expected.rows) + 1 - len(actual.rows),
        )
    cut = expected if expected.truncated else actual
    return Judgement(
        Verdict.NEEDS_REVIEW,
        (Reason.TRUNCATED,),
        f"The {'expected result' if expected.truncated else 'result of Genie'} was cut off after {len(cut.rows):,} rows, so "
        "the rest cannot be compared. Let the benchmark ask for fewer rows.",
    )


def _equal(found: ColumnMatch, order: OuterOrder | None, *, must_be_ordered: bool) -> Judgement:
    reordered = not in_order(found.expected, found.actual)
    base = Judgement(
        Verdict.GOOD, (), "The rows are the expected ones.", found.columns, permuted=found.permuted, reordered=reordered
    )
    notes = ["the columns stand in another order"] if found.permuted else []
    if reordered and must_be_ordered and not _ties_in_order(found, order):
        return replace(
            base,
            verdict=Verdict.BAD,
            reasons=(Reason.ORDER_DIFFERENCE,),
            sentence="The rows are the expected ones, but in another order than the question asks for.",
        )
    if reordered:
        notes.append("the rows stand in another order, which does not count here")
    return replace(base, sentence=f"{base.sentence[:-1]}; {', and '.join(notes)}.") if notes else base


def _ties_in_order(found: ColumnMatch, order: OuterOrder | None) -> bool:
    """Whether the order differs only among rows that the ORDER BY does not tell apart."""
    if order is None or not order.columns or any(column is None for column in order.columns):
        return False
    keys = [column for column in order.columns if column is not None]

    def sort_keys(rows: Sequence[RowKey]) -> list[RowKey]:
        return [tuple(row[column] for column in keys) for row in rows]

    return in_order(sort_keys(found.expected), sort_keys(found.actual))


def _different(expected: ResultTable, actual: ResultTable, found: ColumnMatch, order: OuterOrder | None) -> Judgement:
    missing, extra = unmatched(found.expected, found.actual)
    if len(expected.rows) == len(actual.rows) == 1 and len(expected.columns) == 1:
        cell = CellDifference(0, 0, expected.rows[0][0], actual.rows[0][0])
        return Judgement(
            Verdict.BAD,
            (Reason.SINGLE_CELL_DIFFERENCE,),
            f"The value is {_shown(cell.actual)} instead of {_shown(cell.expected)}.",
            found.columns,
            missing_rows=1,
            extra_rows=1,
            cells=(cell,),
        )
    if _only_the_last_place_differs(found, order, missing, extra):
        return Judgement(
            Verdict.NEEDS_REVIEW,
            (Reason.TIE_AT_LIMIT,),
            "Only rows that share the last place differ; which of them the LIMIT keeps is chance. Make the benchmark's "
            "order unambiguous.",
            found.columns,
            missing_rows=len(missing),
            extra_rows=len(extra),
        )
    reasons = ((Reason.RESULT_MISSING_ROWS,) if missing else ()) + ((Reason.RESULT_EXTRA_ROWS,) if extra else ())
    parts = [f"{_rows(len(missing))} missing" if missing else "", f"{_rows(len(extra))} not expected" if extra else ""]
    return Judgement(
        Verdict.BAD,
        reasons,
        f"{' and '.join(part for part in parts if part)}, of {_rows(len(expected.rows))} expected.".capitalize(),
        found.columns,
        missing_rows=len(missing),
        extra_rows=len(extra),
        cells=_cells(expected, actual),
    )


def _only_the_last_place_differs(
    found: ColumnMatch, order: OuterOrder | None, missing: list[int], extra: list[int]
) -> bool:
    if order is None or not order.limited or not order.columns or any(column is None for column in order.columns):
        return False
    if not missing or len(missing) != len(extra) or len(found.expected) != len(found.actual):
        return False
    keys = [column for column in order.columns if column is not None]
    last = tuple(found.expected[-1][column] for column in keys)
    rows = [found.expected[i] for i in missing] + [found.actual[j] for j in extra]
    return all(all(close(row[column], cell) for column, cell in zip(keys, last, strict=True)) for row in rows)


def _other_columns(expected: ResultTable, actual: ResultTable) -> Judgement:
    wanted, got = len(expected.columns), len(actual.columns)
    reasons = [Reason.RESULT_MISSING_COLUMNS if got < wanted else Reason.RESULT_EXTRA_COLUMNS]
    more = len(actual.rows) - len(expected.rows)
    if more and not (expected.truncated or actual.truncated):
        reasons.append(Reason.RESULT_EXTRA_ROWS if more > 0 else Reason.RESULT_MISSING_ROWS)
    sentence = f"Genie gives {got} {'column' if got == 1 else 'columns'} where {wanted} {'is' if wanted == 1 else 'are'} expected"
    if len(reasons) > 1:
        sentence += f", and {_rows(len(actual.rows))} instead of {len(expected.rows):,}"
    return Judgement(Verdict.BAD, tuple(reasons), f"{sentence}.", missing_rows=max(0, -more), extra_rows=max(0, more))


def _cells(expected: ResultTable, actual: ResultTable) -> tuple[CellDifference, ...]:
    """The differing cells where row i can be set beside row i."""
    if len(expected.rows) != len(actual.rows):
        return ()
    kinds = [
        common_family(family(a.type), family(b.type)) for a, b in zip(expected.columns, actual.columns, strict=True)
    ]
    found: list[CellDifference] = []
    for row, (left, right) in enumerate(zip(expected.rows, actual.rows, strict=True)):
        for column, kind in enumerate(kinds):
            if not close(cell_key(left[column], kind), cell_key(right[column], kind)):
                found.append(CellDifference(row, column, left[column], right[column]))
        if len(found) >= _MOST_CELLS:
            break
    return tuple(found[:_MOST_CELLS])


def _shown(cell: str | None) -> str:
    if cell is None:
        return "NULL"
    return re.sub(r"\s+", " ", cell)[:80] or "an empty text"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
