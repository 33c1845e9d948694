"""The IDX format of MNIST: a short header and raw bytes, plain or compressed with gzip.

The header is two zero bytes, the type of the values (8: unsigned byte), the number of dimensions,
and the length of each as a big-endian 32-bit number (http://yann.lecun.com/exdb/mnist/).
"""

from __future__ import annotations

import gzip
import io
import math
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np

from engine.errors import DataError
from engine.io.files import replacing
from engine.io.gate import IDX, opened, ungzipped
from engine.types import Bytes, Labels, Shape

_UNSIGNED_BYTE = 8
_LARGEST = 2**31
"""Bytes; a longer announced size is a broken header rather than a data set."""


def read_idx(path: Path) -> Bytes:
    """Return the array of unsigned bytes in an IDX file; gzip is recognised by its content.

    Raises:
        DataError: the file cannot be read, is no IDX file of unsigned bytes, or is longer or shorter
            than its header says.
    """
    with opened(path, IDX) as file:
        return parse_idx(io.BytesIO(ungzipped(file, IDX)), str(path))


def parse_idx(file: io.BufferedReader | BinaryIO, path: str) -> Bytes:
    """Return the array of unsigned bytes in an open file, called ``path`` in errors; raises DataError."""
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        raise DataError(f"{path} starts with {magic.hex() or 'nothing'}; an IDX file starts with 0000.")
    kind, dimensions = magic[2], magic[3]
    if kind != _UNSIGNED_BYTE:
        raise DataError(f"{path} holds values of type {kind:#04x}; allowed is 0x08, unsigned bytes.")
    if not 1 <= dimensions <= 4:
        raise DataError(f"{path} has {dimensions} dimensions; allowed is 1 to 4.")
    lengths = file.read(4 * dimensions)
    if len(lengths) < 4 * dimensions:
        raise DataError(f"{path} ends after {4 + len(lengths)} bytes, within its header.")
    shape: Shape = struct.unpack(f">{dimensions}I", lengths)
    size = math.prod(shape)
    if size > _LARGEST:
        raise DataError(f"{path} announces {size} bytes; allowed is at most {_LARGEST}.")
    # One byte more than announced shows whether something follows.
    values = file.read(size + 1)
    if len(values) != size:
        found = "more" if len(values) > size else f"{len(values)}"
        raise DataError(f"{path} announces the shape {shape}, that is {size} bytes, and holds {found}.")
    return np.frombuffer(values, np.uint8).reshape(shape)


def read_images(path: Path) -> Bytes:
    """Return the grey images of an IDX file, ``(N, 1, H, W)``; raises DataError."""
    return as_images(read_idx(path), str(path))


def as_images(images: Bytes, path: str) -> Bytes:
    """Return the array of an IDX file as grey images, ``(N, 1, H, W)``; raises DataError."""
    if images.ndim != 3:
        raise DataError(f"{path} has {images.ndim} dimensions; grey images have 3 (number, height, width).")
    return images[:, None]


def read_labels(path: Path, classes: int) -> Labels:
    """Return the labels of an IDX file, ``(N,)``, each from 0 to ``classes`` - 1; raises DataError."""
    return as_labels(read_idx(path), classes, str(path))


def as_labels(labels: Bytes, classes: int, path: str) -> Labels:
    """Return the array of an IDX file as labels, ``(N,)``, each below ``classes``; raises DataError."""
    if labels.ndim != 1:
        raise DataError(f"{path} has {labels.ndim} dimensions; labels have 1.")
    if labels.size and labels.max() >= classes:
        place = int(np.argmax(labels >= classes))
        raise DataError(f"{path}: label {place} is {labels[place]}; allowed is 0 to {classes - 1}.")
    return labels.astype(np.int64)


def write_idx(path: Path, values: Bytes) -> None:
    """Write an array of unsigned bytes as IDX, compressed if the name ends in ``.gz``.

    Raises:
        DataError: the array is not of unsigned bytes with 1 to 4 dimensions.
        OSError: the file cannot be written; an older one stays as it was.
    """
    if values.dtype != np.uint8 or not 1 <= values.ndim <= 4:
        raise DataError(
            f"An array of {values.dtype} with {values.ndim} dimensions cannot be written as IDX; "
            "allowed is uint8 with 1 to 4."
        )
    header = struct.pack(f">HBB{values.ndim}I", 0, _UNSIGNED_BYTE, values.ndim, *values.shape)
    content = header + values.tobytes()
    with replacing(path) as file:
        # Without a time stamp the same values give the same file.
        file.write(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
