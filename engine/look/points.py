"""What of a map of points is shown."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

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
