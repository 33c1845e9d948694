"""What the explanations say: worked by hand on networks of a few numbers, and what holds for each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.preprocess import Preprocessing
from engine.errors import ConfigError
from engine.explain import METHODS, ExplainError
from engine.explain.grad_cam import GradCam, map_layers
from engine.explain.occlusion import _BATCH, Occlusion
from engine.explain.saliency import Saliency
from engine.model.losses import softmax
from engine.model.network import Network
from engine.model.spec import NetworkSpec, preset
from engine.task import Cancelled, Progress, Task

PLAIN = Preprocessing((0.0,), (1.0,))


def linear(weights: np.ndarray) -> Network:
    """Return a network of one dense layer with ``weights``, ``(K, C, H, W)``, and no bias."""
    classes = len(weights)
    layers = [{"kind": "flatten"}, {"kind": "dense", "units": classes, "bias": False}]
    spec = NetworkSpec.from_json({"name": "linear", "in_shape": list(weights.shape[1:]), "layers": layers})
    network = Network.empty(spec)
    network.load({"1.weight": weights.reshape(classes, -1).astype(np.float32)})
    return network


def picture(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


# --- saliency -------------------------------------------------------------------------------------


def test_saliency_of_a_linear_network_is_its_weights() -> None:
    weights = np.random.default_rng(1).normal(size=(3, 1, 4, 5))
    found = Saliency().explain(linear(weights), PLAIN, picture(1, 4, 5), 2)
    np.testing.assert_allclose(found.values, weights[2, 0], rtol=1e-6)
    assert found.signed and found.cells == (4, 5)


def test_saliency_counts_pixels_from_black_to_white_whatever_the_preprocessing() -> None:
    weights = np.random.default_rng(1).normal(size=(2, 1, 4, 4))
    network, image = linear(weights), np.full((1, 4, 4), 100, np.uint8)
    preprocessing = Preprocessing((0.3,), (0.25,))
    found = Saliency().explain(network, preprocessing, image, 0)
    white, black = image.copy(), image.copy()
    white[0, 1, 2], black[0, 1, 2] = 255, 0
    logits = network.forward(preprocessing.apply(np.stack([white, black])))[0][:, 0]
    assert found.values[1, 2] == pytest.approx(logits[0] - logits[1], rel=1e-4)


def test_saliency_of_several_channels_is_the_steepest_with_its_sign() -> None:
    weights = np.zeros((2, 3, 1, 2))
    weights[1, :, 0, 0] = (1, -4, 3)
    weights[1, :, 0, 1] = (0.5, 2, -1)
    image = picture(3, 1, 2)
    found = Saliency().explain(linear(weights), Preprocessing((0.0,) * 3, (1.0,) * 3), image, 1)
    np.testing.assert_allclose(found.values, [[-4, 2]])


# --- Grad-CAM -------------------------------------------------------------------------------------


def two_maps() -> Network:
    """Return: two 1x1 kernels (x and -2x + 3), ReLU, the mean of each map, two classes."""
    layers = [
        {"kind": "conv", "filters": 2, "kernel": 1},
        {"kind": "relu"},
        {"kind": "global_average_pool"},
        {"kind": "dense", "units": 2},
    ]
    network = Network.empty(NetworkSpec.from_json({"name": "hand", "in_shape": [1, 2, 2], "layers": layers}))
    network.load(
        {
            "0.weight": np.array([1, -2], np.float32).reshape(2, 1, 1, 1),
            "0.bias": np.array([0, 3], np.float32),
            "3.weight": np.array([[4, -8], [-1, 1]], np.float32),
            "3.bias": np.array([0, 0], np.float32),
        }
    )
    return network


def test_grad_cam_by_hand() -> None:
    # Pixels 0, 51, 102, 255 are 0, 0.2, 0.4, 1; the preprocessing makes 0, 2, 4, 10 of them.
    image = np.array([[[0, 51], [102, 255]]], np.uint8)
    tenfold = Preprocessing((0.0,), (0.1,))
    # Maps after ReLU: 0 2 4 10 and 3 0 0 0. The mean of a map has the slope 1/4 for each of its units,
    # so the weights are 4/4 and -8/4 for class 0, and -1/4 and 1/4 for class 1.
    first = GradCam().explain(two_maps(), tenfold, image, 0)
    np.testing.assert_allclose(first.values, [[0, 2], [4, 10]], rtol=1e-5)  # 0 - 6 is cut off at 0
    second = GradCam().explain(two_maps(), tenfold, image, 1)
    np.testing.assert_allclose(second.values, [[0.75, 0], [0, 0]], rtol=1e-5)
    assert not first.signed and "layer 2 (ReLU): 2×2 units, each sees 1×1 px" in first.detail
    # Before ReLU the second map is 3 -1 -5 -17; only what ReLU lets through has a slope, so that the weights
    # are 3/4 (a 0 does not get through) and -2/4.
    before = GradCam(layer=1).explain(two_maps(), tenfold, image, 0)
    np.testing.assert_allclose(before.values, [[0, 1.5 + 0.5], [3 + 2.5, 7.5 + 8.5]], rtol=1e-5)


def test_grad_cam_shows_each_pixel_the_unit_nearest_to_it() -> None:
    network = Network.new(preset("classic"), 3)
    image = picture(1, 28, 28)
    found = GradCam().explain(network, PLAIN, image, 5)
    assert found.cells == (10, 10) and found.values.shape == (28, 28)
    np.testing.assert_array_equal(found.values[4], found.values[5])
    np.testing.assert_array_equal(found.values[:, 22], found.values[:, 27])


def test_grad_cam_takes_the_last_layer_with_maps_and_passes_over_dropout() -> None:
    layers = [{"kind": "conv"}, {"kind": "relu"}, {"kind": "dropout"}, {"kind": "flatten"}, {"kind": "dense"}]
    spec = NetworkSpec.from_json({"name": "dropping", "in_shape": [1, 6, 6], "layers": layers})
    assert map_layers(spec) == (0, 1)
    assert GradCam().layer_of(spec) == 1
    assert GradCam(layer=1).layer_of(spec) == 0
    with pytest.raises(ExplainError, match=r"layer is 4; layers that give maps are 1, 2\."):
        GradCam(layer=4).layer_of(spec)


def test_grad_cam_needs_maps() -> None:
    with pytest.raises(ExplainError, match="this network has none"):
        GradCam().explain(linear(np.ones((2, 1, 3, 3))), PLAIN, picture(1, 3, 3), 0)


# --- occlusion ------------------------------------------------------------------------------------


def test_occlusion_of_a_pixel_that_does_not_matter_is_nothing() -> None:
    weights = np.random.default_rng(2).normal(size=(3, 1, 4, 4))
    weights[:, 0, 2, 1] = 0
    weights[:, 0, 0, 3] = 0.7  # it matters alike for every class
    found = Occlusion(size=1, stride=1).explain(linear(weights), PLAIN, picture(1, 4, 4), 0)
    nothing = np.zeros((4, 4), bool)
    nothing[2, 1] = nothing[0, 3] = True
    assert np.abs(found.values[nothing]).max() < 1e-6
    assert np.abs(found.values[~nothing]).min() > 1e-4


def test_occlusion_by_hand() -> None:
    weights = np.zeros((2, 1, 2, 2))
    weights[0, 0] = [[1, -1], [0, 2]]
    image = np.full((1, 2, 2), 255, np.uint8)
    found = Occlusion(size=1, stride=1).explain(linear(weights), PLAIN, image, 0)
    whole = softmax(np.array([[2.0, 0.0]]))[0, 0]
    without = [softmax(np.array([[2.0 - w, 0.0]]))[0, 0] for w in (1, -1, 0, 2)]
    np.testing.assert_allclose(found.values.ravel(), whole - np.array(without), atol=1e-6)


def test_the_patch_has_the_mean_colour_and_lies_around_its_cell() -> None:
    """Against covering the pixels one cell at a time."""
    network = Network.new(preset("lenet5"), 4)
    preprocessing, image = Preprocessing((0.4,), (0.3,)), picture(1, 28, 28)
    found = Occlusion(size=9, stride=5).explain(network, preprocessing, image, 3)
    assert found.cells == (6, 6)
    x = preprocessing.apply(image[None])
    whole = network.predict(x)[0, 3]
    for row, column in ((0, 0), (2, 3), (5, 5)):
        covered = np.array(x)
        top, left = 5 * row - 2, 5 * column - 2
        covered[..., max(0, top) : top + 9, max(0, left) : left + 9] = 0
        expected = whole - network.predict(covered)[0, 3]
        inside = found.values[5 * row : 5 * row + 5, 5 * column : 5 * column + 5]
        np.testing.assert_allclose(inside, expected, atol=1e-6)


def test_a_patch_over_everything_leaves_the_mean_image() -> None:
    network, image = Network.new(preset("classic"), 1), picture(1, 28, 28)
    found = Occlusion(size=64, stride=28).explain(network, PLAIN, image, 6)
    mean = network.predict(np.zeros((1, 1, 28, 28), np.float32))[0, 6]
    whole = network.predict(PLAIN.apply(image[None]))[0, 6]
    np.testing.assert_allclose(found.values, whole - mean, atol=1e-6)


def test_places_leave_no_gap() -> None:
    with pytest.raises(ConfigError, match="stride is 4; allowed is at most the size of the patch, 3"):
        Occlusion(size=3, stride=4)


# --- all of them ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_described(name: str) -> None:
    method = METHODS[name]()
    assert method.type_name == name and method.title and method.about.endswith(".")


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32)])
def test_a_value_for_each_pixel_and_the_same_every_time(name: str, shape: tuple[int, ...]) -> None:
    network = Network.new(preset("classic", shape), 2)
    preprocessing = Preprocessing((0.4,) * shape[0], (0.3,) * shape[0])
    image = picture(*shape)
    found = METHODS[name]().explain(network, preprocessing, image, 9)
    assert found.values.shape == shape[1:] and found.values.dtype == np.float32
    assert np.isfinite(found.values).all() and not found.values.flags.writeable
    assert found.signed or found.values.min() >= 0
    again = METHODS[name]().explain(network, preprocessing, image, 9)
    np.testing.assert_array_equal(found.values, again.values)


@pytest.mark.parametrize("name", METHODS)
def test_what_does_not_fit_is_refused_in_a_sentence(name: str) -> None:
    network, method = Network.new(preset("classic"), 1), METHODS[name]()
    with pytest.raises(ExplainError, match=r"shape \(3, 32, 32\); the network takes \(1, 28, 28\)"):
        method.explain(network, PLAIN, picture(3, 32, 32), 0)
    with pytest.raises(ExplainError, match="class is 10; allowed is 0 to 9"):
        method.explain(network, PLAIN, picture(1, 28, 28), 10)


def test_long_work_can_be_given_up() -> None:
    seen: list[Progress] = []
    task = Task(lambda now: (seen.append(now), task.cancel()))
    with pytest.raises(Cancelled):
        Occlusion(size=2, stride=1).explain(
            Network.new(preset("classic"), 1), PLAIN, picture(1, 28, 28), 0, task
        )
    assert [(each.done, each.total) for each in seen] == [(0, 28 * 28)]


@given(scale=st.floats(0.1, 10), seed=st.integers(0, 1000))
def test_scaling_the_scores_scales_saliency_and_grad_cam(scale: float, seed: int) -> None:
    image = picture(1, 2, 2, seed=seed)
    network, louder = two_maps(), two_maps()
    louder.load({**network.named(), "3.weight": network.params[3]["weight"] * np.float32(scale)})
    for method in (Saliency(), GradCam()):
        one = method.explain(network, PLAIN, image, 0).values
        other = method.explain(louder, PLAIN, image, 0).values
        np.testing.assert_allclose(other, scale * one, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", METHODS)
def test_several_classes_at_once_are_each_as_alone(name: str) -> None:
    network, image = Network.new(preset("lenet5"), 6), picture(1, 28, 28)
    together = METHODS[name]().explain_each(network, PLAIN, image, (4, 0, 7))
    for target, found in zip((4, 0, 7), together, strict=True):
        alone = METHODS[name]().explain(network, PLAIN, image, target)
        np.testing.assert_array_equal(found.values, alone.values)
        assert not found.values.flags.writeable and found.detail == alone.detail


def test_occlusion_takes_as_many_rounds_for_several_classes_as_for_one() -> None:
    method, image = Occlusion(size=4, stride=4), picture(1, 28, 28)
    network = Network.new(preset("classic"), 1)
    rounds: list[int] = []
    task = Task()
    task.report = lambda done, *_: rounds.append(done)  # type: ignore[method-assign]
    method.explain_each(network, PLAIN, image, (1, 2, 3), task)
    assert rounds == list(range(0, 7 * 7, _BATCH))
