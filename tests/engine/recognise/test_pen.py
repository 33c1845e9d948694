"""Strokes are drawn in the form of MNIST's images, with MNIST's pen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DataError
from engine.recognise.drawing import BOX, SIDE
from engine.recognise.pen import draw

coordinates = st.floats(-1e6, 1e6)
lines = st.lists(
    st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=8).map(np.array),
    min_size=1,
    max_size=4,
)


@given(lines)
def test_any_lines_fit_the_box_with_full_ink_and_their_mass_in_the_middle(strokes):
    image = draw(strokes)
    assert image.shape == (SIDE, SIDE) and image.max() == 255
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    longest = max(np.ptp(rows), np.ptp(columns)) + 1
    assert longest <= BOX + 1
    if np.ptp(np.concatenate(strokes), axis=0).max() > 0:
        assert longest >= BOX - 1
    places = np.arange(SIDE) + 0.5
    weights = image.astype(float)
    centre = [weights.sum(axis=1 - axis) @ places / weights.sum() for axis in (0, 1)]
    assert np.abs(np.array(centre) - SIDE / 2).max() <= 4.1, "the ink would leave the image"


def test_place_size_and_number_of_points_do_not_change_the_image():
    turn = np.linspace(0, 2 * np.pi, 60)
    oval = np.stack([30 * np.cos(turn), 50 * np.sin(turn)], axis=1)
    assert np.abs(draw([oval]).astype(int) - draw([7 * oval - 3000])).mean() < 0.1  # rounding
    finer = np.stack([np.interp(np.linspace(0, 59, 900), np.arange(60), oval[:, k]) for k in (0, 1)], axis=1)
    assert np.abs(draw([oval]).astype(int) - draw([finer])).mean() < 1


@pytest.mark.parametrize("width", [2.0, 2.5, 4.0])
def test_a_line_is_as_wide_as_the_pen(width):
    image = draw([np.array([[0.0, 0.0], [0.0, 50.0]])], width) / 255
    assert image[10:18].sum(axis=1) == pytest.approx(np.full(8, width), abs=0.35)


def test_what_is_no_list_of_points_is_refused():
    assert draw([]) is None
    for wrong in (np.zeros((4, 3)), np.array([[0.0, np.nan]]), np.zeros(5)):
        with pytest.raises(DataError, match="stroke is a list of finite points"):
            draw([wrong])
