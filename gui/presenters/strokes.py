"""A drawing as data: strokes that can be undone, redone and drawn again exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from engine.records import dataclass
from engine.types import Array

SIDE = 280
"""Width and height of the drawing area in its own units; the pen's width has the same unit."""


@dataclass(frozen=True)
class Point:
    """Where the pen was, and how wide it was there."""

    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Stroke:
    """What one pressing of the pen leaves; an eraser's stroke takes ink away."""

    points: tuple[Point, ...]
    eraser: bool = False


@dataclass(frozen=True)
class Piece:
    """One part of a stroke: a quadratic Bezier curve with a width at each end."""

    start: Point
    control: Point
    end: Point


def _middle(a: Point, b: Point) -> Point:
    return Point((a.x + b.x) / 2, (a.y + b.y) / 2, (a.width + b.width) / 2)


def settled(points: Sequence[Point], index: int) -> Piece | None:
    """Return the curve that is final once point ``index`` is known; None for the first point.

    Curves run from middle to middle of neighbouring points with the point between them as the
    control point: a smooth line without gaps, however far apart the points are.
    """
    if index == 0:
        return None
    if index == 1:
        end = _middle(points[0], points[1])
        return Piece(points[0], _middle(points[0], end), end)
    before, control, after = points[index - 2 : index + 1]
    return Piece(_middle(before, control), control, _middle(control, after))


def tail(points: Sequence[Point]) -> Piece:
    """Return the last half line, from the end of the settled curve to the pen itself."""
    last = points[-1]
    start = _middle(points[-2], last) if len(points) > 1 else last
    return Piece(start, _middle(start, last), last)


def pieces(stroke: Stroke) -> list[Piece]:
    """Return all curves of a finished stroke, in the order in which they were drawn."""
    curves = [settled(stroke.points, index) for index in range(1, len(stroke.points))]
    return [curve for curve in curves if curve is not None] + [tail(stroke.points)]


_SAMPLES = np.linspace(0, 1, 6)[:, None]
"""Places on each curve, from its start to its end, that stand for it."""
_APART = 2.0
"""Units between the places that an eraser may take away, however far apart a quick hand's points are."""


@lru_cache(maxsize=512)
def _sampled(stroke: Stroke) -> Array:
    """Return places on the curves of a stroke with its width there, ``(N, 3)``: across, down, width."""
    points = np.array([(p.x, p.y, p.width) for p in stroke.points])
    if len(points) == 1:
        return points
    middles = (points[:-1] + points[1:]) / 2
    start, control, end = middles[:-1], points[1:-1], middles[1:]
    t = _SAMPLES[None]
    curves = start[:, None] * (1 - t) ** 2 + control[:, None] * (2 * t * (1 - t)) + end[:, None] * t**2
    first = points[0] + _SAMPLES * (middles[0] - points[0])
    last = middles[-1] + _SAMPLES * (points[-1] - middles[-1])
    return np.concatenate([first, curves.reshape(-1, 3), last])


def middle_lines(strokes: Sequence[Stroke]) -> tuple[Array, ...]:
    """Return where the middle of the pen went: for each line of ink its points, ``(N, 2)``, across and down.

    What a later stroke of the eraser covers is left out, so that a stroke may become several lines.
    """
    lines: list[Array] = []
    for stroke in strokes:
        sampled = _sampled(stroke)
        if stroke.eraser:
            eraser = _dense(sampled)
            lines = [part for line in lines for part in _without(_dense(line), eraser)]
        else:
            lines.append(sampled[:, :2])
    return tuple(lines)


def _dense(places: Array) -> Array:
    """Return places, ``(N, 2)`` or with more columns, at most ``_APART`` apart, as an eraser needs them."""
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(places[:, :2], axis=0).T))])
    at = np.union1d(way, np.arange(0.0, way[-1], _APART))
    kept, first = np.unique(way, return_index=True)
    return np.stack([np.interp(at, kept, column[first]) for column in places.T], axis=1)


def _without(line: Array, eraser: Array) -> list[Array]:
    """Return the parts of a line that are farther from the eraser's way than half its width."""
    apart = np.hypot(*(line[:, None] - eraser[None, :, :2]).transpose(2, 0, 1))
    left = (apart > eraser[:, 2] / 2).all(axis=1)
    cuts = np.flatnonzero(np.diff(left.astype(np.int8))) + 1
    return [part for part, keep in zip(np.split(line, cuts), np.split(left, cuts), strict=True) if keep.any()]


class Drawing:
    """Strokes, with everything that was done to them.

    Every state is a tuple of finished strokes, so undo and redo give back exactly what was there.
    """

    def __init__(self) -> None:
        """Begin with an empty sheet."""
        self.strokes: tuple[Stroke, ...] = ()
        self.current: Stroke | None = None
        self._past: list[tuple[Stroke, ...]] = []
        self._future: list[tuple[Stroke, ...]] = []

    @property
    def empty(self) -> bool:
        """Whether no ink was put on the sheet (strokes of the eraser alone leave none)."""
        current = () if self.current is None else (self.current,)
        return all(stroke.eraser for stroke in (*self.strokes, *current))

    @property
    def lines(self) -> tuple[Array, ...]:
        """Where the middle of the pen went, points ``(n, 2)`` for each line of ink; see ``middle_lines``."""
        return middle_lines(self.strokes if self.current is None else (*self.strokes, self.current))

    @property
    def can_undo(self) -> bool:
        """Whether something was done."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether something was undone, and nothing done since."""
        return bool(self._future)

    def begin(self, point: Point, *, eraser: bool = False) -> None:
        """Put the pen (or the eraser) down."""
        self.end()
        self.current = Stroke((point,), eraser)

    def extend(self, point: Point) -> bool:
        """Move the pen to ``point``; returns False if it is up or did not move."""
        if self.current is None or self.current.points[-1] == point:
            return False
        self.current = replace(self.current, points=(*self.current.points, point))
        return True

    def end(self) -> None:
        """Lift the pen: the stroke is done and can be undone."""
        if self.current is not None:
            done, self.current = self.current, None
            self._become((*self.strokes, done))

    def clear(self) -> None:
        """Take an empty sheet; can be undone."""
        self.end()
        if self.strokes:
            self._become(())

    def replace(self, strokes: tuple[Stroke, ...]) -> None:
        """Take a sheet with ``strokes``; can be undone."""
        self.end()
        if strokes != self.strokes:
            self._become(strokes)

    def undo(self) -> bool:
        """Go back to before the last stroke or clearing; returns whether there was one."""
        self.end()
        if not self._past:
            return False
        self._future.append(self.strokes)
        self.strokes = self._past.pop()
        return True

    def redo(self) -> bool:
        """Do again what was undone last; returns whether there was something."""
        self.end()
        if not self._future:
            return False
        self._past.append(self.strokes)
        self.strokes = self._future.pop()
        return True

    def _become(self, strokes: tuple[Stroke, ...]) -> None:
        self._past.append(self.strokes)
        self._future.clear()
        self.strokes = strokes
