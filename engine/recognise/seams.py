"""Where ink that touches can be parted: seams from top to bottom that cross little of it.

A seam is the cheapest way down through one place of the middle row, by one pixel left or right in a row at
most; it pays for the ink that it crosses. Seams are found by dynamic programming, from above and from below
(as in Avidan and Shamir, *Seam carving for content-aware image resizing*, 2007). Those that cross least,
apart from each other, are where a digit may end and the next one begin; a network decides (``segmentation``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.recognise.marks import THRESHOLD, components
from engine.types import Array

_ROWS = 48
"""Ink is reduced to at most this many rows before seams are looked for."""
_MOST_CROSSED = 0.45
"""A seam crosses at most this share of the height in ink."""
_APART = 0.1
"""Seams, and the ends of the ink, are apart by this share of the height in the middle row."""
_IN_A_SQUARE = 4.0
"""So many seams at most in a width that equals the height."""
_LEAST_PIECE = 0.02
"""Two seams have at least this share of the height's square as ink between them."""
_CRUMB = 0.012
"""Ink with less area than this, that a seam cuts off by the way, goes to its neighbour."""
_STEP, _ASIDE = 0.015, 0.06
"""What a seam pays for each row, and for going aside, in pixels of ink."""

Pieces = npt.NDArray[np.int64]


def pieces(ink: Array, most: int = 12) -> Pieces:
    """Return the number of the piece, from left to right, that each pixel belongs to, ``(H, W)``, from 0.

    Args:
        ink: ``(H, W)`` from 0 to 1, cut to what may be several digits.
        most: no more seams than this.
    """
    height, width = ink.shape
    scale = min(1.0, _ROWS / height)
    size = (max(1, round(scale * width)), max(1, round(scale * height)))
    small = ink
    if scale < 1:
        small = np.asarray(Image.fromarray(ink.astype(np.float32)).resize(size, Image.Resampling.BOX))
    numbers = _numbered(np.asarray(small, np.float64), most)
    if scale < 1:
        levels = Image.fromarray(numbers.astype(np.uint8))
        numbers = np.asarray(levels.resize((width, height), Image.Resampling.NEAREST))
    return np.asarray(numbers, np.int64)


def _numbered(ink: Array, most: int) -> Pieces:
    height, width = ink.shape
    seams = _seams(ink, min(most, int(_IN_A_SQUARE * width / height) + 1))
    columns = np.arange(width)
    numbers = np.zeros(ink.shape, np.int64)
    for seam in seams:
        numbers += columns[None] > seam[:, None]
    numbers = _without_crumbs(numbers, ink > THRESHOLD)
    seen = np.unique(numbers[ink > THRESHOLD])
    return np.asarray(np.searchsorted(seen, numbers).clip(0, max(0, len(seen) - 1)), np.int64)


def _seams(ink: Array, most: int) -> list[npt.NDArray[np.int64]]:
    """Return the columns of each seam, ``(H,)``, in the order of the middle row."""
    height, width = ink.shape
    cost = ink + _STEP
    down, above = _cheapest(cost)
    up, below = _cheapest(cost[::-1])
    up, below = up[::-1], below[::-1]
    middle = height // 2
    total = down[middle] + up[middle] - cost[middle]
    rows = np.flatnonzero((ink > THRESHOLD).any(axis=0))
    if not len(rows):
        return []
    apart = max(2.0, _APART * height)
    free = np.zeros(width, bool)
    free[rows[0] : rows[-1] + 1] = True
    free &= total - _STEP * height < _MOST_CROSSED * height
    edge = round(0.5 * apart)
    free[: rows[0] + edge] = free[max(0, rows[-1] + 1 - edge) :] = False
    seams: list[npt.NDArray[np.int64]] = []
    columns, solid, least = np.arange(width), ink > THRESHOLD, _LEAST_PIECE * height**2
    while free.any() and len(seams) < most:
        cheapest = np.flatnonzero(free & (total <= total[free].min() + 1e-9))
        place = int(cheapest[len(cheapest) // 2])
        seam = _traced(place, above, below)
        right = columns > seam[:, None]
        between = (int((solid & (right ^ (columns > other[:, None]))).sum()) for other in seams)
        if all(area >= least for area in between):
            seams.append(seam)
            free &= np.abs(columns - place) >= apart
        else:
            free[max(0, place - 1) : place + 2] = False
    return sorted(seams, key=lambda seam: int(seam[middle]))


def _traced(place: int, above: Pieces, below: Pieces) -> Pieces:
    """Return the columns of the cheapest seam through a place of the middle row, ``(H,)``."""
    height = len(above)
    middle, seam = height // 2, np.zeros(height, np.int64)
    seam[middle] = place
    for row in range(middle, 0, -1):
        seam[row - 1] = seam[row] + above[row, seam[row]]
    for row in range(middle, height - 1):
        seam[row + 1] = seam[row] + below[row, seam[row]]
    return seam


def _cheapest(cost: Array) -> tuple[Array, npt.NDArray[np.int64]]:
    """Return what the cheapest way from the first row to each pixel costs, and by which step it came."""
    total = cost.copy()
    step = np.zeros(cost.shape, np.int64)
    for row in range(1, len(cost)):
        before = np.pad(total[row - 1], 1, constant_values=np.inf)
        ways = np.stack([before[1:-1], before[:-2] + _ASIDE, before[2:] + _ASIDE])
        best = ways.argmin(axis=0)
        step[row] = np.array([0, -1, 1])[best]
        aside = np.where(best > 0, 1.3, 1.0)
        total[row] = aside * cost[row] + ways.min(axis=0)
    return total, step


def _without_crumbs(numbers: Pieces, ink: npt.NDArray[np.bool_]) -> Pieces:
    """Give what a seam cuts off by the way to the piece that it is joined to."""
    least = _CRUMB * len(ink) ** 2
    result: Pieces = numbers.copy()
    for number in range(int(numbers.max(initial=0)) + 1):
        labels, parts = components(ink & (numbers == number))
        for part in parts:
            if part.area >= least:
                continue
            here = labels == part.parts[0]
            wide = np.pad(here, 1)
            near = wide[:-2, 1:-1] | wide[2:, 1:-1] | wide[1:-1, :-2] | wide[1:-1, 2:]
            others = result[near & ink & ~here]
            if len(others):
                result[here] = np.bincount(others).argmax()
    return result
