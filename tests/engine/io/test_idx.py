"""IDX files: written, read back, and refused in a sentence when they are broken."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from engine.errors import DataError
from engine.io.idx import read_idx, read_images, read_labels, write_idx


@given(values=hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=4, max_side=5)))
@pytest.mark.parametrize("name", ["values", "values.gz"])
def test_what_is_written_is_read_back(
    name: str, values: np.ndarray, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("idx") / name
    write_idx(path, values)
    assert np.array_equal(read_idx(path), values)
    assert path.read_bytes().startswith(b"\x1f\x8b") == (name == "values.gz")


def test_the_bytes_are_those_of_the_format(tmp_path: Path) -> None:
    path = tmp_path / "values"
    write_idx(path, np.array([[1, 2, 3], [4, 5, 6]], np.uint8))
    assert path.read_bytes() == bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6])


def header(*lengths: int, kind: int = 8, start: bytes = b"\0\0") -> bytes:
    return start + bytes([kind, len(lengths)]) + struct.pack(f">{len(lengths)}I", *lengths)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "starts with nothing"),
        (header(2, start=b"PK") + b"ab", "starts with 504b0801"),
        (header(2, kind=13) + bytes(8), "type 0x0d; allowed is 0x08"),
        (header() + b"a", "has 0 dimensions; allowed is 1 to 4"),
        (header(1, 1, 1, 1, 1) + b"a", "has 5 dimensions"),
        (header(3, 4)[:9], "ends after 9 bytes"),
        (header(3) + b"ab", r"shape \(3,\), that is 3 bytes, and holds 2"),
        (header(3) + b"abcd", "3 bytes, and holds more"),
        (header(2**20, 2**20), "announces 1099511627776 bytes"),
        (gzip.compress(header(3) + b"abc", mtime=0)[:-9], "is damaged"),
        (gzip.compress(header(3) + b"abc", mtime=0)[:-8] + bytes(8), "is damaged"),
        (b"\x1f\x8b" + bytes(20), "is damaged"),
    ],
)
def test_a_broken_file_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "broken"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_idx(path)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="absent: No such file or directory"):
        read_idx(tmp_path / "absent")


def test_images_and_labels_have_their_dimensions(tmp_path: Path) -> None:
    flat, deep = tmp_path / "flat", tmp_path / "deep"
    write_idx(flat, np.array([0, 3, 12], np.uint8))
    write_idx(deep, np.zeros((2, 3, 4), np.uint8))
    assert read_images(deep).shape == (2, 1, 3, 4)
    assert read_labels(flat, 13).tolist() == [0, 3, 12]
    assert read_labels(flat, 13).dtype == np.int64
    with pytest.raises(DataError, match="label 2 is 12; allowed is 0 to 9"):
        read_labels(flat, 10)
    with pytest.raises(DataError, match="labels have 1"):
        read_labels(deep, 10)
    with pytest.raises(DataError, match="grey images have 3"):
        read_images(flat)


def test_only_bytes_are_written(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="float64"):
        write_idx(tmp_path / "values", np.zeros(3))
    assert not list(tmp_path.iterdir())
