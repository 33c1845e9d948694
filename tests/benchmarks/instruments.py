"""How long one result of each instrument takes, on three networks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.arithmetic.code import layer_code
from engine.arithmetic.gradient import Weight, check, layer_terms, terms_of
from engine.arithmetic.output import explain_output
from engine.arithmetic.passes import Pass, Place
from engine.arithmetic.region import receptive_fields
from engine.arithmetic.update import one_update, take_step
from engine.data.dataset import Dataset
from engine.model.spec import preset
from engine.task import Task
from engine.training.config import RunConfig
from engine.training.replay import StepStart
from engine.training.trainer import Trainer
from engine.training.workers import Workers, hold_blas_to_one_thread
from engine.types import Bytes
from tests.benchmarks.row import Row

NAME = "instruments"
NETWORKS = ("classic", "deep", "resnet")
_BATCH, _SECONDS = 64, 1.0


@dataclass(frozen=True, eq=False)
class Subject:
    """What an instrument looks at: a network in training, an image, and its newest step.

    Attributes:
        trainer: holds the network, its preprocessing and its data set.
        image: the pixels, ``(C, H, W)``.
        start: what the newest step began with.
        found: what went through the network for the image.
    """

    trainer: Trainer
    image: Bytes
    start: StepStart
    found: Pass


_FIRST = Weight(0, "weight", (0, 0, 0, 0))


def _whole_output(subject: Subject) -> None:
    trainer = subject.trainer
    _pointed(subject, Pass.precise(trainer.network, trainer.preprocessing, subject.image))


def _pointed(subject: Subject, found: Pass | None = None) -> None:
    found = found or subject.found
    deepest = [step for step in found.steps if step.kind == "conv"][-1]
    place = Place(deepest.number, (0, *(n // 2 for n in deepest.shape[1:])))
    explain_output(found, place, subject.image, subject.trainer.preprocessing)
    receptive_fields(found.steps, found.network.spec.in_shape, place)


def _update(subject: Subject) -> None:
    taken = take_step(subject.start, subject.trainer.dataset)
    terms_of(layer_terms(subject.start, _FIRST, Task()), _FIRST)
    one_update(taken, _FIRST)


def _check(subject: Subject) -> None:
    check(subject.start, _FIRST, 0.0, Task())


def _code(subject: Subject) -> None:
    layer_code(subject.found, 0, training=False)


INSTRUMENTS: dict[str, Callable[[Subject], object]] = {
    "one output, from the image on": _whole_output,
    "one output, when the mouse moves": _pointed,
    f"one update, batch {_BATCH}": _update,
    f"check of a gradient, batch {_BATCH}": _check,
    "code of a layer, with the lines that ran": _code,
}
"""Adding one: a function of a ``Subject``, and a line here."""


def subject(name: str, workers: Workers) -> Subject:
    """Return a network of noise after two steps."""
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (4 * _BATCH, 1, 28, 28)).astype(np.uint8)
    labels = rng.integers(0, 10, len(images))
    dataset = Dataset("noise", "Noise", tuple("0123456789"), images, labels, images, labels)
    config = RunConfig(preset(name), "noise", batch_size=_BATCH, validation_images=0, threads=1)
    trainer = Trainer(config, dataset, workers)
    for _ in range(2):
        trainer.step()
    start = trainer.last_step()
    if start is None:
        raise RuntimeError("the trainer does not know its newest step")
    return Subject(trainer, images[0], start, Pass.precise(trainer.network, trainer.preprocessing, images[0]))


def run() -> list[Row]:
    """Return the time of one result of each instrument on each network, the least of several."""
    hold_blas_to_one_thread()
    rows = []
    for name in NETWORKS:
        with Workers(1) as workers:
            looked = subject(name, workers)
            for title, look in INSTRUMENTS.items():
                look(looked)
                times: list[float] = []
                until = time.perf_counter() + _SECONDS
                while not times or time.perf_counter() < until:
                    began = time.perf_counter()
                    look(looked)
                    times.append(time.perf_counter() - began)
                rows.append(Row(f"{title}, {name}", 1000 * min(times), "ms", "", None))
    return rows
