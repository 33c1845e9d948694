"""Which ink is one digit, where digits touch or fall apart: the way of parting that a network reads best.

Marks that are read with certainty, and are no wider than digits are, stay what they are. What is uncertain or
too wide is parted into pieces, together with the marks close to it; runs of neighbouring pieces are read, and
of all ways to share the pieces out to digits the one with the least cost is found by dynamic programming
(segmentation by recognition: LeCun, Bottou, Bengio, Haffner 1998, section VI). A digit costs the negative
logarithm of its probability, something for being one more, and something for being wider or lower than digits
are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from engine.recognise.marks import LEAST_HEIGHT, Box
from engine.recognise.pieces import Ink
from engine.types import Array, Bytes

CERTAIN = 0.9
"""Beside others a mark whose class has at least this probability is not parted unless it is wide."""
WIDE = 0.85
"""Digits are seldom wider than this share of their height."""
NARROW = 0.3
"""A mark narrower than this share of its height is no two digits."""
NEAR = 0.15
"""Marks nearer than this share of the taller one's height may be parts of one digit."""
_PIECE, _PIECE_NEAR = 0.45, 0.25
"""The same for one that is lower than this share of the taller one's height."""
MOST_PIECES = 24
"""A tangle of more pieces is left as it is."""
_ONE_MORE = 0.155
"""What each digit costs besides its uncertainty. This and what follows were chosen with rows of MNIST's
digits and drawn ones, single digits and letters; of 100 letters 90 to 94 stay whole, and 2 to 3 are claimed
to be several digits without doubt."""
_TOO_WIDE, _TOO_LOW, _LOW = 4.0, 6.0, 0.6
"""What it costs to be wider than ``WIDE``, by its square, and lower than this share of the tallest mark."""
_DASH = 1.6
"""What it costs to leave a mark out that is too low to be a digit."""
_OVERLAP, _THIN = 0.5, 0.15
"""What it costs if two neighbours overlap from left to right by the width of the narrower one, which counts
as at least this share of the tallest mark."""
_CHANGE = 0.22
"""By so much another way must cost less than the marks as they are."""
_SINGLE, _USUAL = 2.0, 1.3
"""By how much more if they are together narrower than this share of their height: rather one letter than two
digits."""
_LEAST_ODDS = 1e-3

Odds = Callable[[Sequence[Bytes]], Array]
"""Asks a network about images: ``(N, K)``."""


@dataclass(frozen=True, eq=False)
class _Run:
    """Pieces that may be one digit, and what that costs."""

    ink: Ink
    cost: float


def segmented(inks: Sequence[Ink], sure: Sequence[float], odds: Odds) -> list[Ink]:
    """Return the digits that the marks of a sheet are.

    Args:
        inks: the marks, in reading order.
        sure: for each, the probability of its likeliest class.
        odds: asks the network.

    Returns:
        In reading order the same objects, or others made of their pieces.
    """
    result: list[Ink] = []
    for cluster in _clusters(inks):
        result += _shared_out([inks[k] for k in cluster], [sure[k] for k in cluster], odds)
    tallest = max((ink.box.height for ink in inks), default=0)
    return [ink for ink in result if ink.box.height >= LEAST_HEIGHT * tallest]


def _clusters(inks: Sequence[Ink]) -> list[list[int]]:
    """Return the numbers of marks that lie so near to each other that they may share pieces."""
    left, clusters = list(range(len(inks))), []
    while left:
        cluster, waiting = [], [left.pop(0)]
        while waiting:
            here = waiting.pop()
            cluster.append(here)
            near = [k for k in left if _near(inks[here].box, inks[k].box)]
            left = [k for k in left if k not in near]
            waiting += near
        clusters.append(sorted(cluster))
    return clusters


def _near(a: Box, b: Box) -> bool:
    tall, low = max(a.height, b.height), min(a.height, b.height)
    across = max(a.left, b.left) - min(a.right, b.right)
    down = max(a.top, b.top) - min(a.bottom, b.bottom)
    if low < _PIECE * tall:
        return max(across, down) <= _PIECE_NEAR * tall
    return across <= NEAR * tall and -down >= 0.5 * low


def _shared_out(marks: Sequence[Ink], sure: Sequence[float], odds: Odds) -> list[Ink]:
    """Return the way to share the pieces of some marks out to digits that costs least."""
    tall = max(mark.box.height for mark in marks)
    whole = _together([mark.box for mark in marks])
    cost = sum(_cost(mark.box, odd, tall) for mark, odd in zip(marks, sure, strict=True))
    cost += sum(_overlap(one.box, two.box, tall) for one, two in pairwise(marks))
    best = cost - _CHANGE - _SINGLE * max(0.0, _USUAL - whole.width / tall)
    way = list(marks)
    if best <= _ONE_MORE * (1 if len(marks) > 1 else 2):
        return way  # no other way can cost less
    parts: list[Ink] = []
    for mark, odd in zip(marks, sure, strict=True):
        wide = mark.box.width / mark.box.height
        doubtful = odd < CERTAIN or wide > WIDE
        parts += mark.parts() if doubtful and wide > NARROW else [mark]
    for order in _orders(parts) if 1 < len(parts) <= MOST_PIECES else ():
        cost, found = _cheapest([parts[k] for k in order], tall, odds)
        if cost < best:
            best, way = cost, found
    return sorted(way, key=lambda ink: ink.box.left + ink.box.right)


def _cost(box: Box, sure: float, tall: int) -> float:
    """Return what it costs that something is one digit, beside marks as tall as ``tall``."""
    height = box.height / tall
    if height < LEAST_HEIGHT:
        return _DASH
    cost = _ONE_MORE - float(np.log(max(_LEAST_ODDS, sure)))
    return (
        cost + _TOO_WIDE * max(0.0, box.width / box.height - WIDE) ** 2 + _TOO_LOW * max(0.0, _LOW - height)
    )


def _orders(parts: Sequence[Ink]) -> list[list[int]]:
    """Return the orders in which neighbours may be one digit: from left to right, and as they were drawn."""
    middle = sorted(range(len(parts)), key=lambda k: parts[k].box.left + parts[k].box.right)
    drawn = sorted(range(len(parts)), key=lambda k: parts[k].order())
    return [middle] if drawn == middle or not any(part.order() for part in parts) else [middle, drawn]


def _cheapest(parts: Sequence[Ink], tall: int, odds: Odds) -> tuple[float, list[Ink]]:
    """Return what the best way costs to join neighbours in a list to digits, and the digits."""
    count = len(parts)
    spans = [
        (start, stop)
        for start in range(count)
        for stop in range(start + 1, count + 1)
        if _possible([part.box for part in parts[start:stop]], tall)
    ]
    runs = dict(zip(spans, _read([parts[a:b] for a, b in spans], tall, odds), strict=True))
    # The least cost of all ways that end with a run, and the run before it.
    ways: dict[tuple[int, int], tuple[float, tuple[int, int] | None]] = {}
    ending: dict[int, list[tuple[int, int]]] = {}
    for span in sorted(spans, key=lambda each: each[1]):
        before: list[tuple[float, tuple[int, int] | None]] = [
            (ways[other][0] + _overlap(runs[other].ink.box, runs[span].ink.box, tall), other)
            for other in ending.get(span[0], ())
        ]
        cost, last = min(before) if span[0] else (0.0, None)
        ways[span] = cost + runs[span].cost, last
        ending.setdefault(span[1], []).append(span)
    least = min(ending[count], key=lambda each: ways[each][0])
    found: list[Ink] = []
    span_: tuple[int, int] | None = least
    while span_ is not None:
        found.append(runs[span_].ink)
        span_ = ways[span_][1]
    return ways[least][0], found[::-1]


def _possible(boxes: Sequence[Box], tall: int) -> bool:
    return len(boxes) == 1 or _together(boxes).width <= 1.6 * tall


def _together(boxes: Sequence[Box]) -> Box:
    whole = boxes[0]
    for box in boxes[1:]:
        whole |= box
    return whole


def _overlap(one: Box, two: Box, tall: int) -> float:
    """Return what it costs that two neighbours lie above one another."""
    across = min(one.right, two.right) - max(one.left, two.left)
    return _OVERLAP * max(0, across) / max(_THIN * tall, min(one.width, two.width))


def _read(groups: Sequence[Sequence[Ink]], tall: int, odds: Odds) -> list[_Run]:
    """Return what it costs that each group is one digit."""
    inks = [group[0].joined(group[1:]) if len(group) > 1 else group[0] for group in groups]
    images = [ink.image() for ink in inks]
    seen = [image[None] for image in images if image is not None]
    sure = iter(odds(seen).max(axis=1) if seen else ())
    return [
        _Run(ink, float("inf") if image is None else _cost(ink.box, float(next(sure)), tall))
        for ink, image in zip(inks, images, strict=True)
    ]
