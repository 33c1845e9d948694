"""ONNX: the same answers in onnxruntime for every layer, the way back, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from engine.errors import ModelFileError
from engine.exchange import export_model, read_model
from engine.exchange.onnx_write import WRITERS, to_onnx
from engine.layers import LAYERS
from engine.model.model_file import Model, find_model
from engine.model.shipped import SHIPPED
from engine.model.spec import PRESETS, preset
from tests.engine.exchange.conftest import LAYER_CASES, answers, build, graph, lively, pixels, read_raw, save

CASES = [(kind, number) for kind, cases in LAYER_CASES.items() for number in range(len(cases))]


def run(content: bytes, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return logits and probabilities of a graph."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    logits, probabilities = session.run(None, {"pixels": images.astype(np.float32)})
    return logits, probabilities


def agrees(model: Model, content: bytes, images: np.ndarray) -> None:
    logits, probabilities = run(content, images)
    expected = answers(model, images)
    np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-4)
    np.testing.assert_allclose(
        probabilities, model.network.predict(model.preprocessing.apply(images)), atol=1e-4
    )


def test_every_layer_can_be_written() -> None:
    assert set(WRITERS) == set(LAYERS)
    assert set(LAYER_CASES) == set(LAYERS)


@pytest.mark.parametrize(("kind", "number"), CASES)
def test_onnxruntime_gives_the_same_answers(kind: str, number: int) -> None:
    model = build(LAYER_CASES[kind][number])
    agrees(model, to_onnx(model), pixels(model))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_gives_the_same_answers(name: str) -> None:
    model = lively(preset(name, (3, 32, 32), 3))
    agrees(model, to_onnx(model), pixels(model, 3))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_models_give_the_same_answers(name: str) -> None:
    model = find_model(name)
    agrees(model, to_onnx(model), pixels(model, 20))


@pytest.mark.parametrize("count", [1, 7])
def test_any_number_of_images(count: int) -> None:
    model = build(LAYER_CASES["residual"][1])
    assert run(to_onnx(model), pixels(model, count))[0].shape == (count, 3)


@pytest.mark.parametrize(("kind", "number"), CASES)
def test_the_way_back_gives_the_same_model(kind: str, number: int, tmp_path: Path) -> None:
    model = build(LAYER_CASES[kind][number])
    path = tmp_path / "model.onnx"
    export_model(model, "onnx", path)
    back = read_model(path)
    assert back.network.spec == model.network.spec
    assert (back.class_names, back.preprocessing, back.record) == (
        ("x", "y", "z"),
        model.preprocessing,
        {"steps": 7},
    )
    for name, value in model.network.named().items():
        np.testing.assert_array_equal(back.network.named()[name], value)


@pytest.mark.parametrize(("kind", "number"), CASES)
def test_without_our_description_the_answers_are_still_the_same(
    kind: str, number: int, tmp_path: Path
) -> None:
    model = build(LAYER_CASES[kind][number])
    file = onnx.load_model_from_string(to_onnx(model))
    del file.metadata_props[:]
    path = tmp_path / "other.onnx"
    path.write_bytes(file.SerializeToString())
    back = read_model(path)
    images = pixels(model)
    np.testing.assert_allclose(answers(back, images), answers(model, images), rtol=1e-4, atol=1e-4)
    assert back.class_names == ("0", "1", "2")


# --- files of others --------------------------------------------------------------------------------


def test_other_ways_to_write_a_simple_network_are_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    weights = {
        "w": rng.normal(size=(3, 1, 3, 3)).astype(np.float32),
        "v": rng.normal(size=(48, 2)).astype(np.float32),
        "c": rng.normal(size=2).astype(np.float32),
        "to": np.array([0, -1], np.int64),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], kernel_shape=[3, 3]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Dropout", ["b"], ["d"]),
        helper.make_node("Reshape", ["d", "to"], ["e"]),
        helper.make_node("MatMul", ["e", "v"], ["f"]),
        helper.make_node("Add", ["f", "c"], ["y"]),
    ]
    path = save(graph(nodes, weights), tmp_path / "other.onnx")
    model = read_raw(path)
    assert [layer.type_name for layer in model.network.spec.layers] == [
        "conv",
        "relu",
        "dropout",
        "flatten",
        "dense",
    ]
    images = pixels(model)
    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    expected = session.run(None, {"x": images.astype(np.float32)})[0]
    np.testing.assert_allclose(answers(model, images), expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (
            ("Elu", {}),
            r"holds the operation 'Elu' \(node 'odd'\), which no layer here does",
        ),
        (
            ("AveragePool", {"kernel_shape": [4, 4], "strides": [4, 4], "ceil_mode": 1}),
            "windows that stick out",
        ),
        (("MaxPool", {"kernel_shape": [2, 2], "pads": [0, 0, 1, 1]}), "allowed are the same on both sides"),
        (("MaxPool", {"kernel_shape": [2, 2], "auto_pad": "SAME_UPPER"}), "values that may be negative"),
        (("AveragePool", {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}), "does not count its padding"),
        (("MaxPool", {"kernel_shape": [2, 2], "dilations": [2, 2]}), r"has dilations \[2, 2\]"),
        (("Conv", {}), "takes something at place 2 that is no weight"),
        (("Gelu", {}), "holds the operation 'Gelu'"),
        (("Transpose", {"perm": [1, 0, 2, 3]}), "moves the axis of the batch"),
    ],
)
def test_what_does_not_exist_here_is_refused_by_name(
    node: tuple[str, dict[str, Any]], message: str, tmp_path: Path
) -> None:
    nodes = [
        helper.make_node(node[0], ["x"], ["a"], name="odd", **node[1]),
        helper.make_node("Relu", ["a"], ["y"]),
    ]
    with pytest.raises(ModelFileError, match=message):
        read_model(save(graph(nodes, {}), tmp_path / "odd.onnx"))


def test_two_inputs_and_odd_vectors_are_refused(tmp_path: Path) -> None:
    relu = helper.make_node("Relu", ["x"], ["y"])
    with pytest.raises(ModelFileError, match=r"of shape \(\?, 6\), and allowed is an image, \(N, C, H, W\)"):
        read_model(save(graph([relu], {}, (6,)), tmp_path / "vector.onnx"))
    two = graph([helper.make_node("Add", ["x", "z"], ["y"])], {})
    two.graph.input.append(helper.make_tensor_value_info("z", TensorProto.FLOAT, ["N", 1, 6, 6]))
    with pytest.raises(ModelFileError, match=r"takes 2 inputs \('x', 'z'\), and allowed is one"):
        read_model(save(two, tmp_path / "two.onnx"))


def test_weights_elsewhere_are_not_fetched(tmp_path: Path) -> None:
    model = graph([helper.make_node("Conv", ["x", "w"], ["y"])], {"w": np.ones((2, 1, 3, 3), np.float32)})
    tensor = model.graph.initializer[0]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.ClearField("raw_data")
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    with pytest.raises(ModelFileError, match="keeps the weight 'w' in "):
        read_model(save(model, tmp_path / "outside.onnx"))


def test_damaged_files_are_told(tmp_path: Path) -> None:
    content = to_onnx(build(LAYER_CASES["conv"][0]))
    path = tmp_path / "broken.onnx"
    for broken in (b"nothing of the kind", content[: len(content) // 2], b""):
        path.write_bytes(broken)
        with pytest.raises(ModelFileError):
            read_model(path)
    with pytest.raises(ModelFileError, match="No such file"):
        read_model(tmp_path / "none.onnx")


def test_a_description_without_end_is_told(tmp_path: Path) -> None:
    file = onnx.load_model_from_string(to_onnx(build(LAYER_CASES["conv"][0])))
    next(each for each in file.metadata_props if each.key == "description").value = "[" * 100_000
    with pytest.raises(ModelFileError, match="is nested deeper than the 64 levels"):
        read_model(save(file, tmp_path / "deep.onnx"))


def test_pixels_divided_by_nothing_are_refused(tmp_path: Path) -> None:
    nodes = [helper.make_node("Div", ["x", "zero"], ["a"]), helper.make_node("Flatten", ["a"], ["y"])]
    with pytest.raises(ModelFileError, match="divides by zero"):
        read_model(save(graph(nodes, {"zero": np.zeros((), np.float32)}), tmp_path / "zero.onnx"))
