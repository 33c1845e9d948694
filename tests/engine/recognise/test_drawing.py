"""Drawings and pictures are brought to the form of MNIST's images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageDraw, ImageOps

from engine.data.catalogue import load
from engine.errors import DataError
from engine.recognise.drawing import BOX, SIDE, normalise
from engine.recognise.marks import Box
from engine.recognise.pictures import open_picture
from engine.recognise.pictures import plain as upright
from engine.recognise.readings import find_digits


def from_picture(picture: Image.Image | Path) -> np.ndarray:
    """Return the one digit on a picture, uint8 ``(28, 28)``."""
    opened = open_picture(picture) if isinstance(picture, Path) else upright(picture)
    return find_digits(opened, Box(0, 0, *opened.size), several=False)[0].image[0]


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return load("mnist").test_images[:200, 0]


def seven(size: tuple[int, int], box: tuple[int, int, int, int], pen: int) -> Image.Image:
    """Draw a 7 in white on black."""
    picture = Image.new("L", size, 0)
    left, top, right, bottom = box
    corners = [(left, top), (right, top), ((left + right) // 2, bottom)]
    ImageDraw.Draw(picture).line(corners, fill=255, width=pen, joint="curve")
    return picture


def inked(image: np.ndarray) -> tuple[int, int]:
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def distance(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.abs(first.astype(int) - second.astype(int)).mean())


def test_mnist_is_left_nearly_as_it_is(digits: np.ndarray) -> None:
    again = np.stack([normalise(digit / 255) for digit in digits])
    assert distance(again, digits) < 0.1
    enlarged = np.stack([normalise(np.kron(digit, np.ones((10, 10))) / 255) for digit in digits])
    assert distance(enlarged, digits) < 0.1
    assert all(np.array_equal(from_picture(Image.fromarray(digit)), digit) for digit in digits)


def test_place_and_size_of_a_drawing_do_not_matter() -> None:
    first = normalise(np.asarray(seven((280, 280), (40, 40, 140, 200), 12)) / 255)
    second = normalise(np.asarray(seven((560, 560), (240, 200, 440, 520), 24)) / 255)
    assert first is not None
    assert second is not None
    assert distance(first, second) < 4
    assert distance(first, np.zeros_like(first)) > 15


@given(
    hnp.arrays(
        np.float64,
        hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=60),
        elements=st.one_of(st.just(0.0), st.floats(0, 1)),
    )
)
def test_a_drawing_fits_the_box_and_is_centred(ink: np.ndarray) -> None:
    image = normalise(ink)
    if ink.max() <= 1 / 32:
        assert image is None
        return
    assert image is not None
    assert image.shape == (SIDE, SIDE)
    assert image.max() == 255
    assert max(inked(image)) <= BOX
    weights, places = image.astype(float), np.arange(SIDE)
    for axis in (0, 1):
        profile = weights.sum(axis=axis)
        centre = profile @ places / profile.sum()
        # Half a pixel is what moving by whole pixels leaves; the cut edges must stay in the image.
        inside = profile[0] == 0 and profile[-1] == 0
        assert abs(centre - SIDE / 2) <= 0.51 or not inside


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_drawing_may_lie_anywhere(down: int, right: int) -> None:
    drawing = np.asarray(seven((60, 60), (10, 10, 45, 50), 5)) / 255
    moved = np.pad(drawing, ((down, 40 - down), (right, 40 - right)))
    assert np.array_equal(normalise(moved), normalise(drawing))


def test_nothing_gives_nothing() -> None:
    assert normalise(np.zeros((280, 280))) is None
    with pytest.raises(DataError, match=r"shape \(3, 4, 5\)"):
        normalise(np.ones((3, 4, 5)))
    with pytest.raises(DataError, match="not finite"):
        normalise(np.array([[1.0, np.inf]]))


def white_ink_on_clear(picture: Image.Image) -> Image.Image:
    clear = Image.new("RGBA", picture.size, (255, 255, 255, 0))
    clear.putalpha(picture)
    return clear


def black_ink_on_clear(picture: Image.Image) -> Image.Image:
    clear = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    clear.putalpha(picture)
    return clear


def red_on_blue(picture: Image.Image) -> Image.Image:
    return ImageOps.colorize(picture, (30, 30, 160), (250, 120, 110))


def noisy(picture: Image.Image) -> Image.Image:
    noise = np.random.default_rng(3).normal(0, 6, picture.size[::-1])
    dark_on_light = 220 - 0.7 * np.asarray(picture, float)
    return Image.fromarray(np.clip(dark_on_light + noise, 0, 255).astype(np.uint8))


def deep(picture: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(picture).astype(np.uint16) * 257)


@pytest.mark.parametrize(
    "change",
    [
        ImageOps.invert,
        red_on_blue,
        deep,
        white_ink_on_clear,
        black_ink_on_clear,
        noisy,
        lambda p: p.convert("1"),
        lambda p: p.convert("CMYK"),
        lambda p: p.convert("F"),
        lambda p: p.convert("I"),
        lambda p: ImageOps.invert(p).convert("LA"),
        lambda p: red_on_blue(p).quantize(16),
        lambda p: p.resize((1300, 1000), Image.Resampling.BICUBIC),
    ],
)
def test_every_kind_of_picture_gives_the_same_digit(change, tmp_path: Path) -> None:
    plain = seven((130, 100), (30, 20, 75, 85), 9)
    expected = normalise(np.asarray(plain) / 255)
    assert expected is not None
    changed = change(plain)
    assert distance(from_picture(changed), expected) < 6
    if changed.mode not in ("CMYK", "F", "I"):
        path = tmp_path / "digit.png"
        changed.save(path)
        assert distance(from_picture(path), expected) < 6


def test_a_turned_photograph_is_turned_back(tmp_path: Path) -> None:
    plain = seven((130, 100), (30, 20, 75, 85), 9)
    exif = Image.Exif()
    exif[0x0112] = 6  # shown after a quarter turn clockwise
    path = tmp_path / "turned.png"
    plain.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif)
    assert distance(from_picture(path), from_picture(plain)) < 1


def test_what_is_no_picture_is_said_in_a_sentence(tmp_path: Path) -> None:
    text = tmp_path / "notes.png"
    text.write_text("seven")
    with pytest.raises(DataError, match=r"notes\.png is not a picture"):
        from_picture(text)
    with pytest.raises(DataError, match=r"missing\.png: No such file"):
        from_picture(tmp_path / "missing.png")
    cut = tmp_path / "cut.png"
    seven((130, 100), (30, 20, 75, 85), 9).save(cut)
    cut.write_bytes(cut.read_bytes()[:150])
    with pytest.raises(DataError, match=r"cut\.png"):
        from_picture(cut)
    flat = tmp_path / "flat.png"
    Image.new("RGB", (50, 40), (12, 200, 30)).save(flat)
    with pytest.raises(DataError, match="The picture shows nothing"):
        from_picture(flat)
    with pytest.raises(DataError, match="The picture shows nothing"):
        from_picture(Image.new("RGBA", (50, 40), (0, 0, 0, 0)))


def test_a_picture_of_too_many_pixels_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "huge.png"
    Image.new("1", (100, 100)).save(path)
    monkeypatch.setattr("engine.data.pictures.opening.MAX_PIXELS", 9000)
    with pytest.raises(DataError, match="has 100x100 pixels; allowed are"):
        from_picture(path)
