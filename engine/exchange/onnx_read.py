"""Networks from ONNX files, as far as their operations exist here as layers.

The graph is followed from its one image input to its answers. What is read: convolutions, fully
connected layers (also as MatMul and Add), activations, poolings, batch normalisation, flattening,
residual blocks, a softmax at the end, and a standardisation of the pixels at the front. Everything else
is refused by name. Weights must lie in the file; nothing is loaded from anywhere else.

A file that was written here says more of its model than a graph can hold: class names, options for training,
the record. That is believed as long as the graph is still the one that this model is written as.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.preprocess import Preprocessing
from engine.exchange.onnx_graph import Graph, RefusedError, attributes, load_graph, named
from engine.exchange.onnx_nodes import READERS
from engine.exchange.onnx_residual import read_residual
from engine.exchange.onnx_write import to_onnx
from engine.io.gate import ONNX, explained
from engine.model.arrays import check_arrays
from engine.model.history import History
from engine.model.model_file import Model, from_description
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.model.tensors import description_in
from engine.types import Params

_ANSWERS = ("Softmax", "LogSoftmax", "Identity")
"""What may follow the logits."""

Moments = tuple[tuple[float, ...], tuple[float, ...]]
"""Mean and deviation of each channel, of pixels from 0 to 1."""


def read_onnx(path: Path) -> Model:
    """Read a model; raises ModelFileError if it is damaged or cannot be a model here."""
    graph, taken, metadata, shape = load_graph(path)
    with explained(path, ONNX):
        layers, params, moments = _follow(graph, taken, shape)
        description = _description(metadata)
        if description is not None:
            ours = _ours(path, description, graph, params, moments)
            if ours is not None:
                return ours
        spec = NetworkSpec.from_json({"name": path.stem, "in_shape": list(shape), "layers": layers})
        check_arrays(spec, _named(params))
        network = Network.empty(spec)
        network.load(_named(params))
        preprocessing = Preprocessing(*(moments or _plain_pixels(shape[0])))
    record: dict[str, Any] = {"imported": path.name}
    if moments is None:
        record["note"] = "The graph does not standardise its pixels, so it is given them from 0 to 255."
    return Model(network, preprocessing, tuple(str(k) for k in range(network.classes)), record)


def _plain_pixels(channels: int) -> Moments:
    """Return what stands for no preprocessing: pixels from 0 to 255, as the graph takes them."""
    return (0.0,) * channels, (1 / 255,) * channels


def _named(params: list[Params]) -> Params:
    return {f"{i}.{name}": value for i, p in enumerate(params) for name, value in p.items()}


def _description(metadata: dict[str, str]) -> dict[str, Any] | None:
    """Return what a file that was written here says of itself."""
    if metadata.get("format") != "kernelscope":
        return None
    return description_in(metadata)


def _ours(
    path: Path, description: dict[str, Any], graph: Graph, params: list[Params], moments: Moments | None
) -> Model | None:
    """Return the described model, with names, record and options that a graph cannot hold.

    Returns None if the graph is not the one that this model would be written as: another program has
    changed it, and then the graph counts.
    """
    spec = NetworkSpec.from_json(description["network"])
    if len(spec.layers) != len(params):
        return None
    check_arrays(spec, _named(params))
    model = from_description(description, _named(params), History(), path)
    from onnx import load_model_from_string

    written = load_model_from_string(to_onnx(model)).graph.node
    same = [node.SerializeToString() for node in written] == [n.SerializeToString() for n in graph.nodes]
    prepared = (model.preprocessing.mean, model.preprocessing.std)
    return model if same and moments is not None and np.allclose(moments, prepared) else None


def _follow(
    graph: Graph, value: str, shape: tuple[int, int, int]
) -> tuple[list[dict[str, Any]], list[Params], Moments | None]:
    """Walk from the input to the logits; returns layers, parameters, and mean and deviation if there are."""
    value, moments = _standardisation(graph, value, shape[0])
    layers: list[dict[str, Any]] = []
    params: list[Params] = []
    for _ in range(len(graph.nodes) + 1):
        takers = graph.takers.get(value, [])
        if all(_is_answer(graph, node) for node in takers):
            if not takers and value not in graph.outputs:
                raise RefusedError(f"it ends with {value!r}, which is none of its outputs")
            return layers, params, moments
        if len(takers) > 1:
            value, found = read_residual(graph, value, takers)
        else:
            node = takers[0]
            if node.op_type == "Identity" and node.output[0] in graph.outputs:
                value = node.output[0]  # another name for the logits
                continue
            if node.op_type not in READERS:
                known = ", ".join(sorted(READERS))
                raise RefusedError(
                    f"it holds the operation {named(node)}, and allowed in its place are {known}"
                )
            value, found = READERS[node.op_type](graph, node)
        layers.append(found[0])
        params.append(found[1])
    raise RefusedError("its operations go round in a circle")


def _is_answer(graph: Graph, node: Any) -> bool:
    """Whether a node gives the answers: an output that nothing takes, a softmax or another name."""
    last = node.output[0] in graph.outputs and node.output[0] not in graph.takers
    if not last or node.op_type not in _ANSWERS:
        return False
    if attributes(node).get("axis", 1) not in (1, -1):
        raise RefusedError(f"{named(node)} has axis {attributes(node)['axis']}; allowed is 1")
    return True


def _standardisation(graph: Graph, value: str, channels: int) -> tuple[str, Moments | None]:
    """Read ``(x - mean) / std`` at the front, if it is there, also with a scale before it.

    What is read is ``scale x + shift``: factors and divisors first, then one shift, then one more factor.
    """
    scale: npt.NDArray[np.float64] = np.ones(channels)
    shift: npt.NDArray[np.float64] = np.zeros(channels)
    shifted, read = False, False
    while True:
        takers = graph.takers.get(value, [])
        if len(takers) != 1 or takers[0].op_type not in ("Sub", "Add", "Mul", "Div"):
            break
        node = takers[0]
        number = np.broadcast_to(graph.array(node, 1).astype(np.float64), (1, channels, 1, 1)).ravel()
        if node.op_type in ("Sub", "Add"):
            shift = shift - number if node.op_type == "Sub" else shift + number
            shifted = True
        else:
            with np.errstate(divide="ignore", invalid="ignore"):
                factor = number if node.op_type == "Mul" else 1 / number
                scale, shift = scale * factor, shift * factor
        value, read = node.output[0], True
        if shifted and node.op_type in ("Mul", "Div"):
            break
    if not read:
        return value, None
    if not (np.isfinite(scale) & (scale > 0)).all():
        raise RefusedError("its pixels are multiplied by something that is not above 0")
    mean, deviation = -shift / scale / 255, 1 / scale / 255
    return value, (tuple(mean.tolist()), tuple(deviation.tolist()))
