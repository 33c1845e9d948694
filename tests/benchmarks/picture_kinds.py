"""Pictures of digits and clothes as people have them, made of test images in code."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from engine.data.catalogue import load
from engine.recognise.synthetic.strokes import drawn
from engine.types import Array

Rng = np.random.Generator
Made = tuple[Image.Image, list[int]]
"""A picture and the digits on it, from left to right."""
Maker = Callable[[Rng, slice], Made]
"""Makes a picture of the test images in a slice."""

FONTS = Path("/usr/share/fonts/truetype")
"""Only for measuring; the training has other fonts."""


@lru_cache(maxsize=1)
def fonts() -> list[Path]:
    """Return files of fonts that have digits."""
    return [path for path in sorted(FONTS.rglob("*.ttf")) if "Math" not in path.name]


def digit(rng: Rng, part: slice) -> tuple[Array, int]:
    """Return the ink of one digit of ``part``, cut to it, 0 to 1, and which it is."""
    dataset = load("mnist")
    index = int(rng.integers(part.start, part.stop))
    ink = dataset.test_images[index, 0] / 255.0
    rows, columns = (np.flatnonzero((ink > 0.1).any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], int(dataset.test_labels[index])


def resized(ink: Array, factor: float) -> Array:
    """Return ink larger or smaller by a factor, with sharp edges as a pen draws them if larger."""
    size = (max(1, round(ink.shape[1] * factor)), max(1, round(ink.shape[0] * factor)))
    how = Image.Resampling.BICUBIC if factor > 1 else Image.Resampling.BOX
    large = np.asarray(Image.fromarray(ink.astype(np.float32)).resize(size, how), np.float64)
    if factor > 2:
        large = (large - 0.3) / 0.4
    return np.asarray(np.clip(large, 0, 1))


def picture(values: Array) -> Image.Image:
    """Return the picture of ``values``, ``(H, W)`` or ``(H, W, 3)``, 0 to 1."""
    return Image.fromarray((np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8))


def jpeg(shown: Image.Image, quality: int, turned: int = 1) -> Image.Image:
    """Return a picture after it was saved as JPEG, with an EXIF orientation."""
    store, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = turned
    shown.save(store, "JPEG", quality=quality, exif=exif)
    return Image.open(store)


def tight(side: int, margin: int, *, dark: bool) -> Maker:
    """Return what makes digits reduced to ``side`` pixels and cut to their ink, with a margin."""

    def make(rng: Rng, part: slice) -> Made:
        ink, name = digit(rng, part)
        ink = resized(ink, side / max(ink.shape))
        if rng.random() < 0.5:
            free = side - ink.shape[1]
            ink = np.pad(ink, ((0, 0), (free // 2, free - free // 2)))
        ink = np.pad(ink, margin)
        return picture(1 - ink if dark else ink), [name]

    return make


def tiny(rng: Rng, part: slice) -> Made:
    """Return a digit of 8 to 12 pixels, often with a pixel or two around it."""
    return tight(int(rng.integers(8, 13)), int(rng.integers(0, 3)), dark=bool(rng.random() < 0.5))(rng, part)


def huge(rng: Rng, part: slice) -> Made:
    """Return a digit somewhere on a sheet of 2,400 to 3,600 pixels."""
    ink, name = digit(rng, part)
    sheet = placed(resized(ink, rng.uniform(500, 1500) / 20), int(rng.integers(2400, 3600)), rng)
    return picture(0.95 - 0.85 * sheet), [name]


def placed(ink: Array, side: int, rng: Rng) -> Array:
    """Return ink somewhere on a square sheet."""
    sheet = np.zeros((max(side, ink.shape[0] + 2), max(side, ink.shape[1] + 2)))
    top, left = (int(rng.integers(1, room)) for room in np.array(sheet.shape) - ink.shape)
    sheet[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return sheet


def photographed(rng: Rng, part: slice) -> Made:
    """Return a digit on paper, taken askew in uneven light, saved as JPEG and cut to its box."""
    ink, name = digit(rng, part)
    sheet = np.pad(resized(ink, rng.uniform(60, 200) / 20), 60)
    height, width = sheet.shape
    ground = np.ones(sheet.shape)
    if rng.random() < 0.3:
        ground[int(rng.integers(0, 20)) :: int(rng.integers(25, 50))] = rng.uniform(0.75, 0.95)
    corners = [
        (x + rng.uniform(-1, 1) * 12, y + rng.uniform(-1, 1) * 12)
        for x, y in ((0, 0), (0, height), (width, height), (width, 0))
    ]
    flat = tuple(value for corner in corners for value in corner)

    def askew(values: Array) -> Array:
        shown = Image.fromarray(values.astype(np.float32))
        how = Image.Transform.QUAD
        return np.asarray(shown.transform(shown.size, how, flat, Image.Resampling.BILINEAR), np.float64)

    sheet, ground = askew(sheet), np.maximum(askew(ground), 0.5)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    far = np.hypot(x - rng.uniform(-0.5, 1.5), y - rng.uniform(-0.5, 1.5))
    light = rng.uniform(0.45, 0.95) * (1 - rng.uniform(0, 0.5) * far / 1.5)
    values = light * ground * (1 - rng.uniform(0.5, 0.9) * sheet)
    values = values + rng.normal(0, rng.uniform(0, 0.02), values.shape)
    tint = np.array([1.0, rng.uniform(0.9, 1.0), rng.uniform(0.75, 1.0)])
    shown = picture(values[..., None] * tint).filter(ImageFilter.GaussianBlur(rng.uniform(0, 2)))
    rows, columns = (np.flatnonzero((sheet > 0.5).any(axis=axis)) for axis in (1, 0))
    margin = round(rng.uniform(0, 0.05) * max(np.ptp(rows), np.ptp(columns)))
    box = (columns[0] - margin, rows[0] - margin, columns[-1] + margin + 1, rows[-1] + margin + 1)
    return jpeg(shown.crop(tuple(int(v) for v in box)), int(rng.integers(60, 95))), [name]


def printed(rng: Rng, part: slice, *, only: int | None = None) -> Made:
    """Return a digit in one of the fonts, black on white or white on black, of any size."""
    name = int(rng.integers(10)) if only is None else only
    files = fonts()
    font = ImageFont.truetype(str(files[int(rng.integers(len(files)))]), int(rng.integers(24, 140)))
    left, top, right, bottom = (int(v) for v in font.getbbox(str(name)))
    margin = int(rng.integers(2, 30))
    sheet = Image.new("L", (right - left + 2 * margin, bottom - top + 2 * margin), 255)
    ImageDraw.Draw(sheet).text((margin - left, margin - top), str(name), fill=0, font=font)
    return (sheet if rng.random() < 0.7 else Image.eval(sheet, lambda v: 255 - v)), [name]


def printed_one(rng: Rng, part: slice) -> Made:
    """Return a printed 1."""
    return printed(rng, part, only=1)


def sheet_of(rng: Rng, part: slice) -> tuple[Array, int]:
    """Return the ink of one digit with some room around it."""
    ink, name = digit(rng, part)
    ink = resized(ink, rng.uniform(40, 160) / 20)
    return placed(ink, int(max(ink.shape) * rng.uniform(1.15, 2.5)), rng), name


def see_through(rng: Rng, part: slice) -> Made:
    """Return a digit of any colour on a transparent ground."""
    ink, name = sheet_of(rng, part)
    colour = rng.choice([np.zeros(3), np.ones(3), rng.random(3)])
    values = np.concatenate([np.broadcast_to(colour, (*ink.shape, 3)), ink[..., None]], axis=2)
    return Image.fromarray((values * 255).astype(np.uint8), "RGBA"), [name]


def coloured(rng: Rng, part: slice) -> Made:
    """Return ink of one colour on paper of another, which may be equally bright."""
    ink, name = sheet_of(rng, part)
    while True:
        pen, paper = rng.random(3), rng.random(3)
        if np.abs(pen - paper).max() > 0.4:
            break
    values = paper + ink[..., None] * (pen - paper) + rng.normal(0, 0.01, (*ink.shape, 3))
    return jpeg(picture(values), 90), [name]


def light_on_dark(rng: Rng, part: slice) -> Made:
    """Return a digit in chalk on a board."""
    ink, name = sheet_of(rng, part)
    return picture(0.15 + 0.7 * ink + rng.normal(0, 0.03, ink.shape)), [name]


def turned(rng: Rng, part: slice) -> Made:
    """Return a photograph whose camera was held upside down or sideways, as its EXIF says."""
    ink, name = sheet_of(rng, part)
    way, turns = ((3, 2), (6, 1), (8, 3))[int(rng.integers(3))]
    return jpeg(picture(np.rot90(0.9 - 0.8 * ink, turns)), 90, way), [name]


def ruled(rng: Rng, part: slice) -> Made:
    """Return a digit on ruled or squared paper."""
    ink, name = sheet_of(rng, part)
    gap, start = int(rng.integers(16, 60)), int(rng.integers(0, 16))
    lines, wide = np.zeros(ink.shape), int(rng.integers(1, 3))
    for shift in range(wide):
        lines[start + shift :: gap] = 1
        if rng.random() < 0.5 or shift:
            lines[:, start + shift :: gap] = 1
    line = np.array([rng.uniform(0.1, 0.4), rng.uniform(0.1, 0.25), rng.uniform(0.02, 0.2)])
    values = 0.95 - lines[..., None] * line
    values = values * (1 - rng.uniform(0.7, 0.9) * ink[..., None]) + rng.normal(0, 0.01, (*ink.shape, 3))
    return jpeg(picture(values), 90), [name]


def row(low: float, high: float) -> Maker:
    """Return what makes rows of 2 to 5 digits that overlap by ``low`` to ``high`` pixels of MNIST's."""

    def make(rng: Rng, part: slice) -> Made:
        ink, names = row_of_ink(rng, part, low, high)
        values = np.pad(ink, int(rng.integers(4, 40)))
        return picture(0.95 - 0.85 * values if rng.random() < 0.7 else 0.05 + 0.9 * values), names

    return make


def row_of_ink(rng: Rng, part: slice, low: float, high: float) -> tuple[Array, list[int]]:
    """Return the ink of a row of digits, and which they are."""
    factor = rng.uniform(1.5, 5)
    sheet, x, names = np.zeros((round(32 * factor), round(150 * factor))), 0, []
    for place in range(int(rng.integers(2, 6))):
        ink, name = digit(rng, part)
        ink = resized(ink, factor * rng.uniform(0.85, 1.15))
        if place:
            x = max(0, x - round(factor * rng.uniform(low, high)))
        top = (sheet.shape[0] - ink.shape[0]) // 2 + round(factor * rng.uniform(-1.5, 1.5))
        spot = sheet[max(0, top) :, x:][: ink.shape[0], : ink.shape[1]]
        np.maximum(spot, ink[: spot.shape[0], : spot.shape[1]], out=spot)
        x += ink.shape[1]
        names.append(name)
    return sheet[:, : x + 2], names


def single(rng: Rng, part: slice) -> Made:
    """Return one digit, large and alone, which nobody would part."""
    ink, name = sheet_of(rng, part)
    return picture(0.95 - 0.85 * ink), [name]


def strokes(
    rng: Rng, low: float, high: float, forms: Mapping[str, tuple[str, ...]], most: int = 4
) -> tuple[Array, tuple[Array, ...], list[int]]:
    """Return a row of digits as strokes on a sheet, their ink, and which they are.

    Args:
        rng: source of randomness.
        low: least overlap of two neighbours, as a share of their height; below 0 they are apart.
        high: greatest overlap.
        forms: templates of each digit.
        most: the row has 1 to this many digits.
    """
    lines, names, x = [], [], 0.0
    for place in range(int(rng.integers(1, most + 1))):
        name = int(rng.integers(10))
        ways = forms[str(name)]
        made = drawn(ways[int(rng.integers(len(ways)))], rng)
        left = min(line[:, 0].min() for line in made)
        if place:
            x -= rng.uniform(low, high) * 140
        made = [line + np.array([x - left, 0.0]) for line in made]
        x = max(x, *(line[:, 0].max() for line in made))
        lines += made
        names.append(name)
    every = np.concatenate(lines)
    scale = min(250 / np.ptp(every[:, 0]), rng.uniform(80, 200) / np.ptp(every[:, 1]))
    lines = [(line - every.min(axis=0)) * scale + 15 for line in lines]
    sheet, pen = Image.new("L", (280, 280)), float(rng.uniform(6, 14))
    brush = ImageDraw.Draw(sheet)
    for line in lines:
        flat = [(float(x), float(y)) for x, y in line]
        brush.line(flat, fill=255, width=round(pen), joint="curve")
        for x, y in flat:
            brush.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
    return np.asarray(sheet) / 255.0, tuple(lines), names
