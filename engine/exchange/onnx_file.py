"""An ONNX file: its nodes in order, its constants, its input, and what it says of itself.

Weights may lie in a second file, as large models have them. It is read only if it lies in the same folder.
"""

from __future__ import annotations

import ast
import heapq
import json
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.exchange.onnx_values import RefusedError
from engine.io.gate import ONNX, content, is_there, opened

_MOST_NODES = 20_000
_DOMAINS = ("", "ai.onnx", "ai.onnx.ml")
_NAMES = ("names", "classes", "class_names", "labels", "class_labels", "id2label", "categories")
"""Under which words programs keep the names of the classes."""


@dataclass(frozen=True)
class Graph:
    """What a file holds.

    Attributes:
        nodes: the operations, each after what it takes.
        constants: the arrays that lie in the file, by name.
        taken: name of the input.
        lengths: of the input's axes; None where any length is allowed.
        whole: whether the input takes whole numbers, so pixels from 0 to 255.
        outputs: names of what the graph gives.
        opset: version of the operations.
        metadata: words that the file holds about itself.
    """

    nodes: list[Any]
    constants: dict[str, npt.NDArray[Any]]
    taken: str
    lengths: tuple[int | None, ...]
    whole: bool
    outputs: tuple[str, ...]
    opset: int
    metadata: dict[str, str]

    def class_names(self) -> tuple[str, ...]:
        """Return the names of the classes that the metadata hold; empty if they hold none."""
        for key, text in self.metadata.items():
            if key.lower() in _NAMES and len(text) < 100_000:
                found = _names_in(text)
                if found:
                    return found
        return ()


def load_graph(path: Path) -> Graph:
    """Read a file, inside of ``explained``; raises RefusedError if it holds what cannot be read."""
    import onnx  # heavy, and needed only here
    from onnx import TensorProto

    file = onnx.load_model_from_string(content(path, ONNX))
    if file.functions:
        from onnx import inliner

        file = inliner.inline_local_functions(file)
    constants = _constants(file.graph, path.parent)
    nodes = _in_order(file.graph, constants)
    used = {name for node in nodes for name in node.input} | {value.name for value in file.graph.output}
    inputs = [value for value in file.graph.input if value.name not in constants and value.name in used]
    if len(inputs) != 1:
        names = ", ".join(repr(value.name[:40]) for value in inputs[:4]) or "nothing"
        raise RefusedError(f"it takes {len(inputs)} inputs ({names}), and allowed is one, an image")
    kind = inputs[0].type.tensor_type
    if not kind.HasField("shape"):
        raise RefusedError(f"its input {inputs[0].name!r} has no shape")
    floats = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16)
    integers = (TensorProto.UINT8, TensorProto.INT32, TensorProto.INT64)
    if kind.elem_type not in (*floats, *integers):
        name = TensorProto.DataType.Name(kind.elem_type)
        raise RefusedError(f"its input is of the type {name}, and allowed are numbers of pixels")
    versions = {each.domain: each.version for each in file.opset_import}
    return Graph(
        nodes,
        constants,
        inputs[0].name,
        tuple(each.dim_value if each.dim_value > 0 else None for each in kind.shape.dim),
        kind.elem_type in integers,
        tuple(value.name for value in file.graph.output),
        versions.get("", versions.get("ai.onnx", 17)),
        {each.key: each.value for each in file.metadata_props},
    )


def _constants(graph: Any, folder: Path) -> dict[str, npt.NDArray[Any]]:
    """Return every array of a graph; raise RefusedError if one lies where it may not."""
    if graph.sparse_initializer:
        raise RefusedError("it keeps weights as sparse tensors, and allowed are dense ones")
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant":
            tensors[node.output[0]] = _packed(node)
    room = ONNX.largest
    arrays = {}
    for name, tensor in tensors.items():
        if tensor.data_location == tensor.EXTERNAL:
            room -= _fetch(tensor, name, folder, room)
        arrays[name] = _plain(tensor)
    return arrays


def _packed(node: Any) -> Any:
    """Return the tensor that a Constant holds."""
    from onnx import TensorProto, helper, numpy_helper

    found = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    if isinstance(found.get("value"), TensorProto):
        return found["value"]
    kinds = {
        "value_float": np.float32,
        "value_floats": np.float32,
        "value_int": np.int64,
        "value_ints": np.int64,
    }
    name = next((name for name in found if name in kinds), None)
    if name is None:
        words = "a value that is no tensor" if "value" in found else ", ".join(found) or "nothing"
        raise RefusedError(
            f"'Constant' (node {node.output[0][:60]!r}) holds {words}; allowed are value, {', '.join(kinds)}"
        )
    return numpy_helper.from_array(np.array(found[name], kinds[name]))


def _plain(tensor: Any) -> npt.NDArray[Any]:
    """Return the array of a tensor, in a form that NumPy itself has."""
    from onnx import numpy_helper

    array = np.asarray(numpy_helper.to_array(tensor))
    # bfloat16 and the forms of 8 bits are exact in float32; 4-bit integers in int32.
    if array.dtype.kind not in "fiubOSU":
        whole = "int" in array.dtype.name
        array = array.astype(np.int32 if whole else np.float32)
    return array


def _fetch(tensor: Any, name: str, folder: Path, room: int) -> int:
    """Read a tensor that lies in another file into itself; returns its size in bytes.

    Raises:
        RefusedError: the file is not there, not in the same folder, or too short.
    """
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get("location", "")
    other = folder / location
    if not location or Path(location).name != location or "\\" in location or other.is_symlink():
        raise RefusedError(
            f"it keeps the weight {name[:60]!r} in {location[:60]!r}, "
            "and allowed is a file in the same folder"
        )
    if not is_there(other):
        raise RefusedError(f"it keeps its weights in {location[:60]!r}, which is not in its folder")
    with opened(other, ONNX) as file:
        size = file.seek(0, os.SEEK_END)
        offset = int(entries.get("offset", 0))
        length = int(entries.get("length", size - offset))
        if offset < 0 or length < 0 or offset + length > size or length > room:
            raise RefusedError(
                f"the weight {name[:60]!r} is said to be bytes {offset} to {offset + length} of "
                f"{location[:60]!r}, which has {size}"
            )
        file.seek(offset)
        tensor.raw_data = file.read(length)
    tensor.data_location = tensor.DEFAULT
    return length


def _in_order(graph: Any, constants: dict[str, npt.NDArray[Any]]) -> list[Any]:
    """Return the nodes, each after those whose outputs it takes."""
    waiting = [node for node in graph.node if node.op_type != "Constant"]
    if len(waiting) > _MOST_NODES:
        raise RefusedError(f"it has {len(waiting):,} operations, and allowed are {_MOST_NODES:,}")
    for node in waiting:
        if node.domain not in _DOMAINS:
            raise RefusedError(
                f"{node.op_type!r} (node {(node.name or node.output[0])[:60]!r}) is of {node.domain[:40]!r}; "
                "allowed are ONNX's own operations"
            )
    known = {"", *constants, *(value.name for value in graph.input)}
    needs = [{name for name in node.input if name not in known} for node in waiting]
    takers: defaultdict[str, list[int]] = defaultdict(list)
    for number, names in enumerate(needs):
        for name in names:
            takers[name].append(number)
    ready = [number for number, names in enumerate(needs) if not names]
    ordered: list[Any] = []
    while ready:
        ordered.append(waiting[heapq.heappop(ready)])
        for name in ordered[-1].output:
            for number in takers.pop(name, ()):
                needs[number].remove(name)
                if not needs[number]:
                    heapq.heappush(ready, number)
    if len(ordered) < len(waiting):
        raise RefusedError("its operations go round in a circle, or take what nothing gives")
    return ordered


def _names_in(text: str) -> tuple[str, ...]:
    """Return the names in JSON, in a Python literal, or between commas or line ends."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        try:
            found = ast.literal_eval(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            found = [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]
    if isinstance(found, dict):
        keys = {str(key): value for key, value in found.items()}
        found = [keys.get(str(number)) for number in range(len(keys))]
    if not isinstance(found, list | tuple) or not all(isinstance(name, str | int) for name in found):
        return ()
    return tuple(str(name) for name in found)
