"""Recorded runs beside each other: their settings, their curves, and what their networks answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.augment import Augmentation
from engine.data.catalogue import load
from engine.data.dataset import Dataset
from engine.errors import ConfigError, ModelFileError
from engine.model.history import History
from engine.model.model_file import Model
from engine.runs.folder import RunFolder
from engine.task import Task
from engine.training.evaluation import CHUNK, Evaluation, Sweep
from engine.training.workers import Workers
from engine.types import Labels

LAST_BATCHES = 100
"""The loss of a run at a step is the mean over so many batches before it."""


# --- settings ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SettingRow:
    """One setting of several runs.

    Attributes:
        name: the setting.
        values: what each run has, in words; "" where it has none.
    """

    name: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the runs have different ones."""
        return len(set(self.values)) > 1


def setting_rows(folders: Sequence[RunFolder]) -> list[SettingRow]:
    """Return every setting of the runs side by side, those that differ first.

    Changes while they trained are included. Networks that differ are compared layer by layer, data sets also
    by their fingerprint.
    """
    columns = [_settings(folder) for folder in folders]
    prints = {folder.record.data.fingerprint for folder in folders}
    titles = {folder.record.data.title for folder in folders}
    if len(prints) > len(titles):  # other images under the same name
        for column, folder in zip(columns, folders, strict=True):
            column["data"] += f" ({folder.record.data.fingerprint[:8]})"
    if len({folder.record.config.network for folder in folders}) > 1:
        for column, folder in zip(columns, folders, strict=True):
            for number, layer in enumerate(folder.record.config.network.layers, 1):
                column[f"layer {number}"] = _words(layer.to_json())
    for column, folder in zip(columns, folders, strict=True):
        known = folder.record.versions
        column |= {name: known[name] for name in ("Kernelscope", "numpy", "processor") if name in known}
    parents = [folder.record.parent for folder in folders]
    if any(parents):
        for column, parent in zip(columns, parents, strict=True):
            column["parent"] = f"{parent.run}@{parent.step}" if parent else "none"
    names = dict.fromkeys(name for column in columns for name in column)
    rows = [SettingRow(name, tuple(column.get(name, "") for column in columns)) for name in names]
    return sorted(rows, key=lambda row: not row.differs)


def _settings(folder: RunFolder) -> dict[str, str]:
    config = folder.record.config.to_json()
    words = {name.replace("_", " "): _words(value) for name, value in config.items()}
    words["data"], words["network"] = folder.record.data.title, folder.record.config.network.name
    words["augmentation"] = _augmentation(config["augmentation"])
    for step, name, value in folder.changes():
        title = name.replace("_", " ")
        if title in words:
            words[title] += f", from step {step + 1:,} on {_parsed(value)}"
    return words


def _augmentation(options: dict[str, Any]) -> str:
    """Return the changes to the images that are not the usual ones, which are none."""
    usual = Augmentation().to_json()
    changes = [f"{name} {_words(value)}" for name, value in options.items() if value != usual.get(name)]
    return ", ".join(changes) or "none"


def _parsed(value: str) -> str:
    try:
        return _words(json.loads(value))
    except ValueError:
        return value


def _words(value: Any) -> str:
    """Return a setting in words; two that differ in any digit have different ones."""
    if isinstance(value, dict):
        title = str(value.get("kind") or value.get("name") or "")
        options = [
            f"{name.replace('_', ' ')} {_words(inner)}"
            for name, inner in value.items()
            if name not in ("kind", "name")
        ]
        return ", ".join(filter(None, [title, *options]))
    if isinstance(value, list):
        return " x ".join(_words(each) for each in value)
    return value if isinstance(value, str) else json.dumps(value)


# --- curves ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CurveSummary:
    """The curves of a run in a few numbers; None for what is not known.

    Attributes:
        steps: steps done.
        epochs: passes over the training images.
        seconds: time spent training.
        loss: mean over the last ``LAST_BATCHES`` batches.
        best_accuracy: of the best validation, 0 to 1.
        best_step: its step.
        last_accuracy: of the last validation.
        test_accuracy: on the test images, as it was measured at the end of the run.
    """

    steps: int
    epochs: float
    seconds: float | None
    loss: float | None
    best_accuracy: float | None
    best_step: int | None
    last_accuracy: float | None
    test_accuracy: float | None

    @classmethod
    def of(cls, folder: RunFolder, history: History) -> CurveSummary:
        """Sum up ``history``, the curves in ``folder``."""
        steps, rows, best = history.steps, history.validations, history.best()
        any_step = steps.length > 0
        return cls(
            int(steps.last("step")) if any_step else 0,
            steps.last("epoch") if any_step else 0.0,
            _finite(steps.last("seconds")) if any_step else 0.0,
            loss_at(history, int(steps.last("step"))) if any_step else None,
            None if best is None else _finite(rows.column("accuracy")[best]),
            None if best is None else int(rows.column("step")[best]),
            _finite(rows.last("accuracy")),
            folder.status().test_accuracy,
        )


def loss_at(history: History, step: int) -> float | None:
    """Return the mean loss of the ``LAST_BATCHES`` batches up to ``step``; None if there is none."""
    at = history.steps.column("step")
    stop = int(np.searchsorted(at, step, "right"))
    loss = history.steps.column("loss")[max(0, stop - LAST_BATCHES) : stop]
    if not len(loss) or at[-1] < step:
        return None
    return _finite(float(np.mean(loss)))


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


# --- networks at a step --------------------------------------------------------------------------------


def kept_steps(folders: Sequence[RunFolder]) -> list[int]:
    """Return all steps at which any of the runs has kept its weights, in order."""
    return sorted({step for folder in folders for step in folder.steps()})


def last_model(folder: RunFolder) -> Model:
    """Return the network of the last step whose weights can be read, and note in ``folder`` which cannot.

    Raises:
        ModelFileError: there are none.
    """
    for step in reversed(folder.steps()):
        try:
            return folder.model(step)
        except ModelFileError as error:  # the newest may be torn by a power cut
            folder.notices.append(str(error))
    raise ModelFileError(f"{folder.path} has kept no weights that can be read.")


# --- answers -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answers:
    """What two networks answer to the same test images.

    Attributes:
        first: of the first network.
        second: of the second one; of the same images.
    """

    first: Evaluation
    second: Evaluation

    @property
    def difference(self) -> npt.NDArray[np.int64]:
        """The confusion matrix of the second minus that of the first, ``(K, K)``; rows are true classes."""
        change: npt.NDArray[np.int64] = self.second.confusion - self.first.confusion
        return change

    @property
    def disagreements(self) -> Labels:
        """Positions of the images on which the answers differ.

        Those that the second network gets right come first, then those that the first one does, then those
        that neither does; within each by how sure the two are.
        """
        at = np.flatnonzero(self.first.predicted != self.second.predicted)
        sure = self.first.confidence[at] + self.second.confidence[at]
        group = np.select([self._right(self.second)[at], self._right(self.first)[at]], [0, 1], 2)
        ordered: Labels = at[np.lexsort((at, -sure, group))]
        return ordered

    @property
    def counts(self) -> tuple[int, int, int]:
        """Of how many disagreements only the second is right, only the first, and neither."""
        second, first = self._right(self.second), self._right(self.first)
        differ = self.first.predicted != self.second.predicted
        return (
            int((second & ~first).sum()),
            int((first & ~second).sum()),
            int((differ & ~first & ~second).sum()),
        )

    def cell(self, true: int, predicted: int) -> Labels:
        """Return positions of the disagreements of class ``true`` that just one takes for ``predicted``."""
        at = self.disagreements
        either = (self.first.predicted[at] == predicted) | (self.second.predicted[at] == predicted)
        chosen: Labels = at[(self.first.labels[at] == true) & either]
        return chosen

    @staticmethod
    def _right(each: Evaluation) -> npt.NDArray[np.bool_]:
        right: npt.NDArray[np.bool_] = each.predicted == each.labels
        return right


def shared_test_images(folders: Sequence[RunFolder], loader: Callable[[str], Dataset] = load) -> Dataset:
    """Return the data set on whose test images the runs can be compared.

    Raises:
        ConfigError: their networks take other images or know other classes.
        DataError: the data set is not on this computer, or cannot be read.
    """
    first = folders[0].record.data
    for folder in folders[1:]:
        other = folder.record.data
        if (other.in_shape, other.class_names) != (first.in_shape, first.class_names):
            raise ConfigError(
                f"{folders[0].record.id} learns from {first.title}, {folder.record.id} from {other.title}; "
                "these have other images or classes, so the answers cannot be compared."
            )
    dataset = loader(folders[0].record.config.data)
    if (dataset.in_shape, dataset.class_names) != (first.in_shape, first.class_names):
        raise ConfigError(
            f"{dataset.title} is not the same as when {folders[0].record.id} began, so it cannot be asked."
        )
    return dataset


def evaluations(models: Sequence[Model], dataset: Dataset, workers: Workers, task: Task) -> list[Evaluation]:
    """Return what each network answers to all test images; raises Cancelled when ``task`` is."""
    images, labels = dataset.test_images, dataset.test_labels
    results: list[Evaluation] = []
    done = 0
    for model in models:
        sweep = Sweep(model.network, model.preprocessing, images, labels, np.arange(len(images)))
        while not sweep.finished:
            sweep.advance(CHUNK, workers)
            done += CHUNK
            task.report(min(done, (len(results) + 1) * len(images)), len(models) * len(images))
        results.append(sweep.result())
        done = len(results) * len(images)
    return results
