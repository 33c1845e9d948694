"""A garment on any plain ground, brought to the form of Fashion-MNIST's images.

Those were made from product photographs on white: trimmed to the garment, the longer edge reduced to 28
pixels, set into the middle of a square and inverted, so that the ground is black (Xiao, Rasul and Vollgraf,
*Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms*, 2017). Here the ground is
what has the colour of the border, which may change evenly from side to side, and is joined to it. The
garment's own brightness is inverted, whatever the ground is, and brought most of the way to what garments
have there.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.recognise.foreground import fit, surface_terms
from engine.recognise.marks import components
from engine.types import Array, Bytes

Mask = npt.NDArray[np.bool_]

SIDE = 28
"""Height and width of the result, in pixels."""
_FINE = 224
"""The ground is looked for in a picture with at most this many pixels a side."""
_PLAIN = 24.0
"""A border whose colours stray more than this, of 255, from an even course is no plain ground."""
_NEAR = 14.0
"""Ground strays at least this far from the border's colour before it counts as garment."""
_USUAL, _MATCHED = 0.55, 0.7
"""Garments of Fashion-MNIST have this brightness; others are brought there by this share of the way."""
_FAINTEST = 0.08
"""No part of a garment is darker than this, or it would look like a hole."""
_LEAST, _MOST = 0.02, 0.95
"""A garment covers a share of the picture between these."""


def on_black(picture: Image.Image) -> Bytes | None:
    """Return the garment on a picture in the form of Fashion-MNIST's images.

    Args:
        picture: in mode ``L`` or ``RGB``.

    Returns:
        uint8 ``(28, 28)``; None if the border is no plain ground, or nothing stands out from it.
    """
    scale = min(1.0, _FINE / max(picture.size))
    size = (max(1, round(scale * picture.width)), max(1, round(scale * picture.height)))
    small = picture.convert("RGB")
    if scale < 1:
        small = small.resize(size, Image.Resampling.BOX)
    colours = np.asarray(small, np.float64)
    border = np.zeros((small.height, small.width), bool)
    border[[0, -1]] = border[:, [0, -1]] = True
    terms = surface_terms(small.height, small.width)[:, :3]
    level = [terms @ fit(terms, colours[..., k].ravel(), border.ravel()) for k in range(3)]
    away = np.abs(colours - np.stack(level, axis=1).reshape(colours.shape)).max(axis=2)
    spread = float(np.percentile(away[border], 60))
    if spread > _PLAIN:
        return None
    mask = ~_joined_to_border(away <= max(_NEAR, 2.5 * spread))
    labels, parts = components(mask)
    large = [k for k, part in enumerate(parts, 1) if part.area >= 0.05 * mask.sum()]
    mask = np.isin(labels, large)
    if not _LEAST <= mask.mean() <= _MOST:
        return None
    value = 1 - np.asarray(small.convert("L"), np.float64) / 255
    value = np.maximum(value + _MATCHED * (_USUAL - float(np.median(value[mask]))), _FAINTEST)
    value = np.where(mask, np.minimum(value, 1), 0.0)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return _framed(value[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _joined_to_border(near: Mask) -> Mask:
    """Return which pixels of ``near`` are connected with its border through others."""
    labels, _ = components(near)
    outer = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    return np.isin(labels, outer[outer > 0])


def _framed(value: Array) -> Bytes:
    """Reduce a garment, 0 to 1, to 28 pixels along its longer edge, in the middle of a black square."""
    scale = SIDE / max(value.shape)
    size = (max(1, round(scale * value.shape[1])), max(1, round(scale * value.shape[0])))
    pixels = Image.fromarray((value * 255 + 0.5).astype(np.uint8)).resize(size, Image.Resampling.LANCZOS)
    top, left = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[top : top + size[1], left : left + size[0]] = np.asarray(pixels)
    return image
