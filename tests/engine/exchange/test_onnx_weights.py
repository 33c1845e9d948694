"""Weights in other files and in other forms of numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from engine.errors import ModelFileError
from engine.exchange import read_any
from tests.engine.exchange.conftest import pixels, read_raw
from tests.engine.exchange.onnx_graphs import (
    CONV,
    FLAT,
    KERNELS,
    RELU,
    close,
    expected,
    head,
    logits,
    made,
    saved,
)


def external(folder: Path, **changes: str) -> Path:
    """Write a graph whose kernels lie in another file."""
    model = made([CONV, RELU, *FLAT], {**KERNELS, **head(72)})
    tensor = model.graph.initializer[0]
    (folder / "m.data").write_bytes(b"1234" + tensor.raw_data)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in ({"location": "m.data", "offset": "4", "length": "72"} | changes).items():
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    return saved(model, folder)


def test_weights_beside_the_file_are_read(tmp_path: Path) -> None:
    path = external(tmp_path)
    model = read_raw(path)
    images = pixels(model)
    close(logits(model, images), expected(path, images)[0])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"location": "../m.data"}, "allowed is a file in the same folder"),
        ({"location": "/etc/passwd"}, "allowed is a file in the same folder"),
        ({"location": "link"}, "allowed is a file in the same folder"),
        ({"location": "gone"}, "keeps its weights in 'gone', which is not in its folder"),
        ({"length": "400"}, "is said to be bytes 4 to 404 of 'm.data', which has 76"),
        ({"offset": "-4"}, "is said to be bytes -4"),
        ({"length": "8"}, "damaged|does not"),
    ],
)
def test_weights_elsewhere_are_not_read(changes: dict[str, str], words: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "m.data").write_bytes(bytes(100))
    (tmp_path / "in" / "link").symlink_to(tmp_path / "m.data")
    with pytest.raises(ModelFileError, match=words):
        read_any(external(tmp_path / "in", **changes))


@pytest.mark.parametrize("form", ["BFLOAT16", "FLOAT16", "DOUBLE", "FLOAT8E4M3FN"])
def test_weights_in_other_forms_of_numbers(form: str, tmp_path: Path) -> None:
    model = made([CONV, RELU, *FLAT], {**KERNELS, **head(72)})
    kernels = np.round(KERNELS["w"] * 8) / 8  # exact in all of them but the smallest
    kernels = np.clip(kernels, -1, 1)
    tensor = helper.make_tensor("w", getattr(TensorProto, form), kernels.shape, kernels.ravel())
    model.graph.initializer[0].CopyFrom(tensor)
    found = read_any(saved(model, tmp_path))
    np.testing.assert_allclose(
        found.network.named()["0.weight"], kernels, atol=0.07 if form.startswith("FLOAT8") else 0
    )
