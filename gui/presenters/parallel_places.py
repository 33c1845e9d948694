"""Where axes beside each other and the runs across them are in a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gui.presenters.axes import Axis, brushed

TOP, BOTTOM, SIDE = 36, 10, 70
"""Pixels beside the axes."""
_NEAR = 6.0
"""Pixels between the mouse and the line that it points at."""
_GRIP = 14
"""Half the width of the strip along an axis in which a drag is a brush."""
_UNKNOWN = -0.03
"""Place of what is not known: below the axis."""


@dataclass(frozen=True)
class ParallelPlaces:
    """Parallel axes in a picture; all results are in its pixels.

    Attributes:
        axes: from left to right.
        width: of the picture.
        height: of the picture.
    """

    axes: tuple[Axis, ...]
    width: int
    height: int

    def axis_x(self, number: int) -> float:
        """Return where an axis stands."""
        wide = max(1.0, self.width - 2.0 * SIDE)
        return SIDE + wide * (number / (len(self.axes) - 1) if len(self.axes) > 1 else 0.5)

    def y_of(self, place: float) -> float:
        """Return where a place on an axis is, which is 0 to 1, or NaN where it is not known."""
        return float(self._down(np.array(place)))

    def place_of(self, y: float) -> float:
        """Return the place on an axis, 0 to 1, that is nearest to ``y``."""
        high = max(1.0, float(self.height - TOP - BOTTOM))
        return float(np.clip(1 - (y - TOP) / high, 0.0, 1.0))

    def points(self) -> npt.NDArray[np.float64]:
        """Return where each run crosses each axis, ``(N, axes)``, from above."""
        return self._down(np.stack([each.places for each in self.axes], axis=1))

    def _down(self, places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        high = self.height - TOP - BOTTOM
        found: npt.NDArray[np.float64] = TOP + high * (1 - np.where(np.isnan(places), _UNKNOWN, places))
        return found

    def axis_at(self, x: float) -> Axis | None:
        """Return the axis at which a drag would be a brush."""
        near = [each for n, each in enumerate(self.axes) if abs(self.axis_x(n) - x) <= _GRIP]
        return near[0] if near else None

    def run_at(self, x: float, y: float, brushes: Mapping[str, tuple[float, float]]) -> int | None:
        """Return the run within ``brushes`` whose line is nearest to a place, if it is near."""
        if len(self.axes) < 2 or not len(self.axes[0].places):
            return None
        xs = [self.axis_x(n) for n in range(len(self.axes))]
        left = min(max(int(np.searchsorted(xs, x)) - 1, 0), len(xs) - 2)
        share = float(np.clip((x - xs[left]) / max(xs[left + 1] - xs[left], 1e-9), 0, 1))
        points = self.points()
        at = points[:, left] + share * (points[:, left + 1] - points[:, left])
        slope = (points[:, left + 1] - points[:, left]) / max(xs[left + 1] - xs[left], 1e-9)
        away = np.abs(at - y) / np.sqrt(1 + slope**2)
        away[~brushed(self.axes, brushes)] = np.inf
        nearest = int(np.argmin(away))
        return nearest if away[nearest] <= _NEAR else None
