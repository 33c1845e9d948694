"""Residual blocks in ONNX files, as they are written here and as PyTorch writes them.

PyTorch merges a batch normalisation into the convolution before it, which then has a bias. Such a
convolution is read as itself and a normalisation that does nothing but add the bias.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.exchange.onnx_graph import Graph, RefusedError, named
from engine.exchange.onnx_nodes import READERS, Found
from engine.layers import layer_from_json
from engine.layers.batch_norm import BatchNorm
from engine.layers.conv import Conv
from engine.layers.residual import Residual
from engine.types import Params

_EPSILON = BatchNorm().epsilon


def read_residual(graph: Graph, value: str, takers: list[Any]) -> tuple[str, Found]:
    """Read the block that begins at ``value``, which ``takers`` take.

    Returns:
        The name of its output, and the layer.

    Raises:
        RefusedError: the paths are not those of a residual block.
    """
    branch = next((node for node in takers if _kernel(graph, node) == (3, 3)), None)
    other = next((node for node in takers if node is not branch), None)
    if branch is None or other is None or len(takers) != 2:
        kinds = ", ".join(named(node) for node in takers)
        raise RefusedError(f"its paths part before {kinds}; allowed are residual blocks of 3x3 convolutions")
    params: Params = {}
    convs: dict[str, Conv] = {}
    inner, convs["conv1"] = _normalised(graph, branch, "conv1", "bn1", params)
    inner = _next(graph, inner, "Relu").output[0]
    end, convs["conv2"] = _normalised(graph, _next(graph, inner, "Conv"), "conv2", "bn2", params)
    across = value
    if other.op_type == "Conv":
        across, convs["downsample.0"] = _normalised(graph, other, "downsample.0", "downsample.1", params)
    total = _next(graph, end, "Add")
    if sorted(total.input) != sorted((end, across)):
        raise RefusedError(f"the two paths after {named(branch)} do not meet in Add")
    stride = convs["conv1"].geometry.stride[0]
    block = Residual(filters=convs["conv1"].filters, stride=stride)
    expected = {name: part for path in block.paths(params) for name, part in path if isinstance(part, Conv)}
    if {name: (conv.filters, conv.geometry) for name, conv in convs.items()} != {
        name: (conv.filters, conv.geometry) for name, conv in expected.items()
    }:
        raise RefusedError(
            f"the residual block at {named(branch)} has other convolutions than two of 3x3 with padding 1, "
            "and one of 1x1 in the shortcut where the size or the number of maps changes"
        )
    layer = {"kind": "residual", "filters": block.filters, "stride": stride}
    return _next(graph, total.output[0], "Relu").output[0], (layer, params)


def _kernel(graph: Graph, node: Any) -> tuple[int, ...]:
    """Return the size of the kernels of a convolution; of anything else nothing."""
    return graph.array(node, 1).shape[2:] if node.op_type == "Conv" else ()


def _next(graph: Graph, value: str, operation: str) -> Any:
    """Return the one node that takes ``value``, which must be of that kind."""
    takers = graph.takers.get(value, [])
    if len(takers) != 1 or takers[0].op_type != operation:
        raise RefusedError(f"after {value!r} in a residual block comes no {operation}")
    return takers[0]


def _normalised(graph: Graph, node: Any, conv: str, norm: str, params: Params) -> tuple[str, Conv]:
    """Read a convolution and its normalisation into ``params``; return their output and the convolution."""
    value, found = READERS["Conv"](graph, node)
    weight = found[1]["weight"]
    bias = found[1].get("bias", np.zeros(len(weight), np.float32))
    takers = graph.takers.get(value, [])
    if len(takers) == 1 and takers[0].op_type == "BatchNormalization":
        value, after = READERS["BatchNormalization"](graph, takers[0])
        values = dict(after[1])
        # The bias only moves the mean, and the blocks here all have the same epsilon.
        values["running_mean"] = values["running_mean"] - bias
        values["running_var"] = values["running_var"] + np.float32(after[0]["epsilon"] - _EPSILON)
        if (values["running_var"] < 0).any():
            raise RefusedError(f"{named(takers[0])} has variances too small for the epsilon {_EPSILON:g}")
    else:
        ones, zeros = np.ones_like(bias), np.zeros_like(bias)
        values = {
            "weight": ones * np.float32(np.sqrt(1 + _EPSILON)),
            "bias": bias,
            "running_mean": zeros,
            "running_var": ones,
        }
    params[f"{conv}.weight"] = weight
    params.update({f"{norm}.{key}": array for key, array in values.items()})
    layer = layer_from_json(found[0])
    if not isinstance(layer, Conv):
        raise RuntimeError("a convolution was read as another layer")
    return value, layer
