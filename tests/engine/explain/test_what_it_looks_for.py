"""What excites a part of a network: against looking at every image, and worked by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from engine.data.preprocess import Preprocessing
from engine.explain import ExplainError, neighbours
from engine.explain.kernels import kernel_pictures
from engine.explain.maximise import Maximise, blurred
from engine.explain.neighbours import FeatureIndex, feature_layer
from engine.explain.part import Box, Part, at_once, seen_by
from engine.explain.projection import project
from engine.explain.top_images import TopImages
from engine.explain.walk import Rule
from engine.model.network import Network
from engine.model.spec import NetworkSpec, preset
from engine.task import Cancelled, Task
from tests.engine.explain.test_methods import PLAIN, linear, picture

GREY = Preprocessing((0.3,), (0.25,))


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.new(preset("lenet5"), 4)


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return picture(70, 1, 28, 28)


# --- parts ----------------------------------------------------------------------------------------


def test_what_a_unit_sees_by_hand() -> None:
    spec = preset("classic")  # conv 5x5, ReLU, conv 5x5, ReLU, max pooling 2x2
    assert seen_by(spec, 2, (3, 4)) == Box(3, 4, 12, 13)
    assert seen_by(spec, 4, (3, 4)) == Box(6, 8, 16, 18)
    assert seen_by(spec, 6, None) == Box(0, 0, 28, 28)
    assert seen_by(preset("lenet5"), 0, (0, 27)) == Box(0, 25, 3, 28)  # cut off where it sees padding


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (Part(12, 0), r"layer is 13; allowed is 1 to 12"),
        (Part(0, 6), r"unit is 6; allowed is 0 to 5"),
        (Part(0, 0, (28, 0)), r"no unit is at \(28, 0\); a map has 28×28"),
        (Part(11, 0, (0, 0)), "gives no maps"),
    ],
)
def test_parts_that_are_not_there(part: Part, sentence: str, network: Network) -> None:
    with pytest.raises(ExplainError, match=sentence):
        part.check(network.spec)


# --- the images that excite most ------------------------------------------------------------------


@pytest.mark.parametrize("layer", [1, 4, 8, 11])
def test_the_best_images_against_all_outputs(layer: int, network: Network, images: np.ndarray) -> None:
    top = TopImages.of(network, GREY, images, layer, count=5)
    outputs = network.maps(GREY.apply(images))[layer]
    for channel in (0, 5):
        each = outputs[:, channel].reshape(len(images), -1).max(axis=1)
        found = top.best(channel)
        assert [one.image for one in found] == np.argsort(-each, kind="stable")[:5].tolist()
        np.testing.assert_allclose([one.value for one in found], np.sort(each)[::-1][:5], rtol=1e-5)
        assert top.means[channel] == pytest.approx(each.mean(), rel=1e-4)
        for one in found:
            if one.place is None:
                assert one.box == Box(0, 0, 28, 28)
            else:
                assert outputs[one.image, channel][one.place] == pytest.approx(one.value, rel=1e-5)
                assert one.box == seen_by(network.spec, layer, one.place)


def test_only_what_the_unit_sees_matters(network: Network, images: np.ndarray) -> None:
    one = TopImages.of(network, GREY, images, 4, count=1).best(3)[0]
    changed = np.zeros_like(images[one.image])
    rows, columns = slice(one.box.top, one.box.bottom), slice(one.box.left, one.box.right)
    changed[:, rows, columns] = images[one.image][:, rows, columns]
    assert one.place is not None
    again = network.maps(GREY.apply(changed[None]))[4][0, 3][one.place]
    assert again == pytest.approx(one.value, rel=1e-5)


def test_one_unit_of_a_map(network: Network, images: np.ndarray) -> None:
    top = TopImages.of(network, GREY, images, 4, count=3, place=(5, 6))
    expected = network.maps(GREY.apply(images))[4][:, 2, 5, 6]
    assert [one.image for one in top.best(2)] == np.argsort(-expected, kind="stable")[:3].tolist()
    assert {one.place for one in top.best(2)} == {(5, 6)}


def test_looking_through_images_can_be_given_up(network: Network, images: np.ndarray) -> None:
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        TopImages.of(network, GREY, images, 4, task)
    with pytest.raises(Cancelled):
        FeatureIndex.of(network, GREY, images, np.zeros(70, np.int64), task)
    with pytest.raises(ExplainError, match="no images to look through"):
        TopImages.of(network, GREY, images[:0], 1)
    with pytest.raises(ExplainError, match=r"takes \(1, 28, 28\)"):
        TopImages.of(network, GREY, picture(2, 3, 28, 28), 1)


# --- nearest images -------------------------------------------------------------------------------


def test_nearest_images_against_all_distances(network: Network, images: np.ndarray) -> None:
    labels = np.arange(70) % 10
    index = FeatureIndex.of(network, GREY, images, labels)
    features = network.maps(GREY.apply(images))[10].astype(np.float64)  # what enters the last dense layer
    assert feature_layer(network.spec) == 10
    own = network.maps(GREY.apply(picture(1, 1, 28, 28, seed=5)))[10][0]
    distances = np.linalg.norm(features - own, axis=1)
    found = index.nearest(picture(1, 28, 28, seed=5), 4)
    assert found.images.tolist() == np.argsort(distances, kind="stable")[:4].tolist()
    assert found.labels.tolist() == labels[found.images].tolist() and found.compared == 70
    pairs = [np.square(features[a] - features[b]).sum() for a, b in itertools.product(range(70), repeat=2)]
    np.testing.assert_allclose(found.distances, np.sort(distances)[:4] / np.sqrt(np.mean(pairs)), rtol=1e-4)


def test_an_image_is_nearest_to_itself_unless_left_out(network: Network, images: np.ndarray) -> None:
    index = FeatureIndex.of(network, GREY, images, np.zeros(70, np.int64))
    found = index.nearest(images[33])
    assert found.images[0] == 33 and found.distances[0] == pytest.approx(0, abs=1e-5)
    assert (
        33 not in index.nearest(images[33], but=33).images
        and len(index.nearest(images[33], 100).images) == 70
    )


def test_of_many_images_some_are_compared_evenly_spread(network: Network, images: np.ndarray) -> None:
    index = FeatureIndex.of(network, GREY, images, np.arange(70), most=8)
    assert (
        index.images.tolist() == [0, 10, 20, 30, 39, 49, 59, 69]
        and index.labels.tolist() == index.images.tolist()
    )


def test_memory_bounds_what_is_compared_and_what_goes_through_at_once(
    network: Network, images: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "ROOM", 5 * 4 * 84)  # five images of 84 features
    index = FeatureIndex.of(network, GREY, images, np.arange(70))
    assert index.images.tolist() == [0, 17, 34, 52, 69] and index.nearest(images[0]).compared == 5
    assert at_once(network.spec) == 32
    large = preset("classic", (3, 512, 512))
    assert at_once(large) == 1


def test_a_network_without_features(images: np.ndarray) -> None:
    spec = NetworkSpec.from_json({"name": "none", "in_shape": [1, 28, 28], "layers": [{"kind": "flatten"}]})
    with pytest.raises(ExplainError, match="need a fully connected layer"):
        FeatureIndex.of(Network.new(spec, 0), GREY, images, np.zeros(70, np.int64))


# --- deconvolution --------------------------------------------------------------------------------


def test_a_projection_stays_in_what_the_unit_sees_and_by_the_chain_rule_is_its_gradient(
    network: Network,
) -> None:
    image = picture(1, 28, 28)
    found = project(network, GREY, image, Part(4, 3))
    outside = found.values.copy()
    outside[:, found.box.top : found.box.bottom, found.box.left : found.box.right] = 0
    assert not outside.any() and found.values.any()
    outputs = network.maps(GREY.apply(image[None]))[4][0, 3]
    assert found.value == outputs.max() and outputs[found.place] == found.value
    # With the chain rule instead: the slope of half the square of the value.
    slopes = project(network, GREY, image, Part(4, 3), Rule()).values
    x = GREY.apply(image[None]).astype(np.float64)
    exact = Network(network.spec, network.params, np.float64)
    row, column = (found.box.top + found.box.bottom) // 2, (found.box.left + found.box.right) // 2
    above, below = x.copy(), x.copy()
    above[0, 0, row, column] += 1e-6
    below[0, 0, row, column] -= 1e-6
    rise = [exact.maps(each)[4][0, 3][found.place] ** 2 / 2 for each in (above, below)]
    assert slopes[0, row, column] == pytest.approx((rise[0] - rise[1]) / 2e-6, rel=1e-3, abs=1e-5)


# --- the picture that excites most ----------------------------------------------------------------


@pytest.mark.parametrize("part", [Part(11, 3), Part(4, 2), Part(4, 2, (3, 3)), Part(1, 0)])
def test_the_picture_gets_better_and_what_is_said_of_it_is_true(part: Part, network: Network) -> None:
    frames = list(Maximise(steps=25).frames(network, GREY, part))
    assert [frame.step for frame in frames] == list(range(26))
    first, last = frames[0], frames[-1]
    assert last.value > first.value
    trace = network.trace(GREY.apply(last.image[None]))
    values = trace.outputs[part.layer][0, part.channel]
    assert last.value == pytest.approx(
        float(np.mean(values if part.place is None else values[part.place])), rel=1e-4
    )
    np.testing.assert_allclose(
        last.probabilities, network.predict(GREY.apply(last.image[None]))[0], rtol=1e-5
    )
    again = list(Maximise(steps=25).frames(network, GREY, part))[-1]
    np.testing.assert_array_equal(last.image, again.image)


def test_without_regularisation_a_linear_class_ends_at_its_weights() -> None:
    weights = np.random.default_rng(1).normal(size=(2, 1, 5, 5))
    plain = Maximise(steps=200, rate=0.5, decay=0, blur=0, jitter=0)
    last = list(plain.frames(linear(weights), PLAIN, Part(1, 1)))[-1]
    np.testing.assert_array_equal(last.image[0], np.where(weights[1, 0] > 0, 255, 0))


def test_where_nothing_leads_anywhere_it_is_said_and_the_network_may_train_on(network: Network) -> None:
    with pytest.raises(ExplainError, match="Nothing excites this part"):
        list(Maximise().frames(linear(np.zeros((2, 1, 5, 5))), PLAIN, Part(1, 0)))
    copy = network.copy()
    frames = Maximise(steps=3).frames(copy, GREY, Part(11, 3))
    first = next(frames)
    copy.state_vector[...] = 0
    rest = list(frames)
    assert rest[-1].value > first.value


def test_blurring_keeps_a_flat_picture_and_spreads_a_point() -> None:
    np.testing.assert_allclose(blurred(np.full((2, 4, 5), 3.0)), 3)
    point = np.zeros((1, 5, 5))
    point[0, 2, 2] = 16
    np.testing.assert_allclose(blurred(point)[0, 1:4, 1:4], np.outer([1, 2, 1], [1, 2, 1]))


# --- kernels in colour ----------------------------------------------------------------------------


def test_kernels_are_pictures_those_of_colour_networks_in_colour() -> None:
    colour = Network.new(preset("classic", (3, 32, 32)), 2)
    deviations = Preprocessing((0.5,) * 3, (0.5, 0.25, 0.25))
    pictures = kernel_pictures(colour, deviations)
    weight = colour.params[0]["weight"] / np.array([0.5, 0.25, 0.25]).reshape(1, 3, 1, 1)
    assert pictures is not None and pictures.shape == (8, 3, 5, 5) and pictures.dtype == np.uint8
    expected = 127.5 + 127.5 * weight / np.abs(weight).max()
    assert np.abs(pictures - expected).max() <= 0.5 + 1e-6
    grey = kernel_pictures(Network.new(preset("classic"), 2), PLAIN)
    assert grey is not None and grey.shape == (8, 1, 5, 5)
    residual = Network.new(preset("resnet", (3, 32, 32)), 2)
    assert kernel_pictures(residual, deviations).shape == (32, 3, 3, 3)
    assert kernel_pictures(linear(np.zeros((2, 3, 4, 4))), deviations) is None
