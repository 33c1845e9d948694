"""Where parallel axes and the runs across them are."""

from __future__ import annotations

import numpy as np
import pytest

from gui.presenters.axes import Axis
from gui.presenters.parallel_places import BOTTOM, SIDE, TOP, ParallelPlaces

NAN = float("nan")


def axis(key: str, *places: float) -> Axis:
    return Axis(key, key, np.array(places), tuple(map(str, places)), (), "linear")


def across(width: int = 400, height: int = 200) -> ParallelPlaces:
    axes = (axis("rate", 0, 1, 0.5), axis("batch", 1, 0, NAN), axis("accuracy", 0.2, 0.9, 0.4))
    return ParallelPlaces(axes, width, height)


def test_axes_stand_evenly_and_their_ends_are_in_the_picture() -> None:
    assert [across().axis_x(n) for n in range(3)] == [SIDE, 200, 400 - SIDE]
    assert ParallelPlaces(across().axes[:1], 400, 200).axis_x(0) == 200
    assert (across().y_of(1), across().y_of(0)) == (TOP, 200 - BOTTOM)


def test_every_place_is_found_again_and_what_is_not_known_lies_below() -> None:
    found = across()
    for place in (0.0, 0.3, 1.0):
        assert found.place_of(found.y_of(place)) == pytest.approx(place)
    assert (found.place_of(-50), found.place_of(900)) == (1, 0)
    assert found.y_of(NAN) > found.y_of(0)
    wanted = [[found.y_of(each.places[run]) for each in found.axes] for run in range(3)]
    np.testing.assert_array_equal(found.points(), wanted)


def test_only_close_to_an_axis_it_can_be_brushed() -> None:
    found = across()
    assert found.axis_at(found.axis_x(1) + 10) is found.axes[1]
    assert found.axis_at(found.axis_x(1) + 30) is None


def test_the_nearest_line_is_pointed_at_if_it_is_near_and_not_brushed_away() -> None:
    found = across()
    middle = (found.axis_x(0) + found.axis_x(1)) / 2
    third = (found.y_of(0.5) + found.y_of(NAN)) / 2
    assert found.run_at(middle, third, {}) == 2
    assert found.run_at(middle, third - 30, {}) is None
    assert found.run_at(middle, third, {"rate": (0.6, 1.0)}) is None
    assert ParallelPlaces(found.axes[:1], 400, 200).run_at(middle, third, {}) is None
