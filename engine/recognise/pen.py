"""Strokes, drawn in the form of MNIST's images with one and the same pen, however large and thick they were.

What a person draws is where the pen went. Its width on the sheet, and how much of the sheet the drawing
takes up, say nothing about the digit, so they have no part in what the network gets: the lines are scaled to
the box and then drawn with the pen that MNIST's digits have after they were scaled.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from engine.errors import DataError
from engine.recognise.drawing import BOX, SIDE
from engine.types import Array, Bytes

WIDTH = 2.5
"""Width of the pen in pixels of the network's image, as MNIST's digits have it on average."""
_FINE = 8
"""Each pixel is the mean of n x n finer ones."""
_STEP = 0.4
"""Points of a line that are nearer than this many pixels are one."""
_BLOCKS = np.kron(np.eye(SIDE, dtype=np.float32), np.ones((_FINE, 1), np.float32))
"""Sums up the finer pixels of each pixel, ``(SIDE n, SIDE)``."""


def draw(lines: Sequence[Array], width: float = WIDTH) -> Bytes | None:
    """Draw lines so that they fit 20x20 with their pen, centred by mass in 28x28.

    Args:
        lines: for each stroke the points of its middle line, ``(N, 2)``, across and down, in any unit; a
            stroke of one point is a dot.
        width: of the pen, in pixels of the result.

    Returns:
        uint8 ``(28, 28)``, 0 without ink to 255 with full ink; None if there is no line.

    Raises:
        DataError: a line is no list of points, or not finite.
    """
    lines = [np.asarray(line, np.float64) for line in lines if len(line)]
    if not lines:
        return None
    for line in lines:
        if line.ndim != 2 or line.shape[1] != 2 or not np.isfinite(line).all():
            raise DataError("A stroke is a list of finite points, each one across and down.")
    points = np.concatenate(lines)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    scale = (BOX - width) / size.max() if size.max() > 0 else 0.0
    margin = (BOX - scale * size) / 2 + (SIDE - BOX) / 2
    fine = SIDE * _FINE
    sheet = Image.new("L", (fine, fine))
    pen = ImageDraw.Draw(sheet)
    radius = (width * _FINE - 1) / 2  # to the middle of the outermost pixel
    for line in lines:
        placed = ((line - low) * scale + margin) * _FINE - 0.5
        places = _thinned(placed, _STEP * _FINE)
        flat = [(float(x), float(y)) for x, y in places]
        if len(flat) > 1:
            pen.line(flat, fill=255, width=round(2 * radius + 1))
        for x, y in flat:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return _centred(np.asarray(sheet))


def _thinned(line: Array, step: float) -> Array:
    """Return the points of a line that are ``step`` apart or more, and its last one."""
    apart = np.hypot(*np.diff(line, axis=0).T)
    number = np.floor(np.concatenate([[0.0], np.cumsum(apart)]) / step)
    keep = np.diff(number, prepend=-1.0) > 0
    keep[-1] = True
    return line[keep]


def _centred(sheet: Bytes) -> Bytes:
    """Reduce a fine sheet to 28x28 so that its centre of mass is in the middle, as far as it fits."""
    image = np.zeros((SIDE, SIDE), np.uint8)
    # All sums are whole numbers that a float32 holds, and _FINE is a power of two: nothing is rounded.
    small = (_BLOCKS.T @ sheet.astype(np.float32) @ _BLOCKS / _FINE**2).astype(np.float64)
    rows, columns = np.flatnonzero(small.any(axis=1)), np.flatnonzero(small.any(axis=0))
    cut = small[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    places = []
    for axis in (0, 1):
        mass = cut.sum(axis=1 - axis)
        centre = float(mass @ (np.arange(len(mass)) + 0.5) / mass.sum())
        places.append(int(np.clip(round(SIDE / 2 - centre), 0, SIDE - len(mass))))
    top, left = places
    image[top : top + cut.shape[0], left : left + cut.shape[1]] = cut * (255 / cut.max()) + 0.5
    return image
