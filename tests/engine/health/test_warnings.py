"""Each warning sees its illness, and says nothing of a run that has not got it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.health import WARNINGS, findings
from engine.health.answers import UnansweredClass, WrongLabels
from engine.health.finding import Evidence, Finding, HealthWarning
from engine.health.layers import DeadUnits, ExplodingGradient, SaturatedUnits, VanishingGradient
from engine.health.learning import SMALL, Overfitting, RateTooHigh, RateTooLow
from engine.layers.activations import LeakyRelu, Relu, Sigmoid, Tanh
from engine.training.config import RunConfig
from tests.engine.conftest import stripes
from tests.engine.health.conftest import Run, conv_net, with_labels


def seen(warning: HealthWarning, evidence: Evidence) -> Finding:
    found = warning.look(evidence)
    assert found is not None, f"{warning.title} was not seen"
    assert found in findings(evidence)
    for text in (found.seen, found.where, found.advice, found.remedy.words):
        assert text
    assert found.seen.endswith(".") and found.advice.endswith(".") and 0 <= found.since <= evidence.step
    changed = found.remedy.applied(evidence.config)
    assert changed != evidence.config
    assert RunConfig.from_json(changed.to_json()) == changed
    assert found.to_json()["name"] == warning.name
    return found


def test_a_healthy_run_is_told_nothing(healthy: Evidence) -> None:
    assert healthy.moments[-1].accuracy > 0.9
    assert findings(healthy) == []


def test_there_is_one_list_of_warnings_with_a_name_each() -> None:
    assert len({warning.name for warning in WARNINGS}) == len(WARNINGS) == 9


def test_without_any_evidence_nothing_is_said(healthy: Evidence) -> None:
    from engine.model.history import History

    nothing = dataclasses.replace(healthy, history=History(), moments=(), answers=None, training=None)
    assert findings(nothing) == []


def test_vanishing(run: Run) -> None:
    evidence = run(50, conv_net("sigmoid", depth=8), learning_rate=1e-5)
    found = seen(VanishingGradient(), evidence)
    assert RateTooLow().look(evidence) is None  # it hardly moves, too, and that is why
    assert found.since == 0 and found.where == "layer 1, Convolution"
    network = found.remedy.changes["network"]
    assert not any(isinstance(layer, Sigmoid) for layer in network.layers)
    assert sum(isinstance(layer, Relu) for layer in network.layers) == 8
    assert VanishingGradient().look(run(20, network)) is None


@pytest.mark.parametrize("rate", [3.0, 10.0])
def test_exploding(run: Run, rate: float) -> None:
    found = seen(ExplodingGradient(), run(60, learning_rate=rate))
    assert found.remedy.changes["learning_rate"] == pytest.approx(rate / 10)
    assert found.remedy.live


def test_exploding_on_the_way_back_is_seen_before_the_run_breaks(healthy: Evidence) -> None:
    moment = healthy.moments[-1]
    layers = tuple(
        dataclasses.replace(layer, gradient_norm=1e4) if layer is moment.trained[0] else layer
        for layer in moment.layers
    )
    grown = dataclasses.replace(
        healthy, moments=(*healthy.moments, dataclasses.replace(moment, layers=layers))
    )
    assert seen(ExplodingGradient(), grown).since == moment.step


def test_dead(run: Run) -> None:
    evidence = run(40, conv_net(depth=2), learning_rate=1.0, momentum=0.0)
    found = seen(DeadUnits(), evidence)
    assert "ReLU" in found.where
    assert any(isinstance(layer, LeakyRelu) for layer in found.remedy.changes["network"].layers)


def test_saturated(run: Run) -> None:
    evidence = run(40, conv_net("tanh"), learning_rate=1.0)
    found = seen(SaturatedUnits(), evidence)
    assert found.where == "layer 2, Tanh"
    assert not any(isinstance(layer, Tanh) for layer in found.remedy.changes["network"].layers)
    assert SaturatedUnits().look(run(40, conv_net("tanh"))) is None


def test_overfitting(run: Run, dataset: Dataset) -> None:
    rng = np.random.default_rng(4)
    noise = with_labels(dataset, rng.integers(0, 3, 400))  # nothing can be learnt but by heart
    evidence = run(400, data=noise, training_images=60, learning_rate=0.05)
    found = seen(Overfitting(), evidence)
    rows = evidence.history.validations
    assert found.since == rows.column("step")[int(np.argmin(rows.column("loss")))]
    assert found.remedy.changes == {"weight_decay": 5e-4, "patience": 3}


def test_rate_too_high(run: Run) -> None:
    found = seen(RateTooHigh(), run(90, learning_rate=0.3))
    assert found.remedy.changes["learning_rate"] == pytest.approx(0.1)


def test_rate_too_low(run: Run) -> None:
    found = seen(RateTooLow(), run(90, learning_rate=1e-6))
    assert found.remedy.changes["learning_rate"] == pytest.approx(1e-5)
    assert found.since == 1 and found.remedy.live


def test_a_network_that_was_thrown_off_is_not_told_to_go_faster(run: Run) -> None:
    evidence = run(90, conv_net(depth=2), learning_rate=2.0, momentum=0.5)
    assert evidence.moments[-1].trained[0].update_ratio < SMALL  # nothing moves any more
    found = seen(RateTooHigh(), evidence)
    assert found.remedy.changes["learning_rate"] < 2 and "times the size" in found.seen
    assert RateTooLow().look(evidence) is None


def test_a_network_that_has_not_begun_to_learn_is_told_only_why(run: Run) -> None:
    evidence = run(90, learning_rate=1e-6)
    assert evidence.answers is not None
    always = dataclasses.replace(evidence.answers, predicted=np.zeros_like(evidence.answers.labels))
    evidence = dataclasses.replace(evidence, answers=always)
    assert [found.name for found in findings(evidence)] == ["rate_too_low"]


def test_a_class_that_is_rare(run: Run, dataset: Dataset) -> None:
    labels = dataset.train_labels
    keep = np.flatnonzero((labels != 2) | (np.cumsum(labels == 2) <= 12))
    rare = with_labels(dataset, labels, keep)
    evidence = dataclasses.replace(run(12, data=rare, learning_rate=0.002), answers=None)
    found = seen(UnansweredClass(), evidence)
    assert found.where == "class “slanted”" and found.remedy.changes == {"epochs": 200}


def test_a_class_that_is_lost_because_the_network_is_stuck(run: Run) -> None:
    found = seen(UnansweredClass(), run(90, learning_rate=1.0))
    assert "learning_rate" in found.remedy.changes


@pytest.mark.parametrize("share", [0.04, 0.25])
def test_wrong_labels(run: Run, dataset: Dataset, share: float) -> None:
    rng = np.random.default_rng(5)
    images, labels = stripes(1500, 7)
    wrong = rng.choice(1500, int(1500 * share), replace=False)
    many = dataclasses.replace(dataset, train_images=images, train_labels=labels)
    assert WrongLabels().look(run(100, data=many, batch_size=30)) is None
    labels[wrong] = (labels[wrong] + rng.integers(1, 3, len(wrong))) % 3
    evidence = run(100, data=many, batch_size=30)
    found = seen(WrongLabels(), evidence)
    named = set(found.images)
    assert len(named & set(wrong.tolist())) >= 0.9 * len(named) and len(named) >= 12
    assert found.images[0] in wrong
    assert found.remedy.changes == {"smoothing": 0.1}
