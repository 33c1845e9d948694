"""Pictures in an ``.npz`` archive of images and labels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.data.pictures.found import Broken, Listing, natural
from engine.errors import DataError
from engine.io.npz import Archive
from engine.task import Task
from engine.types import Bytes, Shape

_PARTS: tuple[tuple[bool, tuple[tuple[str, str], ...]], ...] = (
    (
        False,
        (
            ("images", "labels"),
            ("x", "y"),
            ("X", "y"),
            ("data", "labels"),
            ("data", "target"),
            ("x_train", "y_train"),
            ("X_train", "y_train"),
            ("train_images", "train_labels"),
        ),
    ),
    (False, (("x_val", "y_val"), ("X_val", "y_val"), ("val_images", "val_labels"))),
    (True, (("x_test", "y_test"), ("X_test", "y_test"), ("test_images", "test_labels"))),
)
"""Usual names of images and labels: those to train on, to validate on, to test on."""
_CLASS_NAMES = ("class_names", "classes", "label_names", "target_names")
_CHANNELS = (1, 3, 4)


@dataclass
class ArraySource:
    """Pictures in arrays, each ``(N, H, W)`` or ``(N, H, W, C)``, one after another."""

    arrays: list[npt.NDArray[Any]]
    scale: float
    """What a value is multiplied by to lie between 0 and 255."""

    def picture(self, index: int, least: int) -> tuple[Image.Image, tuple[int, int]]:
        """Return picture ``index`` and its width and height; raises DataError."""
        for array in self.arrays:
            if index < len(array):
                return self._picture(array[index])
            index -= len(array)
        raise DataError("There is no such picture.")

    def _picture(self, values: npt.NDArray[Any]) -> tuple[Image.Image, tuple[int, int]]:
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise DataError("It holds a value that is not finite.")
        low, high = float(values.min()) * self.scale, float(values.max()) * self.scale
        if low < 0 or high > 255:
            raise DataError(f"It holds values from {low / self.scale:g} to {high / self.scale:g}.")
        pixels: Bytes = values if values.dtype == np.uint8 else np.rint(values * self.scale).astype(np.uint8)
        if pixels.ndim == 3:
            pixels = pixels[..., 0] if pixels.shape[2] == 1 else pixels
        picture = Image.fromarray(np.ascontiguousarray(pixels))
        if picture.mode == "RGBA":
            paper = Image.new("RGBA", picture.size, "white")
            picture = Image.alpha_composite(paper, picture).convert("RGB")
        return picture, picture.size


def list_archive(path: Path, task: Task) -> Listing:
    """List an archive of images and labels under their usual names.

    Images are ``(N, H, W)``, ``(N, H, W, C)`` or ``(N, C, H, W)`` of whole numbers from 0 to 255 or
    fractions from 0 to 1; labels are ``(N,)`` or ``(N, 1)``, numbers or words; ``class_names``, if
    there, are the words for the numbers.

    Raises:
        DataError: the archive is damaged, or it does not hold such arrays.
        Cancelled: the task was cancelled.
    """
    with Archive(path) as archive:
        there = [(is_test, [pair for pair in pairs if archive.has(*pair)]) for is_test, pairs in _PARTS]
        parts = [(is_test, pairs[0]) for is_test, pairs in there if pairs]
        if not any(not is_test for is_test, _ in parts):
            names = ", ".join(archive.headers) or "nothing"
            raise DataError(
                f"{path} holds {names}; allowed are 'images' and 'labels', or 'x_train' and 'y_train'."
            )
        words = next((archive.words(name) for name in _CLASS_NAMES if archive.has(name)), ())
        arrays, labels, tests = [], [], []
        for is_test, (images_name, labels_name) in parts:
            task.check()
            where = f"{path}: {images_name}"
            images = _channels_last(archive.read(images_name), where)
            of_part = _labels(archive.read(labels_name), len(images), f"{path}: {labels_name}")
            arrays.append(images)
            labels.extend(of_part)
            tests.extend([is_test] * len(images))
    source = ArraySource(arrays, _scale(arrays))
    listing = Listing(path.stem, source, names=[f"picture {index + 1}" for index in range(len(labels))])
    if any(tests):
        listing.tests = tests
        listing.notes.append("The archive says which pictures are to train on and which to test on.")
    _number(listing, labels, words, path)
    return listing


def _channels_last(images: npt.NDArray[Any], where: str) -> npt.NDArray[Any]:
    """Return images as ``(N, H, W)`` or ``(N, H, W, C)``; raises DataError."""
    if images.dtype.kind not in "buif" or images.ndim not in (3, 4) or 0 in images.shape:
        raise DataError(
            f"{where} is {images.dtype} of shape {images.shape}; allowed are numbers of shape (N, H, W), "
            "(N, H, W, C) or (N, C, H, W)."
        )
    if images.dtype == np.bool_:
        images = images.view(np.uint8) * np.uint8(255)
    if images.ndim == 3:
        return images
    last, first = images.shape[3] in _CHANNELS, images.shape[1] in _CHANNELS
    if last and first:
        # The reading in which the picture is less of a strip; if neither is, the more usual one.
        last = min(images.shape[1:3]) >= min(images.shape[2:4])
    if not (last or first):
        raise DataError(f"{where} has the shape {images.shape}; allowed are 1, 3 or 4 channels.")
    return images if last else images.transpose(0, 2, 3, 1)


def _scale(arrays: list[npt.NDArray[Any]]) -> float:
    """Return 255 for fractions from 0 to 1, else 1."""
    if not all(array.dtype.kind == "f" for array in arrays):
        return 1.0
    largest = max(float(np.nanmax(array)) if not np.isnan(array).all() else 0.0 for array in arrays)
    return 255.0 if largest <= 1 else 1.0


def _labels(labels: npt.NDArray[Any], count: int, where: str) -> list[int | str]:
    """Return labels as whole numbers or words; raises DataError."""
    shape: Shape = labels.shape
    if shape not in ((count,), (count, 1)) or labels.dtype.kind not in "buifUS":
        raise DataError(
            f"{where} is {labels.dtype} of shape {shape}; allowed are numbers or words of shape ({count},)."
        )
    labels = labels.reshape(-1)
    if labels.dtype.kind == "S":
        labels = np.char.decode(labels, "utf-8", "replace")
    if labels.dtype.kind == "f":
        if not (np.isfinite(labels).all() and (labels == np.rint(labels)).all()):
            raise DataError(f"{where} holds fractions; allowed are whole numbers or words.")
        labels = labels.astype(np.int64)
    return [" ".join(label.split()) if isinstance(label, str) else int(label) for label in labels.tolist()]


def _number(listing: Listing, labels: list[int | str], words: tuple[str, ...], path: Path) -> None:
    """Give the classes their names and each picture its number; list labels without a name."""
    if words and all(isinstance(label, int) for label in labels):
        listing.class_names = words
        listing.labels = [int(label) for label in labels]
        for index, label in enumerate(listing.labels):
            if not 0 <= label < len(words):
                listing.broken.append(
                    Broken(listing.names[index], f"Its label is {label}; allowed is 0 to {len(words) - 1}.")
                )
                listing.labels[index] = -1
        if len(set(words)) < len(words):
            raise DataError(f"{path}: two classes have the same name; the names must differ.")
        return
    names = [str(label) for label in labels]
    listing.class_names = tuple(sorted(set(names) - {""}, key=lambda name: (natural(name), name)))
    number = {name: index for index, name in enumerate(listing.class_names)}
    listing.labels = [number.get(name, -1) for name in names]
    for place, name in enumerate(names):
        if not name:
            listing.broken.append(Broken(listing.names[place], "Its label is empty."))
