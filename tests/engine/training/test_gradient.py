"""The gradient of one micro-batch: what it trains on, what it reports, and where its gradient goes."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from engine.data.augment import AUGMENTATIONS, Augmentation
from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.training import gradient
from engine.training.config import RunConfig
from engine.training.gradient import (
    GRADIENT_BUFFERS,
    MicroBatchWorker,
    batch_images,
    loss_gradient,
    mean_gradient,
    micro_batch_images,
)
from engine.types import Context
from tests.engine.training.twin import AUGMENT, DROPOUT

BOUNDS = ((0, 3), (3, 4), (4, 9))


def without(spec: NetworkSpec, *kinds: str) -> NetworkSpec:
    return dataclasses.replace(spec, layers=tuple(x for x in spec.layers if x.type_name not in kinds))


def test_each_micro_batch_draws_for_itself(config: RunConfig, dataset: Dataset) -> None:
    chosen, images = np.arange(20, 29), dataset.train_images
    config = dataclasses.replace(config, augmentation=AUGMENTATIONS["strong"], seed=4)
    whole = batch_images(config, images, 7, chosen, BOUNDS)
    assert whole.dtype == np.uint8
    for index, (start, stop) in enumerate(BOUNDS):
        part = micro_batch_images(config, images, 7, index, chosen[start:stop])
        rng = np.random.default_rng([4, AUGMENT, 7, index])
        np.testing.assert_array_equal(part, config.augmentation.apply(images[chosen[start:stop]], rng))
        np.testing.assert_array_equal(part, whole[start:stop])
    plain = dataclasses.replace(config, augmentation=Augmentation())
    np.testing.assert_array_equal(batch_images(plain, images, 7, chosen, BOUNDS), images[chosen])


@pytest.mark.parametrize("count", [1, 3, GRADIENT_BUFFERS, GRADIENT_BUFFERS + 4])
def test_the_mean_is_over_the_buffers_that_were_used(count: int) -> None:
    rng = np.random.default_rng(0)
    buffers = rng.normal(size=(min(count, GRADIENT_BUFFERS) + 2, 5))[:GRADIENT_BUFFERS]
    expected = sum(buffers[i].copy() for i in range(min(count, GRADIENT_BUFFERS))) / 21
    grad = mean_gradient(buffers, count, 21)
    np.testing.assert_allclose(grad, expected, rtol=1e-12)
    assert np.shares_memory(grad, buffers)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_gradient_is_the_slope_of_the_summed_loss(config: RunConfig, smoothing: float) -> None:
    network = Network.new(without(config.network, "dropout"), 1, np.float64)
    rng = np.random.default_rng(2)
    x, labels = rng.normal(size=(5, 1, 10, 10)), np.array([0, 1, 2, 2, 1])
    out, step = np.empty_like(network.vector), 1e-6

    def loss() -> float:
        return loss_gradient(network, x, labels, Context(training=True), np.empty_like(out), smoothing)[0]

    found, correct, statistics = loss_gradient(network, x, labels, Context(training=True), out, smoothing)
    logits, _ = network.forward(x, Context(training=True))
    assert correct == np.sum(np.argmax(logits, axis=1) == labels)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    target = np.eye(3)[labels] * (1 - smoothing) + smoothing / 3
    assert found == pytest.approx(-(target * np.log(p)).sum())
    assert len(statistics) == len(network.spec.layers)
    for place in rng.choice(network.vector.size, 12, replace=False):
        usual = network.vector[place]
        network.vector[place] = usual + step
        above = loss()
        network.vector[place] = usual - step
        below = loss()
        network.vector[place] = usual
        assert out[place] == pytest.approx((above - below) / (2 * step), rel=1e-4, abs=1e-6)
    plain = loss_gradient(network, x, labels, Context(), out)
    assert plain == loss_gradient(network, x, labels, Context(), out, 0.0) and plain[2] == []


def test_a_loss_beyond_all_numbers_is_no_warning(
    config: RunConfig, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = Network.new(without(config.network, "batch_norm", "dropout"), 1)
    network.vector[:] = 1e30
    buffers = np.full((GRADIENT_BUFFERS, network.vector.size), 3e38, np.float32)
    worker = MicroBatchWorker(
        dataclasses.replace(config, network=network.spec),
        network,
        Preprocessing(dataset.mean, dataset.std),
        dataset.train_images,
        dataset.train_labels,
        buffers,
    )
    (result,) = worker.compute(0, [(GRADIENT_BUFFERS, np.arange(4))])
    assert not np.isfinite(result.loss)

    def large(*arguments: Any) -> tuple[float, int, list[Any]]:
        arguments[4][:] = 3e38
        return 1.0, 0, []

    monkeypatch.setattr(gradient, "loss_gradient", large)
    buffers[:] = 3e38
    worker.compute(0, [(GRADIENT_BUFFERS, np.arange(4))])
    assert np.isinf(buffers[0]).all() and (buffers[1] == np.float32(3e38)).all()


@pytest.mark.parametrize("draws", [True, False])
def test_a_worker_adds_each_to_its_buffer(config: RunConfig, dataset: Dataset, draws: bool) -> None:
    spec = config.network if draws else without(config.network, "dropout")
    config = dataclasses.replace(
        config, network=spec, seed=4, smoothing=0.1, augmentation=AUGMENTATIONS["light"]
    )
    preprocessing = Preprocessing(dataset.mean, dataset.std)
    network = Network.new(spec, 1)
    buffers = np.full((GRADIENT_BUFFERS, network.vector.size), np.nan, np.float32)  # what was there goes
    images, labels = dataset.train_images, dataset.train_labels
    worker = MicroBatchWorker(config, network, preprocessing, images, labels, buffers)
    tasks = [(index, np.arange(5 * index, 5 * index + 5)) for index in range(2 * GRADIENT_BUFFERS + 2)]
    expected = np.zeros((GRADIENT_BUFFERS, network.vector.size))
    results = worker.compute(7, tasks)
    for (index, chosen), result in zip(tasks, results, strict=True):
        rng = np.random.default_rng([4, DROPOUT, 7, index])
        x = preprocessing.apply(micro_batch_images(config, images, 7, index, chosen))
        out = np.empty_like(network.vector)
        loss, correct, statistics = loss_gradient(
            network, x, labels[chosen], Context(training=True, rng=rng), out, 0.1
        )
        expected[index % GRADIENT_BUFFERS] += out
        assert (result.index, result.loss, result.correct) == (index, loss, correct)
        for one, other in zip(result.batch_statistics, statistics, strict=True):
            assert (one is None) == (other is None)
            if other is not None:
                np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(buffers, expected, rtol=1e-4, atol=1e-5)


def test_what_was_made_ready_is_taken_if_it_is_the_same(
    config: RunConfig, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = dataclasses.replace(config, augmentation=AUGMENTATIONS["light"])
    made: list[tuple[int, int]] = []

    def noted(config: RunConfig, images: np.ndarray, step: int, index: int, chosen: np.ndarray) -> np.ndarray:
        made.append((step, index))
        return micro_batch_images(config, images, step, index, chosen)

    monkeypatch.setattr(gradient, "micro_batch_images", noted)
    network, preprocessing = Network.new(config.network, 1), Preprocessing(dataset.mean, dataset.std)
    images, labels = dataset.train_images, dataset.train_labels

    def outcome(*ready: gradient.Share) -> tuple[list[float], np.ndarray]:
        buffers = np.zeros((GRADIENT_BUFFERS, network.vector.size), np.float32)
        worker = MicroBatchWorker(config, network, preprocessing, images, labels, buffers)
        for share in ready:
            worker.prepare(*share)
        made.append((-1, -1))
        return [result.loss for result in worker.compute(*task)], buffers

    task = gradient.Share(3, [(1, np.arange(6)), (3, np.arange(6, 12))])
    losses, buffers = outcome()
    others = [
        task._replace(step=2),
        task._replace(micro_batches=[(0, np.arange(6))]),
        task._replace(micro_batches=[(1, np.arange(1, 7))]),
        task._replace(micro_batches=[(1, np.arange(5))]),
    ]
    for ready, late in [([task], [(3, 3)])] + [([task, other], [(3, 1), (3, 3)]) for other in others]:
        made.clear()
        again, same = outcome(*ready)
        assert made[made.index((-1, -1)) + 1 :] == late
        assert again == losses
        np.testing.assert_array_equal(same, buffers)
