"""From ink to the way of the pen: thinning to lines of one pixel, followed from end to end.

Source: Zhang and Suen, *A fast parallel algorithm for thinning digital patterns*, 1984.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.types import Array, Bytes

Mask = npt.NDArray[np.bool_]

_AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""The eight neighbours, clockwise from the one above."""
_SPUR = 3
"""A branch with fewer pixels than this is no stroke but the roughness of an edge."""


def thinned(ink: Mask) -> Mask:
    """Thin many shapes at once, ``(N, H, W)``, to lines of one pixel that hang together as the shapes do."""
    now = np.pad(ink, ((0, 0), (1, 1), (1, 1)))
    working = np.arange(len(now))
    while len(working):
        some, changed = now[working], np.zeros(len(working), np.bool_)
        for first, second in (((0, 2, 4), (2, 4, 6)), ((0, 2, 6), (0, 4, 6))):
            near = [np.roll(some, (-y, -x), (1, 2)) for y, x in _AROUND]
            count = sum(each.astype(np.uint8) for each in near)
            steps = sum((~a & b).astype(np.uint8) for a, b in zip(near, near[1:] + near[:1], strict=True))
            gone = some & (count >= 2) & (count <= 6) & (steps == 1)
            for three in (first, second):
                gone &= ~(near[three[0]] & near[three[1]] & near[three[2]])
            some = some & ~gone
            changed |= gone.any(axis=(1, 2))
        now[working] = some
        working = working[changed]
    return np.ascontiguousarray(now[:, 1:-1, 1:-1])


def lines_of(line: Mask) -> list[Array]:
    """Follow thin lines, ``(H, W)``: for each way between ends and crossings its points across and down."""
    left = {(int(y), int(x)) for y, x in np.argwhere(line)}
    near = {place: _neighbours(place, left) for place in left}
    ends = [place for place in left if len(near[place]) != 2]
    ways: list[list[tuple[int, int]]] = []
    taken: set[frozenset[tuple[int, int]]] = set()
    for start in sorted(ends) + sorted(left):  # what has no end is a ring, and begins anywhere
        for first in near[start]:
            if frozenset((start, first)) in taken:
                continue
            way = [start, first]
            taken.add(frozenset((start, first)))
            while len(near[way[-1]]) == 2 and way[-1] != start:
                after = next(each for each in near[way[-1]] if each != way[-2])
                taken.add(frozenset((way[-1], after)))
                way.append(after)
            short = len(way) <= _SPUR and 1 in (len(near[way[0]]), len(near[way[-1]]))
            if not short or len(left) <= 2 * _SPUR:
                ways.append(way)
    if left and not ways:
        ways = [[min(left)]]
    return [_smoothed(np.array(way, np.float64)[:, ::-1]) for way in ways]


def _neighbours(place: tuple[int, int], ink: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the neighbours of a pixel; a diagonal one only if no straight one leads there."""
    y, x = place
    found = []
    for dy, dx in _AROUND:
        straight = (y + dy, x) in ink or (y, x + dx) in ink
        if (y + dy, x + dx) in ink and not (dy and dx and straight):
            found.append((y + dy, x + dx))
    return found


def _smoothed(points: Array) -> Array:
    """Take the steps of the pixels out of a line; its ends stay."""
    for _ in range(4):
        if len(points) > 2:
            inner = (points[:-2] + 2 * points[1:-1] + points[2:]) / 4
            points = np.concatenate([points[:1], inner, points[-1:]])
    return points


def middle_lines(images: Bytes, enlarged: int = 2) -> list[list[Array]]:
    """Return the middle lines of the ink on images uint8 ``(N, H, W)``, in units of a finer pixel."""
    count, height, width = images.shape
    size = (width * enlarged, height * enlarged)
    found = []
    for start in range(0, count, 500):
        some = [
            np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC)) > 100
            for image in images[start : start + 500]
        ]
        found += [lines_of(each) for each in thinned(np.stack(some))]
    return found
