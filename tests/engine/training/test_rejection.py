"""Leaving out the least certain answers: counted by hand, and against a direct count."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.training.evaluation import Evaluation
from engine.training.rejection import Rejection


def evaluation(right: list[bool], confidence: list[float]) -> Evaluation:
    count = len(right)
    predicted = np.zeros(count, np.int64)
    labels = np.where(right, 0, 1)
    return Evaluation(
        np.arange(count), labels, predicted, np.array(confidence, np.float32), np.zeros(count), count, 2
    )


def test_right_and_wrong_answers_are_counted_at_each_limit() -> None:
    found = Rejection.of(
        evaluation([True, True, False, True, False], [0.9, 0.5, 0.7, 0.99, 0.55]), (0.6, 1.0)
    )
    assert (found.right, found.wrong) == (3, 2)
    low, high = found.limits
    assert (low.right, low.wrong, low.answered) == (1, 1, 0.6)
    assert low.accuracy == pytest.approx(2 / 3)
    assert (high.right, high.wrong, high.answered) == (3, 2, 0.0)
    assert np.isnan(high.accuracy)
    assert found.accuracy.tolist() == pytest.approx([1, 1, 2 / 3, 1 / 2, 3 / 5])
    assert found.answered.tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert found.area == pytest.approx(np.mean([0, 0, 1 / 3, 1 / 2, 2 / 5]))
    told = json.loads(json.dumps(found.to_json()))
    assert told["limits"][0]["wrong_doubted"] == 1 and told["limits"][1]["accuracy"] is None
    assert found.at(0.6) == low and found.at(0.0).answered == 1.0
    figures = found.csv().splitlines()
    assert figures[1] == "0.6,1,1,0.6,0.666667" and figures[2] == "1,3,2,0,"
    assert figures[4:6] == ["answered,accuracy", "0.2,1"]
    assert told["curve"][-1] == {"answered": 1.0, "accuracy": pytest.approx(0.6)}


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0.2, 0.5, 0.625, 0.75, 1.0])), max_size=30))
def test_the_curve_is_that_of_all_limits_one_by_one(answers) -> None:
    right, confidence = [r for r, _ in answers], [c for _, c in answers]
    found = Rejection.of(evaluation(right, confidence))
    for value, answered, accuracy in zip(
        sorted(confidence, reverse=True), found.answered, found.accuracy, strict=True
    ):
        kept = [r for r, c in answers if c >= value]
        assert answered == pytest.approx(len(kept) / len(answers))
        assert accuracy == pytest.approx(sum(kept) / len(kept))
