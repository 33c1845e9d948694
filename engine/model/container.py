"""Arrays, curves and a description in one safetensors file, with the kind and version of what they are.

Nothing is unpickled, and a file is complete or not there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save

from engine.errors import ModelFileError
from engine.io.files import replacing
from engine.io.gate import MODEL, explained
from engine.model.history import STEP_COLUMNS, VALIDATION_COLUMNS, History
from engine.model.tensors import Arrays, description_in, read_tensors

VERSION = 1
MOST_STEPS = 10**12
"""No run is longer."""


def write(
    path: Path,
    kind: str,
    arrays: Mapping[str, npt.NDArray[Any]],
    history: History,
    description: dict[str, Any],
) -> None:
    """Write all of it as a ``kind``; raises ModelFileError and then leaves an older file as it was."""
    tensors = {name: np.ascontiguousarray(value) for name, value in arrays.items()}
    tensors["curves.steps"] = history.steps.table()
    tensors["curves.validations"] = history.validations.table()
    metadata = {
        "format": "kernelscope",
        "version": str(VERSION),
        "kind": kind,
        "description": json.dumps(description, allow_nan=False),
    }
    try:
        with replacing(path) as file:
            file.write(save(tensors, metadata))
    except OSError as error:
        raise ModelFileError(f"Cannot write {path}: {error.strerror or error}.") from None


def read(path: Path, kind: str) -> tuple[Arrays, History, dict[str, Any]]:
    """Return arrays, curves and description of a ``kind``.

    Raises:
        ModelFileError: the file is missing, truncated, another kind, or of a newer version.
    """
    metadata, arrays = read_tensors(path)
    _check(path, kind, metadata)
    with explained(path, MODEL):
        description = description_in(metadata)
    history = History()
    for name, columns, names in (
        ("curves.steps", history.steps, STEP_COLUMNS),
        ("curves.validations", history.validations, VALIDATION_COLUMNS),
    ):
        table = arrays.pop(name, None)
        if table is None or table.ndim != 2 or len(table) != len(names) or table.dtype != np.float64:
            raise ModelFileError(f"{path} is damaged: it has no usable {name}.")
        # Seconds may be unknown, and the loss beyond all numbers; where they belong may not.
        if not ((table[:2] >= 0) & (table[:2] < MOST_STEPS)).all():
            raise ModelFileError(f"{path} is damaged: {name} has a step that cannot be.")
        columns.extend(table)
    return arrays, history, description


def _check(path: Path, kind: str, metadata: Mapping[str, str]) -> None:
    if metadata.get("format") != "kernelscope":
        raise ModelFileError(f"{path} holds arrays, but it is not a Kernelscope {kind}.")
    version = metadata.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        raise ModelFileError(f"{path} has the version {version!r}; allowed is a number up to {VERSION}.")
    if int(version) > VERSION:
        raise ModelFileError(f"{path} has version {version}; this program reads up to {VERSION}. Update it.")
    if metadata.get("kind") != kind:
        raise ModelFileError(f"{path} is a {metadata.get('kind')}, not a {kind}.")
