"""Which images every step of a run trains on: determined by the data seed and what was set on the way."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.data.dataset import Dataset, holdout
from engine.errors import ConfigError
from engine.training.config import LiveSettings, RunConfig
from engine.training.restore_point import Counters
from engine.types import Bytes, Labels

_SHUFFLE, _SUBSET = 1, 4
"""Purposes of the random generators, after the seed; initialisation is 0, those of ``gradient`` 2 and 3."""


def split(config: RunConfig, dataset: Dataset) -> tuple[Labels, Labels]:
    """Return the numbers of the images that a run trains on, and of those it validates on.

    Raises:
        ConfigError: network and data set do not fit together.
        DataError: the images for validation leave none to train on.
    """
    spec = config.network
    if spec.in_shape != dataset.in_shape:
        raise ConfigError(
            f"The network '{spec.name}' takes images of shape {spec.in_shape}, but those of "
            f"{dataset.title} are {dataset.in_shape}."
        )
    if spec.shapes()[-1] != (len(dataset.class_names),):
        raise ConfigError(
            f"The network '{spec.name}' gives {spec.shapes()[-1][0]} answers, but {dataset.title} has "
            f"{len(dataset.class_names)} classes."
        )
    train, validation = holdout(dataset, config.validation_images, config.seed_of_data)
    if config.training_images:
        rng = np.random.default_rng([config.seed_of_data, _SUBSET])
        train = np.sort(rng.permutation(train)[: config.training_images])
    return train, validation


@dataclass(frozen=True, eq=False)
class Batch:
    """What one step trains on.

    Attributes:
        step: number of the step, from 1.
        indices: which training images of the data set, ``(N,)``.
        images: the pixels that enter the preprocessing, with the changes that augmentation made in this
            step, uint8 ``(N, C, H, W)``.
        labels: their classes, ``(N,)``.
        micro_batches: ``(start, stop)`` of each micro-batch within the batch.
        live: the settings of the step.
        epoch: epochs done before the step, with fraction.
    """

    step: int
    indices: Labels
    images: Bytes
    labels: Labels
    micro_batches: tuple[tuple[int, int], ...]
    live: LiveSettings
    epoch: float


@dataclass(frozen=True)
class _Stretch:
    """Steps with the same settings; ``counters`` are those before the first of them."""

    counters: Counters
    live: LiveSettings


class BatchPlan:
    """The order of the images in each epoch, and which of them each step takes.

    Settings may change during a run, so the plan notes every change with the step it came with: a few
    numbers for each change, none for a step.
    """

    def __init__(self, train: Labels, seed: int) -> None:
        """Plan for the images with the numbers ``train``."""
        self._train = train
        self._seed = seed
        self._stretches: list[_Stretch] = []

    @property
    def size(self) -> int:
        """Images in one epoch."""
        return len(self._train)

    def order(self, epoch: int) -> Labels:
        """Return the numbers of all images in the order in which ``epoch`` takes them."""
        return np.random.default_rng([self._seed, _SHUFFLE, epoch]).permutation(self._train)

    def note(self, counters: Counters, live: LiveSettings) -> None:
        """Note that the step after ``counters`` uses ``live``; forgets what was noted for later ones."""
        while self._stretches and self._stretches[-1].counters.step >= counters.step:
            self._stretches.pop()
        if not self._stretches or self._stretches[-1].live != live:
            self._stretches.append(_Stretch(counters, live))

    def forget_after(self, counters: Counters) -> None:
        """Forget what was noted for steps after ``counters``, to which the run has gone back."""
        self._stretches = [each for each in self._stretches if each.counters.step <= counters.step]

    def before(self, step: int, now: Counters, live: LiveSettings) -> tuple[Counters, LiveSettings]:
        """Return where the run stands before the step number ``step``, and the settings of that step.

        Args:
            step: number of a step, from 1; done or still to come.
            now: where the run stands.
            live: the settings of the steps that are still to come.

        Raises:
            ValueError: there is no such step, or it lies before what is known.
        """
        if step < 1:
            raise ValueError(f"The step is {step}; steps are counted from 1.")
        stretches = [*self._stretches, _Stretch(now, live)] if step > now.step else self._stretches
        fitting = [stretch for stretch in stretches if stretch.counters.step < step]
        if not fitting:
            known = self._stretches[0].counters.step + 1 if self._stretches else now.step + 1
            raise ValueError(f"The step is {step}; the settings are known from step {known} on.")
        stretch = fitting[-1]
        return self._walk(stretch.counters, stretch.live.batch_size, step - 1), stretch.live

    def _walk(self, start: Counters, batch: int, step: int) -> Counters:
        """Return where a run that stood at ``start`` stands after step ``step``, at ``batch`` images each."""
        size, steps = len(self._train), step - start.step
        first = -(-(size - start.offset) // batch)  # steps to the end of the epoch
        if steps < first:
            return Counters(step, start.epoch, start.offset + steps * batch)
        whole, rest = divmod(steps - first, -(-size // batch))
        return Counters(step, start.epoch + 1 + whole, rest * batch)

    def to_json(self) -> list[Any]:
        """Return the noted settings as plain JSON values."""
        return [[*stretch.counters, asdict(stretch.live)] for stretch in self._stretches]

    def load(self, data: Any, now: Counters) -> None:
        """Take over what ``to_json`` gave, for a run that stands at ``now``.

        Raises:
            KeyError, TypeError, ValueError: ``data`` is something else.
        """
        stretches = [
            _Stretch(Counters(*(int(n) for n in numbers)), LiveSettings(**live)) for *numbers, live in data
        ]
        starts = [stretch.counters.step for stretch in stretches]
        if starts != sorted(set(starts)) or any(not 0 <= start <= now.step for start in starts):
            raise ValueError(f"settings were noted for the steps {starts}")
        if any(not 0 <= stretch.counters.offset < len(self._train) for stretch in stretches):
            raise ValueError("settings were noted for places outside an epoch")
        if any(stretch.live.batch_size < 1 for stretch in stretches):
            raise ValueError("settings were noted with an empty batch")
        self._stretches = stretches

    def assume(self, now: Counters, live: LiveSettings, first: LiveSettings) -> None:
        """Plan for a run that began with the settings ``first`` and noted nothing until it stood at ``now``.

        If it uses other ones, or could not stand there with these, its past stays unknown.
        """
        if live == first and self._walk(Counters(), first.batch_size, now.step) == now:
            self._stretches = [_Stretch(Counters(), first)]
