"""What numbers a model of others expects for the pixels, and finding out by trying."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.data.catalogue import entries, is_present, load
from engine.data.dataset import Dataset
from engine.errors import DataError
from engine.formatting import share
from engine.training.evaluation import CHUNK, Sweep
from engine.training.workers import Workers

if TYPE_CHECKING:
    from engine.exchange.imported import Imported

IMAGES = 1000
"""Test images that each range is tried on."""
_CLEAR = 0.2
"""Share of the way from guessing to certainty that a trial must reach to decide."""


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
    "signed": InputRange("Pixels from -1 to 1", (0.5,), (0.5,)),
    "imagenet": InputRange("ImageNet's mean and deviation", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}
"""Every range that does not depend on a data set, by the word that names it on the command line."""
DATA = "data"
"""The word for the mean and deviation of the data set at hand."""
SHORT = {"signed": "-1..1", "imagenet": "ImageNet", DATA: "its mean and deviation"}
"""Words for a list of figures, where they are not the key."""


def ranges_for(channels: int, dataset: Dataset | None) -> dict[str, InputRange]:
    """Return the ranges that a model with ``channels`` channels may expect."""
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
        loss: mean cross-entropy.
        images: how many were tried.
        reading: which way of reading the file, from 0.
    """

    key: str
    accuracy: float
    loss: float
    images: int
    reading: int = 0

    @property
    def words(self) -> str:
        """The range in a word or two, and whether it belongs to another way of reading the file."""
        return SHORT.get(self.key, self.key) + (" (the other reading)" if self.reading else "")


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
    """Return a trial of each range and each way of reading the file, the best first, then by accuracy.

    The best is the most accurate one. Those that are as accurate within twice the standard error of a share
    cannot be told apart by it (networks with ReLU often answer alike whatever the scale); of these it is the
    one with the lowest loss, which a wrong scale makes high.

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
                    found.append(Trial(key, float(right.mean()), result.mean_loss, count, number))
    return _best_first(found)


def _best_first(trials: list[Trial]) -> tuple[Trial, ...]:
    if not trials:
        return ()
    ordered = sorted(trials, key=lambda trial: (-trial.accuracy, trial.loss))
    top = ordered[0]
    error = math.sqrt(top.accuracy * (1 - top.accuracy) / top.images)
    alike = [trial for trial in ordered if trial.accuracy >= top.accuracy - 2 * error]
    best = min(alike, key=lambda trial: trial.loss if math.isfinite(trial.loss) else math.inf)
    return (best, *(trial for trial in ordered if trial is not best))


@dataclass(frozen=True)
class Suggestion:
    """How a model is best taken.

    Attributes:
        imported: the way of reading its file.
        key: of the range.
        given: the range.
        trials: of every range, the best first; none if nothing was tried.
        dataset: what it was tried on, or None.
    """

    imported: Imported
    key: str
    given: InputRange
    trials: tuple[Trial, ...] = ()
    dataset: Dataset | None = None

    @property
    def clear(self) -> bool:
        """Whether the best trial is clearly better than guessing, so that it decides."""
        chance = 1 / self.imported.network.classes
        return bool(self.trials) and self.trials[0].accuracy >= chance + _CLEAR * (1 - chance)

    @property
    def words(self) -> str:
        """What was tried and how it went, in one sentence; empty if nothing was tried."""
        if not self.trials or self.dataset is None:
            return ""
        figures = ", ".join(f"{trial.words} {share(trial.accuracy)}" for trial in self.trials)
        end = "" if self.clear else "; none of them is clearly better than guessing"
        top = max(self.trials, key=lambda trial: trial.accuracy)
        if self.clear and top.accuracy > self.trials[0].accuracy:
            end = (
                f"; {top.words} does as well within the error of a trial, but with a loss of "
                f"{top.loss:.2f} instead of {self.trials[0].loss:.2f}"
            )
        return f"Tried on {self.trials[0].images:,} test images of {self.dataset.title}: {figures}{end}."

    def class_names(self) -> tuple[str, ...]:
        """Return the names in the file, or those of the data set that the model clearly knows; else none."""
        known = self.clear and self.dataset is not None
        return self.imported.class_names or (self.dataset.class_names if known and self.dataset else ())


def suggest(
    imported: Imported, datasets: Iterable[Dataset], stop: Callable[[], bool] = lambda: False
) -> Suggestion:
    """Return how a model is best taken, found by trying on those ``datasets`` that fit it."""
    best = Suggestion(imported, imported.guess, RANGES[imported.guess])
    for dataset in datasets:
        if fits(imported, dataset):
            ranges = ranges_for(imported.network.spec.in_shape[0], dataset)
            trials = try_ranges(imported, dataset, ranges, stop)
            if trials and (not best.trials or trials[0].accuracy > best.trials[0].accuracy):
                best = Suggestion(imported, imported.guess, best.given, trials, dataset)
                if best.clear:
                    reading = (imported, *imported.alternatives)[trials[0].reading]
                    key = trials[0].key
                    best = Suggestion(reading, key, ranges[key], trials, dataset)
    return best


def sets_at_hand(imported: Imported) -> Iterator[Dataset]:
    """Yield the data sets on this computer that fit a model."""
    for name, known in entries().items():
        if known.in_shape == imported.network.spec.in_shape and known.classes == imported.network.classes:
            try:
                if is_present(name):
                    yield load(name)
            except DataError:  # a broken data set is no reason not to import a model
                continue
