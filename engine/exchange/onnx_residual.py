"""Residual blocks in ONNX graphs, as they are written here and as PyTorch and Keras write them.

They are found where two paths meet in Add and ReLU follows. Programs merge a batch normalisation into the
convolution before it, which then has a bias. Such a convolution is read as itself and a normalisation that
does nothing but add the bias.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.exchange.onnx_layers import normalisation
from engine.exchange.onnx_values import Feature, RefusedError, Step, Sum
from engine.layers import layer_from_json
from engine.layers.batch_norm import BatchNorm
from engine.layers.conv import Conv
from engine.layers.residual import Residual
from engine.types import Params

_EPSILON = BatchNorm().epsilon
_WHAT = (
    "two convolutions of 3x3 with padding 1 and ReLU between, and one of 1x1 in the shortcut where the size "
    "or the number of maps changes"
)


def added(step: Step, first: Feature, second: Feature) -> Sum:
    """Return the block whose two paths meet in ``step``; raises RefusedError if it is none."""
    ancestors = {id(part): part for part in second.chain()}
    start = next((part for part in first.chain() if id(part) in ancestors), None)
    if start is None or start.pads != first.pads:
        raise RefusedError(f"{step.name} adds two paths that have nothing in common")
    paths = [_path(first, start), _path(second, start)]
    paths.sort(key=lambda path: len([part for part in path if part.kind == "conv"]), reverse=True)
    branch, shortcut = paths
    params: Params = {}
    middle = next((k for k, part in enumerate(branch) if part.kind == "relu"), -1)
    convs = {}
    if middle < 0:
        raise RefusedError(f"{step.name} adds two paths that are no residual block; allowed are {_WHAT}")
    for name, norm, path in (("conv1", "bn1", branch[:middle]), ("conv2", "bn2", branch[middle + 1 :])):
        convs[name] = _normalised(step, path, name, norm, params)
    if shortcut:
        convs["downsample.0"] = _normalised(step, shortcut, "downsample.0", "downsample.1", params)
    stride = convs["conv1"].geometry.stride[0]
    block = Residual(filters=convs["conv1"].filters, stride=stride)
    expected = {name: part for path in block.paths(params) for name, part in path if isinstance(part, Conv)}
    if {name: (conv.filters, conv.geometry) for name, conv in convs.items()} != {
        name: (conv.filters, conv.geometry) for name, conv in expected.items()
    }:
        raise RefusedError(f"the residual block at {step.name} has other convolutions than {_WHAT}")
    layer = {"kind": "residual", "filters": block.filters, "stride": stride}
    made = start.then(layer, params)
    if made.shape != first.shape or first.view is not None or second.view is not None:
        raise RefusedError(f"{step.name} adds values of shapes {first.seen} and {second.seen}")
    return Sum(made)


def finished(total: Sum) -> Feature:
    """Return the block, now that ReLU follows."""
    return total.block


def _path(end: Feature, start: Feature) -> list[Feature]:
    """Return the layers from ``start`` to ``end``, without those that do nothing when a network is used."""
    path = []
    for part in end.chain():
        if part is start:
            break
        if part.kind != "dropout":
            path.append(part)
    return path[::-1]


def _normalised(step: Step, path: list[Feature], conv: str, norm: str, params: Params) -> Conv:
    """Read a convolution and its normalisation into ``params``; return the convolution."""
    if [part.kind for part in path] not in (["conv"], ["conv", "batch_norm"]):
        kinds = ", ".join(part.kind for part in path) or "nothing"
        raise RefusedError(f"a path to {step.name} holds {kinds} where a residual block has a convolution")
    weight = path[0].params["weight"]
    bias = path[0].params.get("bias", np.zeros(len(weight), np.float32))
    if len(path) == 2:
        values: dict[str, Any] = dict(path[1].params)
        # The bias only moves the mean, and the blocks here all have the same epsilon.
        values["running_mean"] = values["running_mean"] - bias
        moved = np.float32(path[1].layer.get("epsilon", _EPSILON) - _EPSILON)
        values["running_var"] = values["running_var"] + moved
        if (values["running_var"] < 0).any():
            raise RefusedError(f"before {step.name} are variances too small for the epsilon {_EPSILON:g}")
    else:
        values = normalisation(np.ones(len(weight)), bias.astype(np.float64))[1]
    params[f"{conv}.weight"] = weight
    params.update({f"{norm}.{key}": array for key, array in values.items()})
    layer = layer_from_json(path[0].layer)
    if not isinstance(layer, Conv):
        raise RuntimeError("a convolution was read as another layer")
    return layer
