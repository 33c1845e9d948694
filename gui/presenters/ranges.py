"""Which part of a curve is shown: ranges that move in steps, so that axes stand still in between."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

_ENDS = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0)
_DIVISIONS = (1.0, 2.0, 5.0, 10.0)
_OUTLIER = 8.0
"""A value this many times the usual spread above the usual values is left outside the range."""
_EXPLODED = 30
"""A curve that goes so many times as high as another one is not shown whole."""
_MANY = 20
"""Fewer columns than this are all shown."""
_ROOM = 0.04
"""Free share of the height above and below the curves."""
_FLAT = 1e-12
"""A curve that varies by less, compared with its values or with 1, is drawn as a flat one."""
FIRST = 10
"""The number of steps on the axis of a run that has just begun."""
FEWEST = 4.0
"""The closest look along the x axis shows about this many steps."""


def _series(value: float, series: Sequence[float]) -> float:
    """Return the first number of ``series`` times a power of ten that is at least ``value``."""
    decade = 10.0 ** math.floor(math.log10(value))
    return next(number for number in series if number * decade >= value * (1 - 1e-9)) * decade


def end_after(value: float) -> float:
    """Return where an axis ends that holds ``value``: a round number at most a quarter further."""
    return _series(value, _ENDS) if value > 0 else 1.0


@dataclass(frozen=True)
class Range:
    """A stretch of an axis."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """Length of the stretch."""
        return self.high - self.low

    def zoomed(self, factor: float, at: float) -> Range:
        """Return the range ``factor`` times as wide in which ``at`` keeps its place on the screen."""
        return Range(at - (at - self.low) * factor, at + (self.high - at) * factor)

    def moved(self, share: float) -> Range:
        """Return the range moved by ``share`` of its width."""
        return Range(self.low + share * self.width, self.high + share * self.width)

    def held(self, limit: Range, narrowest: float) -> Range:
        """Return the range moved into ``limit``, no wider than that and no narrower than ``narrowest``."""
        width = min(max(self.width, narrowest), limit.width)
        low = (self.low + self.high - width) / 2
        low = min(max(low, limit.low), limit.high - width)
        return Range(low, low + width)


def usual(low: Values, high: Values) -> Range | None:
    """Return the range of the values of thinned columns, ``(n,)`` each, without a few that are far away.

    The loss of the first steps may be a thousand times that of all others; a range that holds it
    shows nothing else.
    """
    if not len(low):
        return None
    bottom, top = float(low.min()), float(high.max())
    few = round(0.02 * (len(low) - 1))
    floor, ceiling = float(np.partition(low, few)[few]), float(np.partition(high, -1 - few)[-1 - few])
    spread = ceiling - floor
    if len(low) >= _MANY and spread > 0:
        bottom = floor - spread / 2 if bottom < floor - _OUTLIER * spread else bottom
        top = ceiling + spread / 2 if top > ceiling + _OUTLIER * spread else top
    return Range(bottom, top)


def together(ranges: Sequence[Range]) -> Range | None:
    """Return the range of several curves, without those that explode: they would hide all others."""
    if not ranges:
        return None
    least = min(abs(each.high) for each in ranges)
    kept = [each for each in ranges if abs(each.high) <= _EXPLODED * max(least, 1.0)]
    return Range(min(each.low for each in kept), max(each.high for each in kept))


def fitted(content: Range, present: Range | None, limit: Range, least: float = 0.0) -> Range:
    """Return a range for the y axis that holds ``content`` with some room, on round numbers.

    Args:
        content: what is to be seen.
        present: the range so far; it stays as long as it holds the content and is not far too wide.
        limit: the axis leaves this by no more than the room.
        least: the axis is at least so long, so that a flat curve does not look like a wild one.
    """
    if content.width < least:
        low = max(content.low - least / 2, limit.low)
        content = Range(low, max(low + least, content.high))
    flat = content.width <= _FLAT * max(1.0, abs(content.low))
    width = max(abs(content.low) * 0.1, 1e-9) if flat else content.width
    room = _ROOM * width
    low, high = content.low - room, content.high + room
    fits = present is not None and present.low <= content.low and content.high <= present.high
    if present is not None and fits and content.width >= 0.6 * present.width:
        return present
    division = _series(width / 8, _DIVISIONS)
    low, high = math.floor(low / division) * division, math.ceil(high / division) * division
    return Range(
        limit.low - room if low <= limit.low else low, limit.high + room if high >= limit.high else high
    )


class XView:
    """The shown part of the x axis: it follows the run until the user moves it.

    Attributes:
        following: whether everything is shown and the range grows with the run.
        shown: the present range.
    """

    def __init__(self) -> None:
        """Follow a run that has not begun."""
        self.following = True
        self.shown = Range(0.0, 1.0)
        self._start = self._end = 0.0
        self._steps = 0

    def reach(self, end: float, steps: int) -> bool:
        """Note that the run has come to ``end`` after ``steps`` steps; return whether the range moved."""
        self._end, self._steps = end, steps
        return self.following and self._show(self._everything())

    def begin(self, start: float) -> None:
        """Note that what is shown begins at ``start``, before 0 if the run has one that it came from."""
        self._start = start

    def fit(self) -> bool:
        """Show everything and follow again; return whether the range moved."""
        self.following = True
        return self._show(self._everything())

    def show(self, wish: Range) -> bool:
        """Show what the user wants, within the run; return whether the range moved.

        A range that holds everything follows the run again.
        """
        limit = self._everything()
        narrowest = limit.width if not self._steps else self._end / self._steps * FEWEST
        moved = self._show(wish.held(limit, min(narrowest, limit.width)))
        if moved:
            self.following = self.shown == limit
        return moved

    def _everything(self) -> Range:
        step = self._end / self._steps if self._steps else 0.0
        return Range(self._start, end_after(max(self._end, FIRST * step)))

    def _show(self, wanted: Range) -> bool:
        moved = wanted != self.shown
        self.shown = wanted
        return moved
