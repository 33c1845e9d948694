"""The arrays of a safetensors file, and the words in its header; nothing in it is ever executed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt
from safetensors import safe_open

from engine.errors import ModelFileError
from engine.io.gate import MODEL, explained, opened
from engine.io.json_file import parse_json

Arrays = dict[str, npt.NDArray[Any]]

LARGEST_HEADER = 8 * 1024**2
"""Bytes of names, shapes and metadata."""
_KEPT = ("F32", "F64", "F16", "I64", "I32", "U8")
"""Forms of numbers that NumPy has; others (``BF16``, ``F8_E4M3``) are refused by name."""


def read_tensors(path: Path) -> tuple[dict[str, str], Arrays]:
    """Return the metadata and every array of a file.

    Raises:
        ModelFileError: it is missing, no safetensors, truncated, or keeps numbers in another form.
    """
    with opened(path, MODEL) as start:
        announced = int.from_bytes(start.read(8), "little")
        if announced > LARGEST_HEADER:
            raise ModelFileError(
                f"{path} is not a model: it announces a header of {announced:,} bytes; "
                f"allowed are {LARGEST_HEADER:,}."
            )
    with explained(path, MODEL), safe_open(str(path), framework="numpy") as file:
        arrays: Arrays = {}
        for name in file.keys():  # noqa: SIM118 - not a dict
            form = file.get_slice(name).get_dtype()
            if form not in _KEPT:
                raise ModelFileError(
                    f"{path} keeps the array {name[:60]!r} as {form}; allowed are {', '.join(_KEPT)}, "
                    "so save it as float32."
                )
            arrays[name] = file.get_tensor(name)
        return file.metadata() or {}, arrays


def description_in(metadata: Mapping[str, str]) -> dict[str, Any]:
    """Return the description in the metadata of a file; raises ModelFileError if there is no usable one."""
    description = parse_json(metadata.get("description", ""), MODEL, "Its description")
    if not isinstance(description, dict):
        raise ModelFileError("Its description is not an object.")
    return description
