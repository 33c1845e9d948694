"""Networks from ONNX files, as far as their operations exist here as layers.

The graph is followed from its one image input to its answers. What is read: convolutions, fully
connected layers (also as MatMul and Add), activations, poolings, batch normalisation, flattening,
residual blocks, a softmax at the end, and a standardisation of the pixels at the front. Everything else
is refused by name. Weights must lie in the file; nothing is loaded from anywhere else.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from engine.curves import History
from engine.data.preprocess import Preprocessing
from engine.errors import EngineError, ModelFileError
from engine.exchange.onnx_graph import Graph, RefusedError, attributes, load_graph, named
from engine.exchange.onnx_nodes import READERS, Found
from engine.network import Network
from engine.spec import NetworkSpec
from engine.storage import Model, from_description
from engine.types import Params


def read_onnx(path: Path) -> Model:
    """Read a model; raises ModelFileError if it is damaged or cannot be a model here."""
    graph, taken, metadata, shape = load_graph(path)
    try:
        layers, params, moments = _follow(graph, taken, shape)
    except RefusedError as error:
        raise ModelFileError(f"{path} cannot be used: {error}.") from None
    if metadata.get("format") == "kernelscope":
        return _ours(path, metadata, params)
    try:
        spec = NetworkSpec.from_json({"name": path.stem, "in_shape": list(shape), "layers": layers})
        network = Network.empty(spec)
        network.load({f"{i}.{name}": value for i, p in enumerate(params) for name, value in p.items()})
        preprocessing = Preprocessing(*moments) if moments else _plain_pixels(shape[0])
    except EngineError as error:
        raise ModelFileError(f"{path} cannot be used: {error}") from None
    names = tuple(str(label) for label in range(network.classes))
    return Model(network, preprocessing, names, {"imported": path.name})


def _plain_pixels(channels: int) -> Preprocessing:
    """Return what stands for no preprocessing: pixels from 0 to 255, as the graph takes them."""
    return Preprocessing((0.0,) * channels, (1 / 255,) * channels)


def _ours(path: Path, metadata: dict[str, str], params: list[Params]) -> Model:
    """Return a model that was written here, with its names, record and preprocessing."""
    try:
        description = json.loads(metadata["description"])
    except (KeyError, ValueError):
        raise ModelFileError(f"{path} is damaged: its description cannot be read.") from None
    arrays = {f"{i}.{name}": value for i, p in enumerate(params) for name, value in p.items()}
    return from_description(description, arrays, History(), path)


def _follow(
    graph: Graph, value: str, shape: tuple[int, int, int]
) -> tuple[list[dict[str, Any]], list[Params], tuple[tuple[float, ...], tuple[float, ...]] | None]:
    """Walk from the input to the logits; returns layers, parameters, and mean and deviation if there are."""
    value, moments = _standardisation(graph, value, shape[0])
    layers: list[dict[str, Any]] = []
    params: list[Params] = []
    while True:
        takers = graph.takers.get(value, [])
        if not takers:
            return layers, params, moments
        if len(takers) == 1:
            node = takers[0]
            if node.op_type not in READERS:
                known = ", ".join(sorted(READERS))
                raise RefusedError(f"it holds the operation {named(node)}, and allowed are {known}, Add")
            value = node.output[0]
            if node.op_type == "Softmax" or (node.op_type == "Identity" and value in graph.outputs):
                continue
            value, found = READERS[node.op_type](graph, node)
        elif any(
            node.op_type in ("Softmax", "Identity") and node.output[0] in graph.outputs for node in takers
        ):
            return layers, params, moments  # the logits, which are an output themselves and go into softmax
        else:
            value, found = _residual(graph, value, takers)
        if found is not None:
            layers.append(found[0])
            params.append(found[1])


def _standardisation(
    graph: Graph, value: str, channels: int
) -> tuple[str, tuple[tuple[float, ...], tuple[float, ...]] | None]:
    """Read ``(x - mean) / std`` at the front, if it is there."""
    numbers = []
    for operation in ("Sub", "Div"):
        takers = graph.takers.get(value, [])
        if len(takers) != 1 or takers[0].op_type != operation:
            break
        array = graph.array(takers[0], 1).astype(np.float64).ravel()
        numbers.append(tuple(float(v) / 255 for v in np.broadcast_to(array, channels)))
        value = takers[0].output[0]
    if len(numbers) == 1:
        raise RefusedError("its pixels are shifted but not divided, which no preprocessing here does")
    return value, (numbers[0], numbers[1]) if numbers else None


def _residual(graph: Graph, value: str, takers: list[Any]) -> tuple[str, Found]:
    """Read a residual block that begins at ``value``, which several nodes take."""
    detour = next((node for node in takers if _shape_of(graph, node) == (3, 3)), None)
    if detour is None or len(takers) != 2:
        kinds = ", ".join(named(node) for node in takers)
        raise RefusedError(f"its paths part before {kinds}; allowed are residual blocks of 3x3 convolutions")
    other = next(node for node in takers if node is not detour)
    params: Params = {}
    stride = int(attributes(detour).get("strides", [1, 1])[0])
    inner = _chain(graph, detour, ("Conv", "BatchNormalization", "Relu", "Conv", "BatchNormalization"))
    for name, node in zip(("conv1", "bn1", "relu", "conv2", "bn2"), inner, strict=True):
        _collect(graph, node, name, params)
    end = inner[-1].output[0]
    if other.op_type == "Add":
        across = value
    else:
        path = _chain(graph, other, ("Conv", "BatchNormalization"))
        for name, node in zip(("downsample.0", "downsample.1"), path, strict=True):
            _collect(graph, node, name, params)
        across = path[-1].output[0]
    total = graph.takers.get(end, [])
    if len(total) != 1 or total[0].op_type != "Add" or set(total[0].input) != {end, across}:
        raise RefusedError(f"the two paths after {named(detour)} do not meet in Add")
    last = _chain(graph, total[0], ("Add", "Relu"))[-1]
    filters = params["conv1.weight"].shape[0]
    return last.output[0], ({"kind": "residual", "filters": filters, "stride": stride}, params)


def _shape_of(graph: Graph, node: Any) -> tuple[int, ...]:
    """Return the size of the kernels of a convolution; of anything else nothing."""
    return graph.array(node, 1).shape[2:] if node.op_type == "Conv" else ()


def _chain(graph: Graph, node: Any, operations: tuple[str, ...]) -> list[Any]:
    """Return the nodes from ``node`` on, which must be these operations one after the other."""
    chain = [node]
    for operation in operations[1:]:
        takers = graph.takers.get(chain[-1].output[0], [])
        if len(takers) != 1 or takers[0].op_type != operation:
            raise RefusedError(f"after {named(chain[-1])} in a residual block comes no {operation}")
        chain.append(takers[0])
    return chain


def _collect(graph: Graph, node: Any, name: str, params: Params) -> None:
    """Add the arrays of a node inside a block under its name there."""
    _, found = READERS[node.op_type](graph, node)
    if found is not None:
        layer, arrays = found
        if layer.get("epsilon", 1e-5) != 1e-5 or ("bias" in arrays and layer["kind"] == "conv"):
            raise RefusedError(f"{named(node)} in a residual block has a bias or another epsilon than 1e-05")
        params.update({f"{name}.{key}": value for key, value in arrays.items()})
