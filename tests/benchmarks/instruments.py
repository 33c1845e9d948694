"""How long one result of each instrument takes, on three networks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.arithmetic.code import layer_code
from engine.arithmetic.gradient import check, layer_terms, terms_of
from engine.arithmetic.output import explain_output
from engine.arithmetic.passes import Pass, Place, Weight
from engine.arithmetic.region import receptive_fields
from engine.arithmetic.update import one_update, take_step
from engine.damage.input_changes import Rotate
from engine.damage.network_changes import Quantise
from engine.damage.ranking import rank_filters
from engine.damage.stack import Damage
from engine.data.catalogue import load
from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.explain import METHODS, Method, sanity
from engine.explain.maximise import Maximise
from engine.explain.neighbours import FeatureIndex
from engine.explain.part import Part
from engine.explain.projection import project
from engine.explain.saliency import Saliency
from engine.explain.smallest_change import SmallestChange
from engine.explain.top_images import TopImages
from engine.health.measure import measure, probe
from engine.health.range_test import STEPS as RATES
from engine.health.range_test import range_test
from engine.maps.features import features
from engine.maps.landscape import SIZE, landscape, random_plane
from engine.maps.projections import Pca
from engine.model.network import Network
from engine.model.spec import preset
from engine.task import Task
from engine.training.config import RunConfig
from engine.training.evaluation import evaluate
from engine.training.replay import StepStart
from engine.training.trainer import Trainer
from engine.training.workers import Workers, hold_blas_to_one_thread
from engine.types import Bytes
from tests.benchmarks.row import Row

NAME = "instruments"
NETWORKS = ("classic", "deep", "resnet")
_BATCH, _STEPS, _SECONDS = 64, 40, 1.0
_COMPARED = 1000
"""Images that are looked through."""


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

    @property
    def given(self) -> tuple[Network, Preprocessing, Bytes]:
        """Network, preprocessing and image."""
        return self.trainer.network, self.trainer.preprocessing, self.image

    @property
    def data(self) -> Dataset:
        """The data set."""
        return self.trainer.dataset

    @property
    def part(self) -> Part:
        """A class."""
        return Part(len(self.trainer.network.spec.layers) - 1, 7)


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


def _explained(method: type[Method]) -> Callable[[Subject], object]:
    return lambda subject: method().explain(*subject.given, 7)


def _nearest(subject: Subject) -> None:
    images, labels = (each[:_COMPARED] for each in (subject.data.train_images, subject.data.train_labels))
    FeatureIndex.of(*subject.given[:2], images, labels).nearest(subject.image)


def _most_exciting(subject: Subject) -> None:
    TopImages.of(*subject.given[:2], subject.data.test_images[:_COMPARED], subject.part.layer)


def _health(subject: Subject) -> None:
    chosen = probe(subject.data.train_labels, np.arange(len(subject.data.train_labels)), 10)
    images, labels = subject.data.train_images[chosen], subject.data.train_labels[chosen]
    measure(*subject.given[:2], images, labels, _STEPS)


def _map(subject: Subject) -> None:
    layer = len(subject.trainer.network.spec.layers) - 2
    found, _, _ = features(*subject.given[:2], subject.data.test_images[:_COMPARED], layer, Task())
    Pca().draw(found, Task())


def _broken(subject: Subject) -> None:
    damage = Damage().then(Quantise("4")).then(Rotate(10.0))
    network, prepared, _ = subject.given
    images, labels = subject.data.test_images[:_COMPARED], subject.data.test_labels[:_COMPARED]
    with Workers(1) as workers:
        evaluate(damage.network(network), prepared, damage.images(images), labels, workers)


def _ranking(subject: Subject) -> None:
    images, labels = subject.data.test_images[:100], subject.data.test_labels[:100]
    rank_filters(*subject.given[:2], images, labels, Task())


def _place(subject: Subject) -> None:
    network, prepared, _ = subject.given
    images, labels = subject.data.train_images[:100], subject.data.train_labels[:100]
    landscape(network, random_plane(network), prepared, images, labels, Task(), size=1)


INSTRUMENTS: dict[str, Callable[[Subject], object]] = {
    "one output, from the image on": _whole_output,
    "one output, when the mouse moves": _pointed,
    f"one update, batch {_BATCH}": _update,
    f"check of a gradient, batch {_BATCH}": _check,
    "code of a layer, with the lines that ran": _code,
    **{f"{method.title} of one class": _explained(method) for method in METHODS.values()},
    "sanity check of saliency": lambda subject: sanity.check({"saliency": Saliency()}, *subject.given, 7),
    "smallest change": lambda subject: SmallestChange().find(*subject.given),
    f"nearest of {_COMPARED:,} training images": _nearest,
    f"most exciting of {_COMPARED:,} test images": _most_exciting,
    "deconvolution": lambda subject: project(*subject.given, subject.part),
    "picture of a class, 120 steps": lambda subject: list(
        Maximise().frames(*subject.given[:2], subject.part)
    ),
    "health of one moment, 80 images": _health,
    f"learning rate test, {RATES} steps": lambda subject: range_test(
        subject.trainer.config, subject.data, Task()
    ),
    f"PCA map of {_COMPARED:,} test images": _map,
    f"accuracy of a broken copy, {_COMPARED:,} test images": _broken,
    "ranking of all filters, 100 test images": _ranking,
    f"loss at one of the {SIZE * SIZE} places of a landscape, 100 images": _place,
}
"""Adding one: a function of a ``Subject``, and a line here."""


def subject(name: str, workers: Workers) -> Subject:
    """Return a network that has begun to learn digits."""
    dataset = load("mnist")
    config = RunConfig(preset(name), batch_size=_BATCH, validation_images=0, threads=1)
    trainer = Trainer(config, dataset, workers)
    for _ in range(_STEPS):
        trainer.step()
    start = trainer.last_step()
    if start is None:
        raise RuntimeError("the trainer does not know its newest step")
    image = dataset.test_images[0]
    return Subject(trainer, image, start, Pass.precise(trainer.network, trainer.preprocessing, image))


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
