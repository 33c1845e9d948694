"""Arrays as pictures in a text: PNG as ``data:`` addresses, which fetch nothing."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from engine.types import Array, Bytes

_ENLARGED = 512
"""Pixels that a picture of kernels is enlarged to at most."""

_FOR, _AGAINST = np.array((200, 30, 30), np.float32), np.array((20, 80, 200), np.float32)
"""Red, green and blue of what speaks for a class, and against it."""


def png(pixels: Bytes) -> bytes:
    """Return pixels ``(H, W)`` or ``(H, W, 3)`` as a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def address(pixels: Bytes) -> str:
    """Return pixels ``(H, W)`` or ``(H, W, 3)`` as the address of a picture."""
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode("ascii")


def kernel_picture(weight: Array) -> Bytes:
    """Return kernels ``(F, C, kh, kw)`` as grey pixels, a row a filter, 1 to 8 pixels a weight.

    Grey 128 is zero; the largest absolute weight of the layer is black or white. Lines of one weight's
    width part the kernels.
    """
    filters, channels, kh, kw = weight.shape
    largest = np.abs(weight[np.isfinite(weight)]).max(initial=0) or 1
    grey = np.nan_to_num(128 + 127 * weight / largest, nan=128, posinf=255, neginf=1)
    framed = np.zeros((filters, kh + 1, channels, kw + 1), np.uint8)
    framed[:, :kh, :, :kw] = grey.round().astype(np.uint8).transpose(0, 2, 1, 3)
    picture = framed.reshape(filters * (kh + 1), channels * (kw + 1))[:-1, :-1]
    scale = max(1, min(8, _ENLARGED // max(picture.shape)))
    return picture.repeat(scale, 0).repeat(scale, 1)


def image_picture(image: Bytes) -> Bytes:
    """Return an image ``(C, H, W)`` as pixels, ``(H, W)`` or ``(H, W, 3)``."""
    picture: Bytes = image[0] if len(image) == 1 else image.transpose(1, 2, 0)
    return picture


def overlay(image: Bytes, values: Array) -> Bytes:
    """Return ``values`` ``(H, W)`` over a paler ``image`` ``(C, H, W)``, pixels ``(H, W, 3)``.

    Red speaks for the class, blue against it.
    """
    grey = 160 + image.astype(np.float32).mean(axis=0, keepdims=True).transpose(1, 2, 0) * (60 / 255)
    largest = float(np.abs(values).max()) or 1.0
    strength = (np.abs(values) / largest)[..., None]
    colour = np.where(values[..., None] >= 0, _FOR, _AGAINST)
    blended: Bytes = (grey * (1 - strength) + colour * strength).round().astype(np.uint8)
    return blended
