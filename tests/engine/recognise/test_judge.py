"""An answer sounds as sure as the figures allow."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.preprocess import Preprocessing
from engine.model.network import Network
from engine.model.spec import preset
from engine.recognise.judge import Source, entropy_share, ink_share, judge, moved, reach

DIGITS = tuple("0123456789")


def odds(**shares: float) -> np.ndarray:
    """Return probabilities with the given shares (``d7=0.9``), the rest spread evenly."""
    rest = (1 - sum(shares.values())) / (10 - len(shares))
    return np.array([shares.get(f"d{k}", rest) for k in range(10)], np.float32)


def test_a_clear_answer_is_claimed():
    answer = judge(odds(d7=0.98), DIGITS)
    assert answer.verdict == "sure"
    assert answer.headline == "7, 98 %"
    assert answer.top == 7


@pytest.mark.parametrize(
    "shares", [{"d4": 0.52, "d9": 0.44}, {"d4": 0.58, "d9": 0.2}, {"d4": 0.6, "d9": 0.39}]
)
def test_a_close_race_names_both(shares):
    answer = judge(odds(**shares), DIGITS)
    assert answer.verdict == "doubt"
    assert answer.headline == "Not sure: 4 or 9?"
    assert answer.top is None


@pytest.mark.parametrize(
    ("probabilities", "size", "ink"),
    [
        (odds(), 1.0, 0.2),
        (odds(d1=0.35, d4=0.3), 1.0, 0.2),
        (odds(d1=0.99), 0.05, 0.2),
        (odds(d8=0.99), 1.0, 0.8),
    ],
    ids=["even odds", "nearly even", "a dot", "a blot"],
)
def test_what_looks_like_nothing_is_no_digit(probabilities, size, ink):
    answer = judge(probabilities, DIGITS, size, ink)
    assert answer.verdict == "unknown"
    assert answer.top is None


def test_entropy_is_a_share_of_the_greatest():
    assert entropy_share(odds()) == pytest.approx(1.0)
    assert entropy_share(odds(d3=1.0)) == pytest.approx(0.0, abs=1e-6)


def test_reach_is_the_longer_side_of_what_is_drawn():
    ink = np.zeros((280, 280), np.float32)
    assert reach(ink) == 0.0
    ink[20:90, 100:114] = 1
    assert reach(ink) == pytest.approx(0.25)


def test_ink_share_looks_at_the_middle():
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 4:24, 4:14] = 255
    assert ink_share(image) == pytest.approx(0.5)


@pytest.fixture(scope="module")
def prepared():
    return Preprocessing((0.13,), (0.31,))


def source(seed: int, prepared: Preprocessing) -> Source:
    return Source(Network.new(preset("classic"), seed), prepared, DIGITS)


def test_a_source_gives_the_probabilities_of_the_image_and_how_steady_they_are(prepared):
    image = np.random.default_rng(0).integers(0, 256, (1, 28, 28)).astype(np.uint8)
    asked = source(1, prepared)
    said = asked.ask(image)
    probabilities, shift_consistency = said.probabilities, said.shift_consistency
    expected = asked.network.predict(prepared.apply(image[None]))[0]
    np.testing.assert_allclose(probabilities, expected, rtol=1e-4)
    best = expected.argmax()
    copies = [asked.network.predict(prepared.apply(copy[None]))[0, best] for copy in moved(image)[1:]]
    assert shift_consistency == pytest.approx(min(copies), rel=1e-4)


def test_moved_copies_go_four_ways():
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 1, 10] = 9
    places = [tuple(np.argwhere(copy[0])[0]) if copy.any() else None for copy in moved(image)]
    assert places == [(1, 10), (3, 10), None, (1, 12), (1, 8)]


def test_an_answer_that_does_not_hold_is_doubted():
    answer = judge(odds(d6=0.97), DIGITS, shift_consistency=0.05)
    assert answer.verdict == "doubt"
    assert answer.headline == "Perhaps 6?"
    assert answer.top is None
