"""What is captured is what was asked for, as it was, and for good."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.session.capture import capture, frozen
from engine.session.messages import Request


@pytest.fixture
def network(spec: NetworkSpec) -> Network:
    return Network.new(spec, 3)


@pytest.fixture
def preprocessing(dataset: Dataset) -> Preprocessing:
    return Preprocessing(dataset.mean, dataset.std)


def test_maps_are_the_outputs_of_every_layer(
    network: Network, preprocessing: Preprocessing, dataset: Dataset
) -> None:
    image = dataset.test_images[4]
    found = capture(Request(maps=True, image=image), network, preprocessing, 6, 17)
    assert (found.run_id, found.step, found.network) == (6, 17, None)
    assert found.image is image
    outputs = network.maps(preprocessing.apply(image[None]))
    assert len(found.maps) == len(outputs) == 7
    for shown, output in zip(found.maps, outputs, strict=True):
        np.testing.assert_array_equal(shown, output[0])
        assert shown.flags.c_contiguous and not shown.flags.writeable
    powers = np.exp(outputs[-1][0])
    assert found.probabilities is not None and not found.probabilities.flags.writeable
    np.testing.assert_allclose(found.probabilities, powers / powers.sum(), rtol=1e-5)


def test_the_network_is_a_copy(network: Network, preprocessing: Preprocessing, dataset: Dataset) -> None:
    found = capture(Request(kernels=True, image=dataset.test_images[0]), network, preprocessing, 6, 17)
    before = {name: value.copy() for name, value in network.named().items()}
    for value in network.named().values():
        value += 1
    assert found.network is not None
    for name, value in found.network.named().items():
        np.testing.assert_array_equal(value, before[name])
    assert found.maps == () and found.probabilities is None


@pytest.mark.parametrize("image", [None, np.zeros((3, 10, 10), np.uint8), np.zeros((1, 9, 10), np.uint8)])
def test_an_image_that_does_not_fit_gives_no_maps(
    network: Network, preprocessing: Preprocessing, image: np.ndarray | None
) -> None:
    found = capture(Request(kernels=True, maps=True, image=image), network, preprocessing, 1, 2)
    assert found.maps == () and found.probabilities is None
    assert found.network is not None


def test_frozen_is_a_copy_that_cannot_be_changed() -> None:
    value = np.arange(6.0).reshape(2, 3).T
    copy = frozen(value)
    value[0, 0] = 9
    assert copy.tolist() == [[0, 3], [1, 4], [2, 5]]
    assert copy.flags.c_contiguous
    with pytest.raises(ValueError, match="read-only"):
        copy[0, 0] = 1


def test_weights_that_went_astray_are_shown_as_they_are_without_an_answer(
    network: Network, preprocessing: Preprocessing, dataset: Dataset
) -> None:
    network.vector *= 1e38
    with np.errstate(all="raise"):
        found = capture(Request(maps=True, image=dataset.test_images[0]), network, preprocessing, 1, 2)
    assert len(found.maps) == 7 and not np.isfinite(found.maps[-1]).all()
    assert found.probabilities is None
