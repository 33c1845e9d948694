"""The shipped model reads what people draw, and doubts what is no digit."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.model.model_file import find_model
from engine.model.reference import Shipped
from engine.recognise.subject import Subject
from engine.recognise.subject_reading import read
from gui.presenters.strokes import Drawing, Point
from gui.widgets.ink import Ink


def arc(x, y, wide, high, start=0, end=360):
    """Return places on an ellipse, by degrees from the right, clockwise on the screen."""
    angles = [math.radians(start + (end - start) * step / 24) for step in range(25)]
    return [(x + wide * math.cos(a), y + high * math.sin(a)) for a in angles]


DRAWN = {
    "0": [arc(140, 140, 60, 90)],
    "1": [[(140, 50), (140, 230)]],
    "2": [[*arc(140, 90, 55, 45, 180, 400), (80, 225), (210, 225)]],
    "3": [arc(135, 95, 50, 45, 200, 450) + arc(135, 185, 55, 50, -90, 150)],
    "4": [[(110, 50), (80, 160), (210, 160)], [(170, 80), (170, 240)]],
    "5": [[(200, 60), (100, 60), (95, 130), *arc(140, 180, 60, 50, -110, 150)]],
    "6": [[(180, 50), (100, 130), *arc(140, 185, 50, 48, 180, 540)]],
    "7": [[(80, 60), (205, 60), (130, 235)]],
    "8": [arc(140, 95, 42, 40, 90, 450) + arc(140, 185, 50, 48, -90, 270)],
    "9": [[*arc(140, 100, 48, 48), (188, 100), (170, 240)]],
}
OTHER = {
    "dot": [[(140, 140)]],
    "star": [[(140, 40), (200, 230), (50, 110), (230, 110), (80, 230), (140, 40)]],
    "cross": [[(60, 60), (220, 220)], [(220, 60), (60, 220)]],
    "A": [[(60, 230), (140, 50), (220, 230)], [(95, 160), (185, 160)]],
    "K": [[(90, 50), (90, 230)], [(200, 50), (90, 150), (210, 230)]],
    "E": [[(200, 50), (90, 50), (90, 230), (200, 230)], [(90, 140), (180, 140)]],
    "line": [[(50, 140), (230, 140)]],
    "wave": [[(30 + 4 * t, 140 + 50 * math.sin(t / 5)) for t in range(56)]],
    "heart": [
        [(140, 230), (50, 120), (60, 70), (110, 60), (140, 100), (170, 60), (220, 70), (230, 120), (140, 230)]
    ],
}


@pytest.fixture(scope="module")
def shipped():
    return find_model("digits")


def reading(shipped, strokes, width, size=1.0, shift=(0, 0)):
    """Draw ``strokes``, made smaller and moved, and return what the pad would make of it."""
    drawing = Drawing()
    for stroke in strokes:
        points = [Point(size * x + shift[0], size * y + shift[1], width) for x, y in stroke]
        drawing.begin(points[0])
        for point in points[1:]:
            drawing.extend(point)
        drawing.end()
    ink = Ink()
    ink.redraw(drawing)
    return read(
        Subject("drawing", ink=ink.amount(), lines=drawing.lines), Shipped("digits"), shipped, "", None
    )


def answer(*drawing):
    """Draw and return what the pad would say."""
    return reading(*drawing).answer(0)


@pytest.mark.parametrize(
    ("width", "size", "shift"),
    [
        (12, 1.0, (0, 0)),
        (20, 1.0, (0, 0)),
        (32, 1.0, (0, 0)),
        (10, 0.5, (10, 120)),
        (20, 0.7, (80, 0)),
        (20, 0.2, (5, 220)),
    ],
    ids=["thin", "usual", "thick", "small in a corner", "off centre", "tiny with the usual pen"],
)
def test_drawn_digits_are_read(qapp, shipped, width, size, shift):
    read = {name: answer(shipped, strokes, width, size, shift).top for name, strokes in DRAWN.items()}
    wrong = {name: top for name, top in read.items() if top is None or shipped.class_names[top] != name}
    assert wrong == {}


def test_most_of_what_is_no_digit_is_doubted(qapp, shipped):
    claimed = [name for name, strokes in OTHER.items() if answer(shipped, strokes, 20).verdict == "sure"]
    assert len(claimed) <= 1, f"claimed to be digits: {claimed}"


def test_the_network_gets_the_same_whatever_pen_and_size_were_used(qapp, shipped):
    for strokes in DRAWN.values():
        usual, thick, tiny = (
            reading(shipped, strokes, width, size).image(0).astype(int)
            for width, size in [(20, 1.0), (40, 1.0), (20, 0.25)]
        )
        np.testing.assert_array_equal(usual, thick)
        assert np.abs(usual - tiny).mean() < 3


def test_digits_drawn_side_by_side_get_their_own_strokes(qapp, shipped):
    small = [[(0.4 * x + 140 * k, 0.4 * y) for x, y in stroke] for k in (0, 1) for stroke in DRAWN["4"]]
    together, alone = reading(shipped, small, 12), reading(shipped, DRAWN["4"], 12)
    assert together.answers == ["4", "4"]
    for part in together.found:
        assert np.abs(part.image.astype(int) - alone.image(0)).mean() < 3
