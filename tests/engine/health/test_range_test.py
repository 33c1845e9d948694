"""The range test draws a curve that falls and rises, and suggests a rate that works."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.health.range_test import judged, range_test
from engine.task import Cancelled, Task
from engine.training.config import RunConfig
from tests.engine.health.conftest import Run, conv_net

CONFIG = RunConfig(
    network=conv_net(), data="stripes", momentum=0.9, validation_images=60, threads=1, batch_size=40
)


def test_the_suggested_rate_learns_and_the_highest_does_not(dataset: Dataset, run: Run) -> None:
    found = range_test(CONFIG, dataset, Task(), steps=60)
    assert len(found.rates) == len(found.losses) == len(found.means) <= 60
    assert np.allclose(np.diff(np.log(found.rates)), np.log(1e6) / 59)
    assert found.suggested is not None and found.suggested < found.limit
    good = run(40, learning_rate=found.suggested)
    assert good.history.steps.column("loss")[-10:].mean() < 0.3 < good.history.steps.column("loss")[0]
    bad = run(40, learning_rate=10.0)
    assert bad.failed or bad.history.steps.column("loss")[-10:].mean() > 0.8


def test_it_begins_with_the_loss_of_the_new_network_and_repeats(dataset: Dataset) -> None:
    first, again = (range_test(CONFIG, dataset, Task(), steps=12, highest=1e-3) for _ in range(2))
    np.testing.assert_array_equal(first.losses, again.losses)
    expected, weight = [], 0.0
    for number, loss in enumerate(first.losses):
        weight = 0.9 * weight + 0.1 * loss
        expected.append(weight / (1 - 0.9 ** (number + 1)))
    np.testing.assert_allclose(first.means, expected)


def test_the_steepest_place_of_a_curve_worked_out_by_hand() -> None:
    rates = np.geomspace(1e-4, 1, 81)
    means = 2 - np.tanh(4 * (np.log10(rates) + 2)) + np.where(rates > 0.1, 10 * (rates - 0.1), 0)
    found = judged(rates, means, means)
    assert found.suggested == pytest.approx(0.01, rel=0.15)
    assert found.limit == pytest.approx(0.1, rel=0.2)


def test_a_loss_that_never_falls_suggests_nothing() -> None:
    rates = np.geomspace(1e-4, 1, 30)
    assert judged(rates, np.ones(30), np.ones(30)).suggested is None
    rising = np.linspace(1, 4, 30)
    assert judged(rates, rising, rising).suggested is None
    assert judged(rates[:0], rising[:0], rising[:0]).suggested is None


def test_it_can_be_cancelled(dataset: Dataset) -> None:
    task = Task(lambda now: task.cancel() if now.done >= 5 else None)
    with pytest.raises(Cancelled):
        range_test(CONFIG, dataset, task, steps=10**6)
