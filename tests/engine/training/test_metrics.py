"""Precision, recall, F1 and calibration, against counts made one by one and values worked out by hand."""

from __future__ import annotations

import csv
import io
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.training.evaluation import Evaluation
from engine.training.metrics import Confusion, Metrics, Reliability


def answers(labels: list[int], predicted: list[int], confidence: list[float], classes: int) -> Evaluation:
    count = len(labels)
    return Evaluation(
        np.arange(count),
        np.array(labels, np.int64),
        np.array(predicted, np.int64),
        np.array(confidence, np.float32),
        np.ones(count, np.float32),
        count,
        classes,
    )


SIX = answers([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 0], [0.95, 0.9, 0.6, 0.8, 0.55, 0.99], 4)
NAMES = ("a", "b", "c", "d")


def test_figures_worked_out_by_hand() -> None:
    found = Metrics.of(SIX, NAMES)
    np.testing.assert_allclose(found.precision, [2 / 4, 1 / 2, math.nan, math.nan])
    np.testing.assert_allclose(found.recall, [2 / 3, 1 / 2, 0, math.nan])
    np.testing.assert_allclose(found.f1, [4 / 7, 1 / 2, 0, math.nan])
    assert found.macro == pytest.approx((1 / 2, (2 / 3 + 1 / 2) / 3, (4 / 7 + 1 / 2) / 3))
    assert found.confusions(2) == [Confusion(0, 1, 1, 1 / 3), Confusion(1, 0, 1, 1 / 2)]
    assert len(found.confusions()) == 3


def test_calibration_worked_out_by_hand() -> None:
    found = Reliability.of(SIX, bins=2)  # all six lie in (0.5, 1]; half of them are right
    assert found.counts.tolist() == [0, 6]
    assert found.error == pytest.approx(abs(3 / 6 - (0.95 + 0.9 + 0.6 + 0.8 + 0.55 + 0.99) / 6))
    assert math.isnan(found.accuracy[0]) and found.accuracy[1] == 0.5


def test_a_confidence_on_an_edge_belongs_to_the_bin_below() -> None:
    found = Reliability.of(answers([0] * 3, [0] * 3, [0.0, 0.5, 1.0], 2), bins=2)
    assert found.counts.tolist() == [2, 1]


def test_the_calibration_error_of_honest_probabilities_is_small_and_of_boasts_large() -> None:
    rng = np.random.default_rng(3)
    sure = rng.uniform(0.5, 1, 20000)
    predicted = (rng.random(20000) > sure).astype(int).tolist()
    honest = Reliability.of(answers([0] * 20000, predicted, sure.tolist(), 2))
    boast = Reliability.of(answers([0] * 20000, predicted, [0.99] * 20000, 2))
    assert honest.error < 0.015
    assert boast.error == pytest.approx(0.99 - 0.75, abs=0.02)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.floats(0.25, 1)), min_size=1, max_size=40),
    st.integers(1, 20),
)
def test_figures_agree_with_counting_one_by_one(rows: list[tuple[int, int, float]], bins: int) -> None:
    labels, predicted, confidence = (list(each) for each in zip(*rows, strict=True))
    evaluation = answers(labels, predicted, confidence, 4)
    found = Metrics.of(evaluation, NAMES)
    for each in range(4):
        hits = sum(t == p == each for t, p, _ in rows)
        said, there = predicted.count(each), labels.count(each)
        for value, whole in ((found.precision, said), (found.recall, there)):
            assert value[each] == pytest.approx(hits / whole if whole else math.nan, nan_ok=True)
        p, r = (hits / said if said else 0), (hits / there if there else 0)
        harmonic = 2 * p * r / (p + r) if p + r else (0 if said or there else math.nan)
        assert found.f1[each] == pytest.approx(harmonic, nan_ok=True)
    assert sum(each.images for each in found.confusions(99)) == sum(t != p for t, p, _ in rows)
    error = 0.0
    diagram = Reliability.of(evaluation, bins)
    for m in range(bins):
        low, high = diagram.edges[m], diagram.edges[m + 1]
        inside = [
            (t == p, float(np.float32(c)))
            for t, p, c in rows
            if (low < np.float32(c) <= high) or (m == 0 and np.float32(c) <= 0)
        ]
        assert diagram.counts[m] == len(inside)
        error += abs(sum(right - c for right, c in inside)) / len(rows)
    assert diagram.error == pytest.approx(error, abs=1e-9)


def test_json_has_no_nan_and_csv_holds_the_same() -> None:
    found = Metrics.of(SIX, ("a", 'b "x"', "c,d", "d"))
    data = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert data["classes"][2]["precision"] is None and data["classes"][2]["recall"] == 0
    rows = list(csv.reader(io.StringIO(found.csv())))
    assert rows[1] == ["a", "3", "4", "0.5", "0.666667", "0.571429"]
    assert [row[0] for row in rows[1:5]] == ["a", 'b "x"', "c,d", "d"]
    assert rows[5][:3] == ["macro average", "6", "6"]
    last = [float(cell) for cell in rows[-1]]
    assert last == pytest.approx([0.5, 1.0, found.reliability.error], rel=1e-5)


def test_no_images_have_no_figures() -> None:
    none = Metrics.of(answers([], [], [], 4), NAMES)
    assert all(math.isnan(each) for each in none.macro)
    assert none.confusions() == [] and math.isnan(none.reliability.error)
    json.dumps(none.to_json(), allow_nan=False)
