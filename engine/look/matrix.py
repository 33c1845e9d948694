"""A confusion matrix: how strongly its cells are coloured, and what stands in them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


def row_shares(counts: Counts) -> Shares:
    """Return ``counts`` ``(K, K)`` divided by the sums of their rows; zeros in an empty row."""
    sums = counts.sum(axis=1, keepdims=True)
    shares: Shares = counts / np.maximum(sums, 1)
    return shares


def mistake_shades(values: Counts | Shares, most: float = 0.0) -> Shares:
    """Return how strongly each cell is coloured, 0 to 1, on a logarithmic scale of the mistakes.

    The diagonal is 0: it holds no mistakes, and would outshine all the rest.

    Args:
        values: counts or shares ``(K, K)``.
        most: the strongest colour is for so much, or for the largest of ``values`` if that is more.
    """
    off = values.astype(np.float64)
    np.fill_diagonal(off, 0)
    top = max(off.max(initial=0.0), most)
    # Shares are stretched, so that a hundredth of the strongest can still be seen.
    return np.log1p(off / top * 99) / math.log(100) if top > 0 else off


def cell_text(count: int, share: float, *, as_share: bool) -> str:
    """Return what stands in a cell; nothing for an empty one."""
    if count == 0:
        return ""
    if not as_share:
        return str(count)
    rounded = round(100 * share)
    return str(rounded) if rounded else "<1"
