"""A file that is no model of this program: what it is, and what to do with it."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from engine.errors import ModelFileError
from engine.exchange import read_model
from engine.model.file_kinds import kind_of, need_model
from engine.model.model_file import find_model


def content(kind: str, path: Path) -> Path:
    """Write the beginning of a file of that kind, as the program that it comes from does."""
    weights = {"fc.weight": np.zeros((2, 2), np.float32)}
    ours = {"format": "kernelscope", "version": "1"}
    if kind in ("torch_file", "keras", "archive"):
        member = {"torch_file": "net/data.pkl", "keras": "config.json", "archive": "a.txt"}[kind]
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member, b"{}")
        return path
    known = {
        "onnx": b"\x08\x08" + bytes(20),
        "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(40),
        "tflite": b"\x1c\0\0\0TFL3" + bytes(40),
        "pickle": pickle.dumps([1], 2),
        "old torch": pickle.dumps(0x1950A86A20F9469CFC6C, 2) + bytes(20),
        "weights": save(weights),
        "other weights": save(weights, {"format": "pt"}),
        "checkpoint": save(weights, {**ours, "kind": "checkpoint"}),
        "torch": save(weights, {**ours, "kind": "torch"}),
        "text": b"import torch\n",
    }
    path.write_bytes(known[kind])
    return path


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("torch_file", "is a PyTorch file, .* write the network as ONNX"),
        ("old torch", "is a PyTorch file, .* write the network as ONNX"),
        ("keras", r"is a Keras file: write the network as ONNX \(model.export"),
        ("hdf5", "is a Keras or HDF5 file: write the network as ONNX"),
        ("tflite", "is a TensorFlow Lite model: turn it into ONNX"),
        ("weights", "holds weights without the network they belong to"),
        ("other weights", "holds weights without the network they belong to"),
        ("checkpoint", "is a checkpoint of a run, not a model: resume that run"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(kind: str, words: str, tmp_path: Path) -> None:
    path = content(kind, tmp_path / "file.bin")
    for read in (find_model, read_model):
        with pytest.raises(ModelFileError, match=words) as caught:
            read(path)
        assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("kind", "words"), [("onnx", "an ONNX model"), ("torch", "a model for PyTorch"), ("pickle", "a pickle")]
)
def test_what_can_be_imported_is_to_be_imported(kind: str, words: str, tmp_path: Path) -> None:
    path = content(kind, tmp_path / "file.bin")
    with pytest.raises(
        ModelFileError, match=rf"is {words}; import it first: python main.py import .*file\.bin --out"
    ):
        find_model(path)


@pytest.mark.parametrize("kind", ["archive", "text"])
def test_anything_else_is_no_model(kind: str, tmp_path: Path) -> None:
    path = content(kind, tmp_path / "file.bin")
    assert kind_of(path) == ""
    need_model(path)
    with pytest.raises(ModelFileError, match="is no model; allowed are"):
        read_model(path)


def test_headers_that_lie_are_left_to_the_reader(tmp_path: Path) -> None:
    for start in (
        b"\xff" * 8 + b"{",
        (1 << 40).to_bytes(8, "little") + b'{"a":',
        b"\x02" + bytes(7) + b"{}[[[[",
    ):
        (tmp_path / "x").write_bytes(start)
        assert kind_of(tmp_path / "x") in ("model", "weights")
        with pytest.raises(ModelFileError, match="x "):
            read_model(tmp_path / "x")


def test_a_header_that_cannot_be_is_called_so_instead_of_weights(tmp_path):
    path = tmp_path / "huge.safetensors"
    path.write_bytes((2**63).to_bytes(8, "little") + b"{}")
    with pytest.raises(ModelFileError, match="announces a header of"):
        find_model(path)
