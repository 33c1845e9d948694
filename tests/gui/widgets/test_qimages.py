"""Pixels reach Qt and come back unchanged, and the images do not depend on the arrays they came from."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from PyQt5.QtGui import QImage, qRgb

from engine.look.colour import TOP
from gui.widgets.qimages import colour_bar, from_codes, from_colours, from_pixels, lent, to_pixels, to_qimage

SIZES = [(1, 1), (3, 5), (5, 3), (28, 28), (7, 13)]
"""Rows of Qt's own images are padded to four bytes; odd widths show whether that is minded."""


def shown(image: QImage) -> list[list[int]]:
    return [[image.pixel(x, y) for x in range(image.width())] for y in range(image.height())]


@pytest.mark.parametrize("size", SIZES)
def test_grey_and_colour_are_the_pixels_themselves(size):
    rng = np.random.default_rng(1)
    colour = rng.integers(0, 256, (3, *size), np.uint8)
    expected = [[qRgb(*(int(c[y, x]) for c in colour)) for x in range(size[1])] for y in range(size[0])]
    assert shown(to_qimage(colour)) == shown(from_pixels(colour.transpose(1, 2, 0))) == expected
    grey = [[qRgb(v, v, v) for v in row] for row in colour[0].tolist()]
    assert shown(to_qimage(colour[:1])) == shown(from_pixels(colour[0])) == grey


@pytest.mark.parametrize("size", SIZES)
def test_codes_and_colours(size):
    codes = np.random.default_rng(2).integers(0, 256, size, np.uint8)
    table = [qRgb(v, 255 - v, v // 2) for v in range(256)]
    expected = [[table[v] for v in row] for row in codes.tolist()]
    assert shown(from_codes(codes, table)) == shown(lent(codes, table)) == expected
    assert shown(from_codes(codes.T.copy().T, table)) == expected  # another order in memory
    assert shown(from_colours(np.array(expected, np.uint32))) == expected
    assert shown(colour_bar(table)) == [table[: TOP + 1]]


@pytest.mark.parametrize("size", SIZES)
def test_pixels_come_back_without_padding(size):
    pixels = np.random.default_rng(3).integers(0, 256, (*size, 3), np.uint8)
    assert np.array_equal(to_pixels(from_pixels(pixels)), pixels)
    assert np.array_equal(to_pixels(from_pixels(pixels[..., 0])), pixels[..., 0])


def test_images_outlive_their_arrays_and_pixels_their_images():
    pixels = np.full((1, 300, 300), 77, np.uint8)
    image = to_qimage(pixels)
    pixels[:] = 1
    assert image.pixel(150, 150) == qRgb(77, 77, 77)
    back = to_pixels(image)
    image.fill(0)
    assert (back == 77).all()
    view = lent(np.full((300, 300), 9, np.uint8), range(256))
    gc.collect()
    np.full((300, 300), 1, np.uint8)
    assert view.pixelIndex(299, 299) == 9
