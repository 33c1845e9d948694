"""Evaluations: what is counted, and that it is counted of the right images."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.training.evaluation import Evaluation, Sweep, evaluate
from engine.training.workers import Workers


def answers(labels: list[int], predicted: list[int], loss: list[float], classes: int = 3) -> Evaluation:
    count = len(labels)
    return Evaluation(
        indices=np.arange(count) * 2,
        labels=np.array(labels, np.int64),
        predicted=np.array(predicted, np.int64),
        confidence=np.full(count, 0.5),
        loss=np.array(loss, np.float32),
        total=2 * count,
        classes=classes,
    )


FIVE = answers([0, 0, 1, 1, 1], [0, 1, 1, 0, 0], [0.1, 2.0, 0.2, 1.0, 3.0])


def test_figures_of_five_images() -> None:
    assert FIVE.accuracy == pytest.approx(2 / 5)
    assert FIVE.mean_loss == pytest.approx(6.3 / 5)
    assert FIVE.confusion.tolist() == [[1, 1, 0], [2, 1, 0], [0, 0, 0]]
    assert FIVE.confusion.dtype == np.int64
    np.testing.assert_allclose(FIVE.class_accuracy, [1 / 2, 1 / 3, math.nan])


def test_figures_of_no_images() -> None:
    none = answers([], [], [])
    assert math.isnan(none.accuracy) and math.isnan(none.mean_loss)
    assert none.confusion.tolist() == [[0] * 3] * 3
    assert np.isnan(none.class_accuracy).all()
    assert none.worst(5).tolist() == []


def test_the_worst_mistakes_come_first_and_right_answers_never() -> None:
    assert FIVE.worst(2).tolist() == [4, 1]
    assert FIVE.worst(99).tolist() == [4, 1, 3]
    ties = answers([0] * 200, [1] * 200, [float(i % 2) for i in range(200)])
    assert ties.worst(200).tolist() == [*range(1, 200, 2), *range(0, 200, 2)]


def test_a_class_of_one_image_has_an_accuracy() -> None:
    one = answers([0, 1, 1, 2], [0, 1, 0, 1], [1.0] * 4)
    np.testing.assert_allclose(one.class_accuracy, [1, 0.5, 0])


def test_a_cell_of_the_confusion_holds_its_images() -> None:
    assert FIVE.cell(1, 0).tolist() == [3, 4]
    assert FIVE.cell(0, 0).tolist() == [0]
    assert FIVE.cell(2, 2).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60))
def test_figures_agree_with_one_another(pairs: list[tuple[int, int]]) -> None:
    labels, predicted = (list(column) for column in zip(*pairs, strict=True))
    found = answers(labels, predicted, [1.0] * len(pairs), classes=4)
    for true in range(4):
        for guess in range(4):
            assert found.confusion[true, guess] == pairs.count((true, guess)) == len(found.cell(true, guess))
    assert found.accuracy == pytest.approx(found.confusion.trace() / len(pairs))


def test_the_mean_loss_is_taken_in_float64() -> None:
    loss = [1e4] + [1e-4] * 3000
    assert answers([0] * 3001, [0] * 3001, loss).mean_loss == pytest.approx(
        math.fsum(np.array(loss, np.float32)) / 3001, rel=1e-12
    )


# --- of a network ---------------------------------------------------------------------------------


@pytest.fixture
def network(spec: NetworkSpec) -> Network:
    network = Network.new(spec, 4)
    for name, value in network.named().items():
        if "running" in name:  # evaluation uses these, and no dropout
            value += np.random.default_rng(1).random(value.shape).astype(np.float32)
    return network


@pytest.fixture
def preprocessing(dataset: Dataset) -> Preprocessing:
    return Preprocessing(dataset.mean, dataset.std)


@pytest.fixture(params=[1, 3])
def workers(request: pytest.FixtureRequest) -> Iterator[Workers]:
    with Workers(request.param) as workers:
        yield workers


def log_probabilities(network: Network, preprocessing: Preprocessing, images: np.ndarray) -> np.ndarray:
    """Return the logarithms of the answers, image by image."""
    rows = []
    for image in images:
        logits = network.maps(preprocessing.apply(image[None]))[-1][0].astype(np.float64)
        rows.append(logits - np.log(np.exp(logits - logits.max()).sum()) - logits.max())
    return np.array(rows)


@pytest.mark.parametrize("count", [40, 7, 1000])
def test_a_sweep_evaluates_the_images_it_was_given_chunk_by_chunk(
    network: Network, preprocessing: Preprocessing, dataset: Dataset, workers: Workers, count: int
) -> None:
    chosen = np.array([3, 5, 8, 13, 21, 34, 55, 89, 144, 1, 2, 149])
    sweep = Sweep(network, preprocessing, dataset.test_images, dataset.test_labels, chosen)
    assert (sweep.total, sweep.finished) == (12, False)
    assert len(sweep.result().labels) == 0
    seen = 0
    while not sweep.finished:
        sweep.advance(count, workers)
        seen = min(12, seen + count)
        assert sweep.result().indices.tolist() == chosen[:seen].tolist()
    found = sweep.result()
    expected = log_probabilities(network, preprocessing, dataset.test_images[chosen])
    labels = dataset.test_labels[chosen]
    np.testing.assert_array_equal(found.labels, labels)
    np.testing.assert_array_equal(found.predicted, expected.argmax(axis=1))
    assert found.predicted.dtype == np.int64
    np.testing.assert_allclose(found.confidence, np.exp(expected).max(axis=1), rtol=1e-4)
    np.testing.assert_allclose(found.loss, -expected[np.arange(12), labels], rtol=1e-3, atol=1e-5)
    assert (found.total, found.classes) == (150, 3)


def test_a_result_before_the_first_chunk_is_empty(
    network: Network, preprocessing: Preprocessing, dataset: Dataset
) -> None:
    sweep = Sweep(network, preprocessing, dataset.test_images, dataset.test_labels, np.array([4, 5]))
    found = sweep.result()
    assert found.total == 150
    for column in (found.indices, found.labels, found.predicted, found.confidence, found.loss):
        assert column.shape == (0,)
    assert found.predicted.dtype == np.int64


def test_all_images_are_evaluated_in_one_go(
    network: Network, preprocessing: Preprocessing, dataset: Dataset, workers: Workers
) -> None:
    images, labels = np.tile(dataset.test_images, (15, 1, 1, 1)), np.tile(dataset.test_labels, 15)
    found = evaluate(network, preprocessing, images, labels, workers)
    np.testing.assert_array_equal(found.indices, np.arange(2250))
    np.testing.assert_array_equal(found.labels, labels)
    expected = log_probabilities(network, preprocessing, dataset.test_images)
    np.testing.assert_array_equal(found.predicted, np.tile(expected.argmax(axis=1), 15))


def test_losses_that_are_very_large_are_finite(
    network: Network, preprocessing: Preprocessing, dataset: Dataset
) -> None:
    network.vector *= 40
    with Workers(1) as workers:
        found = evaluate(network, preprocessing, dataset.test_images, dataset.test_labels, workers)
    expected = log_probabilities(network, preprocessing, dataset.test_images)
    rows = np.arange(150)
    assert found.loss.max() > 50
    np.testing.assert_allclose(found.loss, -expected[rows, dataset.test_labels], rtol=1e-3, atol=1e-2)


def test_weights_that_went_astray_show_in_the_loss_and_warn_of_nothing(
    network: Network, preprocessing: Preprocessing, dataset: Dataset
) -> None:
    network.vector *= 1e38
    with Workers(1) as workers, np.errstate(all="raise"):
        found = evaluate(network, preprocessing, dataset.test_images, dataset.test_labels, workers)
    assert not np.isfinite(found.mean_loss)
    assert len(found.labels) == 150


def test_large_maps_are_evaluated_in_smaller_parts(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = NetworkSpec.from_json(
        {
            "name": "wide",
            "in_shape": [1, 10, 10],
            "layers": [
                {"kind": "conv", "filters": 400, "kernel": 3, "padding": 1},
                {"kind": "flatten"},
                {"kind": "dense", "units": 3},
            ],
        }
    )
    network, seen = Network.new(wide, 1), list[int]()
    forward = network.forward
    monkeypatch.setattr(network, "forward", lambda x, ctx: seen.append(len(x)) or forward(x, ctx))
    with Workers(1) as workers:
        evaluate(network, Preprocessing((0.4,), (0.3,)), dataset.test_images, dataset.test_labels, workers)
    # 4 bytes for each of 400 x 100 values, twice, and 3: twenty-six images in 8 MiB.
    assert max(seen) <= 26
    assert sum(seen) == 150
    assert len(seen) == 6
