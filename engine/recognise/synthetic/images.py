"""Images in the form of MNIST's, made by the program: digits drawn, printed or scanned, and no digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.recognise.drawing import SIDE, normalise
from engine.recognise.pen import draw
from engine.recognise.synthetic.lettering import LETTERS, fitted, signs
from engine.recognise.synthetic.strokes import Lines, by_hand, drawn, sampled
from engine.recognise.synthetic.templates import DIGITS, OTHERS, form
from engine.recognise.synthetic.thinning import middle_lines
from engine.types import Bytes, Labels

NONE = -1
"""Stands for no class where a label is asked for."""
_WIDTHS = (1.7, 3.6)
"""Width of the pen in pixels: MNIST's digits have 1.9 to 4.8, most of them 2.1 to 3.5."""
_SPARSE = 0.4
"""Share of what hands write that a slow digitiser reports."""
_SPACING = (6.0, 30.0)
"""Its points are so many units of the templates apart."""

Made = tuple[Bytes, Labels]
"""Images uint8 ``(N, 1, 28, 28)`` and their labels ``(N,)``."""


def drawn_digits(count: int, rng: np.random.Generator) -> Made:
    """Draw digits as strokes, all ten and all their forms alike often."""
    labels = rng.integers(0, 10, count)
    images = [_pen(drawn(_one_of(DIGITS[str(label)], rng), rng), rng) for label in labels]
    return np.stack(images)[:, None], labels


def formed_digits(count: int, rng: np.random.Generator) -> Made:
    """Draw digits as ``drawn_digits`` does, with more ones and sevens, and as slow digitisers do."""
    labels = rng.integers(0, 10, count)
    images = [_reported(drawn(form(str(label), rng), rng), rng) for label in labels]
    return np.stack(images)[:, None], labels


def written_digits(count: int, fonts: Sequence[str], rng: np.random.Generator) -> Made:
    """Write digits in the hands that fonts were made of."""
    labels = rng.integers(0, 10, count)
    ways = [signs(_one_of(fonts, rng), "0123456789")[str(label)] for label in labels]
    return np.stack([_reported(by_hand(way, rng), rng) for way in ways])[:, None], labels


def written_letters(count: int, fonts: Sequence[str], rng: np.random.Generator) -> Bytes:
    """Write letters that look like no digit in the hands that fonts were made of."""
    images = []
    for _ in range(count):
        found = signs(_one_of(fonts, rng), LETTERS)
        images.append(_reported(by_hand(found[_one_of(sorted(found), rng)], rng), rng))
    return np.stack(images)[:, None]


def redrawn(images: Bytes, rng: np.random.Generator) -> Bytes:
    """Return images of digits drawn again along their middle lines, as on the Test panel."""
    result: Bytes = images.copy()
    for place, lines in zip(result, middle_lines(images[:, 0]), strict=True):
        if lines:
            place[0] = _reported(by_hand(fitted(lines), rng, 0.4), rng)
    return result


def printed_digits(count: int, fonts: Sequence[Path], rng: np.random.Generator) -> Made:
    """Print digits in the fonts of these files."""
    labels = rng.integers(0, 10, count)
    opened = [ImageFont.truetype(str(path), 96) for path in fonts]
    images = [printed(str(label), opened[int(rng.integers(len(opened)))]) for label in labels]
    return np.stack(images)[:, None], labels


def printed(text: str, font: ImageFont.FreeTypeFont) -> Bytes:
    """Return what ``normalise`` makes of a sign in a font."""
    sheet = Image.new("L", (160, 160))
    ImageDraw.Draw(sheet).text((30, 20), text, fill=255, font=font)
    image = normalise(np.asarray(sheet) / 255)
    return image if image is not None else np.zeros((SIDE, SIDE), np.uint8)


def scanned(images: Bytes, rng: np.random.Generator) -> Bytes:
    """Return images as they come from small scans: cut to the ink, reduced to 8 to 20 pixels, and back."""
    result = np.empty_like(images)
    for place, image in zip(result, images, strict=True):
        place[0] = _small_scan(image[0], int(rng.integers(10, 21)))
    return result


def _small_scan(image: Bytes, side: int) -> Bytes:
    ink = image > 40
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    cut = Image.fromarray(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    scale = side / max(cut.size)
    size = (max(2, round(cut.width * scale)), max(2, round(cut.height * scale)))
    small = np.asarray(cut.resize(size, Image.Resampling.BILINEAR), np.float64) / 255
    back = normalise(small)
    return back if back is not None else image


def no_digits(count: int, digits: Made, rng: np.random.Generator) -> Bytes:
    """Draw what is no digit: letters and signs, scribbles, several at once, parts of digits, blots.

    Args:
        count: how many.
        digits: images of digits, of which some are turned, mirrored or put together.
        rng: source of randomness.
    """
    names = sorted(OTHERS)
    kinds: tuple[tuple[float, Callable[[], Bytes]], ...] = (
        (0.62, lambda: _pen(drawn(_one_of(OTHERS[names[int(rng.integers(len(names)))]], rng), rng), rng)),
        (0.12, lambda: _pen(_scribble(rng), rng)),
        (0.10, lambda: _turned(digits, rng)),
        (0.10, lambda: _side_by_side(digits, rng)),
        (0.06, lambda: _blot(rng)),
    )
    choice = rng.choice(len(kinds), count, p=[share for share, _ in kinds])
    return np.stack([kinds[k][1]() for k in choice])[:, None]


def _one_of(forms: Sequence[str], rng: np.random.Generator) -> str:
    return forms[int(rng.integers(len(forms)))]


def _reported(lines: Lines, rng: np.random.Generator) -> Bytes:
    if rng.random() < _SPARSE:
        lines = sampled(lines, float(rng.uniform(*_SPACING)), rng)
    return _pen(lines, rng)


def _pen(lines: Lines, rng: np.random.Generator) -> Bytes:
    image = draw(lines, float(rng.uniform(*_WIDTHS)))
    assert image is not None  # noqa: S101 - a template has points
    return image


def _scribble(rng: np.random.Generator) -> Lines:
    """Return one to three lines through places of chance, round or angular."""
    corner = "!" if rng.random() < 0.4 else ""
    strokes = []
    for _ in range(int(rng.integers(1, 4))):
        places = rng.uniform(0, 140, (int(rng.integers(3, 9)), 2))
        strokes.append(" ".join(f"{x:.0f},{y:.0f}{corner}" for x, y in places))
    lines = drawn("/".join(strokes), rng, 0.5)
    return lines if sum(len(line) for line in lines) > 60 else _scribble(rng)


def _turned(digits: Made, rng: np.random.Generator) -> Bytes:
    """Return a digit that is none any more: 3, 4, 6 or 9 mirrored, or one of most on its side."""
    images, labels = digits
    mirror = bool(rng.random() < 0.5)
    wanted = (3, 4, 6, 9) if mirror else (2, 3, 4, 5, 7)
    while True:
        k = int(rng.integers(len(labels)))
        if labels[k] in wanted:
            image = images[k, 0]
            return np.ascontiguousarray(image[:, ::-1] if mirror else np.rot90(image, 1 + 2 * (k % 2)))


def _side_by_side(digits: Made, rng: np.random.Generator) -> Bytes:
    """Return two digits, close together, as one."""
    one, two = (digits[0][int(rng.integers(len(digits[0])))][0] / 255 for _ in range(2))
    both = np.zeros((SIDE, 2 * SIDE))
    both[:, :SIDE] = one
    gap = int(rng.integers(8, 16))
    both[:, SIDE - gap : 2 * SIDE - gap] = np.maximum(both[:, SIDE - gap : 2 * SIDE - gap], two)
    image = normalise(both)
    assert image is not None  # noqa: S101 - digits have ink
    return image


def _blot(rng: np.random.Generator) -> Bytes:
    """Return smooth patches of chance."""
    cells = int(rng.integers(3, 9))
    rough = Image.fromarray(rng.normal(0, 1, (cells, cells)).astype(np.float32))
    field = np.asarray(rough.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
    image = normalise(np.clip((field - rng.uniform(0, 0.8)) * 3, 0, 1).astype(np.float64))
    return image if image is not None else _blot(rng)
