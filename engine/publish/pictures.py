"""Arrays as pictures in a text: PNG as ``data:`` addresses, which fetch nothing."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from engine.look.colour import EMPTY, Scale, codes
from engine.look.mosaic import fit
from engine.look.tables import colour_table
from engine.look.theme import LIGHT
from engine.types import Array, Bytes

_ENLARGED = 512
"""Pixels that a picture of kernels is enlarged to at most."""

_ROOM = (224, 224)
"""Width and height that a picture of coloured kernels takes, in pixels, if it can."""
_LARGEST = 12

_FOR, _AGAINST = np.array((200, 30, 30), np.float32), np.array((20, 80, 200), np.float32)
"""Red, green and blue of what speaks for a class, and against it."""


def png(pixels: Bytes) -> bytes:
    """Return pixels ``(H, W)``, ``(H, W, 3)`` or, with how much they cover, ``(H, W, 4)`` as a PNG file."""
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


def coloured_kernels(weight: Array, scale: Scale) -> Bytes:
    """Return kernels ``(F, C, kh, kw)`` as the window draws them, pixels ``(H, W, 4)``, clear between them.

    Blue is below zero and red above, on ``scale``; over three channels they have their own colours, and grey
    is zero.
    """
    filters, channels, height, width = weight.shape
    coded = codes(weight.reshape(-1, height, width).astype(np.float32), scale, signed=True)
    colour = channels == 3
    count = filters if colour else len(coded)
    made = fit(count, (height, width), _ROOM, block=1 if colour else channels, most=_LARGEST)
    if colour:
        parts = coded.reshape(filters, 3, height, width)
        picture = np.stack([made.grid.arrange(parts[:, channel]) for channel in range(3)], axis=-1)
        clear = made.grid.arrange(np.zeros_like(parts[:, 0])) == EMPTY
    else:
        found = made.grid.arrange(coded)
        picture, clear = colour_table(LIGHT.diverging, LIGHT.panel)[found], found == EMPTY
    whole = np.dstack([picture, np.where(clear, 0, 255).astype(np.uint8)])[: -made.grid.gap, : -made.grid.gap]
    scaled: Bytes = whole.repeat(made.scale, 0).repeat(made.scale, 1)
    return scaled


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
