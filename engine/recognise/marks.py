"""The marks on a sheet: connected foreground, joined to digits, in the order in which one reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.types import Array

THRESHOLD = 0.3
"""Less foreground than this joins nothing."""
SPECK = 0.01
"""A mark with less than this share of the largest one's area is a speck."""
LEAST_HEIGHT = 0.2
"""A mark lower than this share of the tallest one is a dash or a dot, no digit."""
MOST = 200
"""No more marks than this, the largest ones, are looked at."""
_SOFT = 2
"""Pixels around the marks that may hold their soft edges."""

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels; ``right`` and ``bottom`` lie just outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    def scaled(self, factor: float) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom in a picture that was made larger by ``factor``."""
        left, top, right, bottom = (round(factor * v) for v in (self.left, self.top, self.right, self.bottom))
        return left, top, right, bottom

    def __or__(self, other: Box) -> Box:
        """Return the least box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True)
class Mark:
    """Foreground that belongs together.

    Attributes:
        box: where it is.
        area: its pixels.
        parts: the numbers of its connected components, from 1.
    """

    box: Box
    area: int
    parts: tuple[int, ...]


def find_marks(foreground: Array, *, several: bool) -> list[tuple[Box, Array]]:
    """Find the digits on a sheet.

    Args:
        foreground: ``(H, W)`` from 0 to 1.
        several: look for digits one by one; otherwise all of it but specks is one mark.

    Returns:
        For each mark in reading order its box and its foreground alone, cut out with its soft edges.
    """
    labels, marks = place_marks(foreground, several=several)
    tallest = max((mark.box.height for mark in marks), default=0)
    tall = [mark for mark in marks if mark.box.height >= LEAST_HEIGHT * tallest]
    return [(mark.box, cut(foreground, labels, mark)[0]) for mark in tall]


def place_marks(foreground: Array, *, several: bool) -> tuple[Labels, list[Mark]]:
    """Return the number of the component of each pixel, ``(H, W)``, and the marks, dashes among them."""
    labels, marks = components(foreground > THRESHOLD)
    if not marks:
        return labels, []
    largest = max(mark.area for mark in marks)
    marks = sorted(marks, key=lambda mark: -mark.area)[:MOST]
    marks = [mark for mark in marks if mark.area >= SPECK * largest]
    if several:
        marks = _in_order(_joined(marks))
    else:
        whole = marks[0].box
        for mark in marks[1:]:
            whole |= mark.box
        marks = [Mark(whole, 0, tuple(part for mark in marks for part in mark.parts))]
    return labels, marks


def components(mask: npt.NDArray[np.bool_]) -> tuple[Labels, list[Mark]]:
    """Number the connected parts of ``mask`` (corners connect), by runs and union-find.

    Returns:
        The number of the component of each pixel, from 1, with 0 where ``mask`` is not,
        ``(H, W)``; and the components in the order of their numbers.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return np.zeros(mask.shape, np.int64), []
    # Ink takes up a small part of most sheets, and nothing else can have a number.
    inner = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    labels = np.zeros(mask.shape, np.int64)
    labels[inner], marks = _numbered(mask[inner], int(columns[0]), int(rows[0]))
    return labels, marks


def _numbered(mask: npt.NDArray[np.bool_], across: int, down: int) -> tuple[Labels, list[Mark]]:
    """Number the parts of what lies ``across`` and ``down`` pixels from the corner of a larger mask."""
    height, width = mask.shape
    edges = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    # Runs are sorted by row and column, so the runs of the next row that touch one are neighbours.
    stride = width + 2
    first = np.searchsorted(rows * stride + ends, (rows + 1) * stride + starts)
    last = np.searchsorted(rows * stride + starts, (rows + 1) * stride + ends, side="right")
    counts = np.maximum(last - first, 0)
    upper = np.repeat(np.arange(len(rows)), counts)
    lower = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    numbers = np.unique(_united(len(rows), upper, lower), return_inverse=True)[1]
    count = int(numbers.max()) + 1
    filled = np.zeros((height, width + 1), np.int64)
    filled[rows, starts] += numbers + 1
    filled[rows, ends] -= numbers + 1
    area = np.bincount(numbers, ends - starts, count).astype(int)
    left, top = np.full(count, width), np.full(count, height)
    right, bottom = np.zeros(count, int), np.zeros(count, int)
    np.minimum.at(left, numbers, starts)
    np.minimum.at(top, numbers, rows)
    np.maximum.at(right, numbers, ends)
    np.maximum.at(bottom, numbers, rows + 1)
    boxes = np.stack([left + across, top + down, right + across, bottom + down], axis=1)
    marks = [
        Mark(Box(*map(int, box)), int(pixels), (k,))
        for k, (box, pixels) in enumerate(zip(boxes, area, strict=True), 1)
    ]
    return np.cumsum(filled, axis=1)[:, :width], marks


def _united(count: int, a: Labels, b: Labels) -> Labels:
    """Return for each of ``count`` items the least item that pairs (a, b) lead to."""
    root = np.arange(count)
    while True:
        low, high = np.minimum(root[a], root[b]), np.maximum(root[a], root[b])
        if np.array_equal(low, high):
            return root
        np.minimum.at(root, high, low)
        while not np.array_equal(root, root[root]):
            root = root[root]


def _joined(marks: list[Mark]) -> list[Mark]:
    """Join marks that are strokes of one digit, until no two are."""
    waiting, done = list(marks), []
    while waiting:
        mark = waiting.pop(0)
        partner = next((other for other in waiting if _belong(mark, other)), None)
        if partner is None:
            done.append(mark)
            continue
        waiting.remove(partner)
        both = Mark(mark.box | partner.box, mark.area + partner.area, mark.parts + partner.parts)
        waiting = [both, *waiting, *done]
        done = []
    return done


def _belong(first: Mark, second: Mark) -> bool:
    """Whether two marks are strokes of one digit: one above the other and near, or a loose bar."""
    a, b = first.box, second.box
    across = min(a.right, b.right) - max(a.left, b.left)
    down = min(a.bottom, b.bottom) - max(a.top, b.top)
    tall, low = max(a.height, b.height), min(a.height, b.height)
    piece = low < 0.45 * tall
    if across >= 0.5 * min(a.width, b.width):
        return -down <= (0.2 if piece else 0.06) * tall
    small = min(first.area, second.area) < 0.35 * max(first.area, second.area)
    return piece and small and -across <= 0.1 * tall and -down <= 0.15 * tall


def _in_order(marks: list[Mark]) -> list[Mark]:
    """Sort marks by lines, and from left to right in each.

    A mark belongs to a line if at least half of the lower of both, mark and line, overlap.
    """
    lines: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda mark: mark.box.top + mark.box.bottom):
        for line in lines:
            # The nearest in the line decides: lines written by hand climb and fall.
            near = min(line, key=lambda other: abs(other.box.left - mark.box.left)).box
            overlap = min(near.bottom, mark.box.bottom) - max(near.top, mark.box.top)
            if overlap >= 0.5 * min(near.height, mark.box.height):
                line.append(mark)
                break
        else:
            lines.append([mark])
    return [mark for line in lines for mark in sorted(line, key=lambda mark: mark.box.left)]


def cut(foreground: Array, labels: Labels, mark: Mark) -> tuple[Array, int, int]:
    """Return the foreground of one mark alone, with its soft edges, and the column and row of its corner."""
    box, (height, width) = mark.box, foreground.shape
    rows = slice(max(0, box.top - _SOFT), min(height, box.bottom + _SOFT))
    columns = slice(max(0, box.left - _SOFT), min(width, box.right + _SOFT))
    near = np.isin(labels[rows, columns], mark.parts)
    for _ in range(_SOFT):
        wide = np.pad(near, 1)
        near = near | wide[:-2, 1:-1] | wide[2:, 1:-1]
        wide = np.pad(near, 1)
        near = near | wide[1:-1, :-2] | wide[1:-1, 2:]
    return np.where(near, foreground[rows, columns], 0.0), columns.start, rows.start
