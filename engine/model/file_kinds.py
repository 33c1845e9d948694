"""What kind of model file this is, told by its first bytes, and what to do with one of another kind."""

from __future__ import annotations

import json
from pathlib import Path

from engine.errors import ModelFileError
from engine.io.gate import MODEL, opened
from engine.model.tensors import LARGEST_HEADER

START = 4096
"""Bytes that tell a kind; of a safetensors file the header is read as well."""
_AS_ONNX = "write the network as ONNX (torch.onnx.export) and import that"
_FROM_KERAS = 'write the network as ONNX (model.export("model.onnx", format="onnx")) and import that'

IMPORTED = ("onnx", "torch", "pickle")
"""Kinds that ``import`` turns into a model."""

_FOREIGN: dict[str, str] = {
    "checkpoint": "is a checkpoint of a run, not a model: resume that run "
    "(main.py resume and its folder), which writes the model at its end",
    "weights": f"holds weights without the network they belong to: {_AS_ONNX}",
    "torch_file": f"is a PyTorch file, which cannot be read without running its code: {_AS_ONNX}",
    "keras": f"is a Keras file: {_FROM_KERAS}",
    "hdf5": f"is a Keras or HDF5 file: {_FROM_KERAS}",
    "tflite": "is a TensorFlow Lite model: turn it into ONNX (tf2onnx can) and import that",
}
"""What to do with kinds that are no models of this program and cannot be imported either."""


def kind_of(path: Path) -> str:
    """Return the kind of a file: ``model``, one of ``IMPORTED``, a foreign one, or nothing if unknown.

    Raises:
        ModelFileError: there is no such file, or it cannot be read.
    """
    with opened(path, MODEL) as file:
        start = file.read(START)
        if start[8:9] == b"{":
            size = int.from_bytes(start[:8], "little")
            if size > LARGEST_HEADER:
                return "model"  # reading it tells what is wrong
            return _safetensors(start[8:] + file.read(max(0, size + 8 - START)), size)
    if start[:4] == b"PK\x03\x04":
        if b"/data.pkl" in start:
            return "torch_file"
        return "keras" if b"config.json" in start or b"metadata.json" in start else ""
    if start[:8] == b"\x89HDF\r\n\x1a\n":
        return "hdf5"
    if start[4:8] == b"TFL3":
        return "tflite"
    if start[:1] in (b"(", b"]", b"\x80"):
        # An older PyTorch file begins with the pickle of a number that it is known by.
        return "torch_file" if start[2:13] == b"\x8a\nl\xfc\x9cF\xf9 j\xa8P" else "pickle"
    # An ONNX file begins with the version of its form.
    return "onnx" if start[:1] == b"\x08" else ""


def _safetensors(header: bytes, size: int) -> str:
    """Return the kind that the header of a safetensors file tells; a damaged one passes for a model."""
    try:
        metadata = json.loads(header[:size]).get("__metadata__", {})
        kind = metadata.get("kind", "model") if metadata.get("format") == "kernelscope" else "weights"
    except (ValueError, AttributeError, RecursionError):
        return "model"
    return kind if kind in ("checkpoint", "torch", "weights") else "model"


def refuse_foreign(path: Path, kind: str) -> None:
    """Raise ModelFileError that says what to do with a file of a kind that cannot be read at all."""
    if kind in _FOREIGN:
        raise ModelFileError(f"{path} {_FOREIGN[kind]}.")


def need_model(path: Path) -> None:
    """Raise ModelFileError, which says what to do, unless ``path`` may be a model of this program."""
    kind = kind_of(path)
    refuse_foreign(path, kind)
    if kind in IMPORTED:
        name = {"onnx": "an ONNX model", "torch": "a model for PyTorch", "pickle": "a pickle"}[kind]
        raise ModelFileError(
            f"{path} is {name}; import it first: python main.py import {path} --out model.safetensors."
        )
