"""Runs beside each other in words and shades."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gui.presenters.compare import change_shades, change_words, letter
from gui.presenters.evaluate import Choice


@given(hnp.arrays(np.int64, st.integers(1, 6).map(lambda n: (n, n)), elements=st.integers(-9999, 9999)))
def test_shades_say_what_is_better_and_how_much(difference: np.ndarray) -> None:
    shades = change_shades(difference)
    better = np.where(np.eye(len(difference), dtype=bool), difference, -difference)
    assert np.array_equal(np.sign(shades), np.sign(better)) and np.abs(shades).max() <= 1 + 1e-9
    order = np.argsort(np.abs(difference), axis=None)
    assert (np.diff(np.abs(shades).ravel()[order]) >= -1e-9).all()


def test_a_cell_in_words() -> None:
    difference, names = np.array([[-2, 1], [0, 0]]), ("cat", "dog")
    told = [change_words(difference, names, Choice(*at), "A", "B") for at in ((0, 0), (0, 1), (1, 0))]
    assert told == [
        "“cat” predicted correctly: 2 images fewer by B than by A",
        "“cat” predicted as “dog”: 1 image more by B than by A",
        "“dog” predicted as “cat”: as many images by B as by A",
    ]
    assert (letter(0), letter(25), letter(26)) == ("A", "Z", "27")
