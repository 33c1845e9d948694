"""The gradient of a class's score, for the image and for every layer of every shipped network."""

from __future__ import annotations

import numpy as np
import pytest

from engine.explain.gradient import INPUT, class_gradient
from engine.model.network import Network
from engine.model.spec import PRESETS, NetworkSpec, preset

SHAPES = {"resnet": (3, 32, 32)}


def far_from_kinks(name: str, dtype: type = np.float64) -> tuple[Network, np.ndarray]:
    """Return a network with statistics and biases that are not the first ones, and two images."""
    network = Network.new(preset(name, SHAPES.get(name, (1, 28, 28))), 3, dtype)
    rng = np.random.default_rng(1)
    for value in network.named().values():
        value += 0.02 * rng.random(value.shape)
    return network, rng.normal(size=(2, *network.spec.in_shape))


def tail(network: Network, layer: int, value: np.ndarray) -> Network:
    """Return the layers behind ``layer`` as a network of their own."""
    spec = NetworkSpec("tail", value.shape[1:], network.spec.layers[layer + 1 :])
    return Network(spec, network.params[layer + 1 :], np.float64)


def slope(network: Network, x: np.ndarray, place: tuple[int, ...], target: int) -> float | None:
    """Return the central difference of the logit for one value of ``x``; None at a kink."""
    step = 1e-5
    above, below = x.copy(), x.copy()
    above[place] += step
    below[place] -= step
    high, middle, low = (network.forward(each)[0][place[0], target] for each in (above, x, below))
    if not np.isclose(high - middle, middle - low, rtol=1e-2, atol=1e-12):
        return None
    return float((high - low) / (2 * step))


@pytest.mark.parametrize("name", PRESETS)
def test_the_gradient_for_the_image_agrees_with_central_differences(name: str) -> None:
    network, x = far_from_kinks(name)
    found = class_gradient(network, x, 4)
    np.testing.assert_array_equal(found.output, x)
    np.testing.assert_allclose(found.logits, network.forward(x)[0])
    rng = np.random.default_rng(2)
    steepest = np.unravel_index(np.abs(found.gradient).argmax(), x.shape)
    for place in [steepest, *(tuple(int(rng.integers(n)) for n in x.shape) for _ in range(12))]:
        expected = slope(network, x, place, 4)
        assert found.gradient[place] == pytest.approx(expected, rel=1e-4, abs=1e-7)
    assert np.abs(found.gradient).max() > 1e-3


@pytest.mark.parametrize("name", ["lenet5", "resnet"])
def test_the_gradient_for_each_layer_agrees_with_central_differences(name: str) -> None:
    network, x = far_from_kinks(name)
    outputs = network.maps(x)
    rng = np.random.default_rng(5)
    for layer, output in enumerate(outputs[:-1]):
        found = class_gradient(network, x, 7, layer)
        np.testing.assert_allclose(found.output, output, rtol=1e-9, atol=1e-12)
        assert found.gradient.shape == output.shape
        rest = tail(network, layer, output)
        places = [tuple(int(rng.integers(n)) for n in output.shape) for _ in range(5)]
        slopes = {place: slope(rest, np.array(output), place, 7) for place in places}
        smooth = {place: expected for place, expected in slopes.items() if expected is not None}
        assert len(smooth) >= 2
        for place, expected in smooth.items():
            assert found.gradient[place] == pytest.approx(expected, rel=1e-3, abs=1e-7)


def test_the_last_layer_is_the_score_itself(spec: NetworkSpec) -> None:
    network = Network.new(spec, 1)
    x = np.random.default_rng(0).normal(size=(3, *spec.in_shape)).astype(np.float32)
    found = class_gradient(network, x, 2, len(spec.layers) - 1)
    np.testing.assert_array_equal(found.gradient, np.tile([0, 0, 1], (3, 1)))
    np.testing.assert_array_equal(found.output, found.logits)


def test_images_do_not_depend_on_each_other_and_nothing_is_changed(spec: NetworkSpec) -> None:
    network = Network.new(spec, 1, np.float64)
    before = {name: value.copy() for name, value in network.named().items()}
    x = np.random.default_rng(0).normal(size=(4, *spec.in_shape))
    together = class_gradient(network, x, 1, INPUT).gradient
    alone = np.concatenate([class_gradient(network, one[None], 1).gradient for one in x])
    np.testing.assert_allclose(together, alone, rtol=1e-9, atol=1e-12)
    for name, value in network.named().items():
        np.testing.assert_array_equal(value, before[name])
