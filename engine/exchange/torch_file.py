"""Weights for PyTorch, as ``.safetensors``.

Layout: the names and axis orders of the ``state_dict`` of the class that ``torch_text`` writes.
``mean`` and ``std``, ``(1, C, 1, 1)``, of pixels from 0 to 255; then ``layers.<number>.<parameter>`` with
convolutions ``(F, C, kh, kw)``, fully connected layers ``(U, D)``, and for each batch normalisation
``weight``, ``bias``, ``running_mean``, ``running_var`` ``(C,)`` and ``num_batches_tracked``, int64 ``()``.
All but the last are float32. The header's metadata holds ``format`` (``kernelscope``), ``kind`` (``torch``)
and ``description``, JSON with network, preprocessing, class names and training record.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save

from engine.io.gate import MODEL, explained
from engine.model.history import History
from engine.model.model_file import Model, described, from_description
from engine.model.tensors import description_in, read_tensors

_PREFIX = "layers."
_COUNT = "num_batches_tracked"


@dataclass(frozen=True)
class Row:
    """One array of the file, for people: its name, its shape and what it is."""

    name: str
    shape: tuple[int, ...]
    what: str


def state(model: Model) -> dict[str, npt.NDArray[Any]]:
    """Return every array under PyTorch's name."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, values in (("mean", model.preprocessing.mean), ("std", model.preprocessing.std)):
        arrays[name] = (255 * np.array(values, np.float64)).astype(np.float32).reshape(1, -1, 1, 1)
    for name, value in model.network.named().items():
        arrays[_PREFIX + name] = np.ascontiguousarray(value, np.float32)
        if name.endswith("running_var"):
            arrays[_PREFIX + name.removesuffix("running_var") + _COUNT] = np.array(0, np.int64)
    return arrays


def layout(model: Model) -> list[Row]:
    """Return what the file holds, in words."""
    rows = []
    for name, value in state(model).items():
        number = name.split(".")[1] if name.startswith(_PREFIX) else ""
        title = model.network.spec.layers[int(number)].title if number else "Preprocessing, pixels 0 to 255"
        rows.append(Row(name, value.shape, title))
    return rows


def to_torch(model: Model) -> bytes:
    """Return ``model`` as the content of a file for PyTorch."""
    metadata = {"format": "kernelscope", "kind": "torch", "description": json.dumps(described(model))}
    return bytes(save(state(model), metadata))


def from_torch(path: Path) -> Model:
    """Read a file that ``to_torch`` wrote, whose weights may have changed; raises ModelFileError."""
    metadata, arrays = read_tensors(path)
    with explained(path, MODEL):
        description = description_in(metadata)
    known = {
        name.removeprefix(_PREFIX): value
        for name, value in arrays.items()
        if name.startswith(_PREFIX) and not name.endswith(_COUNT)
    }
    return from_description(description, known, History(), path)
