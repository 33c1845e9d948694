"""Ink that may be a digit, a part of one, or several: it can be parted and put together.

Ink in a picture is parted along seams, a drawing between its strokes: a stroke belongs to one digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engine.recognise.drawing import normalise
from engine.recognise.marks import Box
from engine.recognise.pen import draw
from engine.recognise.seams import pieces
from engine.types import Array, Bytes

_ABOVE, _THIN = 0.85, 0.3
"""Share of the narrower stroke that must lie above the other, and how wide it must be as a share of the whole
drawing's height: a thin one may be a 1 beside a digit that leans over it."""


class Ink(Protocol):
    """What may be parted, put together, and shown to a network."""

    @property
    def box(self) -> Box:
        """Where it is on the sheet, in its pixels."""

    def image(self) -> Bytes | None:
        """Return it in the form of MNIST's images, uint8 ``(28, 28)``; None if nothing is seen."""

    def parts(self) -> Sequence[Ink]:
        """Return what it can be parted into, from left to right; itself if it cannot."""

    def order(self) -> int:
        """Return the how-manieth of the drawing it was; 0 if nobody knows."""

    def joined(self, others: Sequence[Ink]) -> Ink:
        """Return it together with others of its kind."""


@dataclass(frozen=True, eq=False)
class PixelInk:
    """Ink in a picture.

    Attributes:
        box: where it is.
        values: ``(H, W)`` from 0 to 1, perhaps with some room around it.
        left: column of the sheet in which ``values`` begin.
        top: row in which they begin.
    """

    box: Box
    values: Array
    left: int
    top: int

    def image(self) -> Bytes | None:
        """Return it in the form of MNIST's images."""
        return normalise(self.values)

    def parts(self) -> list[PixelInk]:
        """Return what seams part it into."""
        numbers = pieces(self.values)
        parts = [_seen(np.where(numbers == k, self.values, 0.0), self) for k in range(int(numbers.max()) + 1)]
        found = [part for part in parts if part is not None]
        return found if len(found) > 1 else [self]

    def order(self) -> int:
        """Nobody knows."""
        return 0

    def joined(self, others: Sequence[Ink]) -> PixelInk:
        """Return it together with others."""
        inks = [self, *(other for other in others if isinstance(other, PixelInk))]
        left, top = min(ink.left for ink in inks), min(ink.top for ink in inks)
        right = max(ink.left + ink.values.shape[1] for ink in inks)
        bottom = max(ink.top + ink.values.shape[0] for ink in inks)
        values, box = np.zeros((bottom - top, right - left)), self.box
        for ink in inks:
            rows, columns = ink.values.shape
            place = values[ink.top - top :, ink.left - left :][:rows, :columns]
            np.maximum(place, ink.values, out=place)
            box |= ink.box
        return PixelInk(box, values, left, top)


def _seen(values: Array, whole: PixelInk) -> PixelInk | None:
    """Return a part of ``whole`` without the room around it; None if there is nothing."""
    ink = values > 1 / 32
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return None
    left, top = whole.left + int(columns[0]), whole.top + int(rows[0])
    values = values[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return PixelInk(Box(left, top, left + values.shape[1], top + values.shape[0]), values, left, top)


@dataclass(frozen=True, eq=False)
class StrokeInk:
    """Strokes on a sheet.

    Attributes:
        box: where their ink is.
        lines: where the middle of the pen went, each ``(N, 2)``, across and down.
        places: of each line, the how-manieth of the drawing it was.
        pen: half the width of the pen.
    """

    box: Box
    lines: tuple[Array, ...]
    places: tuple[int, ...]
    pen: float = 0.0

    def image(self) -> Bytes | None:
        """Return them drawn in the form of MNIST's images."""
        return draw(self.lines)

    def parts(self) -> list[StrokeInk]:
        """Return each stroke alone, or with those above and below it, by their middles from left to right."""
        if len(self.lines) < 2:
            return [self]
        whole = [
            StrokeInk(_around(line, self.pen), (line,), (place,), self.pen)
            for line, place in zip(self.lines, self.places, strict=True)
        ]
        parts: list[StrokeInk] = []
        for ink in whole:
            above = [part for part in parts if self._above(part.box, ink.box)]
            parts = [part for part in parts if part not in above] + [ink.joined(above)]
        return sorted(parts, key=lambda ink: ink.box.left + ink.box.right)

    def _above(self, one: Box, two: Box) -> bool:
        """Return whether one of two strokes lies above the other: they are no two digits side by side."""
        across = min(one.right, two.right) - max(one.left, two.left)
        narrow = min(one.width, two.width)
        return across >= _ABOVE * narrow and narrow >= _THIN * self.box.height

    def order(self) -> int:
        """Return the how-manieth its first stroke was."""
        return min(self.places)

    def joined(self, others: Sequence[Ink]) -> StrokeInk:
        """Return it together with others."""
        inks = [self, *(other for other in others if isinstance(other, StrokeInk))]
        box = self.box
        for ink in inks:
            box |= ink.box
        return StrokeInk(
            box,
            tuple(line for ink in inks for line in ink.lines),
            tuple(place for ink in inks for place in ink.places),
            self.pen,
        )


def _around(line: Array, pen: float) -> Box:
    low, high = np.floor(line.min(axis=0) - pen), np.ceil(line.max(axis=0) + pen)
    return Box(int(max(0, low[0])), int(max(0, low[1])), int(high[0]), int(high[1]))
