"""Pictures in an ``.npz`` archive of images and labels."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.pictures.array_labels import number_labels, read_labels
from engine.data.pictures.array_names import Part, class_names, parts_of
from engine.data.pictures.asking import listed, settled
from engine.data.pictures.found import NO_ANSWERS, Answers, Listing
from engine.data.pictures.pixels import Deep, Raw
from engine.data.pictures.roles import TEST, VALIDATION
from engine.data.pictures.values import Range, numbers_of, to_bytes
from engine.errors import DataError
from engine.io.npz import Archive
from engine.task import Task

_CHANNELS = (1, 2, 3, 4)
_SMOOTH = 0.9
"""Neighbours that differ by this factor less tell how channels lie in rows of numbers."""


@dataclass
class ArraySource:
    """Pictures in arrays, each ``(N, H, W)`` or ``(N, H, W, C)``, one after another.

    One channel is grey, two are grey and opacity, three are red, green and blue, four these and opacity.
    """

    arrays: list[npt.NDArray[Any]]
    ranges: list[Range]
    """Which number is black and which is white, for each array."""

    def raw(self, index: int, least: int) -> tuple[Raw, tuple[int, int]]:
        """Return picture ``index`` and its width and height; raises DataError."""
        for array, range_ in zip(self.arrays, self.ranges, strict=True):
            if index < len(array):
                return _raw(array[index], range_)
            index -= len(array)
        raise DataError("There is no such picture.")


def _raw(values: npt.NDArray[Any], range_: Range) -> tuple[Raw, tuple[int, int]]:
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise DataError("It holds a value that is not finite.")
    opacity = None
    if values.ndim == 3 and values.shape[2] in (2, 4):
        opacity = to_bytes(values[..., -1], range_)
        values = values[..., :-1]
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[..., 0]
    deep = Deep(values, range_, opacity)
    return deep, deep.size


def list_archive(path: Path, task: Task, answers: Answers = NO_ANSWERS) -> Listing:
    """List an archive of images and labels under their usual names.

    Images are ``(N, H, W)``, ``(N, H, W, C)``, ``(N, C, H, W)``, the same with N at the end, or
    ``(N, H W)`` or ``(N, 3 H H)``; labels as ``read_labels`` takes them; ``class_names``, if there, are
    the words for the numbers.

    Raises:
        DataError: the archive is damaged, or it does not hold such arrays.
        Cancelled: the task was cancelled.
    """
    listing = Listing(path.stem, ArraySource([], []), declared=True)
    with Archive(path) as archive:
        parts, left = parts_of(archive.headers)
        if not any(part.role != TEST for part in parts):
            names = listed(list(archive.headers)) or "nothing"
            raise DataError(
                f"{path} holds {names}; allowed are 'images' and 'labels', or 'x_train' and 'y_train'."
            )
        names_array = class_names(archive.headers)
        is_labels = any(part.labels == names_array for part in parts)
        words = archive.words(names_array) if names_array and not is_labels else ()
        labels: list[int | str] = []
        arrays, of_part = [], []
        for part in parts:
            task.check()
            images, own = _read(archive, part, listing.understood)
            arrays.append(images)
            labels.extend(own)
            of_part.extend([part.role] * len(images))
    ranges, question = settled(
        [numbers_of(array) for array in arrays],
        answers.range,
        listing.understood,
        [part.images for part in parts],
    )
    listing.source = ArraySource(arrays, ranges)
    listing.questions.append(question)
    listing.names = [f"picture {index + 1}" for index in range(len(labels))]
    _describe(listing, parts, of_part, left)
    number_labels(listing, labels, words, str(path))
    return listing


def _read(archive: Archive, part: Part, understood: list[str]) -> tuple[npt.NDArray[Any], list[int | str]]:
    """Return the images of a part as ``(N, H, W)`` or ``(N, H, W, C)``, and its labels."""
    labels, images = archive.read(part.labels), archive.read(part.images)
    if labels.ndim == 2 and labels.shape[0] == 1 != len(images):
        labels = labels[0]
    where = f"{archive.path}: {part.images}"
    if images.ndim == 4 and labels.ndim and images.shape[0] != len(labels) == images.shape[3]:
        # The number of the picture comes last, as in MATLAB.
        images = images.transpose(3, 0, 1, 2)
        understood.append(f"In {part.images} the last axis counts the pictures.")
    if images.ndim == 2 and images.dtype.kind in "buif" and images.size:
        images = squared(images, where, understood)
    images = channels_last(images, where)
    return images, read_labels(labels, len(images), f"{archive.path}: {part.labels}")


def _describe(listing: Listing, parts: list[Part], of_part: list[str], left: list[str]) -> None:
    """Say which arrays were read, and which pictures are to test on."""
    roles = [part.role for part in parts]
    # Without a part to test on, the one to validate on is the one that is not learnt from.
    tested = next((role for role in (TEST, VALIDATION) if role in roles), "")
    kept = [part.images for part in parts if part.role != tested or not tested]
    said = f"{' and '.join(kept)} hold{'s' if len(kept) == 1 else ''} the pictures"
    if tested:
        listing.tests = [role == tested for role in of_part]
        said += f", {' and '.join(part.images for part in parts if part.role == tested)} those to test on"
    listing.understood.insert(0, f"In the archive {said}.")
    if left:
        listing.notes.append(f"Arrays left out: {listed(left)}.")


def channels_last(images: npt.NDArray[Any], where: str) -> npt.NDArray[Any]:
    """Return images as ``(N, H, W)`` or ``(N, H, W, C)``; raises DataError."""
    if images.dtype.kind not in "buif" or images.ndim not in (3, 4) or 0 in images.shape:
        raise DataError(
            f"{where} is {images.dtype} of shape {images.shape}; allowed are numbers of shape (N, H, W), "
            "(N, H, W, C) or (N, C, H, W)."
        )
    if images.ndim == 3:
        return images
    last, first = images.shape[3] in _CHANNELS, images.shape[1] in _CHANNELS
    if last and first:
        # The reading in which the picture is less of a strip; if neither is, the more usual one.
        last = min(images.shape[1:3]) >= min(images.shape[2:4])
    if not (last or first):
        raise DataError(f"{where} has the shape {images.shape}; allowed are 1 to 4 channels.")
    return images if last else images.transpose(0, 2, 3, 1)


def squared(rows: npt.NDArray[Any], where: str, understood: list[str]) -> npt.NDArray[Any]:
    """Return pictures of which each is one row of numbers as ``(N, H, H)`` or ``(N, H, H, 3)``.

    In colour, the channels lie one after another or side by side: the reading in which neighbours are more
    alike counts.

    Raises:
        DataError: that many numbers fill no square.
    """
    count = rows.shape[1]
    grey, colour = isqrt(count), isqrt(count // 3)
    if grey * grey == count and grey > 1:
        understood.append(f"Each row of {count:,} numbers is a picture of {grey}x{grey} pixels.")
        return rows.reshape(-1, grey, grey)
    if 3 * colour * colour != count or colour < 2:
        raise DataError(
            f"{where} has rows of {count:,} numbers; "
            "allowed are those of square pictures, in grey or in colour."
        )
    apart = rows.reshape(-1, 3, colour, colour).transpose(0, 2, 3, 1)
    beside = rows.reshape(-1, colour, colour, 3)
    chosen = beside if _rough(beside) < _SMOOTH * _rough(apart) else apart
    order = "side by side" if chosen is beside else "one after another"
    understood.append(
        f"Each row of {count:,} numbers is a picture of {colour}x{colour} pixels in colour, "
        f"the channels {order}."
    )
    return chosen


def _rough(images: npt.NDArray[Any]) -> float:
    """Return how much neighbours differ in the first pictures, on average."""
    few = images[:200].astype(np.float64)
    return float(np.nanmean(abs(np.diff(few, axis=1))) + np.nanmean(abs(np.diff(few, axis=2))))
