"""A map as a picture: laid over the image it explains, in colours."""

from __future__ import annotations

import numpy as np

from engine.explain.base import Explanation
from engine.types import Array, Bytes

FOR, AGAINST = (214, 39, 40), (31, 119, 180)
"""Colours of the largest positive and negative value: red and blue."""
_SIDE = 448
"""Pixels that the longer side of the picture has about."""


def overlay(image: Bytes, found: Explanation) -> Bytes:
    """Return the map over the image in grey, ``(H k, W k, 3)``: k pixels a side for each of the image's.

    A value of 0 leaves the grey, the largest size gives the whole colour; positive values are red, negative
    blue.
    """
    values = np.nan_to_num(found.values, posinf=0, neginf=0)
    size = float(np.abs(values).max()) or 1.0
    share: Array = (np.abs(values) / size)[..., None]
    colour = np.where(values[..., None] >= 0, FOR, AGAINST)
    grey = image.mean(axis=0)[..., None] * 0.7 + 25  # neither black nor white, so that both colours are seen
    mixed = np.rint(grey * (1 - share) + colour * share).astype(np.uint8)
    return enlarged(mixed)


def enlarged(pixels: Bytes) -> Bytes:
    """Return ``(H, W, 3)`` with each pixel as a square of pixels, so that it fills about 448."""
    zoom = max(1, _SIDE // max(pixels.shape[:2]))
    return pixels.repeat(zoom, axis=0).repeat(zoom, axis=1)


def as_rgb(image: Bytes) -> Bytes:
    """Return an image ``(C, H, W)`` as ``(H, W, 3)``; all but three channels in their mean grey."""
    if len(image) != 3:
        image = np.repeat(np.rint(image.mean(axis=0, keepdims=True)).astype(np.uint8), 3, axis=0)
    return np.ascontiguousarray(image.transpose(1, 2, 0))
