"""What is measured of a network, against finite differences and values counted one by one."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.preprocess import Preprocessing
from engine.health.measure import Histogram, measure, probe
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.training.workers import Workers
from tests.engine.conftest import stripes

SPEC = NetworkSpec.from_json(
    {
        "name": "n",
        "in_shape": [1, 10, 10],
        "layers": [
            {"kind": "conv", "filters": 4, "kernel": 3},
            {"kind": "relu"},
            {"kind": "conv", "filters": 3, "kernel": 3},
            {"kind": "tanh"},
            {"kind": "flatten"},
            {"kind": "dense", "units": 5},
            {"kind": "sigmoid"},
            {"kind": "dense", "units": 3},
        ],
    }
)
IMAGES, LABELS = stripes(24, 5)
PREPARED = Preprocessing((0.3,), (0.2,))


def loss(network: Network) -> float:
    logits = network.forward(PREPARED.apply(IMAGES).astype(np.float64))[0]
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(LABELS)), LABELS]))


def test_gradient_norms_are_the_slopes_of_the_loss() -> None:
    network = Network.new(SPEC, 3, np.float64)
    found = measure(network, PREPARED, IMAGES, LABELS, 7)
    assert found.step == 7 and found.loss == pytest.approx(loss(network), rel=1e-5)
    assert [layer.index for layer in found.trained] == [0, 2, 5, 7]
    for layer in found.trained:
        weight = network.params[layer.index]["weight"]
        kept, grad = weight.copy(), np.zeros_like(weight)
        for place in np.ndindex(weight.shape):
            for sign in (1, -1):
                weight[place] = kept[place] + sign * 1e-5
                grad[place] += sign * loss(network) / 2e-5
            weight[place] = kept[place]
        assert layer.gradient_norm == pytest.approx(np.linalg.norm(grad.reshape(-1)), rel=1e-3)
        assert layer.weight_norm == pytest.approx(np.linalg.norm(kept.reshape(-1)))
        if weight.ndim == 4:
            np.testing.assert_allclose(layer.kernels, kept[:, 0], rtol=1e-6)
            np.testing.assert_allclose(layer.kernel_gradients, grad[:, 0], atol=1e-5)
        assert layer.relative_gradient == pytest.approx(layer.gradient_norm / layer.weight_norm)


def test_units_counted_one_by_one() -> None:
    network = Network.new(SPEC, 3)
    network.params[0]["weight"][1] = 0
    network.params[0]["bias"][1] = -1  # one of four maps is 0 everywhere
    network.params[2]["bias"][:] = [50, 0, 0]  # one of three is at the end of tanh
    network.params[5]["bias"][:2] = -30
    found = measure(network, PREPARED, IMAGES, LABELS, 0).layers
    assert found[1].dead == 0.25 and found[0].dead is None and found[1].saturated is None
    tanh = network.maps(PREPARED.apply(IMAGES))[3]
    flat = sum(1 - value**2 < 0.05 for value in tanh.reshape(-1).astype(np.float64))
    assert found[3].saturated == pytest.approx(flat / tanh.size) and found[3].saturated > 1 / 3
    assert found[6].saturated is not None and found[6].saturated >= 0.4
    assert found[3].activation_size == pytest.approx(np.sqrt(np.mean(tanh.astype(np.float64) ** 2)))


def test_how_far_the_weights_moved() -> None:
    old, new = Network.new(SPEC, 3), Network.new(SPEC, 3)
    new.params[2]["weight"] *= 1.06
    found = measure(new, PREPARED, IMAGES, LABELS, 13, (10, old))
    assert found.layers[2].update_ratio == pytest.approx(0.02, rel=1e-3)
    assert found.layers[0].update_ratio == 0 and found.layers[1].update_ratio is None
    assert measure(new, PREPARED, IMAGES, LABELS, 13).layers[2].update_ratio is None


def test_a_histogram_counts_everything_that_is_finite() -> None:
    values = np.array([-1.0, 0.0, 0.0, 3.0, np.nan, np.inf], np.float32)
    found = Histogram.of(values)
    assert found.counts.sum() == 4 and (found.edges[0], found.edges[-1]) == (-1, 3)
    assert Histogram.of(np.zeros(5, np.float32)).counts.sum() == 5
    assert Histogram.of(np.full(5, np.nan, np.float32)).counts.sum() == 0


def test_probes_are_as_many_of_each_class() -> None:
    labels = np.array([0] * 50 + [1] * 3 + [2] * 50)
    chosen = probe(labels, np.arange(10, 103), 3)
    assert np.bincount(labels[chosen]).tolist() == [8, 3, 8] and chosen.min() >= 10


def test_weights_that_went_astray_can_be_looked_at() -> None:
    network = Network.new(SPEC, 3)
    network.vector *= 1e30
    with np.errstate(all="raise"), Workers(1):
        found = measure(network, PREPARED, IMAGES, LABELS, 0)
    assert len(found.layers) == 8
