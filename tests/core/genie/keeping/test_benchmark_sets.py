"""Benchmarks are kept whole, saved only over what was seen, and an import never loses marks or histories silently."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.db import reading, transaction
from core.errors import ConflictError, InputError, NotFoundError
from core.genie.benchmarks import Benchmark, Finding, QualityReport
from core.genie.keeping import (
    benchmark_faults,
    get_benchmarks,
    keep_quality,
    merge_benchmarks,
    save_benchmarks,
)
from tests.core.genie.keeping.conftest import benchmarks_of

REPORT = QualityReport((Finding("b0", "runs", "error", "It fails."),), {"b1": 4, "b2": 1}, 3)


def save(space_id, benchmarks, rev, origin="a file", person="ann"):
    with transaction() as session:
        return save_benchmarks(session, "local", space_id, benchmarks, rev=rev, origin=origin, person=person)


def read(space_id):
    with reading() as session:
        return get_benchmarks(session, "local", space_id)


def test_benchmarks_come_back_as_they_were_given(space_id):
    full = Benchmark(
        "q-1", "Wie viele Zeilen – “alle”?", "SELECT 1;\n-- ½", "sales", "hard", ("a", "b"), True, "a note",
        {"owner": {"name": "ann", "since": [1, None]}},
    )  # fmt: skip
    given = [full, *benchmarks_of(3, held_out=1), Benchmark("alone", "Who?", None)]
    made = save(space_id, given, None)
    assert made == read(space_id) and made.benchmarks == tuple(given)
    assert (made.rev, made.origin, made.updated_by, made.held_out_count) == (1, "a file", "ann", 2)
    assert made.quality is None and made.checked_at is None


def test_there_are_none_before_any_is_saved_and_an_empty_set_is_one(space_id):
    assert read(space_id) is None
    assert save(space_id, [], None).benchmarks == ()
    assert save(space_id, benchmarks_of(1), 1).rev == 2


def test_saving_over_what_was_not_seen_is_refused(space_id):
    first = save(space_id, benchmarks_of(2), None)
    second = save(space_id, benchmarks_of(3), first.rev, person="bo")
    assert second.rev == 2 and second.updated_by == "bo"
    for rev in (None, 1, 3):
        with pytest.raises(ConflictError, match="changed meanwhile"):
            save(space_id, benchmarks_of(1), rev)
    with pytest.raises(ConflictError):
        save(f"{space_id}-other", benchmarks_of(1), 1)
    assert read(space_id) == second


def test_saving_the_same_again_changes_nothing(space_id):
    first = save(space_id, benchmarks_of(2), None)
    assert save(space_id, benchmarks_of(2), 1, origin="elsewhere", person="bo") == first


def test_of_two_first_savers_one_wins(space_id):
    def attempt(number):
        try:
            return save(space_id, benchmarks_of(number + 1), None)
        except ConflictError:
            return None

    with ThreadPoolExecutor(4) as pool:
        made = [each for each in pool.map(attempt, range(4)) if each]
    assert len(made) == 1 and read(space_id) == made[0]


def test_every_fault_is_named(space_id):
    faulty = [
        Benchmark("a", " ", "SELECT 1"), Benchmark("b", "Fine?", None), Benchmark("b", "Twice?", None),
        Benchmark("", "No id?", None), Benchmark("x" * 201, "Long id?", None), Benchmark("c", "q" * 25_001, None),
        Benchmark("d", "NUL\0?", None), Benchmark("e", "NaN?", None, extra={"n": float("nan")}),
    ]  # fmt: skip
    with pytest.raises(InputError) as raised:
        save(space_id, faulty, None)
    for words in (
        "Benchmark 1 has no question", "“b” stands at benchmarks 2 and 3", "Benchmark 4 has no id", "benchmark 5 is longer",
        "benchmark 6 has 25,001 characters", "Benchmark 7 holds", "Benchmark 8 holds",
    ):  # fmt: skip
        assert words in str(raised.value)
    assert len(benchmark_faults(faulty)) == 7 and read(space_id) is None
    with pytest.raises(InputError, match="501 benchmarks; a space has at most 500"):
        save(space_id, benchmarks_of(501), None)
    many = [Benchmark(str(i), "", None) for i in range(60)]
    with pytest.raises(InputError, match="And 40 more"):
        save(space_id, many, None)


def test_a_report_holds_while_questions_and_sql_stay(space_id):
    benchmarks = benchmarks_of(3)
    save(space_id, benchmarks, None)
    with transaction() as session:
        checked = keep_quality(session, "local", space_id, REPORT, rev=1)
    assert checked.quality == REPORT and checked.quality.usable == 2 and checked.checked_at is not None
    marked = [replace(each, held_out=True, tags=("x",)) for each in benchmarks]
    assert save(space_id, marked, 1).quality == REPORT
    changed = [replace(marked[0], expected_sql="SELECT 99"), *marked[1:]]
    after = save(space_id, changed, 2)
    assert after.quality is None and after.checked_at is None


def test_a_report_of_older_text_is_refused_but_marks_may_change_meanwhile(space_id):
    benchmarks = benchmarks_of(3)
    save(space_id, benchmarks, None)
    save(space_id, [replace(each, held_out=True) for each in benchmarks], 1)
    with transaction() as session:
        assert keep_quality(session, "local", space_id, REPORT, rev=1).quality == REPORT
    save(space_id, benchmarks_of(2), 2)
    for rev in (1, 2, 4):
        with pytest.raises(ConflictError, match="while they were checked"), transaction() as session:
            keep_quality(session, "local", space_id, REPORT, rev=rev)
    with pytest.raises(NotFoundError), transaction() as session:
        keep_quality(session, "local", "nowhere", REPORT, rev=1)


def test_an_import_updates_what_is_the_same_and_keeps_marks_and_ids():
    kept = [
        Benchmark("a", "How many orders?", "SELECT 1", "sales", tags=("x",), held_out=True, notes="n", extra={"k": 1}),
        Benchmark("b", "Who?", "SELECT 2"),
        Benchmark("c", "Untouched?", "SELECT 3"),
    ]
    given = [
        Benchmark("other-id", "how MANY orders", "SELECT 11", extra={"l": 2}),
        Benchmark("b", "Who is it?", "SELECT 2", tags=("y",)),
        Benchmark("new", "New?", None),
    ]
    merged = merge_benchmarks(kept, given, how="add")
    first, second, third, fourth = merged.benchmarks
    assert first == replace(kept[0], question="how MANY orders", expected_sql="SELECT 11", extra={"k": 1, "l": 2})
    assert second == replace(kept[1], question="Who is it?", tags=("y",))
    assert (third, fourth) == (kept[2], given[2])
    assert merged.added == (given[2],) and merged.changed == (first, second) and merged.unchanged == (kept[2],)
    assert merged.removed == merged.unmarked == ()
    replaced = merge_benchmarks(kept, given, how="replace")
    assert replaced.benchmarks == tuple(given) and replaced.removed == (kept[2],)
    assert replaced.unmarked == (kept[0],) and replaced.added == (given[2],)


IDS = st.sampled_from("abcd")
BENCHMARKS = st.lists(
    st.builds(
        Benchmark, IDS, st.sampled_from(["One?", "one", "Two?", "Three?"]), st.sampled_from([None, "SELECT 1"]), held_out=st.booleans()
    ),
    max_size=5,
    unique_by=lambda each: each.id,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(BENCHMARKS, BENCHMARKS, st.sampled_from(["add", "replace"]))
def test_merging_keeps_ids_unique_loses_nothing_and_is_stable(kept, given, how):
    merged = merge_benchmarks(kept, given, how=how)
    ids = [each.id for each in merged.benchmarks]
    assert len(set(ids)) == len(ids)
    assert len(merged.added) + len(merged.changed) + len(merged.unchanged) == len(merged.benchmarks)
    assert len(merged.changed) + len(merged.unchanged) + len(merged.removed) == len(kept)
    if how == "add":
        assert [each.id for each in kept] == ids[: len(kept)], "in place, under the ids that histories know"
        assert sum(each.held_out for each in merged.benchmarks) >= sum(each.held_out for each in kept)
    else:
        assert merged.benchmarks == tuple(given)
    again = merge_benchmarks(merged.benchmarks, merged.benchmarks, how=how)
    assert again.benchmarks == merged.benchmarks and not again.added and not again.changed
