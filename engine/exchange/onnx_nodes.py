"""How each operation of ONNX is read: as a layer, or as a part of one."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.exchange.onnx_affine import read_affine
from engine.exchange.onnx_layers import affine, connected, convolved, flattened, settled
from engine.exchange.onnx_residual import added, finished
from engine.exchange.onnx_shapes import SHAPES
from engine.exchange.onnx_values import Answer, Feature, Read, RefusedError, Step, Sum, within
from engine.exchange.onnx_windows import padding_of, read_pad, read_pool
from engine.layers import layer_from_json
from engine.layers.batch_norm import BatchNorm
from engine.types import Params


def activation(layer: dict[str, Any]) -> Read:
    """Return the reader of an operation that bends each value by itself."""

    def read(step: Step) -> Any:
        return settled(step.feature()).then(layer, keep_view=True)

    return read


def _relu(step: Step) -> Any:
    return finished(step.values[0]) if isinstance(step.values[0], Sum) else activation({"kind": "relu"})(step)


def _leaky_relu(step: Step) -> Any:
    slope = float(f"{step.options.get('alpha', 0.01):.7g}")
    return activation({"kind": "leaky_relu", "slope": slope})(step)


def _prelu(step: Step) -> Any:
    slopes = step.weight(1)
    if slopes.size == 0 or (slopes != slopes.flat[0]).any():
        raise RefusedError(f"{step.name} has another slope for each map; allowed is one")
    return activation({"kind": "leaky_relu", "slope": float(f"{slopes.flat[0]:.7g}")})(step)


def bounded(value: Feature, low: float | None, high: float | None, step: Step) -> Feature:
    """Return ``value`` held between ``low`` and ``high``, by ReLU with a ceiling and shifts around it."""
    if low is None:
        raise RefusedError(f"{step.name} only has an upper bound, {high:g}" if high else f"{step.name}")
    value = affine(value, 1.0, -low) if low else value
    layer = {"kind": "relu"} if high is None else {"kind": "relu6", "ceiling": float(f"{high - low:.7g}")}
    value = settled(value).then(layer, keep_view=True)
    return affine(value, 1.0, low) if low else value


def _clip(step: Step) -> Any:
    found = step.options
    bounds: list[float | None] = []
    for place, name in ((1, "min"), (2, "max")):
        number = float(step.weight(place).ravel()[0]) if step.has(place) else found.get(name)
        # The bounds of the number format mean none.
        bounds.append(None if number is None or abs(number) > 3e38 else float(number))
    return bounded(step.feature(), bounds[0], bounds[1], step)


def _hard_sigmoid(step: Step) -> Any:
    found = step.options
    value = affine(step.feature(), found.get("alpha", 0.2), found.get("beta", 0.5))
    return bounded(value, 0.0, 1.0, step)


def _limit(lower: bool) -> Read:
    def read(step: Step) -> Any:
        place = 0 if isinstance(step.values[0], np.ndarray) else 1
        bound = step.weight(place)
        value = step.feature(1 - place)
        if len(step.values) != 2 or bound.size != 1:
            raise RefusedError(f"{step.name} compares with more than one number")
        if lower:
            return bounded(value, float(bound.flat[0]), None, step)
        if value.kind != "relu" or value.before is None:
            raise RefusedError(f"{step.name} sets an upper bound to something else than ReLU")
        return replace(value, layer={"kind": "relu6", "ceiling": float(bound.flat[0])})

    return read


def _conv(step: Step) -> Any:
    kernels, found, before = step.weight(1), step.options, step.feature().pads
    value = settled(step.feature().unpadded())
    if kernels.ndim != 4:
        raise RefusedError(f"{step.name} has a weight of shape {kernels.shape}; allowed is (F, C, kh, kw)")
    group, dilation = found.get("group", 1), tuple(found.get("dilations", (1, 1)))
    kernels = _spread(_ungrouped(kernels, group), dilation)
    value, kernels = _in_order(value, kernels)
    if value.view is not None or len(value.shape) != 3 or value.shape[0] != kernels.shape[1]:
        raise RefusedError(
            f"{step.name} takes a value of shape {('N', *value.seen)}, "
            f"and its weight needs (N, {kernels.shape[1]}, H, W)"
        )
    stride = tuple(found.get("strides", (1, 1)))
    pads = padding_of(step, value.shape[1:], kernels.shape[2:], stride)
    top, left, bottom, right = (a + b for a, b in zip(pads, before, strict=True))
    bias = step.weight(2).ravel() if step.has(2) else None
    return convolved(value, kernels, bias, stride, (top, left, bottom, right))


def _ungrouped(kernels: npt.NDArray[np.float32], group: int) -> npt.NDArray[np.float32]:
    """Return kernels that see all maps: those of other groups with zeros."""
    if group == 1:
        return kernels
    filters, seen = kernels.shape[:2]
    within(kernels.size * group, "a weight of grouped kernels")
    own = np.zeros((filters, seen * group, *kernels.shape[2:]), np.float32)
    for number in range(filters):
        start = number // (filters // group) * seen
        own[number, start : start + seen] = kernels[number]
    return own


def _spread(kernels: npt.NDArray[np.float32], dilation: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Return kernels whose gaps are filled with zeros."""
    if dilation == (1, 1):
        return kernels
    sides = [(length - 1) * step + 1 for length, step in zip(kernels.shape[2:], dilation, strict=True)]
    layer_from_json({"kind": "conv", "kernel": sides})  # refuses those that are too large
    within(kernels.shape[0] * kernels.shape[1] * math.prod(sides), "a weight of dilated kernels")
    own = np.zeros((*kernels.shape[:2], *sides), np.float32)
    own[:, :, :: dilation[0], :: dilation[1]] = kernels
    return own


def _in_order(value: Feature, kernels: npt.NDArray[np.float32]) -> tuple[Feature, npt.NDArray[np.float32]]:
    """Undo an exchange of channels (as from red, green, blue to blue, green, red) in the kernels."""
    if value.view is None or value.view.shape != value.shape or value.shape[0] != kernels.shape[1]:
        return value, kernels
    pixels = value.shape[1] * value.shape[2]
    order = value.view[:, 0, 0] // pixels
    if not np.array_equal(value.view, value.swapped(order)) or len(set(order.tolist())) < len(order):
        return value, kernels
    return replace(value, view=None), kernels[:, np.argsort(order)]


def _gemm(step: Step) -> Any:
    found = step.options
    if found.get("transA", 0):
        raise RefusedError(f"{step.name} has transA {found['transA']}; allowed is 0")
    matrix = step.weight(1) * np.float32(found.get("alpha", 1.0))
    bias = step.weight(2) * np.float32(found.get("beta", 1.0)) if step.has(2) else None
    return _units(step, step.feature(), matrix if found.get("transB", 0) else matrix.T, bias)


def _matmul(step: Step) -> Any:
    return _units(step, step.feature(), step.weight(1).T, None)


def _units(step: Step, value: Feature, matrix: Any, bias: Any) -> Feature:
    """Return fully connected units, where the vector may have axes of length 1 before it."""
    seen = value.seen
    if matrix.ndim != 2 or not seen or math.prod(seen[:-1]) != 1 or seen[-1] != matrix.shape[1]:
        shape = tuple(reversed(matrix.shape))
        raise RefusedError(f"{step.name} multiplies a value of shape {('N', *seen)} by one of {shape}")
    if bias is not None:
        bias = np.ascontiguousarray(np.broadcast_to(bias.ravel(), len(matrix)))
    made = connected(replace(value, view=value.places.reshape(-1)), matrix, bias)
    return made.looked(made.places.reshape(*seen[:-1], -1))


def _batch_norm(step: Step) -> Any:
    value, found = step.feature(), step.options
    if found.get("training_mode", 0):
        raise RefusedError(f"{step.name} has training_mode 1; allowed is 0")
    names = ("weight", "bias", "running_mean", "running_var")
    params: Params = {name: step.weight(place).ravel() for place, name in enumerate(names, 1)}
    epsilon = float(f"{found.get('epsilon', 1e-5):.7g}")
    over = (-1, *(1,) * (len(value.seen) - 1))
    if value.before is None:  # at the front it prepares the pixels
        factor = params["weight"].astype(np.float64) / np.sqrt(params["running_var"] + epsilon)
        shift = params["bias"] - params["running_mean"] * factor
        return affine(value, factor.reshape(over), shift.reshape(over))
    value = settled(value)
    if not 1e-8 <= epsilon <= 0.1:
        usual = BatchNorm().epsilon
        params["running_var"] = params["running_var"] + np.float32(epsilon - usual)
        epsilon = usual
    if len(value.seen) == 1:
        value = flattened(value)
    own = {
        name: value.spread(array.reshape(over), float(name in ("weight", "running_var")))
        for name, array in params.items()
    }
    if any(array.ndim == 3 and array.shape[1:] != (1, 1) for array in own.values()):
        raise RefusedError(f"{step.name} normalises something else than maps")
    layer = {"kind": "batch_norm", "epsilon": epsilon}
    return value.then(layer, {k: v.ravel().astype(np.float32) for k, v in own.items()}, keep_view=True)


def _dropout(step: Step) -> Any:
    """Keep a dropout, which does nothing when a network is used, for training on."""
    rate = float(step.weight(1).ravel()[0]) if step.has(1) else step.options.get("ratio", 0.5)
    rate = min(max(float(f"{rate:.6g}"), 0.0), 0.95)
    value = step.feature()
    return value if value.before is None else value.then({"kind": "dropout", "rate": rate}, keep_view=True)


def _same(step: Step) -> Any:
    return step.values[0]


def _cast(step: Step) -> Any:
    from onnx import TensorProto

    to = step.options.get("to", TensorProto.FLOAT)
    whole = to not in (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16)
    if whole and isinstance(step.values[0], Feature) and step.values[0].before is not None:
        raise RefusedError(f"{step.name} makes whole numbers of a feature map")
    return step.values[0]


def _add(step: Step) -> Any:
    if all(isinstance(value, Feature) for value in step.values):
        return added(step, step.feature(0), step.feature(1))
    return read_affine(step)


def _concat(step: Step) -> Any:
    """Read ``(1 - p, p)``, as some programs write the two probabilities of a sigmoid."""
    if len(step.values) == 2 and all(isinstance(value, Feature) for value in step.values):
        no, yes = step.values
        flips = no.kind == "batch_norm" and no.before is yes and yes.kind == "sigmoid"
        if flips and no.shape == (1,) and no.params["weight"] == -1 and (no.params["running_mean"] == 1):
            return yes
    raise RefusedError(f"{step.name} puts several paths side by side, which no layer here does")


def _softmax(step: Step) -> Any:
    value = step.feature()
    axis = step.options.get("axis", -1)
    lengths = (1, *value.seen)
    if not -len(lengths) <= axis < len(lengths) or lengths[axis] != math.prod(lengths):
        raise RefusedError(f"{step.name} has axis {axis} of a value of shape {('N', *value.seen)}")
    return Answer(value)


READERS: dict[str, Read] = {
    "Add": _add,
    "AveragePool": read_pool("average_pool"),
    "BatchNormalization": _batch_norm,
    "Cast": _cast,
    "CastLike": _same,
    "Clip": _clip,
    "Concat": _concat,
    "Conv": _conv,
    "Div": read_affine,
    "Dropout": _dropout,
    "Gemm": _gemm,
    "HardSigmoid": _hard_sigmoid,
    "Identity": _same,
    "LeakyRelu": _leaky_relu,
    "LogSoftmax": _softmax,
    "MatMul": _matmul,
    "Max": _limit(lower=True),
    "MaxPool": read_pool("max_pool"),
    "Min": _limit(lower=False),
    "Mul": read_affine,
    "Neg": read_affine,
    "PRelu": _prelu,
    "Pad": read_pad,
    "Relu": _relu,
    "Scaler": read_affine,
    "Sigmoid": activation({"kind": "sigmoid"}),
    "Softmax": _softmax,
    "Sub": read_affine,
    "Tanh": activation({"kind": "tanh"}),
    **SHAPES,
}
"""How each operation is read."""
