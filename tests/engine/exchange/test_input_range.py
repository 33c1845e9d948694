"""Which pixels a model expects is decided by accuracy, and by the loss where that cannot tell."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.catalogue import load
from engine.exchange import input_range
from engine.exchange.imported import Imported
from engine.exchange.input_range import RANGES, InputRange, Trial, fits, ranges_for, suggest
from engine.model.model_file import find_model
from engine.model.network import Network
from engine.model.spec import preset


def imported(network: Network, scale: float = 1.0, shift: float = 0.0) -> Imported:
    """Return a network as it comes from a graph that makes ``scale x + shift`` of its input."""
    channels = network.spec.in_shape[0]
    values = np.full(channels, scale), np.full(channels, shift)
    return Imported(network, *values, "0..1", False, scale != 1, (), (), "m.onnx")


@pytest.mark.parametrize(
    ("accuracies", "losses", "best"),
    [
        ((0.90, 0.97), (0.1, 9.0), "1"),  # clearly better, whatever the loss
        ((0.960, 0.965), (0.1, 9.0), "0"),  # alike: the loss decides
        ((0.960, 0.965), (9.0, 0.1), "1"),
        ((0.960, 0.965), (float("nan"), 0.1), "1"),
        ((1.0, 0.5), (0.3, 0.1), "0"),
    ],
)
def test_the_best_of_two_trials(accuracies: tuple[float, ...], losses: tuple[float, ...], best: str) -> None:
    trials = [Trial(str(k), a, b, 1000) for k, (a, b) in enumerate(zip(accuracies, losses, strict=True))]
    assert input_range._best_first(trials)[0].key == best


@pytest.mark.parametrize("key", [*RANGES, "data"])
def test_pixels_enter_the_network_as_the_range_and_the_graph_say(key: str) -> None:
    colour = key == "imagenet"
    network = Network.new(preset("classic", (3, 32, 32) if colour else (1, 28, 28)), 1)
    found = imported(network, 2.0, -0.25)
    given = ranges_for(3 if colour else 1, load("mnist"))[key]
    pixels = np.random.default_rng(1).integers(0, 256, (4, *network.spec.in_shape)).astype(np.uint8)
    mean, std = (np.array(v).reshape(1, -1, 1, 1) for v in (given.mean, given.std))
    expected = 2 * ((pixels / 255 - mean) / std) - 0.25
    got = found.model(given).preprocessing.apply(pixels)
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-4)


def test_a_model_that_knows_the_data_set_gets_its_range_and_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_range, "IMAGES", 200)
    digits, mnist = find_model("digits"), load("mnist")
    mean, std = digits.preprocessing.mean[0], digits.preprocessing.std[0]
    found = suggest(imported(digits.network, 1 / std, -mean / std), [mnist])
    assert (found.key, found.clear, found.class_names()) == ("0..1", True, mnist.class_names)
    assert found.words.startswith("Tried on 200 test images of MNIST: 0..1 ")
    assert len(found.trials) == 4


def test_a_model_that_knows_nothing_is_left_to_the_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_range, "IMAGES", 200)
    mnist = load("mnist")
    found = suggest(imported(Network.new(preset("classic"), 3)), [mnist])
    assert (found.key, found.given, found.clear, found.class_names()) == ("0..1", RANGES["0..1"], False, ())
    assert found.words.endswith("none of them is clearly better than guessing.")
    other = imported(Network.new(preset("classic", (3, 32, 32)), 3))
    assert not fits(other, mnist) and suggest(other, [mnist]).trials == ()


def test_ranges_of_three_channels_are_only_for_three() -> None:
    assert "imagenet" not in ranges_for(1, None) and "imagenet" in ranges_for(3, None)
    assert "data" not in ranges_for(3, load("mnist"))
    assert isinstance(ranges_for(1, load("mnist"))["data"], InputRange)
