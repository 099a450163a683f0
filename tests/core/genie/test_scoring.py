"""Scores have whole numerators, and leave out what was not measured."""

import pytest

from core.genie.evaluating import Outcome, OutcomeState
from core.genie.scoring import Stability, score, score_repeats

P, W, R, N, C = OutcomeState


def outcome(id_, state, repeat=1):
    return Outcome(str(id_), "q", state, "said", repeat=repeat)


def test_what_was_not_measured_is_beside_the_score():
    found = score([outcome(i, state) for i, state in enumerate([P, P, W, R, N, N, C])])
    assert (found.passed, found.measured, found.total, found.not_measured, found.configuration) == (2, 4, 7, 2, 1)
    assert found.value == 0.5
    assert str(found) == "50.0% (2/4; 2 not measured and 1 to configure of 7)"


def test_nothing_measured_is_no_score():
    assert score([outcome(1, N)]).value is None and str(score([outcome(1, N)])) == "nothing of 1 measured"
    assert score([]).value is None


def test_a_question_counts_once_in_a_round():
    with pytest.raises(ValueError, match="twice"):
        score([outcome(1, P), outcome(1, W)])


def test_repeats_tell_stable_questions_from_flaky_ones():
    states = {"a": [P, P, P], "b": [W, R, W], "c": [P, W, P], "d": [P, N, P], "e": [N, N, N], "f": [W, N, C]}
    found = score_repeats([outcome(id_, state, i + 1) for id_, all_ in states.items() for i, state in enumerate(all_)])
    assert {each.benchmark_id: each.stability for each in found.questions} == {
        "a": Stability.STABLE_PASS, "b": Stability.STABLE_FAIL, "c": Stability.FLAKY, "d": Stability.STABLE_PASS,
        "e": Stability.UNMEASURED, "f": Stability.ONCE,
    }  # fmt: skip
    assert [(each.passed, each.measured) for each in found.rounds] == [(3, 5), (1, 3), (3, 4)]
    assert found.mean == pytest.approx((3 / 5 + 1 / 3 + 3 / 4) / 3)
    assert str(found).startswith("mean 56.1% of 3 rounds (3/5, 1/3, 3/4)")
    assert found.counts[Stability.FLAKY] == 1


def test_one_round_is_told_as_a_score():
    assert str(score_repeats([outcome(1, P), outcome(2, W)])) == "50.0% (1/2)"
