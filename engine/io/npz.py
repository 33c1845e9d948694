"""``.npz`` archives of plain arrays, looked at before anything is loaded.

An archive says the shape of each array in a few bytes at its beginning. These are read first, and
believed only if the archive is as large as they claim, so that neither a listing nor a damaged file
costs memory. Arrays of Python objects, which could run code, are refused.
"""

from __future__ import annotations

import os
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from engine.errors import DataError
from engine.io.gate import ARRAYS, check, explained, opened, room
from engine.records import dataclass
from engine.text import name as shown
from engine.types import Shape

_MOST_MEMBERS = 10_000
_END_OF_ARCHIVE = b"PK\5\6"
_FEW = 1024**2
"""An archive's names and titles take less than this many bytes."""


@dataclass(frozen=True)
class Header:
    """What an array is, without its values."""

    shape: Shape
    dtype: np.dtype[Any]

    @property
    def nbytes(self) -> int:
        """Memory that the array takes."""
        count = self.dtype.itemsize
        for length in self.shape:
            count *= length
        return count


class Archive:
    """The arrays of an ``.npz`` file; use it in a ``with`` block."""

    def __init__(self, path: Path) -> None:
        """Read the headers; raises DataError if it is no archive of plain arrays."""
        self.path = path
        self.headers: dict[str, Header] = {}
        with ExitStack() as stack:
            file = stack.enter_context(opened(path, ARRAYS))
            self._allowed = min(ARRAYS.largest, room(check(path, ARRAYS)))
            _check_listing(file)
            self._zip = stack.enter_context(zipfile.ZipFile(file))
            for member in self._zip.infolist():
                if member.filename.endswith(".npy"):
                    self._add(member)
            self._stack = stack.pop_all()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _add(self, member: zipfile.ZipInfo) -> None:
        name = member.filename.removesuffix(".npy")
        with self._zip.open(member) as file:
            header, begins = _header(file, f"{self.path}: {name}")
        if header.dtype.hasobject:
            raise DataError(f"{self.path}: {name} holds Python objects; allowed are plain numbers and words.")
        empty = header.dtype.itemsize == 0 and 0 not in header.shape
        if begins + header.nbytes != member.file_size or empty:
            raise DataError(f"{self.path}: {name} is damaged: its size does not fit its shape.")
        self.headers[name] = header
        if sum(other.nbytes for other in self.headers.values()) > self._allowed:
            raise DataError(
                f"{self.path} unpacks to more than {self._allowed // 1024**2:,} MB, which is what is allowed."
            )

    def has(self, *names: str) -> bool:
        """Whether all these arrays are there."""
        return all(name in self.headers for name in names)

    def read(self, name: str) -> npt.NDArray[Any]:
        """Return the array called ``name``; raises DataError if it is missing or damaged."""
        if name not in self.headers:
            there = ", ".join(self.headers) or "nothing"
            raise DataError(f"{self.path} has no array {name!r}; it holds {there}.")
        with explained(self.path, ARRAYS), self._zip.open(f"{name}.npy") as file:
            array: npt.NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
            return array

    def words(self, name: str) -> tuple[str, ...]:
        """Return an array of words, flat; raises DataError if it is something else or very large."""
        header = self.headers.get(name)
        if header is not None and (header.dtype.kind not in "US" or header.nbytes > _FEW):
            raise DataError(
                f"{self.path}: {name} is {header.dtype} of shape {header.shape}; allowed are a few words."
            )
        array: npt.NDArray[Any] = self.read(name).reshape(-1)
        with explained(f"{self.path}: {name}", ARRAYS):  # NumPy's letters may be none
            if array.dtype.kind == "S":
                array = np.char.decode(array, "utf-8", "replace")
            return tuple(shown(str(word)) for word in array)


def _header(file: IO[bytes], where: str) -> tuple[Header, int]:
    """Return the header of an ``.npy`` file and where its values begin."""
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, _, dtype = np.lib.format.read_array_header_2_0(file)
    else:
        raise DataError(f"{where} has the format {version[0]}.{version[1]}; allowed is 1.0 or 2.0.")
    return Header(shape, dtype), file.tell()


def _check_listing(file: BinaryIO) -> None:
    """Raise DataError if an archive lists more members than any has; the library would read them all."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65_557))  # 22 bytes, and a comment of at most 65,535
    end = file.read()
    place = end.rfind(_END_OF_ARCHIVE)
    members = int.from_bytes(end[place + 10 : place + 12], "little") if place >= 0 else 0
    listing = int.from_bytes(end[place + 12 : place + 16], "little") if place >= 0 else 0
    if members > _MOST_MEMBERS or listing > _FEW:
        raise DataError(f"It lists {members:,} members; allowed are {_MOST_MEMBERS:,}.")
    file.seek(0)
