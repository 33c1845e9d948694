"""What of a map of points is shown, and in which colours."""

from __future__ import annotations

import colorsys

import numpy as np
import numpy.typing as npt

from engine.look.theme import Theme

Values = npt.NDArray[np.float64]


def frame(points: Values) -> tuple[float, float, float, float]:
    """Return left, top, width and height around ``points``, without the farthest 0.5 % on each side."""
    if not len(points):
        return -1.0, -1.0, 2.0, 2.0
    low, high = np.quantile(points, 0.005, axis=0), np.quantile(points, 0.995, axis=0)
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, 1e-9) * 1.12
    side = float(max(half))
    half = np.maximum(half, 0.2 * side)
    return (
        float(middle[0] - half[0]),
        float(middle[1] - half[1]),
        float(2 * half[0]),
        float(2 * half[1]),
    )


def class_colours(theme: Theme, count: int) -> list[str]:
    """Return the colours of ``count`` classes, ``#rrggbb``: series while there are enough."""
    if count <= len(theme.series):
        return list(theme.series[:count])
    shades = (0.85, 0.62) if theme.dark else (0.75, 0.5)
    found = [colorsys.hsv_to_rgb(number / count, 0.75, shades[number % 2]) for number in range(count)]
    return ["#" + bytes(round(255 * part) for part in colour).hex() for colour in found]
