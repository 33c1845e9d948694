"""The gradient of one weight as the sum that it is: over the images and the places of a mini-batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arithmetic.batch_pass import micro_batches, run
from engine.arithmetic.passes import Place, Step, Weight, steps_of, unheard
from engine.arithmetic.windows import Counts
from engine.layers.batch_norm import BatchNorm
from engine.layers.conv import Conv
from engine.layers.dense import Dense
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.task import Task
from engine.training.replay import StepStart
from engine.types import Array

STEP_SIZE = 1e-6
"""How far a weight is moved for a finite difference, or this share of a weight above 1."""


def position(spec: NetworkSpec, weight: Weight) -> int:
    """Return where ``weight`` lies in ``Network.vector``.

    Raises:
        ValueError: there is no such value, or it is learnt without gradients.
    """
    size = Network.empty(spec).state_vector.size
    places = Network.empty(spec, np.arange(size, dtype=np.float64))
    shape = places.params[weight.layer][weight.name].shape if _is_named(places, weight) else ()
    fits = len(shape) == len(weight.index) and all(
        0 <= i < n for i, n in zip(weight.index, shape, strict=True)
    )
    found = int(places.params[weight.layer][weight.name][weight.index]) if shape and fits else size
    if found >= places.vector.size:
        raise ValueError(
            f"There is no trained value {weight.name}{list(weight.index)} in layer {weight.layer}."
        )
    return found


def _is_named(network: Network, weight: Weight) -> bool:
    return 0 <= weight.layer < len(network.params) and weight.name in network.params[weight.layer]


@dataclass(frozen=True, eq=False)
class LayerTerms:
    """What entered one operation in a mini-batch, and the gradients that arrived at its output.

    Attributes:
        step: the operation.
        inputs: what entered, ``(N, C, H, W)`` or ``(N, D)``; for batch normalisation the normalised values.
        deltas: gradients of each image's loss for the output, ``(N, F, P, Q)`` or ``(N, U)``.
    """

    step: Step
    inputs: Array
    deltas: Array

    def has(self, weight: Weight) -> bool:
        """Return whether ``weight`` belongs to the operation."""
        return (self.step.owner, self.step.part) == (weight.layer, _part(weight))


@dataclass(frozen=True, eq=False)
class Terms:
    """The gradient of one weight, term by term; the terms of largest size first.

    ``gradient = 1/N sum_n sum_{p,q} delta[n,p,q] input[n,p,q]``: the gradient of the image's loss at an
    output that the weight has a part in, times the value that the weight was multiplied by there.

    Attributes:
        weight: the weight.
        images: number N of images in the mini-batch.
        image: which image of the batch, ``(T,)``.
        row: the place in the output, ``(T,)``; 0 for vectors.
        column: likewise.
        delta: the gradient that arrived there, ``(T,)``.
        value: what the weight was multiplied by there, ``(T,)``; 1 for a bias.
        product: delta times value, ``(T,)``.
        by_image: sum of the products of each image, ``(N,)``.
        total: the gradient of the mean loss that all of them add up to.
        of_step: number of the operation.
        source: the operation that gave the values, or ``INPUT``; None for a bias.
        corner: what is added to ``stride (row, column)`` for the place of the value in ``source``.
        stride: of the operation.
        channel: the channel of the value, or the feature.
        is_vector: whether the output of the operation is a vector.
    """

    weight: Weight
    images: int
    image: Counts
    row: Counts
    column: Counts
    delta: Array
    value: Array
    product: Array
    by_image: Array
    total: float
    of_step: int
    source: int | None
    corner: tuple[int, int]
    stride: tuple[int, int]
    channel: int
    is_vector: bool

    def output(self, term: int) -> Place:
        """Return the place where the gradient of a term arrived."""
        return Place(self.of_step, (self.weight.index[0], *self._at(term, (0, 0), (1, 1))))

    def input(self, term: int) -> Place | None:
        """Return the place of the value of a term; None for a bias."""
        if self.source is None:
            return None
        return Place(self.source, (self.channel, *self._at(term, self.corner, self.stride)))

    def _at(self, term: int, corner: tuple[int, int], stride: tuple[int, int]) -> tuple[int, ...]:
        if self.is_vector:
            return ()
        place = (int(self.row[term]), int(self.column[term]))
        return tuple(p * s + c for p, s, c in zip(place, stride, corner, strict=True))


@unheard()
def layer_terms(start: StepStart, weight: Weight, task: Task) -> LayerTerms:
    """Send the mini-batch through and back, and keep what the operation of ``weight`` needs.

    All weights of one operation share the result. Takes about as long as a training step.

    Raises:
        ValueError: there is no such weight.
        Cancelled: the task was cancelled.
    """
    position(start.config.network, weight)
    entered: list[Array] = []
    arrived: list[Array] = []
    network = Network.empty(start.config.network, start.weights)
    step = step_of(network, weight)
    for micro_batch in micro_batches(start, task):
        found = micro_batch.found
        is_norm = isinstance(step.layer, BatchNorm)
        entered.append(found.caches[step.number].normal if is_norm else found.output(step.sources[0]))
        arrived.append(micro_batch.back().of(step.number))
    return LayerTerms(step, np.concatenate(entered), np.concatenate(arrived))


def step_of(network: Network, weight: Weight) -> Step:
    """Return the operation that ``weight`` belongs to."""
    return next(s for s in steps_of(network) if (s.owner, s.part) == (weight.layer, _part(weight)))


def _part(weight: Weight) -> str:
    """Return the part of a residual block that a weight belongs to, or an empty name."""
    return weight.name.rpartition(".")[0]


@unheard()
def terms_of(layer: LayerTerms, weight: Weight) -> Terms:
    """Return the terms of one weight of the operation of ``layer``."""
    step, is_bias = layer.step, weight.name.rpartition(".")[2] == "bias"
    images, index = len(layer.inputs), weight.index
    deltas: Array = layer.deltas[:, index[0]].astype(np.float64)
    if deltas.ndim == 1:
        deltas = deltas[:, None, None]
    rows, columns = np.indices(deltas.shape[1:])
    corner, stride, channel, source = (0, 0), (1, 1), index[0], step.sources[0]
    inside = np.ones(rows.shape, bool)
    values: Array = np.ones_like(deltas)
    if isinstance(step.layer, Conv):
        geometry = step.layer.geometry
        stride = geometry.stride
        if not is_bias:
            channel = index[1]
            corner = (index[2] - geometry.padding[0], index[3] - geometry.padding[1])
            seen = layer.inputs[:, channel]
            from_rows, from_columns = rows * stride[0] + corner[0], columns * stride[1] + corner[1]
            inside = (from_rows >= 0) & (from_rows < seen.shape[1])
            inside &= (from_columns >= 0) & (from_columns < seen.shape[2])
            values = seen[:, np.where(inside, from_rows, 0), np.where(inside, from_columns, 0)]
    elif isinstance(step.layer, Dense) and not is_bias:
        channel = index[1]
        values = layer.inputs[:, channel, None, None]
    elif isinstance(step.layer, BatchNorm) and not is_bias:
        values = layer.inputs[:, channel].reshape(deltas.shape)
    products = deltas * values * inside
    image, row, column = np.broadcast_arrays(np.arange(images)[:, None, None], rows, columns)
    keep = np.broadcast_to(inside, products.shape)
    order = np.argsort(-np.abs(products[keep]), kind="stable")
    return Terms(
        weight,
        images,
        image[keep][order],
        row[keep][order],
        column[keep][order],
        deltas[keep][order],
        np.broadcast_to(values, products.shape)[keep][order],
        products[keep][order],
        products.sum(axis=(1, 2), dtype=np.float64),
        float(products.sum(dtype=np.float64)) / images,
        step.number,
        None if is_bias else source,
        corner,
        stride,
        channel,
        layer.deltas.ndim == 2,
    )


@dataclass(frozen=True)
class Check:
    """A gradient, and the slope of the loss that was measured by moving the weight.

    Attributes:
        gradient: what the chain rule gave.
        measured: ``(above - below) / (2 step)``.
        above: mean loss of the mini-batch with the weight ``step`` larger.
        below: with the weight ``step`` smaller.
        step: how far the weight was moved.
    """

    gradient: float
    measured: float
    above: float
    below: float
    step: float


def check(start: StepStart, weight: Weight, gradient: float, task: Task) -> Check:
    """Measure the slope of the mini-batch's loss along one weight, with 64 bits.

    The same images, micro-batches and random numbers as in the step: two passes forward.

    Raises:
        ValueError: there is no such weight.
        Cancelled: the task was cancelled.
    """
    place = position(start.config.network, weight)
    size = STEP_SIZE * max(1.0, abs(float(start.weights[place])))
    losses = {1: 0.0, -1: 0.0}
    count = len(start.batch.micro_batches)
    for index in range(count):
        for number, sign in enumerate(losses):
            task.report(2 * index + number, 2 * count)
            moved = start.weights.astype(np.float64)
            moved[place] += sign * size
            losses[sign] += run(start, index, moved, np.float64).loss
    above, below = (losses[sign] / len(start.batch.indices) for sign in losses)
    return Check(gradient, (above - below) / (2 * size), above, below, size)
