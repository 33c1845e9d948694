"""What is done with pixels: every depth, every ground, every way up, and the same for files and arrays."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.data.pictures import heif
from engine.data.pictures.pixels import GROUNDS, Deep, chosen_ground, plain, raw_of
from engine.data.pictures.reading import read_picture
from engine.data.pictures.scan import scan
from engine.errors import DataError
from engine.recognise.pictures import open_picture

SEVEN = np.zeros((10, 6), np.uint8)
SEVEN[1, 1:5] = SEVEN[1:9, 4] = 1
"""A figure that looks different in each of the eight ways up."""


def reopened(picture, form="PNG", **options):
    file = io.BytesIO()
    picture.save(file, form, **options)
    file.seek(0)
    return Image.open(file)


def level(picture):
    return np.asarray(picture.convert("L"), int)


def clear(mode, ink):
    """Return the figure in ``ink`` on a clear ground."""
    rgba = Image.merge("RGBA", [Image.fromarray(SEVEN * value) for value in (*ink, 255)])
    if mode == "P":
        indexed = Image.fromarray(SEVEN, "P")
        indexed.putpalette([0, 0, 0, *ink])
        return reopened(indexed, transparency=0)
    if mode == "L+tRNS":
        other = 1 if ink[0] != 1 else 2
        return reopened(Image.fromarray(np.where(SEVEN, ink[0], other).astype(np.uint8)), transparency=other)
    return reopened(rgba.convert(mode))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L+tRNS"])
@pytest.mark.parametrize("ink", [(255, 255, 255), (0, 0, 0), (250, 240, 180), (20, 20, 60), (128, 128, 128)])
def test_ink_on_a_clear_ground_is_seen(mode, ink):
    made = plain(clear(mode, ink))
    assert made.mode in ("L", "RGB")
    ground, figure = level(made)[SEVEN == 0], level(made)[SEVEN == 1]
    assert len(set(ground)) == len(set(figure)) == 1
    assert abs(ground[0] - figure[0]) > 100


def test_an_opaque_picture_keeps_its_colours_whatever_its_mode_says():
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 4)).astype(np.uint8)
    pixels[..., 3] = 255
    assert (np.asarray(plain(Image.fromarray(pixels))) == pixels[..., :3]).all()


def test_what_is_wholly_clear_does_no_harm():
    assert plain(Image.new("RGBA", (4, 4))).getextrema() == ((255, 255),) * 3


def test_one_ground_serves_all_pictures():
    white_ink, black_ink, blank = (3.0, 250.0, 125.0), (250.0, 3.0, 125.0), (0.0, 0.0, 0.0)
    assert GROUNDS[chosen_ground([white_ink])] == "black"
    assert GROUNDS[chosen_ground([black_ink] * 3)] == "white"
    assert GROUNDS[chosen_ground([white_ink, black_ink])] == "grey"
    assert GROUNDS[chosen_ground([white_ink] * 500 + [blank])] == "black"


def test_a_data_set_has_one_ground(tmp_path):
    for name, ink in (("a", (255, 255, 255)), ("b", (240, 240, 90))):
        (tmp_path / name).mkdir()
        for index in range(2):
            clear("RGBA", ink).save(tmp_path / name / f"{index}.png")
    found = scan(tmp_path)
    assert any("4 pictures with clear parts: they are laid on black" in each for each in found.understood)
    for samples in found.samples:
        assert level(samples[0].picture)[0, 0] == 0 and level(samples[0].picture).max() > 200


@pytest.mark.parametrize(("bits", "white"), [(10, 1023), (12, 4095), (14, 16383), (16, 65535)])
@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_bits_in_sixteen_are_brought_to_eight(bits, white, form):
    deep = np.linspace(0, white, 60).astype(np.uint16).reshape(6, 10)
    expected = np.rint(deep / white * 255)
    assert (level(plain(reopened(Image.fromarray(deep), form))) == expected).all()


def sixteen_bit_png(values):
    """Write a PNG of 16 bits a channel by hand, as Pillow cannot: ``(H, W, C)``."""
    import struct
    import zlib

    height, width, channels = values.shape
    kind = {3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)

    def chunk(name, content):
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("white", [1023, 4095, 65535])
def test_deep_colours_are_brought_to_eight_bits(tmp_path, white):
    values = np.random.default_rng(1).integers(0, white + 1, (9, 7, 3))
    values[0, 0] = white
    (tmp_path / "a.png").write_bytes(sixteen_bit_png(values))
    raw, size = read_picture(tmp_path / "a.png")
    assert size == (7, 9) and isinstance(raw, Deep) and (raw.values == values).all()
    assert (np.asarray(open_picture(tmp_path / "a.png")) == np.rint(values / white * 255)).all()


def test_deep_colours_keep_their_opacity(tmp_path):
    values = np.full((4, 4, 4), 4095)
    values[:2, :, 3] = 0
    values[2:, :, 3] = 65535
    (tmp_path / "a.png").write_bytes(sixteen_bit_png(values))
    made = level(open_picture(tmp_path / "a.png"))
    assert (made[:2] == 0).all() and (made[2:] == 255).all()


def test_a_clear_value_of_sixteen_bits_is_clear():
    deep = np.where(SEVEN, 60000, 500).astype(np.uint16)
    raw = raw_of(reopened(Image.fromarray(deep), transparency=500))
    assert isinstance(raw, Deep) and raw.opacity is not None
    assert ((raw.opacity == 0) == (SEVEN == 0)).all()


@pytest.mark.parametrize("white", [15, 1000, 4095])
def test_a_form_that_says_its_white_is_believed(white):
    dark = np.arange(12).reshape(3, 4)
    content = f"P2 4 3 {white}\n{' '.join(map(str, dark.ravel()))}\n".encode()
    made = level(plain(Image.open(io.BytesIO(content))))
    assert abs(made - dark / white * 255).max() <= 1


@given(st.integers(1, 8), st.sampled_from(["L", "RGB", "I;16", "RGBA"]), st.booleans())
def test_every_way_up_is_turned_upright(orientation, mode, packed):
    turns = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
        8: lambda a: np.rot90(a, -1),
    }
    upright = SEVEN.astype(np.uint16) * np.uint16(60000) if mode == "I;16" else SEVEN * np.uint8(250)
    stored = np.ascontiguousarray(turns[orientation](upright))
    picture = Image.fromarray(stored) if mode in ("L", "I;16") else Image.fromarray(stored).convert(mode)
    exif = Image.Exif()
    exif[0x0112] = orientation
    made = plain(reopened(picture, "TIFF", exif=exif, compression="tiff_lzw" if packed else None))
    assert made.size == (6, 10)
    assert ((level(made) > 200) == (SEVEN == 1)).all()


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_grey_tiff_on_the_disk_that_is_to_be_turned_is_read_right(tmp_path, orientation):
    # From a path, Pillow maps such a file into memory with its sides changed over.
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(np.rot90(SEVEN) * np.uint8(250))).save(tmp_path / "a.tif", exif=exif)
    right = plain(Image.open(io.BytesIO((tmp_path / "a.tif").read_bytes())))
    assert right.size == (6, 10)
    for got in (open_picture(tmp_path / "a.tif"), read_picture(tmp_path / "a.tif")[0]):
        assert (np.asarray(got) == np.asarray(right)).all()


def test_numbers_that_are_not_finite_are_refused():
    with pytest.raises(DataError, match="not finite"):
        plain(Image.fromarray(np.array([[np.nan, 1]], np.float32)))


# --- HEIC ----------------------------------------------------------------------------------------------


@pytest.fixture
def heic(tmp_path):
    path = tmp_path / "a" / "1.heic"
    path.parent.mkdir()
    path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))
    return path


def test_heic_without_its_library_says_what_is_missing(heic, monkeypatch):
    monkeypatch.setattr(heif, "import_module", lambda _name: (_ for _ in ()).throw(ImportError))
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)
    with pytest.raises(DataError, match="pip install pillow-heif"):
        read_picture(heic)
    found = scan(heic.parent.parent)
    assert "pillow-heif" in found.broken[0].reason


def test_heic_with_its_library_is_read(heic, monkeypatch):
    class Library:
        @staticmethod
        def register_heif_opener():
            Image.OPEN["HEIF"] = (
                lambda _file, _name: Image.new("L", (3, 2), 7),
                lambda head: head[4:8] == b"ftyp",
            )

    monkeypatch.setattr(heif, "import_module", lambda _name: Library)
    monkeypatch.setattr(Image, "OPEN", dict(Image.OPEN))
    picture, size = read_picture(heic)
    assert size == (3, 2) and np.asarray(picture).tolist() == [[7] * 3] * 2


def test_a_grey_of_sixteen_bits_keeps_its_opacity(tmp_path):
    """Pillow cannot write one: two words a pixel, high bytes first."""
    opacity = SEVEN.astype(np.uint16) * 65535
    words = np.stack([SEVEN.astype(np.uint16) * 1023, opacity], -1).astype(">u2")
    (tmp_path / "a.png").write_bytes(png(words, 16, 4))
    raw, _ = read_picture(tmp_path / "a.png")
    assert isinstance(raw, Deep)
    assert np.array_equal(raw.values, SEVEN.astype(int) * 1023)
    assert raw.opacity is not None
    assert np.array_equal(raw.opacity, SEVEN * 255)


def png(values, bits, colour):
    def chunk(name, content):
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    height, width = values.shape[:2]
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in values)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def tiff(values, photometric, **tags):
    """Return a TIFF without compression, which Pillow writes in no such way."""
    height, width = values.shape
    content = values.tobytes()
    entries = {256: width, 257: height, 258: 8 * values.itemsize, 259: 1, 262: photometric, 273: 8, 277: 1}
    entries |= {278: height, 279: len(content)} | {int(tag[1:]): value for tag, value in tags.items()}
    table = b"".join(struct.pack("<HHII", tag, 3, 1, value) for tag, value in sorted(entries.items()))
    start = b"II*\0" + struct.pack("<I", 8 + len(content))
    return start + content + struct.pack("<H", len(entries)) + table + bytes(4)


@pytest.mark.parametrize("way", range(1, 9))
def test_where_the_largest_number_is_black_it_is_turned_round(tmp_path, way):
    values = (1 - SEVEN).astype("<u2") * 65535
    (tmp_path / "inverted.tif").write_bytes(tiff(values, 0, t274=way))
    (tmp_path / "plain.tif").write_bytes(tiff(65535 - values, 1, t274=way))
    inverted, normal = (read_picture(tmp_path / f"{name}.tif")[0] for name in ("inverted", "plain"))
    assert isinstance(inverted, Deep)
    assert isinstance(normal, Deep)
    assert np.array_equal(inverted.values, normal.values)


def test_a_kind_of_tiff_that_is_not_read_is_called_so(tmp_path):
    (tmp_path / "a.tif").write_bytes(tiff(SEVEN.astype("<f8"), 1, t339=3))
    with pytest.raises(DataError, match="a kind of TIFF that is not supported"):
        read_picture(tmp_path / "a.tif")


@pytest.mark.parametrize("form", ["tiff", "gif", "png"])
def test_pages_that_are_not_read_are_counted(tmp_path, form):
    figure = Image.fromarray(SEVEN * 255)
    for index, name in enumerate(("a", "b")):
        (tmp_path / name).mkdir()
        figure.save(tmp_path / name / f"one.{form}")
        more = [Image.new("L", figure.size, 9)] * index
        figure.save(tmp_path / name / f"two.{form}", save_all=True, append_images=more)
    assert scan(tmp_path).notes == ("1 picture with several pages or frames: only the first is read.",)
