"""Points on a map: which are inside a line, which is near, and what is said of them."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gui.presenters.maps import ImageMap, chosen_words, inside, nearest

MAP = ImageMap(
    np.array([[0.0, 0.0], [1.0, 1.0], [5.0, 5.0]]),
    np.array([3, 8, 9]),
    np.array([0, 1, 1]),
    np.array([0, 0, 1]),
    np.array([0.9, 0.6, 1.0], np.float32),
    ("a", "b"),
    "three images",
)


def test_words_and_groups() -> None:
    assert MAP.words(0) == "Test image 3: “a”, 90 % sure"
    assert MAP.words(1) == "Test image 8: “b”, taken for “a”, 60 % sure"
    assert [MAP.groups(colour).tolist() for colour in range(3)] == [[0, 1, 1], [0, 0, 1], [0, 1, 0]]
    assert MAP.group_names(0) == ("a", "b") and MAP.group_names(2) == ("right", "wrong")
    assert chosen_words(MAP, []) == "three images"
    assert chosen_words(MAP, [0, 1]) == "2 images chosen, 1 predicted wrongly."
    assert [(e.index, e.label, e.predicted) for e in MAP.entries([1, 2])] == [(8, 1, 0), (9, 1, 1)]


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=20))
def test_a_point_is_inside_a_circle_if_it_is_near_its_middle(places: list[tuple[float, float]]) -> None:
    circle = [(2 * math.cos(a), 2 * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 400)[:-1]]
    points = np.array(places)
    radii = np.hypot(points[:, 0], points[:, 1])
    clear = np.abs(radii - 2) > 0.01
    assert (inside(points, circle) == (radii < 2))[clear].all()


def test_a_line_that_crosses_itself_has_a_hole() -> None:
    star = [(math.cos(a), math.sin(a)) for a in (math.pi / 2 + 4 * math.pi * k / 5 for k in range(5))]
    points = np.array([[0.0, 0.9], [0.0, 0.0], [0.9, 0.9]])
    assert inside(points, star).tolist() == [True, False, False]


def test_the_nearest_point() -> None:
    assert nearest(MAP.points, (0.9, 0.8), 1.0) == 1
    assert nearest(MAP.points, (3.0, 3.0), 1.0) is None
    assert nearest(MAP.points[:0], (0, 0), 1.0) is None
