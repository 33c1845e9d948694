"""Reading a picture: every form comes out upright in 8 bits, and nothing broken gets through."""

from __future__ import annotations

import contextlib
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import engine
from engine.data.pictures import opening, reading
from engine.data.pictures.fitting import fitted
from engine.data.pictures.options import FITS, PictureOptions, suggested_colour, suggested_size
from engine.data.pictures.pixels import Rendering, render
from engine.data.pictures.reading import is_coloured, read_picture
from engine.errors import ConfigError, DataError
from engine.recognise.pictures import open_picture


def ramp(height=20, width=30):
    return np.add.outer(np.arange(height) * 3, np.arange(width) * 5).astype(np.uint8)


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "tif", "pgm", "tga"])
def test_lossless_formats_keep_every_pixel(tmp_path, suffix):
    path = tmp_path / f"ramp.{suffix}"
    Image.fromarray(ramp()).save(path)
    picture, size = read_picture(path)
    assert size == (30, 20)
    assert (np.asarray(picture.convert("L")) == ramp()).all()


def test_a_turned_photo_stands_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    Image.fromarray(ramp(20, 30)).save(tmp_path / "turned.jpg", exif=exif)
    assert read_picture(tmp_path / "turned.jpg")[0].size == (20, 30)


def test_a_large_photo_comes_reduced_when_that_is_enough(tmp_path):
    Image.fromarray(np.zeros((800, 1200, 3), np.uint8)).save(tmp_path / "large.jpg")
    picture, size = read_picture(tmp_path / "large.jpg", least=100)
    assert size == (1200, 800)
    assert 100 <= min(picture.size) < 800


def broken_files(folder):
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)).save(folder / "a.jpg")
    whole = (folder / "a.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "text.png").write_text("not a picture")
    (folder / "empty.png").write_bytes(b"")
    (folder / "vector.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    Image.new("1", (10000, 10000)).save(folder / "bomb.png")
    return {
        "cut.jpg": "damaged|cut off|truncated",
        "text.png": "not a picture",
        "empty.png": "not a picture",
        "vector.png": "not a picture",
        "bomb.png": "10000x10000 pixels",
        "missing.png": "no such file",
    }


def test_broken_files_are_refused_in_a_sentence(tmp_path):
    for name, reason in broken_files(tmp_path).items():
        with pytest.raises(DataError, match=reason) as caught:
            read_picture(tmp_path / name)
        assert str(caught.value).endswith(".")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(DataError, match="is a pipe"):
        read_picture(tmp_path / "pipe.png")


def test_pillows_own_limit_is_a_sentence_too(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    Image.fromarray(ramp(40, 40)).save(tmp_path / "a.png")
    with pytest.raises(DataError, match="million pixels"):
        read_picture(tmp_path / "a.png")


@pytest.mark.parametrize(
    "error",
    [
        OSError,
        ValueError,
        EOFError,
        struct.error,
        zlib.error,
        AttributeError,
        NotImplementedError,
        MemoryError,
    ],
)
def test_whatever_pillow_raises_is_a_sentence(tmp_path, monkeypatch, error):
    def fail(_picture):
        raise error("inside")

    Image.fromarray(ramp()).save(tmp_path / "a.png")
    monkeypatch.setattr(reading, "raw_of", fail)
    with pytest.raises(DataError, match=r"^It .*\.$"):
        read_picture(tmp_path / "a.png")


@given(st.data())
def test_damaged_bytes_never_raise_anything_else(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("fuzz")
    suffix = data.draw(st.sampled_from(["png", "gif", "bmp", "tif", "jpg", "tga", "webp", "ppm", "ico"]))
    path = folder / f"a.{suffix}"
    Image.fromarray(ramp(32, 32)).save(path)
    content = bytearray(path.read_bytes())
    for place, value in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), min_size=1, max_size=12)
    ):
        content[place] = value
    path.write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))]))
    with contextlib.suppress(DataError):
        assert render(read_picture(path)[0], Rendering()).mode in ("L", "RGB")


def test_colour_is_told_from_grey():
    grey = np.repeat(ramp()[..., None], 3, axis=2)
    assert not is_coloured(Image.fromarray(ramp()))
    assert not is_coloured(Image.fromarray(grey))
    grey[:5, :5] = (200, 20, 20)
    assert is_coloured(Image.fromarray(grey))


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 700), (700, 3), (32, 32), (90, 41)])
def test_any_shape_fits(fit, colour, height, width):
    options = PictureOptions(size=24, colour=colour, fit=fit)
    for mode in ("L", "RGB"):
        image = fitted(Image.new(mode, (width, height), 77 if mode == "L" else (77, 77, 77)), options)
        assert image.shape == options.in_shape
        assert image.dtype == np.uint8
        assert (image == 77).all()


def test_each_fit_keeps_what_it_says():
    pixels = np.zeros((20, 40), np.uint8)
    pixels[:, :10] = 200  # on the left, which the middle square does not reach
    picture = Image.fromarray(pixels)
    crop, pad, stretch = (fitted(picture, PictureOptions(size=20, colour=False, fit=fit))[0] for fit in FITS)
    assert not crop.any()
    assert (abs(stretch[:, :4].astype(int) - 200) < 20).all() and not stretch[:, 7:].any()
    # Most of the border is dark, and the margin continues it.
    assert not pad[:4].any() and not pad[-4:].any()
    assert (abs(pad[7:13, :4].astype(int) - 200) < 20).all() and not pad[:, 7:].any()


def test_a_picture_of_the_size_stays_as_it_is():
    image = fitted(Image.fromarray(ramp(28, 28)), PictureOptions(size=28, colour=False))
    assert (image[0] == ramp(28, 28)).all()


def test_suggestions_follow_the_pictures():
    assert suggested_size([28] * 5 + [400]) == 28
    assert suggested_size([50, 51, 52]) == 48
    assert suggested_size([3000]) == 64
    assert suggested_size([2]) == 8
    assert suggested_size([]) == 32
    assert suggested_colour([True, False, False])
    assert not suggested_colour([False] * 20 + [True])
    assert not suggested_colour([])


@pytest.mark.parametrize(
    ("name", "value"), [("size", 7), ("size", 129), ("fit", "tile"), ("test_share", 0.9)]
)
def test_options_say_what_is_allowed(name, value):
    with pytest.raises(ConfigError, match=name):
        PictureOptions(**{name: value})


@pytest.mark.parametrize("name", ["vector.eps", "vector.png", "vector.jpg"])
@pytest.mark.parametrize("read", [read_picture, open_picture])
def test_no_picture_starts_another_program(tmp_path, monkeypatch, name, read):
    started = tmp_path / "started"
    ghostscript = tmp_path / "gs"
    ghostscript.write_text(f"#!/bin/sh\ntouch {started}\n")
    ghostscript.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / name).write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")
    with pytest.raises(DataError, match="is not a picture"):
        read(tmp_path / name)
    assert not started.exists()


@pytest.mark.parametrize(
    ("depth", "colours", "side"), [(8, 2, 99), (8, 6, 86), (16, 0, 99), (16, 2, 70), (16, 6, 60)]
)
def test_deep_and_clear_pictures_may_have_fewer_pixels(tmp_path, monkeypatch, depth, colours, side):
    """``colours`` is PNG's word: 0 grey, 2 colour, 6 colour and opacity; ``side`` still passes."""
    monkeypatch.setattr(opening, "MAX_PIXELS", 100 * 100)
    monkeypatch.setattr(opening, "MAX_BYTES", 3 * 100 * 100)
    bytes_ = {0: 1, 2: 3, 6: 4}[colours] * depth // 8
    for width in (side, side + 2):
        rows = zlib.compress((b"\0" + bytes(width * bytes_)) * width)
        head = struct.pack(">IIBBBBB", width, width, depth, colours, 0, 0, 0)
        chunks = [(b"IHDR", head), (b"IDAT", rows), (b"IEND", b"")]
        parts = [struct.pack(">I", len(b)) + n + b + struct.pack(">I", zlib.crc32(n + b)) for n, b in chunks]
        (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
        if width == side:
            assert read_picture(tmp_path / "a.png")[1] == (side, side)
        else:
            with pytest.raises(DataError, match=f"has {width}x{width} pixels"):
                read_picture(tmp_path / "a.png")


def test_pictures_are_opened_in_one_place():
    sources = Path(engine.__file__).parent.parent
    opens = {
        path.relative_to(sources).as_posix()
        for folder in ("engine", "gui")
        for path in (sources / folder).rglob("*.py")
        if "Image.open(" in path.read_text("utf-8")
    }
    # Elsewhere only by the one form that is known already: a second time, or what was just written in memory.
    again = {"engine/data/pictures/pixels.py", "engine/data/jpeg.py"}
    assert opens == {"engine/data/pictures/opening.py", *again}
    assert all("formats=" in (sources / name).read_text("utf-8") for name in again)
