"""Laying one map over another, so that points glide from one to the next."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


def aligned(points: Values, reference: Values) -> tuple[Values, Values, Values]:
    """Turn, mirror, scale and shift ``points`` so that they lie as near as possible to ``reference``.

    The least squares solution of Procrustes' problem: with both sets centred and ``P^T R = U S V^T``, the
    turn is ``U V^T`` and the scale ``trace(S) / |P|^2`` (Gower, *Generalized Procrustes analysis*, 1975).

    Args:
        points: ``(N, 2)``.
        reference: the same points in another map, ``(N, 2)``.

    Returns:
        The points, and the matrix ``A`` ``(2, 2)`` and shift ``b`` ``(2,)`` with ``points A + b`` for others.
    """
    middle, target = points.mean(axis=0), reference.mean(axis=0)
    centred = points - middle
    u, s, v = np.linalg.svd(centred.T @ (reference - target))
    size = float(np.square(centred).sum())
    scale = float(s.sum()) / size if size > 0 else 1.0
    matrix: Values = (u @ v) * (scale if scale > 0 else 1.0)
    shift: Values = target - middle @ matrix
    return points @ matrix + shift, matrix, shift
