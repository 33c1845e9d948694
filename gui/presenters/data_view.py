"""What the Data view shows of a data set: its parts and classes, in words."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.data.dataset import Dataset, holdout
from engine.errors import DataError
from engine.formatting import grouped
from engine.training.config import RunConfig
from engine.types import Array, Bytes, Labels

PartName = Literal["training", "validation", "test"]


@dataclass(frozen=True, eq=False)
class Part:
    """The images of one use: to learn from, to validate on, or to test on.

    Attributes:
        name: which one.
        images: all images of the array that it is a part of, uint8 ``(N, C, H, W)``.
        labels: their classes, ``(N,)``.
        indices: those that belong to the part, ascending.
        class_names: the classes.
    """

    name: PartName
    images: Bytes
    labels: Labels
    indices: Labels
    class_names: tuple[str, ...]

    def counts(self) -> Labels:
        """Return how many images there are of each class, ``(K,)``."""
        counts: Labels = np.bincount(self.labels[self.indices], minlength=len(self.class_names)).astype(
            np.int64
        )
        return counts

    def of_class(self, label: int | None) -> Labels:
        """Return the indices ``(n,)`` of the images of a class; None means all."""
        if label is None:
            return self.indices
        chosen: Labels = self.indices[self.labels[self.indices] == label]
        return chosen

    def words(self, index: int) -> str:
        """Return what an image is, in words."""
        return f"{self.source(index)}: {self.class_names[int(self.labels[index])]}"

    def source(self, index: int) -> str:
        """Return where an image comes from, in words."""
        return f"test image {index}" if self.name == "test" else f"training image {index}"


def parts(dataset: Dataset, config: RunConfig | None) -> dict[PartName, Part]:
    """Return the parts of a data set; those held out for validation are the very ones of the run."""
    train, names = dataset.train_images, dataset.class_names
    learn: Labels = np.arange(len(train))
    held: Labels = np.arange(0)
    if config is not None and config.validation_images:
        with contextlib.suppress(DataError):  # the run says so; all images are shown as training images
            learn, held = holdout(dataset, config.validation_images, config.seed_of_data)
    result: dict[PartName, Part] = {"training": Part("training", train, dataset.train_labels, learn, names)}
    if len(held):
        result["validation"] = Part("validation", train, dataset.train_labels, held, names)
    tests = np.arange(len(dataset.test_images))
    result["test"] = Part("test", dataset.test_images, dataset.test_labels, tests, names)
    return result


def as_picture(values: Array, top: float = 255.0) -> Bytes:
    """Return values from 0 to ``top``, ``(C, H, W)``, as pixels."""
    pixels: Bytes = (np.clip(values * (255.0 / max(top, 1e-6)), 0, 255) + 0.5).astype(np.uint8)
    return pixels


def shown_words(part: Part, label: int | None, count: int) -> str:
    """Return what is shown, in words: ``55 000 training images``."""
    kind = {"training": "training images", "validation": "validation images", "test": "test images"}[
        part.name
    ]
    return f"{grouped(count)} {kind}" + (f" of {part.class_names[label]}" if label is not None else "")
