"""Models as ONNX: a graph of standard operations that other programs run.

The graph takes ``pixels``, float32 ``(N, C, H, W)`` from 0 to 255 with any N, standardises them as the
model was trained, and gives ``logits`` and ``probabilities``, both ``(N, K)``. Weights keep their names,
``<layer>.<parameter>``. The description of the model travels in the metadata, so that nothing is lost.

Source: https://onnx.ai/onnx/operators/, operator set 17.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.layers.activations import LeakyRelu, Relu6
from engine.layers.base import Layer
from engine.layers.batch_norm import BatchNorm
from engine.layers.conv import Conv
from engine.layers.dense import Dense
from engine.layers.dropout import Dropout
from engine.layers.pooling import AveragePool, MaxPool
from engine.layers.residual import Residual
from engine.model.model_file import Model, described
from engine.ops.geometry import Geometry
from engine.types import Array, Params

OPSET, IR = 17, 8
"""Versions that every runtime of the last years reads."""


class Graph:
    """Nodes and weights, collected one after the other."""

    def __init__(self) -> None:
        """Begin with nothing."""
        from onnx import helper, numpy_helper  # heavy, and needed only here

        self._helper, self._numpy = helper, numpy_helper
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def weight(self, name: str, value: Array) -> str:
        """Keep an array under ``name``; returns the name."""
        self.weights.append(self._numpy.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, operation: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add a node; returns the name of its output."""
        made = self._helper.make_node(operation, inputs, [output], name=output, **attributes)
        self.nodes.append(made)
        return output


@dataclass(frozen=True)
class Spot:
    """Where a layer goes into a graph.

    Attributes:
        graph: the graph.
        name: the layer's own name, which its weights and its output begin with.
        x: name of its input.
        params: its arrays.
    """

    graph: Graph
    name: str
    x: str
    params: Params

    def put(self, operation: str, *keys: str, **attributes: Any) -> str:
        """Add the layer's one operation with those weights of ``keys`` that it has; return its output."""
        names = [
            self.graph.weight(f"{self.name}.{key}", self.params[key]) for key in keys if key in self.params
        ]
        return self.graph.node(operation, [self.x, *names], f"{self.name}.out", **attributes)


Write = Callable[[Any, Spot], str]
"""Adds a layer to a graph; returns the name of its output."""


def _window(geometry: Geometry) -> dict[str, list[int]]:
    (top, left) = geometry.padding
    return {
        "kernel_shape": list(geometry.size),
        "strides": list(geometry.stride),
        "pads": [top, left, top, left],
    }


def _plain(operation: str) -> Write:
    """Return the writer of a layer that is one operation without options."""

    def write(_layer: Layer, spot: Spot) -> str:
        return spot.put(operation)

    return write


def _conv(layer: Conv, spot: Spot) -> str:
    return spot.put("Conv", "weight", "bias", **_window(layer.geometry))


def _dense(_layer: Dense, spot: Spot) -> str:
    return spot.put("Gemm", "weight", "bias", transB=1)


def _batch_norm(layer: BatchNorm, spot: Spot) -> str:
    keys = ("weight", "bias", "running_mean", "running_var")
    return spot.put("BatchNormalization", *keys, epsilon=layer.epsilon)


def _relu6(layer: Relu6, spot: Spot) -> str:
    bounds = [
        spot.graph.weight(f"{spot.name}.{name}", np.array(number, np.float32))
        for name, number in (("floor", 0.0), ("ceiling", layer.ceiling))
    ]
    return spot.graph.node("Clip", [spot.x, *bounds], f"{spot.name}.out")


def _leaky_relu(layer: LeakyRelu, spot: Spot) -> str:
    return spot.put("LeakyRelu", alpha=layer.slope)


def _max_pool(layer: MaxPool, spot: Spot) -> str:
    return spot.put("MaxPool", **_window(layer.geometry))


def _average_pool(layer: AveragePool, spot: Spot) -> str:
    return spot.put("AveragePool", count_include_pad=1, **_window(layer.geometry))


def _global_average_pool(_layer: Layer, spot: Spot) -> str:
    pooled = spot.graph.node("GlobalAveragePool", [spot.x], f"{spot.name}.pooled")
    return spot.graph.node("Flatten", [pooled], f"{spot.name}.out", axis=1)


def _dropout(layer: Dropout, spot: Spot) -> str:
    if layer.inverted:
        return spot.put("Identity")
    keep = spot.graph.weight(f"{spot.name}.keep", np.array(1 - layer.rate, np.float32))
    return spot.graph.node("Mul", [spot.x, keep], f"{spot.name}.out")


def _flatten(_layer: Layer, spot: Spot) -> str:
    return spot.put("Flatten", axis=1)


def _residual(layer: Residual, spot: Spot) -> str:
    def follow(path: tuple[tuple[str, Layer], ...]) -> str:
        value = spot.x
        for part, inner in path:
            own = {k[len(part) + 1 :]: v for k, v in spot.params.items() if k.startswith(f"{part}.")}
            value = WRITERS[inner.type_name](inner, Spot(spot.graph, f"{spot.name}.{part}", value, own))
        return value

    residual_branch, shortcut = layer.paths(spot.params)
    total = spot.graph.node("Add", [follow(residual_branch), follow(shortcut)], f"{spot.name}.sum")
    return spot.graph.node("Relu", [total], f"{spot.name}.out")


WRITERS: dict[str, Write] = {
    "conv": _conv,
    "relu": _plain("Relu"),
    "relu6": _relu6,
    "leaky_relu": _leaky_relu,
    "sigmoid": _plain("Sigmoid"),
    "tanh": _plain("Tanh"),
    "max_pool": _max_pool,
    "average_pool": _average_pool,
    "flatten": _flatten,
    "dense": _dense,
    "dropout": _dropout,
    "batch_norm": _batch_norm,
    "residual": _residual,
    "global_average_pool": _global_average_pool,
}
"""How each kind of layer is written; every kind of ``LAYERS`` needs one."""


def to_onnx(model: Model) -> bytes:
    """Return ``model`` as the content of an ONNX file, checked by ONNX's own checker."""
    import onnx
    from onnx import TensorProto, helper

    network, graph = model.network, Graph()
    channels = len(model.preprocessing.mean)
    mean = 255 * np.array(model.preprocessing.mean, np.float64)
    deviation = 255 * np.array(model.preprocessing.std, np.float64)
    value = "pixels"
    for name, operation, numbers in (("mean", "Sub", mean), ("std", "Div", deviation)):
        graph.weight(name, numbers.astype(np.float32).reshape(1, channels, 1, 1))
        value = graph.node(operation, [value, name], f"{name}.out")
    for index, (layer, params) in enumerate(zip(network.spec.layers, network.params, strict=True)):
        value = WRITERS[layer.type_name](layer, Spot(graph, str(index), value, params))
    graph.node("Identity", [value], "logits")
    graph.node("Softmax", ["logits"], "probabilities", axis=1)
    answers = ["N", network.classes]
    made = helper.make_graph(
        graph.nodes,
        network.spec.name or "network",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["N", *network.spec.in_shape])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, answers)
            for name in ("logits", "probabilities")
        ],
        graph.weights,
    )
    file = helper.make_model(
        made, producer_name="Kernelscope", opset_imports=[helper.make_opsetid("", OPSET)]
    )
    file.ir_version = IR
    helper.set_model_props(file, {"format": "kernelscope", "description": json.dumps(described(model))})
    onnx.checker.check_model(file, full_check=True)
    content: bytes = file.SerializeToString()
    return content
