"""The layers that readers of ONNX graphs make, whatever is pending before them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.exchange.onnx_values import NO_PADS, Feature, Numbers, RefusedError, within
from engine.layers import layer_from_json
from engine.layers.batch_norm import BatchNorm
from engine.types import Params

_EPSILON = BatchNorm().epsilon


def normalisation(scale: Numbers, shift: Numbers) -> tuple[dict[str, Any], Params]:
    """Return the batch normalisation that gives ``scale x + shift`` for numbers ``(C,)``."""
    still = scale == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(still, 0, -shift / scale)
    params = {
        "weight": scale,
        "bias": np.where(still, shift, 0),
        "running_mean": mean,
        "running_var": np.full(len(scale), 1 - _EPSILON),
    }
    return {"kind": "batch_norm"}, {name: value.astype(np.float32) for name, value in params.items()}


def settled(value: Feature, *, flat: bool = False) -> Feature:
    """Return ``value`` with everything that was pending as layers, so that another layer can follow.

    A positive factor and a shift for each channel of the image stay with the image: they are its
    preprocessing. Padding becomes a convolution with kernels that only copy.

    Args:
        value: what is pending.
        flat: whether fully connected units follow, so that each pixel may have its own numbers.

    Raises:
        RefusedError: the graph treats the pixels of the image differently, and a convolution follows.
    """
    pads, value = value.pads, _prepared(value.unpadded(), flat=flat)
    if pads == NO_PADS:
        return value
    if value.view is not None or len(value.shape) != 3:
        raise RefusedError("it adds zeros around something that is no stack of maps")
    kernel = np.zeros((value.shape[0], value.shape[0], 1, 1), np.float32)
    kernel[np.arange(len(kernel)), np.arange(len(kernel))] = 1
    return convolved(value, kernel, None, (1, 1), pads)


def _prepared(value: Feature, *, flat: bool) -> Feature:
    """Return ``value`` with what cannot stay with the image as a layer of its own."""
    if value.before is not None or value.scale is None or value.shift is None:
        return value
    scale, shift = value.scale, value.shift
    if scale.shape[1:] == shift.shape[1:] == (1, 1):
        if (scale >= 0).all():
            return value
        sign = np.sign(scale)
        front = replace(value, scale=np.abs(scale), shift=sign * shift)
        return front.then(*normalisation(sign.ravel(), np.zeros(sign.size)), keep_view=True)
    if not flat:
        raise RefusedError("it scales or shifts each pixel of the image by a number of its own")
    full = [np.broadcast_to(part, value.shape).ravel() for part in (scale, shift)]
    front = replace(value, scale=None, shift=None)
    return flattened(front).then(*normalisation(*full), keep_view=True)


def flattened(value: Feature) -> Feature:
    """Return ``value`` as one vector a sample; its view stays."""
    if len(value.shape) == 1:
        return value
    flat = value.then({"kind": "flatten"})
    return flat if value.view is None else flat.looked(value.view)


def convolved(
    value: Feature,
    weight: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32] | None,
    stride: tuple[int, int],
    pads: tuple[int, int, int, int],
) -> Feature:
    """Return a convolution of ``value`` with any padding.

    Here both sides are padded alike. Where the graph pads one side less, the kernel gets rows or columns
    of zeros on that side, which changes nothing: the windows lie where they lay.
    """
    low, high = pads[:2], pads[2:]
    both = tuple(max(a, b) for a, b in zip(low, high, strict=True))
    grown = [(0, 0), (0, 0), *((p - a, p - b) for p, a, b in zip(both, low, high, strict=True))]
    within(math.prod(n + sum(more) for n, more in zip(weight.shape, grown, strict=True)), "a padded kernel")
    layer = {
        "kind": "conv",
        "filters": weight.shape[0],
        "kernel": [side + sum(more) for side, more in zip(weight.shape[2:], grown[2:], strict=True)],
        "stride": list(stride),
        "padding": list(both),
        "bias": bias is not None,
    }
    layer_from_json(layer)  # refuses what would be large before it is made
    weight = np.pad(weight, grown)
    return value.then(layer, {"weight": weight} if bias is None else {"weight": weight, "bias": bias})


def connected(
    value: Feature, weight: npt.NDArray[np.float32], bias: npt.NDArray[np.float32] | None
) -> Feature:
    """Return fully connected units over the graph's vector; ``weight`` is ``(U, length of the vector)``."""
    value = flattened(settled(value, flat=True))
    if value.view is not None:
        within(len(weight) * value.shape[0], "a weight")
        own = np.zeros((value.shape[0], len(weight)), np.float32)
        np.add.at(own, value.view.ravel(), weight.T)
        value, weight = replace(value, view=None), own.T
    params: Params = {"weight": np.ascontiguousarray(weight)}
    if bias is not None:
        params["bias"] = bias
    return value.then({"kind": "dense", "units": len(weight), "bias": bias is not None}, params)


def affine(value: Feature, factor: npt.ArrayLike, shift: npt.ArrayLike) -> Feature:
    """Return ``factor value + shift``, both of which may differ from element to element of the graph's value.

    At the image this is a part of its preparation; after a linear layer it becomes a part of that; elsewhere
    it is a batch normalisation that does nothing else.

    Raises:
        RefusedError: it differs from pixel to pixel of a map, which no layer does.
    """
    value = settled(value) if value.pads != NO_PADS else value
    a, b = value.spread(np.asarray(factor), 1.0), value.spread(np.asarray(shift), 0.0)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise RefusedError("it divides by zero, or by something that is no number")
    if value.before is None and len(value.seen) == 1 and not a.shape[1:] == b.shape[1:] == (1, 1):
        value = flattened(_prepared(value, flat=True))
        a, b = (np.broadcast_to(part, _image(value).shape).ravel() for part in (a, b))
    if value.before is None:
        scale = a if value.scale is None else value.scale * a
        return replace(value, scale=scale, shift=b if value.shift is None else value.shift * a + b)
    if (a == 1).all() and (b == 0).all():
        return value
    if len(value.shape) == 3 and a.shape[1:] == b.shape[1:] == (1, 1):
        a, b = a.ravel(), b.ravel()
    elif len(value.shape) == 3:
        if len(value.seen) != 1:
            raise RefusedError("it scales or shifts each pixel of a map by a number of its own")
        full = [np.broadcast_to(part, value.shape).ravel() for part in (a, b)]
        return flattened(value).then(*normalisation(*full), keep_view=True)
    if value.kind in ("conv", "dense", "batch_norm"):
        return _merged(value, a, b)
    if (a == a[0]).all() and 0.05 <= a[0] <= 1 and not b.any():
        # What dropout leaves that does not enlarge the other values while training.
        layer = {"kind": "dropout", "rate": float(f"{1 - a[0]:.6g}"), "inverted": False}
        return value.then(layer, keep_view=True)
    return value.then(*normalisation(a, b), keep_view=True)


def _image(value: Feature) -> Feature:
    *_, image = value.chain()
    return image


def _merged(value: Feature, factor: Numbers, shift: Numbers) -> Feature:
    """Return a linear layer that also multiplies each of its outputs and adds to it."""
    weight = value.params["weight"]
    factors = factor.reshape(-1, *(1,) * (weight.ndim - 1))
    own = {
        "weight": weight * factors,
        "bias": value.params.get("bias", np.zeros(len(weight))) * factor + shift,
    }
    params = {name: array.astype(np.float32) for name, array in own.items()}
    layer = value.layer if value.kind == "batch_norm" else {**value.layer, "bias": True}
    return replace(value, layer=layer, params={**value.params, **params})
