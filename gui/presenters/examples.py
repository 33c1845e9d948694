"""A hand-drawn example of each digit, as strokes: for pictures of the window."""

from __future__ import annotations

import math

from gui.presenters.strokes import SIDE, Point, Stroke

Line = list[tuple[float, float]]


def _arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> Line:
    """Return points on an ellipse around ``(x, y)``; angles in degrees, 0 right, 90 down."""
    count = max(2, round(abs(end - start) / 15))
    angles = [math.radians(start + (end - start) * i / count) for i in range(count + 1)]
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles]


def _lines() -> tuple[list[Line], ...]:
    """Return the strokes of the digits 0 to 9 in a square from 0 to 1."""
    return (
        [_arc(0.5, 0.5, 0.2, 0.32, -80, 285)],
        [[(0.42, 0.28), (0.54, 0.18), (0.53, 0.5), (0.5, 0.83)]],
        [[*_arc(0.48, 0.34, 0.19, 0.17, 190, 390), (0.55, 0.56), (0.28, 0.82), (0.5, 0.79), (0.75, 0.82)]],
        [[*_arc(0.46, 0.34, 0.18, 0.16, 200, 440), *_arc(0.46, 0.66, 0.21, 0.17, -80, 160)]],
        [[(0.36, 0.18), (0.29, 0.4), (0.29, 0.53), (0.7, 0.51)], [(0.64, 0.2), (0.62, 0.5), (0.6, 0.84)]],
        [[(0.7, 0.19), (0.38, 0.2), (0.34, 0.46), *_arc(0.48, 0.63, 0.2, 0.19, -110, 150)]],
        [[(0.62, 0.17), (0.42, 0.36), (0.32, 0.6), *_arc(0.5, 0.66, 0.18, 0.16, 180, -180)]],
        [[(0.27, 0.24), (0.5, 0.22), (0.74, 0.2), (0.62, 0.42), (0.5, 0.64), (0.42, 0.85)]],
        [
            [
                *_arc(0.5, 0.33, 0.16, 0.15, -60, -270),
                *_arc(0.5, 0.66, 0.19, 0.17, -90, 270),
                *_arc(0.5, 0.33, 0.16, 0.15, 90, -60),
            ]
        ],
        [[*_arc(0.48, 0.35, 0.17, 0.16, -20, -340), (0.65, 0.36), (0.63, 0.6), (0.57, 0.85)]],
    )


def example(digit: int, width: float = 20.0) -> list[Stroke]:
    """Return the strokes of ``digit`` on the pad, drawn with a pen of ``width``."""
    return [Stroke(tuple(Point(SIDE * x, SIDE * y, width) for x, y in line)) for line in _lines()[digit]]
