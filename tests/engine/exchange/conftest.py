"""Models with one layer of interest each, and all options of every layer that change arithmetic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from engine.data.preprocess import Preprocessing
from engine.exchange import read_any
from engine.exchange.imported import Imported
from engine.exchange.input_range import RANGES
from engine.model.model_file import Model
from engine.model.network import Network
from engine.model.spec import NetworkSpec

HEAD: list[dict[str, Any]] = [{"kind": "flatten"}, {"kind": "dense", "units": 3}]
BEFORE: list[dict[str, Any]] = [{"kind": "conv", "filters": 4}]

LAYER_CASES: dict[str, list[list[dict[str, Any]]]] = {
    "conv": [
        [{"kind": "conv", "filters": 5, "kernel": [3, 5], "stride": [2, 1], "padding": [1, 2]}, *HEAD],
        [{"kind": "conv", "filters": 2, "kernel": 3, "padding": "same", "bias": False}, *HEAD],
    ],
    "relu": [[*BEFORE, {"kind": "relu"}, *HEAD]],
    "relu6": [[*BEFORE, {"kind": "relu6", "ceiling": 0.7}, *HEAD], [*BEFORE, {"kind": "relu6"}, *HEAD]],
    "leaky_relu": [[*BEFORE, {"kind": "leaky_relu", "slope": 0.3}, *HEAD]],
    "sigmoid": [[*BEFORE, {"kind": "sigmoid"}, *HEAD]],
    "tanh": [[*BEFORE, {"kind": "tanh"}, *HEAD]],
    "max_pool": [
        [*BEFORE, {"kind": "max_pool", "size": 2}, *HEAD],
        [*BEFORE, {"kind": "max_pool", "size": [3, 2], "stride": [2, 1], "padding": 1}, *HEAD],
    ],
    "average_pool": [
        [*BEFORE, {"kind": "average_pool", "size": 2}, *HEAD],
        [*BEFORE, {"kind": "average_pool", "size": 3, "stride": 2, "padding": 1}, *HEAD],
    ],
    "flatten": [[{"kind": "flatten"}, {"kind": "flatten"}, {"kind": "dense", "units": 3}]],
    "dense": [[{"kind": "flatten"}, {"kind": "dense", "units": 3, "bias": False}]],
    "dropout": [
        [*BEFORE, {"kind": "dropout", "rate": 0.4}, *HEAD],
        [*BEFORE, {"kind": "dropout", "rate": 0.4, "inverted": False}, *HEAD],
    ],
    "batch_norm": [
        [*BEFORE, {"kind": "batch_norm", "epsilon": 0.01, "momentum": 0.7}, *HEAD],
        [{"kind": "flatten"}, {"kind": "batch_norm"}, {"kind": "dense", "units": 3}],
    ],
    "residual": [
        [*BEFORE, {"kind": "residual", "filters": 4}, *HEAD],
        [*BEFORE, {"kind": "residual", "filters": 6, "stride": 2}, {"kind": "residual", "filters": 6}, *HEAD],
    ],
    "global_average_pool": [[*BEFORE, {"kind": "global_average_pool"}, {"kind": "dense", "units": 3}]],
}
"""Networks that use every kind of layer with options that change what it does."""


def lively(spec: NetworkSpec, names: tuple[str, ...] = ("x", "y", "z")) -> Model:
    """Return a model none of whose arrays are zeros or ones."""
    network = Network.new(spec, 2)
    rng = np.random.default_rng(3)
    for name, value in network.named().items():
        if name.endswith("running_var"):
            value[...] = rng.uniform(0.5, 2.0, value.shape)
        elif value.ndim == 1:
            value += 0.2 * rng.normal(size=value.shape)
    channels = spec.in_shape[0]
    mean, std = (0.3, 0.45, 0.6)[:channels], (0.2, 0.25, 0.3)[:channels]
    return Model(network, Preprocessing(mean, std), names, {"steps": 7})


def build(layers: list[dict[str, Any]], shape: tuple[int, int, int] = (2, 9, 8)) -> Model:
    """Return a lively model with these layers."""
    return lively(NetworkSpec.from_json({"name": "small one", "in_shape": list(shape), "layers": layers}))


def pixels(model: Model, count: int = 5) -> np.ndarray:
    """Return images for a model."""
    rng = np.random.default_rng(9)
    return rng.integers(0, 256, (count, *model.network.spec.in_shape)).astype(np.uint8)


def answers(model: Model, images: np.ndarray) -> np.ndarray:
    """Return the model's own logits."""
    return np.array(model.network.forward(model.preprocessing.apply(images))[0])


def read_raw(path: Path) -> Model:
    """Return the model in a graph of others, which is given the pixels as they are, from 0 to 255."""
    found = read_any(path)
    assert isinstance(found, Imported)
    return found.model(RANGES["0..255"])


def graph(nodes: list[Any], weights: dict[str, np.ndarray], shape: tuple[int, ...] = (1, 6, 6)) -> Any:
    """Return a graph from ``x`` to ``y`` as another program could have written it."""
    made = helper.make_graph(
        nodes,
        "other",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", *shape])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 2])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def save(model: Any, path: Path) -> Path:
    """Write a graph."""
    path.write_bytes(model.SerializeToString())
    return path
