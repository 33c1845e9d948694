"""The gradient that arrived at one value of one image of a mini-batch, traced back to the loss."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from engine.arithmetic.batch_pass import micro_batches
from engine.arithmetic.passes import Pass, Place, Step, unheard
from engine.arithmetic.windows import Counts, Flags, Window, vector, weighed
from engine.arithmetic.working import Line, Working
from engine.layers.batch_norm import BatchNorm
from engine.layers.conv import Conv
from engine.layers.dense import Dense
from engine.layers.flatten import Flatten
from engine.layers.global_pool import GlobalAveragePool
from engine.layers.pooling import AveragePool, MaxPool
from engine.model.losses import softmax
from engine.model.network import INPUT
from engine.ops.geometry import Geometry
from engine.task import Task
from engine.training.replay import StepStart
from engine.types import Array


class _Norm(NamedTuple):
    """What batch normalisation sends back is made of: for each channel, but ``normal`` for the image."""

    normal: Array
    scale: Array
    mean_delta: Array
    mean_product: Array


@dataclass(frozen=True, eq=False)
class Arrivals:
    """One image of a mini-batch in training mode: what went through, and the gradients that came back.

    The gradients are those of this image's loss; the training divides by the number of images.

    Attributes:
        image: number of the image in the mini-batch.
        label: its class.
        smoothing: label smoothing of the run.
        found: the values, for this image alone; its way back is not the training's.
        deltas: gradients for the outputs of the operations, one image each.
        input_delta: gradient for what entered, ``(C, H, W)``.
        slopes: of operations that work on each value by itself: output's change per input's, by number.
        norms: of batch normalisations, by number.
    """

    image: int
    label: int
    smoothing: float
    found: Pass
    deltas: tuple[Array, ...]
    input_delta: Array
    slopes: dict[int, Array]
    norms: dict[int, _Norm]

    def delta(self, place: Place) -> float:
        """Return the gradient of the image's loss for the value at ``place``."""
        return float((self.input_delta if place.step == INPUT else self.deltas[place.step])[place.index])


@unheard()
def arrivals(start: StepStart, image: int, task: Task) -> Arrivals:
    """Send the micro-batch of one image through the network and back.

    Args:
        start: the training step.
        image: number of the image in its mini-batch, from 0.
        task: may cancel.

    Raises:
        ValueError: there is no such image.
        Cancelled: the task was cancelled.
    """
    micro_batch = next(iter(micro_batches(start, task, image)), None) if image >= 0 else None
    if micro_batch is None:
        raise ValueError(f"The image is {image}; allowed is 0 to {len(start.batch.indices) - 1}.")
    found, mine = micro_batch.found, image - micro_batch.start
    back = micro_batch.back()
    one = slice(mine, mine + 1)
    slopes: dict[int, Array] = {}
    norms: dict[int, _Norm] = {}
    for step in found.steps:
        cache = found.caches[step.number]
        if isinstance(step.layer, BatchNorm):
            grads, output = back.params[step.number], found.outputs[step.number]
            count = output.size // output.shape[1]
            norms[step.number] = _Norm(
                cache.normal[mine], cache.scale, grads["bias"] / count, grads["weight"] / count
            )
        elif step.layer is not None and _is_elementwise(step):
            ones = np.ones_like(found.outputs[step.number])
            slope = step.layer.backward({}, ones, cache, found.ctx)[0]
            if slope is not None:
                slopes[step.number] = slope[mine].copy()
    alone = replace(
        found,
        x=found.x[one].copy(),
        outputs=tuple(output[one].copy() for output in found.outputs),
        caches=(),
    )
    return Arrivals(
        image,
        int(micro_batch.labels[mine]),
        start.config.smoothing,
        alone,
        tuple(delta[mine].copy() for delta in back.outputs),
        back.input[mine].copy(),
        slopes,
        norms,
    )


@unheard()
def explain_arrival(arrived: Arrivals, place: Place) -> tuple[Working, ...]:
    """Return how the gradient at ``place`` came about: one working for each operation that used the value.

    Their totals add up to the gradient; there are two in front of a residual block. All places in them
    stand for the gradients that arrived there.

    Raises:
        ValueError: there is no such place.
    """
    steps = arrived.found.steps
    if not INPUT <= place.step < len(steps):
        raise ValueError(f"The operation is {place.step}; allowed is {INPUT} to {len(steps) - 1}.")
    if place.step == len(steps) - 1:
        return (_loss(arrived, place),)
    users = [step for step in steps if place.step in step.sources]
    workings = [_through(arrived, step, place) for step in users]
    rest = arrived.delta(place)
    found = []
    for total, lines, window, kind in workings:
        # Of two ways each is held against what the other leaves of the gradient.
        others = sum(other[0] for other in workings if other[1] is not lines)
        found.append(Working(place, kind, rest - others, total, lines, window))
    return tuple(found)


def _loss(arrived: Arrivals, place: Place) -> Working:
    logits = arrived.found.outputs[-1].astype(np.float64)
    chosen, classes = place.index[0], logits.shape[1]
    probability = float(softmax(logits)[0, chosen])
    target = (1 - arrived.smoothing) * (chosen == arrived.label) + arrived.smoothing / classes
    total = probability - target
    lines = (
        Line("probability of this class", probability),
        Line("target for this class", target),
        Line("probability − target", total),
    )
    return Working(place, "loss", arrived.delta(place), total, lines)


_Result = tuple[float, tuple[Line, ...], Window | None, str]


def _through(arrived: Arrivals, step: Step, place: Place) -> _Result:
    """Return what comes back to ``place`` through the operation ``step``."""
    same = Place(step.number, place.index)
    match step.layer:
        case None:
            total = arrived.delta(same)
            return total, (Line("gradient at the sum", total, same),), None, step.kind
        case Conv() as layer:
            channel = place.index[0]
            weights = arrived.found.params(step.number)["weight"][:, channel]
            return _windowed(arrived, step, layer.geometry, place, weights)
        case Dense():
            weights = arrived.found.params(step.number)["weight"][:, place.index[0]]
            window = vector(step.number, arrived.deltas[step.number].astype(np.float64), weights)
            return _summed(window, step)
        case MaxPool() | AveragePool() as pool:
            return _pooled(arrived, step, pool, place)
        case GlobalAveragePool():
            source = Place(step.number, place.index[:1])
            height, width = arrived.found.output(step.sources[0]).shape[2:]
            delta = arrived.delta(source)
            total = delta / (height * width)
            lines = (
                Line("gradient at the mean", delta, source),
                Line("values in the mean", float(height * width)),
                Line("gradient ÷ number of values", total),
            )
            return total, lines, None, step.kind
        case Flatten():
            shape = arrived.found.output(step.sources[0]).shape[1:]
            source = Place(step.number, (int(np.ravel_multi_index(place.index, shape)),))
            total = arrived.delta(source)
            return total, (Line("the same gradient", total, source),), None, step.kind
        case BatchNorm():
            return _norm(arrived, step, same)
    delta, slope = arrived.delta(same), float(arrived.slopes[step.number][place.index])
    total = delta * slope
    lines = (
        Line("gradient at the output", delta, same),
        Line("slope here", slope),
        Line("gradient × slope", total),
    )
    return total, lines, None, step.kind


def _norm(arrived: Arrivals, step: Step, same: Place) -> _Result:
    norm, channel = arrived.norms[step.number], same.index[0]
    weight = float(arrived.found.params(step.number)["weight"][channel])
    delta, normal = arrived.delta(same), float(norm.normal[same.index])
    mean_delta, mean_product = float(norm.mean_delta[channel]), float(norm.mean_product[channel])
    scale = float(norm.scale[channel])
    bracket = delta - mean_delta - normal * mean_product
    total = weight * scale * bracket
    lines = (
        Line("gradient at the output", delta, same),
        Line("mean gradient of the channel in the micro-batch", mean_delta),
        Line("normalised value h", normal),
        Line("mean of gradient × h in the micro-batch", mean_product),
        Line("gradient − mean − h × mean of products", bracket),
        Line("scale of the layer", weight),
        Line("1 ÷ √(variance + ε)", scale),
        Line("product of the last three", total),
    )
    return total, lines, None, step.kind


def _windowed(arrived: Arrivals, step: Step, geometry: Geometry, place: Place, weights: Array) -> _Result:
    """Sum over the outputs whose window saw the value; ``weights`` are ``(F, kh, kw)``."""
    deltas = arrived.deltas[step.number]
    channels = np.arange(len(deltas))
    if isinstance(step.layer, MaxPool | AveragePool):
        channels = channels[place.index[0] : place.index[0] + 1]
    rows, columns, inside = _outputs(geometry, place, deltas.shape[1:])
    safe = (np.where(inside, rows, 0), np.where(inside, columns, 0))
    values = deltas[channels[:, None, None], safe[0], safe[1]].astype(np.float64) * inside
    window = Window(step.number, values, weights, values, channels, rows, columns, inside)
    return _summed(weighed(window, weights), step)


def _outputs(geometry: Geometry, place: Place, size: tuple[int, ...]) -> tuple[Counts, Counts, Flags]:
    """Return row and column of the output that has ``place`` at each place of its window, if there is one."""
    (kh, kw), (sh, sw), (ph, pw) = geometry.size, geometry.stride, geometry.padding
    down = place.index[1] + ph - np.arange(kh)[:, None] + np.zeros((1, kw), int)
    across = place.index[2] + pw - np.arange(kw)[None, :] + np.zeros((kh, 1), int)
    rows, columns = down // sh, across // sw
    inside = (down % sh == 0) & (across % sw == 0) & (rows >= 0) & (columns >= 0)
    inside &= (rows < size[0]) & (columns < size[1])
    return rows, columns, inside


def _pooled(arrived: Arrivals, step: Step, layer: MaxPool | AveragePool, place: Place) -> _Result:
    geometry = layer.geometry
    kh, kw = geometry.size
    if isinstance(layer, AveragePool):
        return _windowed(arrived, step, geometry, place, np.full((1, kh, kw), 1 / (kh * kw)))
    from_maps = arrived.found.output(step.sources[0])[0][place.index[0]]
    (sh, sw), (ph, pw) = geometry.stride, geometry.padding
    rows, columns, inside = _outputs(geometry, place, arrived.deltas[step.number].shape[1:])
    won = np.zeros((1, kh, kw))
    for i, j in np.argwhere(inside).tolist():
        top, left = rows[i, j] * sh - ph, columns[i, j] * sw - pw
        seen = np.full((kh, kw), -np.inf)
        for r, c in np.ndindex(kh, kw):
            if 0 <= top + r < from_maps.shape[0] and 0 <= left + c < from_maps.shape[1]:
                seen[r, c] = from_maps[top + r, left + c]
        # The first of equal values, column by column.
        won[0, i, j] = divmod(int(seen.T.argmax()), kh) == (j, i)
    return _windowed(arrived, step, geometry, place, won)


def _summed(window: Window, step: Step) -> _Result:
    count = int(window.inside.sum()) * len(window.channels)
    return window.total, (Line(f"sum of {count:,} products", window.total),), window, step.kind


def _is_elementwise(step: Step) -> bool:
    windows = Conv | Dense | MaxPool | AveragePool | GlobalAveragePool | Flatten
    return not isinstance(step.layer, windows)
