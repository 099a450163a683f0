"""Scores are counted from outcomes at the moment of asking; a person's verdict goes first; lists cost a few queries."""

import pytest

from core import activity, jobs
from core.db import reading, transaction
from core.errors import ConflictError, InputError, NotFoundError
from core.genie.benchmarks import Benchmark
from core.genie.evaluating import Outcome, OutcomeState
from core.genie.judging import ModelVerdict, Verdict
from core.genie.keeping import (
    count_evaluations,
    get_evaluation,
    get_outcome,
    keep_measured_space,
    last_scores,
    list_evaluations,
    list_outcomes,
    open_outcomes,
    outcomes_of,
    overrule,
    repeated_score,
    score_history,
    settle_outcome,
    stability_of,
    start_evaluation,
    store_outcome,
    withdraw_overruling,
)
from core.genie.scoring import Score, Stability, score_repeats
from core.genie.views import EvaluationFilter, OutcomeFilter


def get(job_id):
    with reading() as session:
        return get_evaluation(session, job_id)


def rows(job_id, **filters):
    with reading() as session:
        return list_outcomes(session, job_id, OutcomeFilter(**filters))


def test_scores_are_counted_round_by_round_and_held_out_apart(evaluated):
    found = evaluated("ppwrnc", "pwwp--", held_out=2, judge="model", origin="a file", title="Nightly")
    assert found.rounds == (Score(2, 1, 1, 1, 1), Score(2, 2, 0, 0, 0))
    assert found.mean == pytest.approx((2 / 4 + 2 / 4) / 2)
    assert found.held_out == Score(0, 0, 0, 1, 1)
    assert (found.asked, found.planned, found.overruled) == (10, 12, 0)
    assert (found.benchmark_count, found.held_out_count, found.repeats) == (6, 2, 2)
    assert (found.title, found.judge, found.benchmarks_origin, found.person) == ("Nightly", "model", "a file", "ann")
    assert (found.state, found.is_over, found.finished_at, found.error) == ("queued", False, None, None)


def test_an_evaluation_without_outcomes_has_no_score(evaluated):
    found = evaluated("---")
    assert (found.rounds, found.held_out, found.mean, found.asked) == ((), None, None, 0)
    assert evaluated("nnc").mean is None


def test_starting_twice_changes_nothing_and_the_space_is_told_later(evaluated, definition):
    made = evaluated("pw")
    with transaction() as session:
        again = start_evaluation(
            session, made.job_id, workspace="other", space_id="x", benchmarks=[], route="official", repeats=9
        )
        assert again == made
        keep_measured_space(session, made.job_id, space_title="Sales, new", snapshot_id=None, space_hash="f" * 64)
    assert (get(made.job_id).space_title, get(made.job_id).space_hash) == ("Sales, new", "f" * 64)
    with pytest.raises(NotFoundError, match="no evaluation"):
        get("job_none")


def test_an_outcome_is_stored_once_under_its_key(evaluated):
    made = evaluated("pw")
    other = Outcome("b0", "Question 0?", OutcomeState.WRONG, "Another.")
    with transaction() as session:
        assert not store_outcome(session, made.job_id, other, 0, Benchmark("b0", "Question 0?", None))
    assert [row.sentence for row in rows(made.job_id)] == ["It is so.", "It is so."]
    assert get(made.job_id).rounds == made.rounds


def test_a_deleted_job_takes_its_evaluation_along(evaluated):
    made = evaluated("pw")
    with transaction() as session:
        jobs.cancel(session, made.job_id, person="ann")
        jobs.delete_job(session, made.job_id)
    assert rows(made.job_id) == ()
    with pytest.raises(NotFoundError):
        get(made.job_id)


def test_evaluations_are_listed_by_page_and_filter_the_newest_first(evaluated, space_id):
    made = [evaluated("p", title=f"Run {i}", person="bo" if i == 3 else "ann") for i in range(5)]
    with transaction() as session:
        jobs.cancel(session, made[1].job_id, person="ann")
    ids = [each.job_id for each in reversed(made)]

    def listed(page=1, size=25, **fields):
        with reading() as session:
            return list_evaluations(session, EvaluationFilter(space_id=space_id, **fields), page=page, size=size)

    whole = listed()
    assert [each.job_id for each in whole.rows] == ids and (whole.total, whole.more) == (5, False)
    first, last = listed(size=2), listed(page=3, size=2)
    assert [each.job_id for each in first.rows] == ids[:2] and first.more
    assert [each.job_id for each in last.rows] == ids[4:] and not last.more and last.total == 5
    for fields, wanted in (
        ({"state": "cancelled"}, [made[1]]),
        ({"person": "bo"}, [made[3]]),
        ({"search": "rUN 2"}, [made[2]]),
        ({"search": "sales", "workspace": "local"}, made[::-1]),
        ({"workspace": "con_1"}, []),
        ({"search": "%"}, []),
    ):
        found = listed(**fields)
        assert [each.job_id for each in found.rows] == [each.job_id for each in wanted], fields
        assert found.total == len(wanted)
    assert found.rows == ()


def test_a_list_of_25_takes_three_queries(evaluated, queries):
    for i in range(4):
        evaluated("ppw", "pwn", title=f"Run {i}")
    assert len(queries(lambda session: list_evaluations(session, EvaluationFilter(search="run", state="queued")))) == 3
    assert len(queries(list_evaluations)) == 3
    assert len(queries(lambda session: last_scores(session, "local", [f"space{i}" for i in range(50)]))) == 2


def test_the_last_score_of_a_space_is_the_latest_in_which_something_was_measured(evaluated, space_id):
    with reading() as session:
        assert last_scores(session, "local", [space_id]) == {}
    evaluated("pp")
    measured = evaluated("pw")
    evaluated("nn")
    evaluated("--")
    evaluated("pp", workspace="con_1")
    evaluated("pp", space_id=f"{space_id}-b")
    with reading() as session:
        found = last_scores(session, "local", [space_id, f"{space_id}-b", "none"])
        counted = count_evaluations(session, "local", [space_id, f"{space_id}-b", "none"])
    assert found[space_id] == measured and set(found) == {space_id, f"{space_id}-b"}
    assert counted == {space_id: 4, f"{space_id}-b": 1, "none": 0}


def test_the_history_of_a_space_begins_with_the_oldest_of_the_latest(evaluated, space_id):
    made = [evaluated("p" * (i + 1)) for i in range(4)]
    with reading() as session:
        assert score_history(session, "local", space_id) == tuple(made)
        assert score_history(session, "local", space_id, limit=2) == tuple(made[2:])


def test_repeats_tell_stable_questions_from_flaky_ones_as_scoring_does(evaluated):
    made = evaluated("pwpnp", "pwwnn", "pwpn-")
    with reading() as session:
        found = repeated_score(session, made.job_id)
        outcomes = [get_outcome(session, row.id).outcome for row in list_outcomes(session, made.job_id)]
        assert stability_of(session, made.job_id) == found.questions
    assert found == score_repeats(outcomes)
    assert [each.stability.value for each in found.questions] == [
        "stable_pass", "stable_fail", "flaky", "unmeasured", "once",
    ]  # fmt: skip
    assert [row.benchmark_id for row in rows(made.job_id, stability=Stability.FLAKY)] == ["b2"] * 3


def test_outcomes_are_filtered(evaluated):
    job_id = evaluated("pwrnpw", "pppppp", held_out=2).job_id
    everything = rows(job_id)
    assert [(row.repeat, row.position) for row in everything] == [(r, i) for r in (1, 2) for i in range(6)]
    for fields, wanted in (
        ({"state": OutcomeState.WRONG}, [1, 5]),
        ({"repeat": 1, "held_out": True}, [4, 5]),
        ({"repeat": 2, "held_out": False}, [0, 1, 2, 3]),
        ({"repeat": 1, "tag": "hard"}, [0, 3]),
        ({"repeat": 1, "category": "sales"}, [1, 3, 5]),
        ({"repeat": 1, "search": "QUESTION 4"}, [4]),
        ({"state": OutcomeState.NOT_MEASURED, "repeat": 2}, []),
    ):
        assert [row.position for row in rows(job_id, **fields)] == wanted, fields
    with reading() as session:
        assert [row.repeat for row in outcomes_of(session, job_id, "b1")] == [1, 2]


def test_a_person_overrules_with_a_reason_and_it_counts_and_is_recorded(evaluated):
    made = evaluated("pw", "pw")
    wrong = rows(made.job_id, state=OutcomeState.WRONG)[0]
    with transaction() as session:
        view = overrule(session, wrong.id, OutcomeState.PASSED, reason=" Rounded as asked. ", person="bo")
    assert (view.outcome.state, view.outcome.by, view.measured_state) == ("passed", "person", OutcomeState.WRONG)
    assert (view.overruled.by, view.overruled.reason) == ("bo", "Rounded as asked.")
    after = get(made.job_id)
    assert after.rounds == (Score(2, 0, 0, 0, 0), Score(1, 1, 0, 0, 0)) and after.overruled == 1
    (row,) = [row for row in rows(made.job_id) if row.is_overruled]
    assert (row.id, row.state, row.measured_state, row.by) == (wrong.id, "passed", "wrong", "person")
    assert [each.id for each in rows(made.job_id, state=OutcomeState.PASSED)].count(wrong.id) == 1
    with reading() as session:
        assert [each.stability.value for each in stability_of(session, made.job_id)] == ["stable_pass", "flaky"]
    with transaction() as session:
        back = withdraw_overruling(session, wrong.id, person="ann")
    assert (
        back.overruled is None and back.outcome.state is OutcomeState.WRONG and get(made.job_id).rounds == made.rounds
    )
    with reading() as session:
        acts = activity.list_activity(session, subject_id=made.job_id)
    assert [(each.person, each.verb) for each in acts] == [("ann", "withdrew overruling"), ("bo", "overruled verdict")]
    assert acts[1].detail == {
        "outcome": wrong.id, "measured": "wrong", "verdict": "passed", "reason": "Rounded as asked.",
    }  # fmt: skip
    with pytest.raises(ConflictError), transaction() as session:
        withdraw_overruling(session, wrong.id, person="ann")


def test_overruling_needs_a_reason_and_one_of_two_verdicts(evaluated):
    (row,) = rows(evaluated("n").job_id)
    for state, reason, words in (
        (OutcomeState.PASSED, "  ", "needs a reason"),
        (OutcomeState.PASSED, "x" * 2_001, "2,001 characters"),
        (OutcomeState.PASSED, "\0", "NUL"),
        (OutcomeState.NOT_MEASURED, "because", "passed or wrong"),
    ):
        with pytest.raises(InputError, match=words), transaction() as session:
            overrule(session, row.id, state, reason=reason, person="ann")
    with pytest.raises(NotFoundError), transaction() as session:
        overrule(session, "out_none", OutcomeState.PASSED, reason="so", person="ann")


def test_a_model_settles_what_is_open_and_nothing_else(evaluated):
    made = evaluated("prrr")
    _, first, second, third = rows(made.job_id)
    with transaction() as session:
        overrule(session, third.id, OutcomeState.WRONG, reason="Wrong year.", person="ann")
    with reading() as session:
        assert [each.id for each in open_outcomes(session, made.job_id)] == [first.id, second.id]
    good = ModelVerdict(Verdict.GOOD, "The same but for a label.")
    bad = ModelVerdict(Verdict.BAD, "Another filter.", "LLM_JUDGE_INCORRECT_FILTER")
    with transaction() as session:
        settled = settle_outcome(session, first.id, good)
        assert (settled.outcome.state, settled.outcome.by) == ("passed", "model")
        assert settle_outcome(session, second.id, bad).outcome.reasons == ("LLM_JUDGE_INCORRECT_FILTER",)
        assert settle_outcome(session, first.id, bad) == settled, "what is decided stays"
        assert settle_outcome(session, rows(made.job_id)[0].id, bad).outcome.state is OutcomeState.PASSED
    with reading() as session:
        assert open_outcomes(session, made.job_id) == ()
    assert get(made.job_id).rounds == (Score(2, 2, 0, 0, 0),)
