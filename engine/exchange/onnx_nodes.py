"""How each operation of ONNX is read as a layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.exchange.onnx_graph import Graph, RefusedError, attributes, named
from engine.types import Params

Found = tuple[dict[str, Any], Params]
"""A layer as JSON and its parameters."""

Read = Callable[[Graph, Any], tuple[str, Found]]
"""Reads a node: returns the name of its output, and its layer."""


def _only(node: Any, **allowed: Any) -> dict[str, Any]:
    """Return a node's attributes; raise RefusedError if one of ``allowed`` has another value."""
    found = attributes(node)
    for name, value in allowed.items():
        if found.get(name, value) != value:
            raise RefusedError(f"{named(node)} has {name} {found[name]!r}; allowed is {value!r}")
    return found


def _symmetric(node: Any, found: dict[str, Any], size: list[int]) -> dict[str, list[int]]:
    """Return size, stride and padding of a window; raise RefusedError if its padding is lopsided."""
    if found.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
        raise RefusedError(
            f"{named(node)} has auto_pad {found['auto_pad'].decode()}; allowed are numbers in pads"
        )
    pads = list(found.get("pads", [0, 0, 0, 0]))
    if pads[:2] != pads[2:]:
        raise RefusedError(f"{named(node)} has the pads {pads}; allowed are the same on both sides")
    return {"size": list(size), "stride": list(found.get("strides", [1, 1])), "padding": pads[:2]}


def _simple(layer: dict[str, Any]) -> Read:
    def read(_graph: Graph, node: Any) -> tuple[str, Found]:
        return node.output[0], (layer, {})

    return read


def _conv(graph: Graph, node: Any) -> tuple[str, Found]:
    weight = graph.array(node, 1)
    found = _only(node, group=1, dilations=[1, 1])
    if weight.ndim != 4:
        raise RefusedError(f"{named(node)} has a weight of shape {weight.shape}; allowed is (F, C, kh, kw)")
    window = _symmetric(node, found, list(weight.shape[2:]))
    params: Params = {"weight": weight}
    if graph.has(node, 2):
        params["bias"] = graph.array(node, 2)
    layer = {
        "kind": "conv",
        "filters": weight.shape[0],
        "kernel": window["size"],
        "stride": window["stride"],
        "padding": window["padding"],
        "bias": "bias" in params,
    }
    return node.output[0], (layer, params)


def _gemm(graph: Graph, node: Any) -> tuple[str, Found]:
    found = _only(node, alpha=1.0, beta=1.0, transA=0)
    weight = graph.array(node, 1)
    params: Params = {"weight": weight if found.get("transB", 0) else np.ascontiguousarray(weight.T)}
    if graph.has(node, 2):
        params["bias"] = np.broadcast_to(graph.array(node, 2).ravel(), params["weight"].shape[:1])
    return node.output[0], _dense(params)


def _matmul(graph: Graph, node: Any) -> tuple[str, Found]:
    params: Params = {"weight": np.ascontiguousarray(graph.array(node, 1).T)}
    output = node.output[0]
    takers = graph.takers.get(output, [])
    if len(takers) == 1 and takers[0].op_type == "Add":
        other = [name for name in takers[0].input if name != output]
        if other and other[0] in graph.weights:
            bias = np.asarray(graph.weights[other[0]], np.float32).ravel()
            params["bias"] = np.broadcast_to(bias, params["weight"].shape[:1])
            output = takers[0].output[0]
    return output, _dense(params)


def _dense(params: Params) -> Found:
    return {"kind": "dense", "units": params["weight"].shape[0], "bias": "bias" in params}, params


def _batch_norm(graph: Graph, node: Any) -> tuple[str, Found]:
    found = _only(node, training_mode=0)
    names = ("weight", "bias", "running_mean", "running_var")
    params: Params = {name: graph.array(node, place) for place, name in enumerate(names, 1)}
    return node.output[0], (
        {"kind": "batch_norm", "epsilon": float(f"{found.get('epsilon', 1e-5):.7g}")},
        params,
    )


def _leaky_relu(_graph: Graph, node: Any) -> tuple[str, Found]:
    slope = float(f"{attributes(node).get('alpha', 0.01):.7g}")
    return node.output[0], ({"kind": "leaky_relu", "slope": slope}, {})


def _pool(kind: str) -> Read:
    def read(_graph: Graph, node: Any) -> tuple[str, Found]:
        found = _only(node, ceil_mode=0, dilations=[1, 1])
        layer = {"kind": kind, **_symmetric(node, found, found["kernel_shape"])}
        if kind == "average_pool" and any(layer["padding"]) and not found.get("count_include_pad", 0):
            raise RefusedError(
                f"{named(node)} does not count its padding; allowed is padding that counts as zeros"
            )
        return node.output[0], (layer, {})

    return read


def _global_pool(graph: Graph, node: Any) -> tuple[str, Found]:
    takers = graph.takers.get(node.output[0], [])
    if len(takers) != 1 or takers[0].op_type not in ("Flatten", "Reshape", "Squeeze"):
        raise RefusedError(f"{named(node)} is not followed by Flatten")
    return takers[0].output[0], ({"kind": "global_average_pool"}, {})


def _flatten(_graph: Graph, node: Any) -> tuple[str, Found]:
    _only(node, axis=1)
    return node.output[0], ({"kind": "flatten"}, {})


def _reshape(graph: Graph, node: Any) -> tuple[str, Found]:
    shape = graph.weights.get(node.input[1], np.array([])).tolist()
    if len(shape) != 2 or -1 not in shape or (shape[0] not in (-1, 0, 1)):
        raise RefusedError(f"{named(node)} reshapes to {shape}; allowed is flattening to (N, D)")
    return node.output[0], ({"kind": "flatten"}, {})


def _scaled(graph: Graph, node: Any) -> tuple[str, Found]:
    """Read the factor that dropout leaves when it is not inverted."""
    factor = graph.array(node, 1).ravel()
    if factor.size != 1 or not 0.05 <= factor[0] <= 1:
        raise RefusedError(f"{named(node)} multiplies by something that no dropout leaves")
    rate = float(f"{1 - factor[0]:.6g}")
    return node.output[0], ({"kind": "dropout", "rate": rate, "inverted": False}, {})


def _no_dropout(_graph: Graph, node: Any) -> tuple[str, Found]:
    """Keep the place of a dropout that does nothing when a network is used."""
    return node.output[0], ({"kind": "dropout", "rate": 0.0}, {})


READERS: dict[str, Read] = {
    "Conv": _conv,
    "Relu": _simple({"kind": "relu"}),
    "LeakyRelu": _leaky_relu,
    "Sigmoid": _simple({"kind": "sigmoid"}),
    "Tanh": _simple({"kind": "tanh"}),
    "MaxPool": _pool("max_pool"),
    "AveragePool": _pool("average_pool"),
    "GlobalAveragePool": _global_pool,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Gemm": _gemm,
    "MatMul": _matmul,
    "BatchNormalization": _batch_norm,
    "Mul": _scaled,
    "Dropout": _no_dropout,
    "Identity": _no_dropout,
}
"""How each operation is read."""
