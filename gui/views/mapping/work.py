"""Draws maps and landscapes beside the window."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from engine.damage.stack import UNBROKEN, Damage
from engine.data.dataset import Dataset
from engine.errors import EngineError
from engine.health.recorded import spread
from engine.maps.align import aligned
from engine.maps.features import features, most_images
from engine.maps.landscape import Landscape, landscape, path_plane, random_plane
from engine.maps.projections import PROJECTIONS, Placed
from engine.model.network import INPUT
from engine.runs.folder import RunFolder
from engine.task import Task
from engine.types import Array, Bytes
from gui.presenters.maps import ImageMap, Values
from gui.run.moment import Moment

LANDSCAPE_IMAGES = 200
PATH_STEPS = 40


@dataclass(frozen=True)
class Asked:
    """What a map is of.

    Attributes:
        kind: the way to draw, a key of ``PROJECTIONS``.
        layer: number of the layer, from 0, or ``INPUT``.
    """

    kind: str
    layer: int


@dataclass(frozen=True, eq=False)
class Drawn:
    """A map, and how to place other images in it.

    Attributes:
        asked: what it is of.
        map: what is shown.
        placed: the map before it was laid over the one before.
        matrix, shift: how it was laid over: ``points matrix + shift``.
        seconds: how long it took.
        damage: what was done to the images before they entered the network.
    """

    asked: Asked
    map: ImageMap
    placed: Placed
    matrix: Values
    shift: Values
    seconds: float
    damage: Damage = UNBROKEN


def draw(moment: Moment, dataset: Dataset, asked: Asked, before: Drawn | None, task: Task) -> Drawn:
    """Return a map of test images, laid over ``before`` if that is of the same."""
    began = time.perf_counter()
    network, prepared = moment.network, moment.damage.before(moment.model.preprocessing)
    count = min(most_images(network, asked.layer), len(dataset.test_images))
    indices = np.sort(np.random.default_rng(0).permutation(len(dataset.test_images))[:count])
    images = dataset.test_images[indices]
    found, answers, confidence = features(network, prepared, images, asked.layer, task)
    same = before is not None and before.asked == asked and len(before.map.indices) == count
    start = before.placed.points if same and before is not None else None
    placed = PROJECTIONS[asked.kind]().draw(found, task, start)
    matrix, shift, points = np.eye(2), np.zeros(2), placed.points
    if before is not None and len(before.map.indices) == count:
        points, matrix, shift = aligned(placed.points, before.map.points)
    name = "the input" if asked.layer == INPUT else _title(moment, asked.layer)
    step = "" if moment.step is None else f" after step {moment.step:,}"
    about = f"{count:,} test images as {name} has them{step}."
    if placed.shares:
        about += f" {100 * sum(placed.shares):.0f} % of how they differ is seen."
    names = moment.model.class_names
    shown = ImageMap(points, indices, dataset.test_labels[indices], answers, confidence, names, about)
    return Drawn(asked, shown, placed, matrix, shift, time.perf_counter() - began, moment.damage)


def place_star(moment: Moment, drawn: Drawn, image: Bytes, task: Task) -> Values:
    """Return where ``image`` lies in the map, ``(2,)``."""
    found, _, _ = features(moment.network, moment.model.preprocessing, image[None], drawn.asked.layer, task)
    place: Values = drawn.placed.place(found)[0] @ drawn.matrix + drawn.shift
    return place


def _title(moment: Moment, layer: int) -> str:
    spec = moment.network.spec.layers[layer]
    return f"layer {layer + 1}, {spec.title or spec.type_name},"


def layers(moment: Moment) -> list[tuple[str, int]]:
    """Return name and number of all layers that can be mapped, the input first."""
    spec = moment.network.spec.layers
    own = [(f"{index + 1} {layer.title or layer.type_name}", index) for index, layer in enumerate(spec)]
    return [("Input", INPUT), *own]


def draw_landscape(
    moment: Moment, dataset: Dataset, kind: str, folder: RunFolder | None, task: Task
) -> Landscape:
    """Return the loss around the weights: along random directions, or where the recorded path lies.

    Raises:
        EngineError: too few steps are recorded for a path.
    """
    rng = np.random.default_rng(0)
    count = min(LANDSCAPE_IMAGES, len(dataset.train_images))
    chosen = rng.permutation(len(dataset.train_images))[:count]
    plane = random_plane(moment.network)
    if kind == "path":
        recorded = [] if folder is None else _path(folder, moment, task)
        if len(recorded) < 3:
            raise EngineError("For the path at least 3 steps of the run must be recorded.")
        plane = path_plane(recorded)
    return landscape(
        moment.network,
        plane,
        moment.damage.before(moment.model.preprocessing),
        dataset.train_images[chosen],
        dataset.train_labels[chosen],
        task,
    )


def _path(folder: RunFolder, moment: Moment, task: Task) -> list[tuple[int, Array]]:
    """Return recorded steps and their weights up to the moment, which is the last one."""
    end = moment.step or 0
    chosen = spread([step for step in folder.steps() if step < end], PATH_STEPS)
    found = []
    for number, step in enumerate(chosen):
        task.report(number, len(chosen), "reading the path")
        try:
            found.append((step, folder.network(step).vector))
        except EngineError:  # it has gone meanwhile
            continue
    return [*found, (end, moment.network.vector)]
