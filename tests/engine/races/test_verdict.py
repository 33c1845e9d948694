"""The winner of a race, and how sure that is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from engine.races.chance import mcnemar, paired, t_quantile, within_t
from engine.races.verdict import Outcome, verdict
from engine.training.evaluation import Evaluation


def answers(right: list[bool]) -> Evaluation:
    labels = np.zeros(len(right), np.int64)
    predicted = np.where(right, 0, 1).astype(np.int64)
    ones = np.ones(len(right), np.float32)
    return Evaluation(np.arange(len(right)), labels, predicted, ones, ones, len(right), 2)


def outcome(right: int, of: int = 100, first: int = 0) -> Outcome:
    """Return one that gets ``right`` images right, from image ``first`` on."""
    return Outcome(10, answers=answers([first <= n < first + right for n in range(of)]))


def test_mcnemar_by_hand() -> None:
    # 1 and 5 images: 2 * (C(6, 0) + C(6, 1)) / 2^6
    assert mcnemar(1, 5) == mcnemar(5, 1) == 14 / 64
    assert mcnemar(0, 6) == 2 / 64
    assert mcnemar(0, 0) == mcnemar(3, 3) == mcnemar(0, 1) == 1.0


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_mcnemar_is_the_sign_test_of_the_field(first: int, second: int) -> None:
    if first + second:
        known = stats.binomtest(first, first + second).pvalue
        assert mcnemar(first, second) == pytest.approx(known, rel=1e-6)


@given(st.integers(1, 30), st.floats(0.0, 50.0))
def test_students_t(freedom: int, t: float) -> None:
    assert within_t(t, freedom) == pytest.approx(1 - 2 * stats.t.sf(t, freedom), abs=1e-12)
    assert t_quantile(0.95, freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-9)


def test_paired_by_hand() -> None:
    # mean 0.02, s 0.01, t of two degrees of freedom 4.303
    found = paired([0.01, 0.02, 0.03], 0.95)
    assert found.mean == pytest.approx(0.02)
    assert found.high - found.mean == pytest.approx(4.3027 * 0.01 / 3**0.5, rel=1e-4)
    assert not found.sure


def test_one_heat_that_is_sure() -> None:
    found = verdict(("Adam", "SGD"), [[outcome(90), outcome(80)]])  # ten images that only Adam gets right
    assert (found.winner, found.sure) == (0, True)
    assert found.comparisons[0].p == 2 / 2**10
    assert found.text.startswith("Adam has won: 90.00 % of the 100 test images against 80.00 % for SGD.")
    assert "10 fall to Adam and 0 to SGD;" in found.text
    assert "McNemar\u2019s exact test: p = 0.002" in found.text
    assert "repeat the race over several seeds" in found.text


def test_one_heat_that_is_not() -> None:
    found = verdict(("Adam", "SGD"), [[outcome(80), outcome(81, first=1)]])
    assert (found.winner, found.sure) == (1, False)
    assert found.text.startswith("SGD is ahead, but not surely")
    assert "not larger than chance" in found.text


def test_level() -> None:
    found = verdict(("Adam", "SGD"), [[outcome(80), outcome(80, first=20)]])
    assert not found.sure
    assert found.text.startswith("Adam and SGD are level: each gets 80.00 %")


def test_of_several_the_closest_counts_and_comparisons_are_allowed_for() -> None:
    found = verdict(("a", "b", "c"), [[outcome(70), outcome(80), outcome(87)]])
    assert [each.other for each in found.comparisons] == [1, 0]
    assert found.comparisons[0].p == 3 * 2 / 2**7
    assert found.sure
    assert "for 3 comparisons: p = 0.047" in found.text


def test_over_seeds() -> None:
    steady = [[outcome(90 + n), outcome(80 + n)] for n in range(3)]
    found = verdict(("a", "b"), steady)
    assert found.sure
    assert "over 3 seeds, and better with 3 of them." in found.text
    assert "better by 10.00 points, with 95 % confidence between +10.00 and +10.00 points" in found.text
    found = verdict(
        ("a", "b"), [[outcome(90), outcome(80)], [outcome(80), outcome(88)], [outcome(84), outcome(80)]]
    )
    assert (found.winner, found.sure) == (0, False)
    assert "0 lies inside" in found.text


def test_who_dropped_out_has_not_won() -> None:
    out = Outcome(4, problem="The loss became nan.")
    found = verdict(("a", "b"), [[out, outcome(10)]])
    assert found.winner == 1
    assert found.text == (
        "b has won: it is the only one that came to the end, with 10.00 %. "
        "a dropped out after step 4: The loss became nan."
    )
    assert verdict(("a", "b"), [[out, out]]).sentences[0] == "Nobody has won."
    found = verdict(("a", "b"), [[outcome(99), outcome(10)], [out, outcome(10)]])
    assert found.winner == 1  # more often at the end
    assert "a dropped out with 1 of 2 seeds" in found.text
