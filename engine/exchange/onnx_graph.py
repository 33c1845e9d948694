"""An ONNX file as nodes that can be followed, and its weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import ModelFileError
from engine.io.gate import ONNX, content, explained
from engine.model.spec import MOST_SIDE


class RefusedError(ModelFileError):
    """The file holds something that does not exist here; says what, as the end of a sentence."""

    def __init__(self, words: str) -> None:
        super().__init__(f"{words}.")


@dataclass
class Graph:
    """The nodes of a file, by what they take, and its weights by name.

    Attributes:
        nodes: the nodes, without constants.
        weights: the arrays that lie in the file.
        outputs: names of what the graph gives.
        takers: the nodes that take a value, by its name.
    """

    nodes: list[Any]
    weights: dict[str, npt.NDArray[Any]]
    outputs: frozenset[str]
    takers: dict[str, list[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note who takes what."""
        for node in self.nodes:
            for name in node.input:
                if name not in self.weights:
                    self.takers.setdefault(name, []).append(node)

    def array(self, node: Any, place: int) -> npt.NDArray[np.float32]:
        """Return the weight that ``node`` takes at ``place``."""
        if place >= len(node.input) or node.input[place] not in self.weights:
            raise RefusedError(f"{named(node)} takes something at place {place + 1} that is no weight")
        return np.asarray(self.weights[node.input[place]], np.float32)

    def has(self, node: Any, place: int) -> bool:
        """Whether ``node`` takes a weight at ``place``."""
        return place < len(node.input) and bool(node.input[place])


def named(node: Any) -> str:
    """Return operation and name of a node, for messages."""
    return f"{node.op_type!r} (node {node.name or node.output[0]!r})"


def attributes(node: Any) -> dict[str, Any]:
    """Return the attributes of a node by name."""
    from onnx import helper

    return {each.name: helper.get_attribute_value(each) for each in node.attribute}


def _constant(node: Any) -> Any:
    """Return the array that a constant holds, still packed."""
    from onnx import numpy_helper

    found = attributes(node)
    if "value" in found:
        return found["value"]
    ((name, value),) = found.items()
    kinds = {
        "value_float": np.float32,
        "value_floats": np.float32,
        "value_int": np.int64,
        "value_ints": np.int64,
    }
    if name not in kinds:
        raise RefusedError(f"{named(node)} has {name}; allowed are {', '.join(('value', *kinds))}")
    return numpy_helper.from_array(np.array(value, kinds[name]))


def _tensors(graph: Any) -> dict[str, Any]:
    """Return every array of a graph, still packed; raise RefusedError if one lies elsewhere."""
    from onnx import TensorProto

    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant":
            tensors[node.output[0]] = _constant(node)
    for name, tensor in tensors.items():
        if tensor.data_location == TensorProto.EXTERNAL:
            raise RefusedError(f"it keeps the weight {name!r} in another file; allowed is one file")
    return tensors


def load_graph(path: Path) -> tuple[Graph, str, dict[str, str], tuple[int, int, int]]:
    """Read a file: graph, name of its input, metadata, shape of an image; raises ModelFileError."""
    import onnx  # heavy, and needed only here
    from onnx import numpy_helper

    with explained(path, ONNX):
        file = onnx.load_model_from_string(content(path, ONNX))
        graph = file.graph
        tensors = _tensors(graph)
        nodes = [node for node in graph.node if node.op_type != "Constant"]
        for node in nodes:
            if node.domain not in ("", "ai.onnx"):
                raise RefusedError(f"{named(node)} is of {node.domain!r}; allowed are ONNX's own operations")
        weights = {name: numpy_helper.to_array(tensor) for name, tensor in tensors.items()}
    inputs = [value for value in graph.input if value.name not in weights]
    if len(inputs) != 1:
        raise ModelFileError(f"{path} takes {len(inputs)} inputs; allowed is one, an image.")
    lengths = [dimension.dim_value for dimension in inputs[0].type.tensor_type.shape.dim]
    if len(lengths) != 4 or not all(lengths[1:]):
        raise ModelFileError(f"{path} takes an input of shape {tuple(lengths)}; allowed is (N, C, H, W).")
    if not all(0 < length <= MOST_SIDE for length in lengths[1:]):
        raise ModelFileError(
            f"{path} takes an input of {lengths[1:]}; allowed are lengths up to {MOST_SIDE}."
        )
    outputs = frozenset(value.name for value in graph.output)
    metadata = {each.key: each.value for each in file.metadata_props}
    return Graph(nodes, weights, outputs), inputs[0].name, metadata, (lengths[1], lengths[2], lengths[3])
