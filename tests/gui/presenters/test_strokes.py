"""Strokes are joined, and undo and redo give back exactly what was there."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.presenters.strokes import Drawing, Point, Stroke, pieces, settled


def line(*places: tuple[float, float], width: float = 20) -> tuple[Point, ...]:
    return tuple(Point(x, y, width) for x, y in places)


def draw(drawing: Drawing, *places: tuple[float, float], eraser: bool = False) -> None:
    first, *rest = line(*places)
    drawing.begin(first, eraser=eraser)
    for point in rest:
        drawing.extend(point)
    drawing.end()


coordinates = st.floats(-50, 330, allow_nan=False)
places = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=12, unique=True)


@given(places)
def test_the_curve_of_a_stroke_has_no_gap_and_reaches_both_ends(where):
    curves = pieces(Stroke(line(*where)))
    assert (curves[0].start.x, curves[0].start.y) == where[0]
    assert (curves[-1].end.x, curves[-1].end.y) == where[-1]
    for before, after in itertools.pairwise(curves):
        assert before.end == after.start


def test_a_curve_bends_at_the_point_between_the_middles():
    curve = settled(line((0, 0), (10, 0), (10, 10)), 2)
    assert curve is not None
    assert (curve.start.x, curve.start.y) == (5, 0)
    assert (curve.control.x, curve.control.y) == (10, 0)
    assert (curve.end.x, curve.end.y) == (10, 5)


def test_the_first_point_alone_settles_nothing():
    assert settled(line((3, 4)), 0) is None
    assert len(pieces(Stroke(line((3, 4))))) == 1


@given(st.lists(st.sampled_from(["draw", "erase", "clear", "undo", "redo"]), max_size=30))
def test_undo_and_redo_walk_through_exactly_what_was_there(actions):
    drawing = Drawing()
    seen = [drawing.strokes]  # every state, in order; ``at`` is where we stand
    at = 0
    for number, action in enumerate(actions):
        if action in ("draw", "erase"):
            draw(drawing, (number, 1), (number, 9), eraser=action == "erase")
        elif action == "clear":
            drawing.clear()
        else:
            moved = drawing.undo() if action == "undo" else drawing.redo()
            at += (-1 if action == "undo" else 1) * moved
            assert drawing.strokes == seen[at]
            continue
        if drawing.strokes != seen[at]:
            at += 1
            seen[at:] = [drawing.strokes]
        assert drawing.can_undo == (at > 0)
        assert drawing.can_redo == (at < len(seen) - 1)


def test_clearing_an_empty_sheet_leaves_nothing_to_undo():
    drawing = Drawing()
    drawing.clear()
    assert not drawing.can_undo


def test_undo_in_the_middle_of_a_stroke_takes_that_stroke_back():
    drawing = Drawing()
    draw(drawing, (1, 1), (9, 9))
    drawing.begin(Point(5, 5, 20))
    drawing.extend(Point(50, 5, 20))
    assert drawing.undo()
    assert drawing.current is None
    assert len(drawing.strokes) == 1


def test_a_pen_that_is_up_or_stands_still_adds_nothing():
    drawing = Drawing()
    assert not drawing.extend(Point(1, 1, 20))
    drawing.begin(Point(1, 1, 20))
    assert not drawing.extend(Point(1, 1, 20))
    assert drawing.extend(Point(2, 1, 20))


@pytest.mark.parametrize(("eraser", "empty"), [(True, True), (False, False)])
def test_only_ink_makes_a_sheet_not_empty(eraser, empty):
    drawing = Drawing()
    assert drawing.empty
    draw(drawing, (1, 1), eraser=eraser)
    assert drawing.empty is empty


@given(places)
def test_the_middle_line_is_that_of_the_curves(where):
    drawing = Drawing()
    draw(drawing, *where)
    (found,) = drawing.lines
    curves = pieces(drawing.strokes[0])
    ends = [(curves[0].start.x, curves[0].start.y), *((curve.end.x, curve.end.y) for curve in curves)]
    for end in ends:
        assert np.hypot(*(found - end).T).min() < 1e-9


def test_the_eraser_parts_a_line_and_later_ink_stays():
    drawing = Drawing()
    draw(drawing, (0, 50), (100, 50))
    draw(drawing, (50, 0), (50, 100), eraser=True)
    left, right = drawing.lines
    assert left[0].tolist() == [0, 50] and left[:, 0].max() < 40
    assert right[:, 0].min() > 60 and right[-1].tolist() == [100, 50]
    draw(drawing, (50, 50), (50, 60))
    assert len(drawing.lines) == 3
    drawing.undo()
    drawing.undo()
    assert len(drawing.lines) == 1
    draw(drawing, *((x, 50) for x in range(0, 101, 5)), eraser=True)
    assert drawing.lines == ()


def test_the_eraser_takes_away_what_it_crosses_however_quick_both_hands_were():
    drawing = Drawing()
    draw(drawing, (0, 143), (280, 143))
    drawing.begin(Point(173, 0, 9), eraser=True)
    drawing.extend(Point(173, 280, 9))
    drawing.end()
    left, right = drawing.lines
    assert 163 < left[-1, 0] < 169 and 177 < right[0, 0] < 183
    drawing.begin(Point(10, 143, 9), eraser=True)
    drawing.end()
    assert len(drawing.lines) == 3
