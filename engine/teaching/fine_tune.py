"""A short training on a few examples that forgets nothing: every batch replays original images.

Batch of B images: k of my examples, slightly varied, and B - k random training images of the data set the
network learnt from; the loss is the usual cross-entropy of all of them. Learning from the examples alone
would move the network away from everything else (catastrophic forgetting: McCloskey and Cohen, 1989); the
replayed images hold it (rehearsal: Robins, 1995).

The layers run as in inference: batch normalisation keeps its running statistics and dropout is off. A batch
in which a quarter of the images are nearly alike would shift the statistics for all others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

import numpy as np

from engine.data.augment import Augmentation
from engine.data.catalogue import load
from engine.data.dataset import Dataset
from engine.errors import DataError, TrainingError
from engine.model.model_file import Model
from engine.model.network import Network
from engine.optimisers import OPTIMISERS, UpdateSettings
from engine.schedules import SCHEDULES
from engine.task import Task
from engine.training.evaluation import Sweep
from engine.training.gradient import loss_gradient
from engine.training.restore_point import not_finite
from engine.training.train_state import TrainState
from engine.training.workers import Workers, hold_blas_to_one_thread
from engine.types import Array, Bytes, Context, Labels, Scratch

_CHOICE, _VARIATION = 20, 21
"""Purposes of the random generators, after the seed."""
_CHUNK = 500
"""Images evaluated between two looks at whether to stop."""


@dataclass(frozen=True)
class TeachSettings:
    """How a network is taught.

    Attributes:
        steps: training steps.
        batch: images in a step.
        share: largest share of my examples in a batch; the rest is replayed.
        copies: how often one example is in a batch at most, so that a single one does not outweigh all.
        learning_rate: size of the first step of Adam; later ones shrink to nothing along a half cosine,
            so that the last ones mend what the first ones disturbed.
        augmentation: how the examples are varied.
        seed: the same seed gives the same network.
    """

    steps: int = 100
    batch: int = 64
    share: float = 0.25
    copies: int = 2
    learning_rate: float = 1e-4
    augmentation: Augmentation = Augmentation(shift=1.0, rotation=5.0, scale=0.05)  # noqa: RUF009 - frozen
    seed: int = 1

    def mine(self, examples: int) -> int:
        """Return how many images of a batch are mine, of ``examples`` examples; some are always replayed."""
        return max(1, min(self.batch - 1, round(self.share * self.batch), self.copies * examples))


@dataclass(frozen=True)
class Score:
    """How many of ``total`` images are answered right."""

    right: int
    total: int

    @property
    def accuracy(self) -> float:
        """Share of right answers, 0 to 1 (NaN without images)."""
        return self.right / self.total if self.total else float("nan")


@dataclass(frozen=True)
class Taught:
    """What teaching gave.

    Attributes:
        model: the taught network; the one that was given is unchanged.
        before, after: answers to the test images of the data set.
        examples_before, examples_after: answers to my examples.
        steps: training steps taken.
    """

    model: Model
    before: Score
    after: Score
    examples_before: Score
    examples_after: Score
    steps: int


def dataset_for(model: Model) -> Dataset:
    """Return the data set that ``model`` learnt from, to be replayed.

    Raises:
        MissingDataError: it is not on this computer.
        DataError: the model does not say which one it was, or it does not fit the model.
    """
    parts = (model.record.get("config"), model.record.get("teaching"))
    name = next((part["data"] for part in parts if isinstance(part, dict) and "data" in part), None)
    if not isinstance(name, str):
        raise DataError(
            "This network does not say which data set it learnt from; without it nothing can be replayed."
        )
    return load(name)


def fine_tune(
    model: Model,
    images: Bytes,
    labels: Labels,
    dataset: Dataset,
    task: Task | None = None,
    *,
    settings: TeachSettings | None = None,
) -> Taught:
    """Teach a copy of ``model`` my examples while replaying ``dataset``.

    Args:
        model: is not changed.
        images: my examples, ``(N, C, H, W)``, at least one.
        labels: their classes, ``(N,)``.
        dataset: what the model was trained on.
        task: gets the progress of teaching, and can cancel it.
        settings: how to teach; None takes the defaults.

    Raises:
        DataError: there is no example, or examples, data set and model do not fit together.
        TrainingError: the loss is not finite any more.
        Cancelled: the task was cancelled; nothing has changed.
    """
    settings, task = settings or TeachSettings(), task or Task()
    _check(model, images, labels, dataset)
    hold_blas_to_one_thread()

    def score(network: Network, x: Bytes, y: Labels, part: str) -> Score:
        sweep = Sweep(network, model.preprocessing, x, y, np.arange(len(x)))
        for start in range(0, len(x), _CHUNK):
            task.check()
            sweep.advance(_CHUNK, workers)
            task.report(min(start + _CHUNK, len(x)), len(x), part)
        return Score(int(np.count_nonzero(sweep.result().predicted == y)), len(x))

    network = model.network.copy()
    test = dataset.test_images, dataset.test_labels
    with Workers() as workers:
        before = score(network, *test, "Testing before")
        mine_before = score(network, images, labels, "My examples before")
        _learn(network, model, images, labels, dataset, settings, task)
        mine_after = score(network, images, labels, "My examples after")
        after = score(network, *test, "Testing after")
    record = _record(model, dataset, settings, before, after, mine_before, mine_after)
    taught = replace(model, network=network, record=record)
    return Taught(taught, before, after, mine_before, mine_after, settings.steps)


def mixed_batch(
    images: Bytes, labels: Labels, dataset: Dataset, settings: TeachSettings, step: int
) -> tuple[Bytes, Labels]:
    """Return the batch of one step: some of my examples, then the replayed images."""
    rng = np.random.default_rng([settings.seed, _CHOICE, step])
    count = settings.mine(len(images))
    # In turn rather than at random, so that with few steps no example is left out.
    mine = (step * count + np.arange(count)) % len(images)
    replayed = rng.integers(0, len(dataset.train_images), settings.batch - count)
    varied = settings.augmentation.apply(
        images[mine], np.random.default_rng([settings.seed, _VARIATION, step])
    )
    return (
        np.concatenate([varied, dataset.train_images[replayed]]),
        np.concatenate([labels[mine], dataset.train_labels[replayed]]),
    )


def _check(model: Model, images: Bytes, labels: Labels, dataset: Dataset) -> None:
    shape = model.network.spec.in_shape
    if not len(images):
        raise DataError("There is no example to learn from; add one first.")
    if images.shape[1:] != shape or labels.shape != (len(images),):
        raise DataError(f"The examples have the shape {images.shape[1:]}; the network takes {shape}.")
    if labels.min() < 0 or labels.max() >= model.network.classes:
        raise DataError(f"A label is not among the network's {model.network.classes} classes.")
    if dataset.in_shape != shape or len(dataset.class_names) != model.network.classes:
        raise DataError(
            f"{dataset.title} has images of shape {dataset.in_shape} in {len(dataset.class_names)} classes; "
            f"the network takes {shape} and knows {model.network.classes}."
        )


def _learn(
    network: Network,
    model: Model,
    images: Bytes,
    labels: Labels,
    dataset: Dataset,
    settings: TeachSettings,
    task: Task,
) -> None:
    """Train ``network`` in place."""
    state = TrainState(network, OPTIMISERS["adam"]())
    schedule = SCHEDULES["cosine"]()
    grad: Array = np.empty_like(network.vector)
    ctx = Context(training=False, scratch=Scratch())
    for step in range(settings.steps):
        task.check()
        chosen, classes = mixed_batch(images, labels, dataset, settings, step)
        loss, _, _ = loss_gradient(network, model.preprocessing.apply(chosen), classes, ctx, grad)
        if np.isfinite(loss):
            rate = settings.learning_rate * schedule.factor(float(step), settings.steps)
            state.update(grad / len(chosen), (), UpdateSettings(rate, 0.9, 0.0), step + 1)
        if not np.isfinite(loss) or not_finite(state.arrays):
            raise TrainingError(f"Teaching diverged at step {step + 1} (loss {loss:g}); nothing has changed.")
        task.report(step + 1, settings.steps, "Learning")


def _record(model: Model, dataset: Dataset, settings: TeachSettings, *scores: Score) -> dict[str, Any]:
    """Return the record of ``model`` with what teaching added; plain JSON values."""
    names = ("before", "after", "examples_before", "examples_after")
    figures = {name: [each.right, each.total] for name, each in zip(names, scores, strict=True)}
    when = datetime.now(timezone.utc).isoformat(timespec="seconds")
    teaching = {"data": dataset.name, "when": when, "steps": settings.steps, "seed": settings.seed, **figures}
    return {**model.record, "teaching": teaching}
