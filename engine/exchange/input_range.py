"""What numbers a model of others expects for the pixels, and finding out by trying."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.data.dataset import Dataset
from engine.training.evaluation import CHUNK, Sweep
from engine.training.workers import Workers

if TYPE_CHECKING:
    from engine.exchange.imported import Imported

IMAGES = 1000
"""Test images that each range is tried on."""


@dataclass(frozen=True)
class InputRange:
    """How pixels are given to a model: ``(pixel / 255 - mean) / std`` for each channel.

    Attributes:
        title: the words for it.
        mean: of pixels from 0 to 1; one number, or one for each channel.
        std: deviation, likewise.
    """

    title: str
    mean: tuple[float, ...]
    std: tuple[float, ...]


RANGES: dict[str, InputRange] = {
    "0..255": InputRange("Pixels from 0 to 255", (0.0,), (1 / 255,)),
    "0..1": InputRange("Pixels from 0 to 1", (0.0,), (1.0,)),
    "-1..1": InputRange("Pixels from -1 to 1", (0.5,), (0.5,)),
    "imagenet": InputRange("ImageNet's mean and deviation", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}
"""Every range that does not depend on a data set, by the word that names it on the command line."""
DATA = "data"
"""The word for the mean and deviation of the data set at hand."""


def ranges_for(channels: int, dataset: Dataset | None) -> dict[str, InputRange]:
    """Return the ranges that a model with so many channels may expect."""
    found = {key: each for key, each in RANGES.items() if len(each.mean) in (1, channels)}
    if dataset is not None and len(dataset.mean) == channels:
        found[DATA] = InputRange(f"Mean and deviation of {dataset.title}", dataset.mean, dataset.std)
    return found


@dataclass(frozen=True)
class Trial:
    """How well a model answers if its pixels are given in one range.

    Attributes:
        key: of the range.
        accuracy: share of the images whose answer is right, 0 to 1.
        images: how many were tried.
        reading: which way of reading the file, from 0.
    """

    key: str
    accuracy: float
    images: int
    reading: int = 0


def fits(imported: Imported, dataset: Dataset) -> bool:
    """Whether a model can be tried on a data set."""
    return (
        imported.network.spec.in_shape == dataset.in_shape
        and imported.network.classes == len(dataset.class_names)
        and len(dataset.test_labels) > 0
    )


def try_ranges(
    imported: Imported,
    dataset: Dataset,
    ranges: Mapping[str, InputRange],
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Trial, ...]:
    """Return a trial of each range and each way of reading the file, the most accurate first.

    Args:
        imported: the model; it must fit.
        dataset: whose test images, evenly spread, it is tried on.
        ranges: what is tried.
        stop: whether to end early, with what is known then.
    """
    count = min(IMAGES, len(dataset.test_labels))
    chosen = np.linspace(0, len(dataset.test_labels) - 1, count).astype(np.int64)
    found = []
    with Workers() as workers:
        for number, reading in enumerate((imported, *imported.alternatives)):
            for key, each in ranges.items():
                model = reading.model(each)
                images, labels = dataset.test_images, dataset.test_labels
                sweep = Sweep(model.network, model.preprocessing, images, labels, chosen)
                while not sweep.finished and not stop():
                    sweep.advance(CHUNK, workers)
                if sweep.finished:
                    result = sweep.result()
                    right = (result.labels == result.predicted) & np.isfinite(result.loss)
                    found.append(Trial(key, float(right.mean()), count, number))
    return tuple(sorted(found, key=lambda trial: -trial.accuracy))


def named_like(imported: Imported, trial: Trial, dataset: Dataset) -> Imported:
    """Return the model with the class names of a data set that it clearly knows, unless it has its own."""
    if imported.class_names or trial.accuracy < max(0.5, 3 / len(dataset.class_names)):
        return imported
    return dataclasses.replace(imported, class_names=dataset.class_names)
