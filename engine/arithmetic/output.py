"""The arithmetic of one output: which numbers made a value, and that they add up to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.arithmetic.passes import Pass, Place, Step, unheard
from engine.arithmetic.windows import Window, vector, weighed, window_at
from engine.arithmetic.working import Line, Working
from engine.data.preprocess import Preprocessing
from engine.layers.activations import LeakyRelu, Relu, Relu6, Sigmoid, Tanh
from engine.layers.base import Layer
from engine.layers.batch_norm import BatchNorm
from engine.layers.conv import Conv
from engine.layers.dense import Dense
from engine.layers.dropout import Dropout
from engine.layers.flatten import Flatten
from engine.layers.global_pool import GlobalAveragePool
from engine.layers.pooling import AveragePool, MaxPool
from engine.model.losses import softmax
from engine.model.network import INPUT
from engine.ops.geometry import Geometry
from engine.types import Bytes

ELEMENTWISE = (Relu, Relu6, LeakyRelu, Sigmoid, Tanh, Dropout, BatchNorm)
"""Layers each of whose outputs depends on one input alone, in inference mode."""


def softmax_place(found: Pass, index: int) -> Place:
    """Return the place of the probability of class ``index``."""
    return Place(len(found.steps), (index,))


@unheard()
def explain_output(
    found: Pass, place: Place, image: Bytes | None = None, preprocessing: Preprocessing | None = None
) -> Working:
    """Return how the value at ``place`` came about, for the first image of a pass in inference mode.

    With a pass of ``Pass.precise`` the total differs from the value by less than 1e-5 of it; with one of 32
    bits it may differ by the rounding of these, which counts where large products cancel.

    Args:
        found: what went through the network.
        place: which value.
        image: the pixels, ``(C, H, W)``; needed for values of the input.
        preprocessing: what was done to them; needed for values of the input.

    Raises:
        ValueError: there is no such place, or the pixels are needed and missing.
    """
    count = len(found.steps)
    if not INPUT <= place.step <= count:
        raise ValueError(
            f"The operation is {place.step}; allowed is {INPUT} (the input) to {count} (softmax)."
        )
    shape = found.output(min(place.step, count - 1)).shape[1:]
    if len(place.index) != len(shape) or any(not 0 <= i < n for i, n in zip(place.index, shape, strict=True)):
        raise ValueError(f"The index is {place.index}; the output has the shape {shape}.")
    if place.step == INPUT:
        if image is None or preprocessing is None:
            raise ValueError("A value of the input needs the image and its preprocessing.")
        return _input(found, place, image, preprocessing)
    if place.step == count:
        return _softmax(found, place)
    step = found.steps[place.step]
    value = found.value(place)
    total, lines, window = _work(found, step, place)
    return Working(place, step.kind, value, total, lines, window, following(found, place))


def following(found: Pass, place: Place) -> Place | None:
    """Return the value of the next operation that depends on the one at ``place`` alone, if there is one."""
    for step in found.steps[place.step + 1 :]:
        if place.step in step.sources:
            return Place(step.number, place.index) if isinstance(step.layer, ELEMENTWISE) else None
    return None


Result = tuple[float, tuple[Line, ...], Window | None]


def _work(found: Pass, step: Step, place: Place) -> Result:
    match step.layer:
        case None:
            return _sum(found, step, place)
        case Conv() as layer:
            return _conv(found, step, layer, place)
        case Dense():
            return _dense(found, step, place)
        case MaxPool() as layer:
            return _max_pool(found, step, layer, place)
        case AveragePool() as layer:
            return _average_pool(found, step, layer, place)
        case GlobalAveragePool():
            return _global_average(found, step, place)
        case BatchNorm() as layer:
            return _batch_norm(found, step, layer, place)
        case Dropout() as layer:
            return _dropout(found, step, layer, place)
        case Flatten():
            return _flatten(found, step, place)
        case Relu() | Relu6() | LeakyRelu() | Sigmoid() | Tanh() as layer:
            return _activation(found, step, layer, place)
    raise ValueError(f"There is no explanation of layer '{step.kind}'.")


# --- one function for each arithmetic ---------------------------------------------------------------


def _input(found: Pass, place: Place, image: Bytes, preprocessing: Preprocessing) -> Working:
    channel = place.index[0]
    pixel = float(image[place.index])
    mean, std = preprocessing.mean[channel], preprocessing.std[channel]
    total = (pixel / 255 - mean) / std
    lines = (
        Line("pixel, 0 (black) to 255", pixel),
        Line("pixel ÷ 255", pixel / 255),
        Line("mean of the data set", mean),
        Line("standard deviation of the data set", std),
        Line("value that enters the network", total),
    )
    return Working(place, "input", found.value(place), total, lines, None, following(found, place))


def _softmax(found: Pass, place: Place) -> Working:
    logits = found.outputs[-1][0]
    chosen, last = place.index[0], len(found.steps) - 1
    top = int(logits.argmax())
    powers = np.exp(logits - logits[top])
    whole_sum = float(powers.sum())
    total = float(powers[chosen]) / whole_sum
    lines = (
        Line("score of this class", float(logits[chosen]), Place(last, (chosen,))),
        Line("largest score of all", float(logits[top]), Place(last, (top,))),
        Line("score − largest", float(logits[chosen] - logits[top])),
        Line("exp of it", float(powers[chosen])),
        Line("sum of exp over all classes", whole_sum),
        Line("probability", total),
    )
    seen = vector(last, logits, 1.0)
    window = replace(seen, products=powers[:, None, None], chosen=(chosen, 0, 0))
    value = float(softmax(logits[None])[0, chosen])
    return Working(place, "softmax", value, total, lines, window)


def _conv(found: Pass, step: Step, layer: Conv, place: Place) -> Result:
    params, source = found.params(step.number), step.sources[0]
    unit, row, column = place.index
    channels = range(params["weight"].shape[1])
    _, seen = window_at(found, source, layer.geometry, (row, column), channels)
    window = weighed(seen, params["weight"][unit])
    return _affine(step, window, float(params["bias"][unit]) if layer.bias else None, unit)


def _dense(found: Pass, step: Step, place: Place) -> Result:
    params, source = found.params(step.number), step.sources[0]
    unit = place.index[0]
    window = vector(source, found.output(source)[0], params["weight"][unit])
    return _affine(step, window, float(params["bias"][unit]) if "bias" in params else None, unit)


def _affine(step: Step, window: Window, bias: float | None, unit: int) -> Result:
    count = int(window.inside.sum()) * len(window.channels)
    lines = [Line(f"sum of {count:,} products", window.total)]
    total = window.total
    if bias is not None:
        lines.append(Line("bias", bias, weight=step.weight("bias", unit)))
        total += bias
    return total, (*lines, Line("output", total)), window


def _max_pool(found: Pass, step: Step, layer: MaxPool, place: Place) -> Result:
    channel, row, column = place.index
    values, seen = window_at(
        found, step.sources[0], layer.geometry, (row, column), range(channel, channel + 1)
    )
    # The first of equal values, column by column, as the gradient takes it.
    reachable = np.where(seen.inside, values[0], -np.inf)
    j, i = divmod(int(reachable.T.argmax()), reachable.shape[0])
    weights = np.zeros_like(values)
    weights[0, i, j] = 1
    window = weighed(seen, weights, (0, i, j))
    total = float(values[0, i, j])
    return total, (Line("largest value", total, window.place((0, i, j))),), window


def _average_pool(found: Pass, step: Step, layer: AveragePool, place: Place) -> Result:
    channel, row, column = place.index
    channels = range(channel, channel + 1)
    values, seen = window_at(found, step.sources[0], layer.geometry, (row, column), channels)
    return _mean(seen, values.size)


def _global_average(found: Pass, step: Step, place: Place) -> Result:
    maps = found.output(step.sources[0])[0]
    channel = place.index[0]
    size = maps.shape[1:]
    geometry = Geometry((size[0], size[1]))
    values, seen = window_at(found, step.sources[0], geometry, (0, 0), range(channel, channel + 1))
    return _mean(seen, values.size)


def _mean(seen: Window, count: int) -> Result:
    window = weighed(seen, np.full_like(seen.values, 1 / count))
    total = seen.total / count
    lines = (
        Line("sum of the values", seen.total),
        Line("number of values", float(count)),
        Line("mean", total),
    )
    return total, lines, window


def _batch_norm(found: Pass, step: Step, layer: BatchNorm, place: Place) -> Result:
    params, channel = found.params(step.number), place.index[0]
    before = Place(step.sources[0], place.index)
    x = found.value(before)
    mean, variance = float(params["running_mean"][channel]), float(params["running_var"][channel])
    weight, bias = float(params["weight"][channel]), float(params["bias"][channel])
    deviation = float(np.sqrt(variance + layer.epsilon))
    normal = (x - mean) / deviation
    total = weight * normal + bias
    lines = (
        Line("input", x, before),
        Line("running mean", mean, weight=step.weight("running_mean", channel)),
        Line("running variance", variance, weight=step.weight("running_var", channel)),
        Line(f"√(variance + {layer.epsilon:g})", deviation),
        Line("(input − mean) ÷ √(…)", normal),
        Line("scale", weight, weight=step.weight("weight", channel)),
        Line("shift", bias, weight=step.weight("bias", channel)),
        Line("output", total),
    )
    return total, lines, None


def _activation(found: Pass, step: Step, layer: Layer, place: Place) -> Result:
    before = Place(step.sources[0], place.index)
    x = found.value(before)
    total = _bent(layer, x)
    return total, (Line("input", x, before), Line("output", total)), None


def _bent(layer: Layer, x: float) -> float:
    """Return what an activation makes of one number, by its textbook formula."""
    if isinstance(layer, Relu):
        return max(x, 0.0)
    if isinstance(layer, Relu6):
        return min(max(x, 0.0), layer.ceiling)
    if isinstance(layer, LeakyRelu):
        return x if x > 0 else layer.slope * x
    if isinstance(layer, Sigmoid):
        return float(1 / (1 + np.exp(-np.float64(x))))
    return float(np.tanh(x))


def _dropout(found: Pass, step: Step, layer: Dropout, place: Place) -> Result:
    before = Place(step.sources[0], place.index)
    x, factor = found.value(before), 1.0 if layer.inverted else 1 - layer.rate
    lines = (
        Line("input", x, before),
        Line("factor outside of training", factor),
        Line("output", x * factor),
    )
    return x * factor, lines, None


def _flatten(found: Pass, step: Step, place: Place) -> Result:
    source = step.sources[0]
    shape = found.output(source).shape[1:]
    before = Place(source, tuple(int(n) for n in np.unravel_index(place.index[0], shape)))
    return found.value(before), (Line("the same value", found.value(before), before),), None


def _sum(found: Pass, step: Step, place: Place) -> Result:
    branch, shortcut = (Place(source, place.index) for source in step.sources)
    one, other = found.value(branch), found.value(shortcut)
    lines = (
        Line("from the residual branch", one, branch),
        Line("from the shortcut", other, shortcut),
        Line("sum", one + other),
    )
    return one + other, lines, None
