"""Operations of ONNX that only renumber or gather the elements of a value, and means over whole maps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.exchange.onnx_fold import computed
from engine.exchange.onnx_layers import flattened, settled
from engine.exchange.onnx_values import NO_PADS, Answer, Feature, Read, RefusedError, Step


def _renumbered(step: Step) -> Any:
    """Read an operation by letting it act on the numbers of the elements, with one image as the batch."""
    if isinstance(step.values[0], Answer):
        return step.values[0]
    value = step.feature()
    value = settled(value) if value.pads != NO_PADS else value
    constants = [None if v is None else v for v in step.values[1:]]
    for place, constant in enumerate(constants, 1):
        if constant is not None and not isinstance(constant, np.ndarray):
            raise RefusedError(f"{step.name} takes something at place {place + 1} that is no constant")
    operation = step.node.op_type
    if operation == "Transpose" and next(iter(step.options.get("perm", [1]))) != 0:
        raise RefusedError(f"{step.name} moves the axis of the batch")
    if operation == "Reshape":
        constants[0] = _for_one_image(step, value)
    before = value.places
    result = computed(step, [before[np.newaxis], *constants])
    if result.ndim < 1 or result.shape[0] != 1:
        raise RefusedError(
            f"{step.name} makes a value of shape {result.shape} of one image, and allowed is (1, ...)"
        )
    made = value.looked(result[0])
    if operation in ("Flatten", "Reshape") and made.before is not None and len(made.seen) == 1:
        in_order = np.array_equal(made.places.ravel(), np.arange(math.prod(made.shape)))
        return flattened(made) if in_order else made
    return made


def _for_one_image(step: Step, value: Feature) -> Any:
    """Return the shape to reshape to, for a batch of one image."""
    shape = [int(n) for n in step.weight_as_is(1).ravel()]
    count = math.prod(value.seen)
    rest = shape[1:]
    if not shape:
        raise RefusedError(f"{step.name} reshapes to a single number")
    if step.options.get("allowzero", 0) == 0:
        rest = [value.seen[k] if n == 0 and k < len(value.seen) else n for k, n in enumerate(rest)]
    if -1 in rest:
        known = math.prod(n for n in rest if n != -1)
        rest[rest.index(-1)] = count // known if known and count % known == 0 else 0
    if math.prod(rest) != count or shape[0] not in (-1, 0, 1, step.batch):
        raise RefusedError(f"{step.name} reshapes {('N', *value.seen)} to {shape}, which mixes the images")
    return np.array([1, *rest], np.int64)


def _global(kind: str) -> Read:
    """Return the reader of a mean or maximum over whole maps, whatever the order of the axes."""

    def read(step: Step) -> Any:
        value = settled(step.feature())
        rank = len(value.seen) + 1
        reduces = step.node.op_type.startswith("Reduce")
        axes = (step.numbers(1, "axes") if reduces else None) or list(range(2, rank))
        if reduces and not step.has(1) and "axes" not in step.options:
            axes = []
        axes = sorted(axis % rank for axis in axes)
        kept = [axis for axis in range(rank) if axis not in axes]
        pixels = math.prod(value.shape[1:])
        refused = RefusedError(
            f"{step.name} takes the axes {axes} of {('N', *value.seen)}; allowed are whole maps"
        )
        if len(value.shape) != 3 or 0 in axes or math.prod(value.seen[a - 1] for a in axes) != pixels:
            raise refused
        order = value.places[np.newaxis].transpose(*kept, *axes).reshape(-1, pixels)
        channels = order[:, 0] // pixels
        if not (np.sort(order, axis=1) == channels[:, np.newaxis] * pixels + np.arange(pixels)).all():
            raise refused
        keep = not reduces or step.options.get("keepdims", 1)
        shape = [1 if a in axes else value.seen[a - 1] for a in range(1, rank) if keep or a not in axes]
        if kind == "max_pool":
            pooled = flattened(value.then({"kind": kind, "size": list(value.shape[1:])}))
        else:
            pooled = value.then({"kind": kind})
        return pooled.looked(channels.reshape(shape))

    return read


SHAPES: dict[str, Read] = {
    "Flatten": _renumbered,
    "Gather": _renumbered,
    "GlobalAveragePool": _global("global_average_pool"),
    "GlobalMaxPool": _global("max_pool"),
    "ReduceMax": _global("max_pool"),
    "ReduceMean": _global("global_average_pool"),
    "Reshape": _renumbered,
    "Slice": _renumbered,
    "Squeeze": _renumbered,
    "Transpose": _renumbered,
    "Unsqueeze": _renumbered,
}
"""How each of these is read."""
