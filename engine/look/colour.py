"""Values to colour codes: which value gets which colour, in steps that keep the picture calm."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from engine.records import dataclass
from engine.types import Array, Bytes

TOP = 254
"""Highest colour code. The number of codes is odd, so a symmetric scale has one for exactly zero."""
EMPTY = 255
"""Code of a pixel without a value: gaps between maps, and numbers that are not finite."""
_STEPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """The values that get the first and the last colour."""

    low: float
    high: float


def stepped(limit: float) -> float:
    """Return the next round number at or above ``limit`` (0 for 0).

    Scales end at round numbers, so that colours and figures change now and then, not at every frame.
    """
    if limit <= 0:
        return 0.0
    decade = 10.0 ** math.floor(math.log10(limit))
    if decade == 0.0:  # below the smallest power of ten that a float can hold
        return limit
    return next((s * decade for s in _STEPS if s * decade >= limit), limit)


def layer_scale(tiles: Array, *, signed: bool) -> Scale:
    """Return one scale for all of ``tiles``.

    Args:
        tiles: values of any shape; those that are not finite are left out.
        signed: symmetric about zero. Otherwise the scale reaches from the lowest value, or zero
            if none is negative, to the highest.
    """
    low, high = _ends(tiles)
    if signed:
        limit = stepped(max(-low, high)) or 1.0
        return Scale(-limit, limit)
    bottom, top = -stepped(-low), stepped(high)
    return Scale(bottom + 0.0, top if top > bottom else bottom + 1.0)


def codes(tiles: Array, scale: Scale | None, *, signed: bool) -> Bytes:
    """Return colour codes, 0 to ``TOP``, for maps ``(K, h, w)``.

    Args:
        tiles: the values.
        scale: one scale for all, which must hold every value; None scales each map by itself,
            from its lowest to its highest value, or about zero if ``signed``.
        signed: code ``TOP / 2`` is exactly zero.

    Returns:
        uint8 ``(K, h, w)``; ``EMPTY`` where a value is not finite.
    """
    if tiles.size == 0:
        return np.empty(tiles.shape, np.uint8)
    finite = None
    # A sum is finite only if all its terms are: one pass instead of a mask of the same size.
    with np.errstate(over="ignore", invalid="ignore"):  # both infinities
        total = float(tiles.sum(dtype=np.float64))
    if not math.isfinite(total):
        finite = np.isfinite(tiles)
        tiles = np.where(finite, tiles, tiles.dtype.type(0))
    low: npt.ArrayLike
    span: npt.ArrayLike
    if scale is not None:
        low, span = scale.low, scale.high - scale.low
    else:
        low, span = _own_scales(tiles, signed=signed)
    shares = np.subtract(tiles, low, dtype=tiles.dtype)
    shares *= np.divide(TOP, span, dtype=np.float64).astype(tiles.dtype)
    shares += tiles.dtype.type(0.5)
    result = np.clip(shares, 0, TOP, out=shares).astype(np.uint8)
    if finite is not None:
        result[~finite] = EMPTY
    return result


def figure(value: float) -> str:
    """Write ``value`` with three significant digits and a true minus sign."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    text = f"{value:.3g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", "−")


def _ends(tiles: Array) -> tuple[float, float]:
    """Return the lowest and the highest finite value; zeros if there is none."""
    if tiles.size == 0:
        return 0.0, 0.0
    low, high = float(tiles.min()), float(tiles.max())
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    finite = tiles[np.isfinite(tiles)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def _own_scales(tiles: Array, *, signed: bool) -> tuple[Array, Array]:
    """Return the lowest value and the span of each map, shaped to be used on ``(K, h, w)``."""
    flat = tiles.reshape(len(tiles), -1)
    low, high = flat.min(axis=1), flat.max(axis=1)
    if signed:
        high = np.maximum(-low, high)
        high = np.where(high > 0, high, high.dtype.type(1))
        low = -high
    span = high - low
    # Below this, dividing by the span would leave the range of float32; such a map is flat.
    span = np.where(span > 1e-30, span, span.dtype.type(1))
    return low[:, None, None], span[:, None, None]
