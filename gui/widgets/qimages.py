"""Pixels for Qt and from Qt: images that look at arrays, and images that own their memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PyQt5 import sip
from PyQt5.QtGui import QImage

from engine.look.colour import TOP
from engine.types import Bytes


def to_qimage(image: Bytes) -> QImage:
    """Return an image ``(C, H, W)`` for Qt: three channels in colour, otherwise the first in grey."""
    return from_pixels(image.transpose(1, 2, 0) if len(image) == 3 else image[0])


def from_pixels(pixels: Bytes) -> QImage:
    """Return pixels for Qt: ``(H, W, 3)`` in colour, ``(H, W)`` in grey."""
    return _owned(pixels, QImage.Format_RGB888 if pixels.ndim == 3 else QImage.Format_Grayscale8)


def from_colours(colours: npt.NDArray[np.uint32]) -> QImage:
    """Return colours, ``0xffRRGGBB`` each, ``(H, W)``, for Qt."""
    return _owned(colours, QImage.Format_RGB32)


def from_codes(codes: Bytes, table: Sequence[int]) -> QImage:
    """Return numbers of colours in ``table``, ``(H, W)``, for Qt."""
    image = _owned(codes, QImage.Format_Indexed8)
    image.setColorTable(list(table))
    return image


def colour_bar(table: Sequence[int]) -> QImage:
    """Return the colours of ``table`` from the lowest to the highest, in one row."""
    return from_codes(np.arange(TOP + 1, dtype=np.uint8)[np.newaxis], table)


def lent(codes: Bytes, table: Sequence[int]) -> QImage:
    """Return as ``from_codes``, without a copy: the image looks at ``codes`` ``(H, W)`` while it lives."""
    image = _looking_at(codes, QImage.Format_Indexed8)
    image.setColorTable(list(table))
    return image


def to_pixels(image: QImage) -> Bytes:
    """Return a copy of the pixels of an image in grey, ``(H, W)``, or in ``RGB888``, ``(H, W, 3)``."""
    width, height, channels = image.width(), image.height(), image.depth() // 8
    bits: Any = image.constBits()
    bits.setsize(image.sizeInBytes())
    rows = np.frombuffer(bits, np.uint8).reshape(height, -1)
    pixels: Bytes = rows[:, : width * channels].copy()  # without what fills up each row
    return pixels if channels == 1 else pixels.reshape(height, width, channels)


def _owned(pixels: npt.NDArray[Any], form: QImage.Format) -> QImage:
    # What Qt holds on to outlives the array, so it gets a copy; the first one has rows without gaps.
    return _looking_at(pixels.copy(order="C"), form).copy()


def _looking_at(pixels: npt.NDArray[Any], form: QImage.Format) -> QImage:
    height, width = pixels.shape[:2]
    image = QImage(sip.voidptr(pixels.ctypes.data), width, height, pixels.strides[0], form)
    image.pixels = pixels  # type: ignore[attr-defined]  # it lives as long as the image
    return image
