"""Labels in arrays: numbers or words, one of each picture, or a 1 in the column of its class."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.pictures.found import Broken, Listing
from engine.errors import DataError
from engine.text import name as shown
from engine.text import natural


def read_labels(labels: npt.NDArray[Any], count: int, where: str) -> list[int | str]:
    """Return labels as whole numbers or words.

    Args:
        labels: ``(N,)`` or ``(N, 1)``, or ``(N, K)`` with one 1 in each row and 0 besides.
        count: how many there should be.
        where: what they are called in messages.

    Raises:
        DataError: they are something else.
    """
    if labels.dtype.kind not in "buifUS" or labels.ndim not in (1, 2) or len(labels) != count:
        raise DataError(
            f"{where} is {labels.dtype} of shape {labels.shape}; "
            f"allowed are numbers or words of shape ({count},)."
        )
    if labels.ndim == 2 and labels.shape[1] > 1:
        labels = _marked(labels, where)
    labels = labels.reshape(-1)
    if labels.dtype.kind == "S":
        labels = np.char.decode(labels, "utf-8", "replace")
    if labels.dtype.kind == "f":
        if not (
            np.isfinite(labels).all() and (labels == np.rint(labels)).all() and (abs(labels) < 2**53).all()
        ):
            raise DataError(f"{where} holds fractions; allowed are whole numbers or words.")
        labels = labels.astype(np.int64)
    return [" ".join(label.split()) if isinstance(label, str) else int(label) for label in labels.tolist()]


def _marked(labels: npt.NDArray[Any], where: str) -> npt.NDArray[Any]:
    """Return the column of the 1 in each row."""
    if labels.dtype.kind in "buif":
        marked = labels == 1
        if ((labels == 0) | marked).all() and (marked.sum(axis=1) == 1).all():
            place: npt.NDArray[Any] = np.argmax(marked, axis=1)
            return place
    raise DataError(
        f"{where} has the shape {labels.shape}, but not one 1 and otherwise 0 in each row; "
        "allowed is one class for each picture."
    )


def number_labels(listing: Listing, labels: list[int | str], words: tuple[str, ...], where: str) -> None:
    """Give the classes their names and each picture its number; list labels without a name.

    Raises:
        DataError: two classes have the same name.
    """
    numbers = [label for label in labels if isinstance(label, int)]
    if words and len(numbers) == len(labels):
        if len(set(words)) < len(words):
            raise DataError(f"{where}: two classes have the same name; the names must differ.")
        first = 1 if numbers and (min(numbers), max(numbers)) == (1, len(words)) else 0
        if first:
            listing.understood.append(f"The labels count from 1: 1 is {words[0]!r}.")
        listing.class_names = words
        listing.labels = [label - first for label in numbers]
        for index, label in enumerate(numbers):
            if not 0 <= label - first < len(words):
                reason = f"Its label is {label}; allowed is {first} to {len(words) - 1 + first}."
                listing.broken.append(Broken(listing.names[index], reason))
                listing.labels[index] = -1
        return
    names = [str(label) for label in labels]
    ordered = sorted(set(names) - {""}, key=lambda name: (natural(name), name))
    listing.class_names = tuple(shown(name) for name in ordered)
    number = {name: index for index, name in enumerate(ordered)}
    listing.labels = [number.get(name, -1) for name in names]
    for place, name in enumerate(names):
        if not name:
            listing.broken.append(Broken(listing.names[place], "Its label is empty."))
