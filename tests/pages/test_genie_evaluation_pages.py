"""Benchmarks, the Evaluate page and an evaluation's page: empty and filled, and what a person does on them."""

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core import genie, jobs
from core.db import reading, transaction
from core.local_genie import serve
from core.settings import Settings
from tests.pages.conftest import texts

INT, TEXT = genie.ResultColumn("n", "BIGINT"), genie.ResultColumn("region", "STRING")
EXPECTED = genie.ResultTable((TEXT, INT), (("north", "10"), ("south", "20"), ("west", "30")), total_rows=3)
ACTUAL = genie.ResultTable((TEXT, INT), (("north", "10"), ("south", "21"), ("east", "5")), total_rows=3)


def outcome_of(benchmark: genie.Benchmark, *, passed: bool, repeat: int = 1) -> genie.Outcome:
    """What the judge says to the right rows, or to rows of which one differs, one is missing and one is too many."""
    actual = EXPECTED if passed else ACTUAL
    found = genie.judge(EXPECTED, actual, question=benchmark.question)
    state = genie.OutcomeState.PASSED if found.verdict is genie.Verdict.GOOD else genie.OutcomeState.WRONG
    return genie.Outcome(
        benchmark.id, benchmark.question, state, found.sentence, tuple(map(str, found.reasons)),
        expected_sql="SELECT region, n FROM a", actual_sql="SELECT region, m FROM a", expected=EXPECTED, actual=actual,
        judgement=found, repeat=repeat, duration_s=0.4, attempts=1,
    )  # fmt: skip


def not_measured(benchmark: genie.Benchmark, repeat: int = 1) -> genie.Outcome:
    failure = genie.Failure(genie.Kind.RATE_LIMITED, "The workspace allows no more questions now.")
    return replace(genie.outcome_of_failure(benchmark, failure), repeat=repeat)


@pytest.fixture
def make_evaluation(workbench) -> Callable[..., str]:
    """Stores an evaluation as its job does: every third question passes always, every third never, every third now and then.

    Returns the job's id. The last question of `unmeasured` ones met a rate limit.
    """

    def make(count: int = 6, repeats: int = 1, *, unmeasured: int = 0, **fields: Any) -> str:
        benchmarks = tuple(
            genie.Benchmark(f"b{i}", f"Question number {i}?", "SELECT 1", category=f"part {i % 2}", held_out=i % 5 == 0)
            for i in range(count)
        )
        request = genie.EvaluationRequest(workspace="local", space_id="s1", benchmarks=benchmarks, repeats=repeats)
        with transaction() as session:
            job = genie.submit_evaluation(session, replace(request, name="First look", **fields), person="ann")
            genie.keep_measured_space(session, job.id, space_title="Sales", snapshot_id=None, space_hash="3fa9")
            for repeat in range(1, repeats + 1):
                for i, each in enumerate(benchmarks):
                    passed = i % 3 == 0 or (i % 3 == 2 and repeat % 2 == 0)
                    outcome = (
                        not_measured(each, repeat)
                        if i >= count - unmeasured
                        else outcome_of(each, passed=passed, repeat=repeat)
                    )
                    genie.store_outcome(session, job.id, outcome, i, each)
            jobs.cancel(session, job.id, person="ann")
        return job.id

    return make


def outcomes(job_id: str) -> tuple[genie.OutcomeRow, ...]:
    with reading() as session:
        return genie.list_outcomes(session, job_id)


def metric(at, start: str) -> str:
    return next(each.value for each in at.metric if each.label.startswith(start))


def test_an_evaluation_that_is_gone_says_so_and_leads_back(open_page):
    at = open_page("genie/evaluation.py", id="nothing")
    assert at.warning[0].value.startswith("There is no evaluation")
    assert open_page("genie/evaluation.py").warning[0].value == "No evaluation is chosen. Open one from the list."


@pytest.mark.parametrize("view", ["Questions", "Stability", "Log", "Configuration"])
@pytest.mark.parametrize("repeats", [1, 3])
def test_every_view_of_an_evaluation_is_drawn(open_page, make_evaluation, view, repeats):
    at = open_page("genie/evaluation.py", id=make_evaluation(repeats=repeats), evaluation_view=view)
    assert not at.error, at.error
    assert "First look" in texts(at)
    assert metric(at, "Passed")


def test_the_score_leaves_out_what_was_not_measured_and_counts_it_beside(open_page, make_evaluation):
    at = open_page("genie/evaluation.py", id=make_evaluation(6, unmeasured=2))
    assert metric(at, "Passed: 2 of 4 measured") == "50.0 %"
    assert metric(at, "Not measured") == "2"
    assert metric(at, "Held out: 1 of 1") == "100.0 %"


def test_questions_are_filtered_by_what_stands_in_the_address(open_page, make_evaluation):
    job_id = make_evaluation(12)
    at = open_page("genie/evaluation.py", id=job_id, outcome_verdict="✗ wrong")
    assert set(at.dataframe[0].value["Verdict"]) == {"✗ wrong"}
    at = open_page("genie/evaluation.py", id=job_id, outcome_part="held out")
    assert len(at.dataframe[0].value) == 3
    at = open_page("genie/evaluation.py", id=job_id, outcome_label="part 1", outcome_search="number 11")
    assert at.dataframe[0].value["Question"].tolist() == ["Question number 11?"]


def test_repeats_are_classed_and_filtered_by_their_stability(open_page, make_evaluation):
    job_id = make_evaluation(6, repeats=2)
    at = open_page("genie/evaluation.py", id=job_id, outcome_stability="~ flaky")
    table = at.dataframe[0].value
    assert set(table["Stability"]) == {"~ flaky"} and len(table) == 4
    at = open_page("genie/evaluation.py", id=job_id, evaluation_view="Stability")
    assert at.dataframe[0].value["Passed"].tolist() == ["1 of 2", "1 of 2", "0 of 2", "0 of 2", "2 of 2", "2 of 2"]
    assert "~ flaky 2" in texts(at)


def test_a_failure_shows_both_sqls_and_marks_the_rows_that_differ_by_signs(open_page, make_evaluation):
    job_id = make_evaluation()
    wrong = outcomes(job_id)[1]
    at = open_page("genie/evaluation.py", id=job_id, outcome=wrong.id)
    assert {"SELECT region, n FROM a", "SELECT region, m FROM a"} <= {each.value for each in at.code}
    assert "rows are missing (RESULT_MISSING_ROWS)" in texts(at)
    table = at.dataframe[1].value
    assert sorted(table["sign"]) == ["+ not expected", "= the same", "− missing", "≠ differs"]
    differing = table[table["sign"] == "≠ differs"].iloc[0]
    assert (differing["e1"], differing["a1"]) == ("≠ 20", "≠ 21") and differing["e0"] == "south"


def test_a_question_that_was_not_asked_was_neither_answered_nor_compared(open_page, make_evaluation):
    job_id = make_evaluation(2, unmeasured=1)
    asked, other = (
        [each.value for each in open_page("genie/evaluation.py", id=job_id, outcome=each.id).caption]
        for each in outcomes(job_id)
    )
    assert any("compared row by row · answered in 400 ms · asked 1 time" in each for each in asked)
    assert any(each.endswith("not asked") for each in other) and any("Genie was not asked." in each for each in other)
    assert not any("compared row" in each or "answered in" in each for each in other)


def test_a_person_overrules_and_withdraws_and_the_score_follows(open_page, make_evaluation):
    job_id = make_evaluation()
    wrong = outcomes(job_id)[1]
    at = open_page("genie/evaluation.py", id=job_id, outcome=wrong.id)
    assert metric(at, "Passed: 2 of 6") == "33.3 %"
    at.button(key="FormSubmitter:evaluation.overrule-Overrule").click().run()
    assert "needs a reason" in at.error[0].value
    at.text_area(key=f"evaluation.overrule.reason.{wrong.id}").set_value("Both answers are right.")
    at.button(key="FormSubmitter:evaluation.overrule-Overrule").click().run()
    assert metric(at, "Passed: 3 of 6") == "50.0 %"
    assert "Overruled by ann" in texts(at) and "Measured was ✗ wrong" in texts(at)
    with reading() as session:
        assert genie.get_outcome(session, wrong.id).measured_state == "wrong"
    at.button(key="evaluation.withdraw").click().run()
    assert metric(at, "Passed: 2 of 6") == "33.3 %"


def test_each_round_of_a_question_can_be_opened(open_page, make_evaluation):
    job_id = make_evaluation(3, repeats=2)
    first, second = (each for each in outcomes(job_id) if each.benchmark_id == "b2")
    at = open_page("genie/evaluation.py", id=job_id, outcome=first.id)
    rounds = at.segmented_control(key=f"outcome.rounds.{first.id}")
    assert rounds.options == ["Round 1: ✗ wrong", "Round 2: ✓ passed"]
    rounds.set_value(second.id).run()
    assert at.query_params["outcome"] in (second.id, [second.id])


def test_five_hundred_questions_three_times_stay_quick(open_page, make_evaluation):
    job_id = make_evaluation(500, repeats=3)
    wrong = outcomes(job_id)[1]
    at = open_page("genie/evaluation.py", id=job_id, outcome=wrong.id)
    begun = time.perf_counter()
    at.run()
    assert time.perf_counter() - begun < 1.5
    assert len(at.dataframe[0].value) == 1500


# With the local Genie


@pytest.fixture(scope="session")
def genie_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a local Genie with the demo space, to copy: loading its tables takes longer than most tests."""
    folder = tmp_path_factory.mktemp("genie")
    with serve(folder) as server:
        server.load_once("demo", genie.DEMO_TABLES, genie.demo_space().copy(), genie.DEMO_TITLE)
    return folder


@pytest.fixture
def demo(workbench: Settings, genie_files: Path) -> str:
    """The id of the demo space."""
    shutil.copytree(genie_files, workbench.data_dir, dirs_exist_ok=True)
    with reading() as session:
        client = genie.client_of(session, "local")
    return client.list_spaces()[0].id


def kept(space_id: str) -> genie.BenchmarkSet:
    with reading() as session:
        found = genie.get_benchmarks(session, "local", space_id)
    assert found is not None
    return found


def save(space_id: str, *benchmarks: genie.Benchmark, person: str = "bob") -> genie.BenchmarkSet:
    before = kept(space_id)
    with transaction() as session:
        return genie.save_benchmarks(
            session, "local", space_id, benchmarks, rev=before.rev, origin="a file", person=person
        )


def open_benchmarks(open_page, space_id: str):
    return open_page("genie/space.py", workspace="local", space=space_id, space_view="Benchmarks")


def test_evaluate_says_what_it_will_ask_and_what_nobody_checked(open_page, demo):
    at = open_page("genie/evaluate.py", workspace="local", space=demo)
    assert "30 questions, no limit a minute" in texts(at) and "No evaluations yet" in texts(at)
    assert "was not checked since their last change" in at.warning[0].value
    at.segmented_control(key="evaluate.part").set_value("held out").run()
    at.number_input(key="evaluate.repeats").set_value(2).run()
    assert "16 questions" in texts(at)
    at.segmented_control(key="evaluate.route").set_value("official").run()
    assert "by the service at its own pace" in texts(at)


def test_the_held_out_questions_are_evaluated_from_the_page_and_listed_with_their_score(open_page, demo, worker):
    at = open_page("genie/evaluate.py", workspace="local", space=demo)
    at.segmented_control(key="evaluate.part").set_value("held out").run()
    at.button(key="evaluate.start").click().run(timeout=30)
    assert not at.exception
    with reading() as session:
        [row] = genie.list_evaluations(session).rows
    assert jobs.wait_for(row.job_id, 60).state == "completed"
    with reading() as session:
        found = genie.get_evaluation(session, row.job_id)
    assert found.asked == found.rounds[0].measured == 8 and found.snapshot_id
    at = open_page("genie/evaluate.py", workspace="local", space=demo)
    table = at.dataframe[0].value
    words = f"{found.rounds[0].passed} of 8, {found.rounds[0].value:.1%}".replace("%", " %")
    assert (table["Score"][0], table["Held out"][0], table["State"][0]) == (words, words, "Completed")
    at.selectbox(key="evaluation_state").set_value("failed").run()
    assert "Nothing matches" in texts(at)


def test_only_benchmarks_of_a_tag_are_asked_and_without_any_the_button_says_why(open_page, demo):
    first, second, *_ = kept(demo).benchmarks
    save(demo, replace(first, tags=("money",), held_out=False), replace(second, held_out=True))
    at = open_page("genie/evaluate.py", workspace="local", space=demo)
    at.multiselect(key="evaluate.labels").set_value(["money"]).run()
    assert "1 question," in texts(at)
    at.segmented_control(key="evaluate.part").set_value("held out").run()
    assert at.button(key="evaluate.start").disabled and "Choose others" in texts(at)


def test_the_quality_check_stands_beside_each_benchmark_and_warns_before_an_evaluation(open_page, demo, worker):
    good = kept(demo).benchmarks[1]
    bad = genie.Benchmark("bad", "How many unicorns?", "SELECT count(*) FROM shop.sales.unicorns")
    save(demo, good, bad, genie.Benchmark("open", "How do you feel?", None))
    at = open_benchmarks(open_page, demo)
    at.button(key="benchmarks.check").click().run()
    with reading() as session:
        check = genie.latest_check(session, "local", demo)
    assert check is not None and jobs.wait_for(check.id, 30).result == {"total": 3, "usable": 2}
    at = open_benchmarks(open_page, demo)
    assert "1 of 3 ready, 1 with an error, 1 with a warning" in texts(at)
    table = at.data_editor[0].value
    assert table["check"].tolist() == ["✓ ready", "✗ error", "! warning"]
    assert table["found"][1].startswith("The expected SQL fails.")
    at = open_page("genie/evaluate.py", workspace="local", space=demo)
    assert "errors in 1 of these 3" in at.warning[0].value


def editor(at) -> str:
    """The key of the table of benchmarks."""
    return next(each.key for each in at.data_editor if each.key.startswith("benchmarks.table"))


def edit(at, **edits: Any) -> None:
    at.session_state[editor(at)] = {"edited_rows": {}, "added_rows": [], "deleted_rows": []} | edits
    at.run()


def test_benchmarks_are_edited_in_the_table(open_page, demo):
    before = kept(demo)
    at = open_benchmarks(open_page, demo)
    assert "8 held out" in texts(at) and at.button(key="benchmarks.save").disabled
    added = {
        "question": "How many regions?",
        "expected_sql": "SELECT count(*) FROM shop.sales.regions",
        "tags": ["new"],
    }
    edit(at, edited_rows={0: {"notes": "mine", "held_out": True}}, added_rows=[added], deleted_rows=[2])
    assert "Not saved: 1 added, 1 changed, 1 removed." in texts(at)
    at.button(key="benchmarks.save").click().run()
    assert not at.error, at.error
    after = kept(demo)
    assert (after.rev, len(after.benchmarks), after.updated_by) == (before.rev + 1, 30, "ann")
    assert (after.benchmarks[0].notes, after.benchmarks[0].held_out) == ("mine", True)
    assert after.benchmarks[-1].tags == ("new",) and before.benchmarks[2] not in after.benchmarks
    assert at.button(key="benchmarks.save").disabled


def test_a_save_by_another_person_is_told_and_neither_side_is_lost_unseen(open_page, demo):
    at = open_benchmarks(open_page, demo)
    edit(at, edited_rows={0: {"notes": "mine"}})
    theirs = replace(kept(demo).benchmarks[0], notes="theirs")
    save(demo, theirs, *kept(demo).benchmarks[1:])
    at.button(key="benchmarks.save").click().run()
    assert "bob saved these benchmarks" in at.warning[0].value
    assert kept(demo).benchmarks[0].notes == "theirs"
    at.button(key="benchmarks.over").click().run()
    assert kept(demo).benchmarks[0].notes == "mine"


def test_a_file_is_imported_after_its_problems_and_changes_are_shown(open_page, demo):
    first = kept(demo).benchmarks[0]
    at = open_benchmarks(open_page, demo)
    at.button(key="benchmarks.import").click().run()
    text = (
        f"id,question,expected_sql,tags\n{first.id},{first.question},SELECT 1,top\n,,SELECT 2,\n,A new one?,SELECT 3,"
    )
    at.file_uploader(key="benchmarks.import.file").set_value(("more.csv", text.encode(), "text/csv")).run()
    assert "1 added, 1 changed, 0 removed" in texts(at)
    assert any("problem" in each.label for each in at.expander)
    at.button(key="benchmarks.import.save").click().run()
    after = kept(demo)
    assert len(after.benchmarks) == 31 and after.benchmarks[0].tags == ("top",)
    assert after.origin == "the demo, more.csv" and after.held_out_count == 8


def test_a_random_fifth_is_held_out_by_a_seed(open_page, demo):
    at = open_benchmarks(open_page, demo)
    at.menu_button(key="benchmarks.more").click("Hold out at random").run()
    assert "6 benchmarks of 30" in texts(at)
    at.number_input(key="benchmarks.hold_out.seed").set_value(7).run()
    at.button(key="benchmarks.hold_out").click().run()
    after = kept(demo)
    assert after.held_out_count == 6 and after.origin == "the demo (held out at random, seed 7)"
    assert after.benchmarks == genie.hold_out(after.benchmarks, 0.2, 7)


def test_benchmarks_are_written_into_the_space_only_after_confirming(open_page, demo):
    with reading() as session:
        client = genie.client_of(session, "local")
    save(demo, *kept(demo).benchmarks[:3])
    at = open_benchmarks(open_page, demo)
    at.menu_button(key="benchmarks.more").click("Write into the space").run()
    assert "0 added, 0 changed, 27 removed" in texts(at) and at.button(key="benchmarks.write_back").disabled
    at.checkbox(key="benchmarks.write_back.sure").set_value(True).run()
    at.button(key="benchmarks.write_back").click().run()
    assert not at.error, at.error
    definition = client.get_space(demo).definition
    assert definition is not None and len(definition.benchmarks) == 3
    with reading() as session:
        [snapshot] = genie.list_snapshots(session, "local", demo)
        assert len(genie.get_snapshot(session, snapshot.id).definition.benchmarks) == 30


def test_a_space_without_kept_benchmarks_offers_its_own(open_page, demo):
    made = genie.load_local(genie.DEMO_TABLES, genie.demo_space(), title="Bare")
    at = open_page("genie/evaluate.py", workspace="local", space=made.space_id)
    assert "No benchmarks are kept for this space" in texts(at)
    at = open_benchmarks(open_page, made.space_id)
    assert at.button(key="benchmarks.take_over").label == "Take over the 30 benchmarks of the space"
    at.button(key="benchmarks.take_over").click().run()
    assert (kept(made.space_id).origin, len(kept(made.space_id).benchmarks)) == ("the space", 30)
    at = open_page("genie/evaluate.py", workspace="local", space=made.space_id)
    assert "30 questions" in texts(at)


def test_foreign_text_stays_text(open_page, make_evaluation):
    job_id = make_evaluation(1)
    benchmark = genie.Benchmark("evil", "![i](http://x.example/i.png) **<b>loud</b>**", "SELECT 1")
    with transaction() as session:
        genie.store_outcome(session, job_id, outcome_of(benchmark, passed=False), 1, benchmark)
    at = open_page("genie/evaluation.py", id=job_id, outcome=outcomes(job_id)[1].id)
    shown = next(each.value for each in at.markdown if "loud" in each.value)
    assert "![i](" not in shown and "<b>" not in shown.replace("\\<b\\>", "") and "://" not in shown


@pytest.mark.parametrize(("page", "noun"), [("genie/evaluation.py", "evaluation"), ("analysis/job.py", "job")])
def test_an_evaluation_is_deleted_after_asking(open_page, make_evaluation, page, noun):
    job_id = make_evaluation()
    at = open_page(page, id=job_id)
    at.session_state["job_deletion.asking"] = job_id
    at.run()
    at.button(key=f"{noun}.delete").click().run()
    assert not at.exception and outcomes(job_id) == ()
    with reading() as session:
        assert jobs.find_job(session, job_id) is None
