"""Principal components: the directions in which points differ most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.types import Array

Values = npt.NDArray[np.float64]

_EXACT = 150
"""Up to so many points or directions are taken apart exactly."""
_ITERATIONS = 8


@dataclass(frozen=True, eq=False)
class Components:
    """The first principal components of some points.

    Attributes:
        mean: of the points, ``(D,)``.
        axes: orthonormal directions, the one with the largest variance first, ``(k, D)``. The largest entry
            of each is positive, so that the same points give the same signs.
        shares: of the variance of all points that lies along each axis, ``(k,)``, 0 to 1.
    """

    mean: Values
    axes: Values
    shares: Values

    @classmethod
    def of(cls, points: Array | Values, count: int) -> Components:
        """Return the first ``count`` principal components of ``points``, ``(N, D)``, or as many as there are.

        Of few points or directions exactly, else by power iterations on a random subspace of 30 directions
        more (Halko, Martinsson and Tropp, *Finding structure with randomness*, 2011).
        """
        mean = points.mean(axis=0, dtype=np.float64)
        centred = points - mean.astype(points.dtype)
        total = float(np.square(centred, dtype=np.float64).sum())
        if min(centred.shape) > _EXACT:
            basis = np.random.default_rng(0).standard_normal((centred.shape[1], count + 30))
            for _ in range(_ITERATIONS):
                basis = np.linalg.qr(centred.T @ (centred @ basis.astype(points.dtype)))[0]
            rows = (centred @ basis.astype(points.dtype)).astype(np.float64)
            _, sizes, turn = np.linalg.svd(rows, full_matrices=False)
            axes = turn @ basis.T
        else:
            _, sizes, axes = np.linalg.svd(centred.astype(np.float64), full_matrices=False)
        keep = np.flatnonzero(sizes > 1e-9 * max(float(sizes.max(initial=0.0)), 1e-300))[:count]
        axes, sizes = axes[keep].astype(np.float64), sizes[keep]
        largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], 1)
        shares = np.square(sizes) / total if total else sizes
        return cls(mean, axes * np.where(largest < 0, -1, 1), shares)

    def place(self, points: Array | Values) -> Values:
        """Return the coordinates of ``points`` ``(N, D)`` along the axes, ``(N, k)``."""
        placed: Values = (points - self.mean) @ self.axes.T
        return placed
