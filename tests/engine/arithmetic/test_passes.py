"""Places of values in what went through a network."""

from __future__ import annotations

import numpy as np
import pytest

from engine.arithmetic.passes import Pass, Place
from engine.model.network import INPUT, Network
from tests.engine.arithmetic.conftest import PREPROCESSING


@pytest.fixture
def found(network: Network, image: np.ndarray) -> Pass:
    return Pass.precise(network, PREPROCESSING, image)


def test_every_value_of_every_layer_has_a_place_where_it_is_read(found: Pass) -> None:
    assert found.place_of(INPUT, 143) == Place(INPUT, (1, 8, 7))
    for layer, values in enumerate(found.layer_outputs()):
        for number in (0, values.size // 2, values.size - 1):
            place = found.place_of(layer, number)
            assert place is not None and found.has(place)
            assert found.value(place) == values.reshape(-1)[number]
        assert found.place_of(layer, values.size) is None and found.place_of(layer, -1) is None
    assert found.place_of(len(found.network.spec.layers), 0) is None


def test_beyond_the_edges_there_is_nothing(found: Pass) -> None:
    classes, softmax = found.network.classes, len(found.steps)
    for place in (Place(INPUT, (0, 0, 0)), Place(INPUT, (1, 8, 7)), Place(softmax, (classes - 1,))):
        assert found.has(place)
    for place in (
        Place(INPUT, (2, 0, 0)),
        Place(INPUT, (0, 9, 0)),
        Place(INPUT, (0, 0, -1)),
        Place(INPUT, (0,)),
        Place(INPUT - 1, (0, 0, 0)),
        Place(softmax, (classes,)),
        Place(softmax + 1, (0,)),
    ):
        assert not found.has(place)


@pytest.mark.parametrize(
    ("by", "index"),
    [((0, 1, -1), (0, 5, 3)), ((1, 0, 0), (1, 4, 4)), ((9, 9, 9), (1, 8, 7)), ((-9, -9, -9), (0, 0, 0))],
)
def test_neighbours_lie_within_the_image(
    found: Pass, by: tuple[int, int, int], index: tuple[int, ...]
) -> None:
    assert found.neighbour(Place(INPUT, (0, 4, 4)), *by) == Place(INPUT, index)


@pytest.mark.parametrize(("by", "index"), [((0, 0, 1), 1), ((1, 0, 0), 1), ((1, 1, 0), 2), ((0, -1, 0), 0)])
def test_features_have_neighbours_in_one_row(found: Pass, by: tuple[int, int, int], index: int) -> None:
    for step in (len(found.steps) - 1, len(found.steps)):
        assert found.neighbour(Place(step, (0,)), *by) == Place(step, (index,))
