"""Windows that move over maps in ONNX graphs: padding of every kind, and pooling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.exchange.onnx_layers import settled
from engine.exchange.onnx_values import NO_PADS, Feature, Pads, Read, RefusedError, Step

_NOT_NEGATIVE = ("relu", "relu6", "sigmoid")
_KEEP_SIGN = ("max_pool", "average_pool", "dropout", "flatten")


def padding_of(step: Step, size: Sequence[int], kernel: Sequence[int], stride: Sequence[int]) -> Pads:
    """Return the padding of a window of ``kernel`` that moves over ``size`` by ``stride``."""
    mode = step.options.get("auto_pad", b"NOTSET")
    if mode in (b"NOTSET", b"VALID", b""):
        pads = list(step.options.get("pads", NO_PADS)) if mode != b"VALID" else list(NO_PADS)
        if len(pads) != 4 or min(pads) < 0:
            raise RefusedError(f"{step.name} has the pads {pads}; allowed are four numbers from 0")
        return pads[0], pads[1], pads[2], pads[3]
    if mode not in (b"SAME_UPPER", b"SAME_LOWER"):
        raise RefusedError(f"{step.name} has auto_pad {mode!r}; allowed are SAME_UPPER, SAME_LOWER, VALID")
    sums = [
        max(0, (-(-length // move) - 1) * move + side - length)
        for length, side, move in zip(size, kernel, stride, strict=True)
    ]
    small, large = [total // 2 for total in sums], [total - total // 2 for total in sums]
    low, high = (small, large) if mode == b"SAME_UPPER" else (large, small)
    return low[0], low[1], high[0], high[1]


def read_pad(step: Step) -> Any:
    """Read zeros around maps; they wait for the layer that follows."""
    value, options = step.feature(), step.options
    mode = options.get("mode", b"constant")
    filling = float(step.weight(2).ravel()[0]) if step.has(2) else float(options.get("value", 0.0))
    pads, rank = step.numbers(1, "pads") or [], len(value.seen) + 1
    axes = step.numbers(3, "axes") or list(range(rank))
    if mode != b"constant" or filling != 0:
        what = f"the mode {mode.decode()}" if mode != b"constant" else f"the value {filling:g}"
        raise RefusedError(f"{step.name} pads with {what}; allowed are zeros")
    if len(pads) != 2 * len(axes):
        raise RefusedError(f"{step.name} has {len(pads)} pads for {len(axes)} axes")
    low, high = [0] * rank, [0] * rank
    for axis, begin, end in zip(axes, pads, pads[len(axes) :], strict=False):
        low[axis], high[axis] = begin, end
    if not any((*low, *high)):
        return value
    if value.view is not None or rank != 4 or any((*low[:2], *high[:2])) or min((*low, *high)) < 0:
        raise RefusedError(f"{step.name} has the pads {pads}; allowed are zeros around maps (N, C, H, W)")
    return value.padded((low[2], low[3], high[2], high[3]))


def read_pool(kind: str) -> Read:
    """Return the reader of a pooling operation."""

    def read(step: Step) -> Any:
        value, options = step.feature(), step.options
        size = list(options["kernel_shape"])
        stride = list(options.get("strides", [1] * len(size)))
        if value.view is not None or len(value.shape) != 3 or len(size) != 2:
            raise RefusedError(f"{step.name} pools a value of shape {('N', *value.seen)}")
        if list(options.get("dilations", [1, 1])) != [1, 1]:
            raise RefusedError(f"{step.name} has dilations {options['dilations']}; allowed is [1, 1]")
        value = settled(value)  # zeros that were added before count as values
        pads = padding_of(step, value.shape[1:], size, stride)
        more = _ceiling(step, value, size, stride, pads)
        if kind == "average_pool":
            _check_average(step, pads, more)
        pads = (pads[0], pads[1], pads[2] + more[0], pads[3] + more[1])
        if pads[:2] != pads[2:] or any(2 * p > k for p, k in zip(pads, size, strict=False)):
            value, pads = _padded(step, kind, value, pads), NO_PADS
        return value.then({"kind": kind, "size": size, "stride": stride, "padding": list(pads[:2])})

    return read


def _ceiling(
    step: Step, value: Feature, size: Sequence[int], stride: Sequence[int], pads: Pads
) -> tuple[int, int]:
    """Return how many more rows and columns a last window reaches that sticks out."""
    if not step.options.get("ceil_mode", 0):
        return 0, 0
    more = []
    for axis, length in enumerate(value.shape[1:]):
        low, high = pads[axis], pads[axis + 2]
        windows = -(-(length + low + high - size[axis]) // stride[axis]) + 1
        if (windows - 1) * stride[axis] >= length + low:  # it would begin outside
            windows -= 1
        more.append(max(0, (windows - 1) * stride[axis] + size[axis] - length - low - high))
    return more[0], more[1]


def _check_average(step: Step, pads: Pads, more: tuple[int, int]) -> None:
    if any(more):
        raise RefusedError(f"{step.name} has ceil_mode 1 and windows that stick out; allowed is 0")
    if any(pads) and not step.options.get("count_include_pad", 0):
        raise RefusedError(f"{step.name} does not count its padding; allowed is padding that counts as zeros")


def _padded(step: Step, kind: str, value: Feature, pads: Pads) -> Feature:
    """Return maps with zeros around them, where those change no mean and no maximum."""
    if kind == "max_pool" and not _not_negative(value):
        raise RefusedError(
            f"{step.name} has the pads {list(pads)} around values that may be negative; "
            "allowed are the same on both sides"
        )
    return settled(value.padded(pads))


def _not_negative(value: Feature) -> bool:
    for part in value.chain():
        if part.kind in _NOT_NEGATIVE:
            return True
        if part.kind not in _KEEP_SIGN:
            return False
    return False
