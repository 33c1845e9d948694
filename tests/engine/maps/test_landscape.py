"""The loss around the weights, against the loss of networks whose weights were set by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.maps.landscape import landscape, path_plane, random_plane
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.task import Cancelled, Task
from engine.training.evaluation import evaluate
from engine.training.workers import Workers


@pytest.fixture
def network(spec: NetworkSpec) -> Network:
    return Network.new(spec, 3)


def test_random_directions_have_the_norm_of_each_filter(network: Network) -> None:
    plane = random_plane(network)
    for vector in (plane.first, plane.second):
        direction = network.copy()
        direction.vector[:] = vector
        for name, own in network.named().items():
            value = direction.named()[name]
            if own.ndim < 2:
                if "running" not in name:
                    assert not value.any()  # biases and scales stay as they are
                continue
            for one, other in zip(value, own, strict=True):
                assert np.linalg.norm(one) == pytest.approx(np.linalg.norm(other), rel=1e-5)
    cosine = plane.first @ plane.second / np.linalg.norm(plane.first) / np.linalg.norm(plane.second)
    assert abs(cosine) < 0.5
    np.testing.assert_array_equal(random_plane(network).first, plane.first)
    assert not np.array_equal(random_plane(network, 1).first, plane.first)


def test_the_loss_at_every_place_is_that_of_these_weights(network: Network, dataset: Dataset) -> None:
    preprocessing = Preprocessing(dataset.mean, dataset.std)
    images, labels = dataset.train_images[:50], dataset.train_labels[:50]
    before = network.state_vector.copy()
    plane = random_plane(network)
    found = landscape(network, plane, preprocessing, images, labels, Task(), size=5)
    np.testing.assert_array_equal(network.state_vector, before)
    with Workers(1) as workers:
        for i, j in ((2, 2), (0, 3), (4, 1)):
            moved = network.copy()
            moved.vector += (found.a[i] * plane.first + found.b[j] * plane.second).astype(np.float32)
            expected = evaluate(moved, preprocessing, images, labels, workers).mean_loss
            assert found.loss[i, j] == pytest.approx(expected, rel=1e-4)
    assert (found.a[2], found.b[2]) == (0, 0) and found.images == 50


def test_a_path_lies_in_its_plane_and_ends_in_its_middle() -> None:
    rng = np.random.default_rng(1)
    first, second = np.linalg.qr(rng.standard_normal((200, 2)))[0].T
    end = rng.standard_normal(200)
    curve = [(3.0 * (1 - t), np.sin(3 * t) - np.sin(3)) for t in np.linspace(0, 1, 9)]
    weights = [(10 * i, (end + a * first + b * second).astype(np.float32)) for i, (a, b) in enumerate(curve)]
    plane = path_plane(weights)
    assert plane.steps == tuple(range(0, 90, 10)) and sum(plane.shares) == pytest.approx(1, abs=1e-4)
    np.testing.assert_allclose(plane.path[-1], 0, atol=1e-5)
    for (_, vector), (a, b) in zip(weights, plane.path, strict=True):
        np.testing.assert_allclose(plane.centre + a * plane.first + b * plane.second, vector, atol=1e-4)
    for axis in (0, 1):
        assert plane.low[axis] < plane.path[:, axis].min() and plane.path[:, axis].max() < plane.high[axis]


def test_a_path_needs_some_steps_and_may_stand_still() -> None:
    weights = np.ones(5, np.float32)
    with pytest.raises(ValueError, match="at least 3 recorded steps; there are 2"):
        path_plane([(0, weights), (1, weights)])
    plane = path_plane([(step, weights) for step in range(3)])
    assert plane.low[0] < plane.high[0] and not plane.path.any()


def test_it_can_be_cancelled_and_bears_what_is_not_finite(network: Network, dataset: Dataset) -> None:
    preprocessing = Preprocessing(dataset.mean, dataset.std)
    images, labels = dataset.train_images[:10], dataset.train_labels[:10]
    network.vector *= 1e25
    found = landscape(network, random_plane(network), preprocessing, images, labels, Task(), size=3)
    assert not np.isnan(found.loss).any()
    task = Task(lambda _: task.cancel())
    with pytest.raises(Cancelled):
        landscape(network, random_plane(network), preprocessing, images, labels, task)
