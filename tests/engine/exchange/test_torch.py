"""The export for PyTorch: names, axis order, and a class that fits them."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from engine.errors import ModelFileError
from engine.exchange import EXPORTS, export_model, read_model
from engine.exchange.torch_file import layout, state
from engine.exchange.torch_text import SAYERS, class_name, torch_text
from engine.layers import LAYERS
from engine.model.model_file import Model, described, save_model
from engine.model.spec import PRESETS, preset
from tests.engine.exchange.conftest import LAYER_CASES, answers, build, lively, pixels

CASES = [(kind, number) for kind, cases in LAYER_CASES.items() for number in range(len(cases))]


def test_every_layer_can_be_said() -> None:
    assert set(SAYERS) == set(LAYERS)


@pytest.mark.parametrize(("kind", "number"), CASES)
def test_the_text_is_python_and_names_the_classes(kind: str, number: int) -> None:
    model = build(LAYER_CASES[kind][number])
    tree = ast.parse(torch_text(model))
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    assert classes[-1] == "SmallOne"
    assert ("Residual" in classes) == (kind == "residual")
    assert "CLASSES = ['x', 'y', 'z']" in torch_text(model)


@pytest.mark.parametrize(("kind", "number"), CASES)
def test_the_file_has_the_names_and_shapes_of_the_layers(kind: str, number: int, tmp_path: Path) -> None:
    model = build(LAYER_CASES[kind][number])
    path = tmp_path / "weights.safetensors"
    export_model(model, "safetensors", path)
    arrays = load_file(path)
    assert set(arrays) == {row.name for row in layout(model)} == set(state(model))
    np.testing.assert_allclose(arrays["mean"].ravel(), 255 * np.array(model.preprocessing.mean), rtol=1e-6)
    for name, value in model.network.named().items():
        np.testing.assert_array_equal(arrays[f"layers.{name}"], value)
    counts = [name for name in arrays if name.endswith("num_batches_tracked")]
    assert len(counts) == sum(name.endswith("running_var") for name in arrays)


@pytest.mark.parametrize(("kind", "number"), CASES)
def test_the_way_back_gives_the_same_answers(kind: str, number: int, tmp_path: Path) -> None:
    model = build(LAYER_CASES[kind][number])
    path = tmp_path / "weights.safetensors"
    export_model(model, "safetensors", path)
    back = read_model(path)
    images = pixels(model)
    np.testing.assert_array_equal(answers(back, images), answers(model, images))
    assert back.class_names == model.class_names


def test_our_own_files_are_imported_too(tmp_path: Path) -> None:
    model = build(LAYER_CASES["dense"][0])
    save_model(tmp_path / "model.safetensors", model)
    assert read_model(tmp_path / "model.safetensors").network.spec == model.network.spec


def test_weights_that_do_not_fit_are_told(tmp_path: Path) -> None:
    model = build(LAYER_CASES["dense"][0])
    path = tmp_path / "weights.safetensors"
    export_model(model, "safetensors", path)
    metadata = {"format": "kernelscope", "kind": "torch", "description": "{}"}
    save_file({"layers.1.weight": np.zeros((2, 2), np.float32)}, path, metadata)
    with pytest.raises(ModelFileError, match="is damaged, or it is not a model"):
        read_model(path)
    description = described(model)
    description["network"]["in_shape"] = [4096, 4096, 4096]
    metadata["description"] = json.dumps(description)
    save_file({"layers.1.weight": np.zeros((2, 2), np.float32)}, path, metadata)
    with pytest.raises(ModelFileError, match="gives 68,719,476,736 values for one image"):
        read_model(path)
    save_file({"a": np.zeros(2, np.float32)}, path, {**metadata, "description": "[" * 100_000})
    with pytest.raises(ModelFileError, match="is nested deeper than the 64 levels"):
        read_model(path)
    save_file({"a": np.zeros(2, np.float32)}, path)
    with pytest.raises(
        ModelFileError, match="holds weights without the network they belong to: write the network as ONNX"
    ):
        read_model(path)


def test_the_text_says_no_more_than_pytorch_needs() -> None:
    layers = [
        {"kind": "conv", "filters": 5, "kernel": [3, 5], "stride": [2, 1], "padding": [1, 2], "bias": False},
        {"kind": "conv", "filters": 4, "padding": "same"},
        {"kind": "leaky_relu", "slope": 0.123456789},
        {"kind": "max_pool", "size": 2},
        {"kind": "average_pool", "size": 2, "stride": 1},
        *LAYER_CASES["dense"][0],
    ]
    text = torch_text(build(layers))
    for line in (
        "nn.Conv2d(2, 5, (3, 5), stride=(2, 1), padding=(1, 2), bias=False),",
        "nn.Conv2d(5, 4, 3, padding=1),",
        "nn.LeakyReLU(0.123456789),",
        "nn.MaxPool2d(2),",
        "nn.AvgPool2d(2, stride=1),",
    ):
        assert line in text


def test_names_of_classes() -> None:
    model = build(LAYER_CASES["dense"][0])
    assert class_name(model) == "SmallOne"
    odd = preset("classic", (1, 28, 28), 3)
    for name, expected in (
        ("3 layers!", "Network3Layers"),
        ("", "Network"),
        ("lenet5", "Lenet5"),
        ("none", "NetworkNone"),
        ("residual", "NetworkResidual"),
    ):
        object.__setattr__(odd, "name", name)
        assert class_name(lively(odd)) == expected
        assert ast.parse(torch_text(lively(odd)))


def test_unknown_forms_and_full_disks_are_told(tmp_path: Path) -> None:
    model = build(LAYER_CASES["dense"][0])
    with pytest.raises(ModelFileError, match="no form 'keras'; there are safetensors, onnx, torch"):
        export_model(model, "keras", tmp_path / "x")
    for form in EXPORTS:
        with pytest.raises(ModelFileError, match="Cannot write"):
            export_model(model, form, tmp_path / "none" / "x")


def torch_answers(model: Model, tmp_path: Path, images: np.ndarray) -> np.ndarray:
    torch = pytest.importorskip("torch", reason="compares with PyTorch; `make env-bench` adds it")
    from safetensors.torch import load_file as load_torch

    export_model(model, "safetensors", tmp_path / "weights.safetensors")
    namespace: dict[str, Any] = {"__name__": "exported"}
    exec(torch_text(model), namespace)  # noqa: S102 - our own text
    network = namespace[class_name(model)]()
    network.load_state_dict(load_torch(str(tmp_path / "weights.safetensors")))
    network.eval()
    with torch.no_grad():
        result: np.ndarray = network(torch.from_numpy(images.astype(np.float32))).numpy()
    return result


@pytest.mark.parametrize(("kind", "number"), CASES)
def test_pytorch_gives_the_same_answers(kind: str, number: int, tmp_path: Path) -> None:
    model = build(LAYER_CASES[kind][number])
    images = pixels(model)
    expected = answers(model, images)
    got = torch_answers(model, tmp_path, images)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", PRESETS)
def test_pytorch_gives_the_same_answers_for_presets(name: str, tmp_path: Path) -> None:
    model = lively(preset(name, (3, 32, 32), 3))
    images = pixels(model, 3)
    expected = answers(model, images)
    got = torch_answers(model, tmp_path, images)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-4)
