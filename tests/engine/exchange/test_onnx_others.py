"""ONNX files as other programs write them, files that lie, and files that someone has changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from engine.errors import ModelFileError
from engine.exchange import read_model
from engine.exchange.onnx_write import to_onnx
from engine.model.model_file import Model
from tests.engine.exchange.conftest import LAYER_CASES, answers, build, graph, pixels, read_raw, save

HEAD = [helper.make_node("Flatten", ["f"], ["g"]), helper.make_node("Gemm", ["g", "v", "c"], ["y"], transB=1)]


def arrays(**shapes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Return random weights."""
    rng = np.random.default_rng(4)
    return {name: (0.3 * rng.normal(size=shape)).astype(np.float32) for name, shape in shapes.items()}


def agrees(path: Path) -> Model:
    """Return the model in a file, which must answer as onnxruntime does."""
    model = read_raw(path)
    images = pixels(model)
    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    expected = session.run(["y"], {"x": images.astype(np.float32)})[0]
    scale = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(answers(model, images), expected, atol=1e-5 * scale)
    return model


@pytest.mark.parametrize(
    ("steps", "mean", "std"),
    [
        ([("Sub", 51.0), ("Div", 102.0)], 0.2, 0.4),
        ([("Div", 255.0), ("Sub", 0.2), ("Div", 0.4)], 0.2, 0.4),
        ([("Mul", 1 / 255), ("Add", -0.2), ("Mul", 2.5)], 0.2, 0.4),
        ([("Div", 255.0)], 0.0, 1.0),
        ([("Sub", 51.0)], 0.2, 1 / 255),
    ],
)
def test_ways_to_standardise(steps: list[tuple[str, float]], mean: float, std: float, tmp_path: Path) -> None:
    weights = arrays(v=(2, 72), c=(2,))
    nodes, value = [], "x"
    for number, (operation, amount) in enumerate(steps):
        weights[f"n{number}"] = np.full((1, 2, 1, 1), amount, np.float32)
        out = f"s{number}" if number < len(steps) - 1 else "f"
        nodes.append(helper.make_node(operation, [value, f"n{number}"], [out]))
        value = out
    model = agrees(save(graph([*nodes, *HEAD], weights, (2, 6, 6)), tmp_path / "m.onnx"))
    np.testing.assert_allclose(model.preprocessing.mean, (mean, mean), rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(model.preprocessing.std, (std, std), rtol=1e-5)
    assert "note" not in model.record


def test_without_a_standardisation_the_record_says_what_is_given(tmp_path: Path) -> None:
    nodes = [helper.make_node("Relu", ["x"], ["f"]), *HEAD]
    model = agrees(save(graph(nodes, arrays(v=(2, 36), c=(2,))), tmp_path / "m.onnx"))
    assert model.record["input"] == "Pixels from 0 to 255"
    assert read_model(tmp_path / "m.onnx").record["input"] == "Pixels from 0 to 1"


@pytest.mark.parametrize("end", ["Softmax", "LogSoftmax"])
def test_a_softmax_at_the_end_is_not_a_layer(end: str, tmp_path: Path) -> None:
    nodes = [helper.make_node("Relu", ["x"], ["f"]), *HEAD, helper.make_node(end, ["y"], ["p"], axis=-1)]
    made = graph(nodes, arrays(v=(2, 36), c=(2,)))
    made.graph.output.append(helper.make_tensor_value_info("p", TensorProto.FLOAT, ["N", 2]))
    model = agrees(save(made, tmp_path / "m.onnx"))
    assert [layer.type_name for layer in model.network.spec.layers] == ["relu", "flatten", "dense"]


def block(stride: int, norm: bool, **changed: Any) -> tuple[list[Any], dict[str, np.ndarray]]:
    """Return a residual block as PyTorch writes it: normalisations merged into biases, or not."""
    weights = arrays(w1=(3, 2, 3, 3), b1=(3,), w2=(3, 3, 3, 3), b2=(3,), w3=(3, 2, 1, 1), b3=(3,))
    side = (6 - 1) // stride + 1
    weights |= arrays(v=(2, 3 * side * side), c=(2,))
    pads = {"pads": [1, 1, 1, 1]}
    first = {**pads, "strides": [stride, stride], **changed}
    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["a"], **first),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Conv", ["b", "w2", "b2"], ["d"], **pads),
        helper.make_node("Conv", ["x", "w3", "b3"], ["s"], strides=[stride, stride]),
        helper.make_node("Add", ["e" if norm else "d", "s"], ["h"]),
        helper.make_node("Relu", ["h"], ["f"]),
    ]
    if norm:
        weights |= arrays(scale=(3,), shift=(3,), mean=(3,))
        weights["var"] = np.array([0.5, 1.5, 2], np.float32)
        names = ["d", "scale", "shift", "mean", "var"]
        nodes.insert(3, helper.make_node("BatchNormalization", names, ["e"], epsilon=0.01))
    return [*nodes, *HEAD], weights


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("norm", [False, True])
def test_residual_blocks_with_biases_and_other_epsilons(stride: int, norm: bool, tmp_path: Path) -> None:
    model = agrees(save(graph(*block(stride, norm), shape=(2, 6, 6)), tmp_path / "m.onnx"))
    assert [layer.type_name for layer in model.network.spec.layers] == ["residual", "flatten", "dense"]


def test_blocks_that_only_look_alike_are_refused(tmp_path: Path) -> None:
    nodes, weights = block(1, False, pads=[2, 2, 2, 2])
    nodes[2] = helper.make_node("Conv", ["b", "w2", "b2"], ["d"])  # ends as large as it should
    with pytest.raises(ModelFileError, match="has other convolutions than two convolutions of 3x3"):
        read_model(save(graph(nodes, weights, (2, 6, 6)), tmp_path / "m.onnx"))
    nodes, weights = block(1, False)
    nodes[1] = helper.make_node("Tanh", ["a"], ["b"])
    with pytest.raises(ModelFileError, match="adds two paths that are no residual block"):
        read_model(save(graph(nodes, weights, (2, 6, 6)), tmp_path / "m.onnx"))


def test_what_would_be_read_wrongly_is_refused(tmp_path: Path) -> None:
    def refused(nodes: list[Any], message: str, **weights: np.ndarray) -> None:
        with pytest.raises(ModelFileError, match=message):
            read_model(save(graph(nodes, weights), tmp_path / "odd.onnx"))

    one, flat = np.float32(1), arrays(v=(2, 36))
    node = helper.make_node
    refused(
        [node("Softmax", ["x"], ["a"]), node("Relu", ["a"], ["y"])],
        "'Softmax' .* has axis -1 of",
    )
    refused([node("Relu", ["x"], ["a"]), node("Relu", ["a"], ["x"])], "'y' is given by nothing")
    refused([node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"])], "go round in a circle")
    refused([node("Relu", ["x"], ["a"])], "'y' is given by nothing")
    refused([node("Relu", ["x"], ["y"], domain="com.other")], "is of 'com.other'; allowed are ONNX's own")
    refused(
        [node("Mul", ["x", "c"], ["f"]), HEAD[0], node("Gemm", ["g", "v"], ["y"], transB=1)],
        "multiplies a channel .* by 0",
        c=0 * one,
        **flat,
    )
    refused([node("Div", ["c", "x"], ["y"])], "divides by a feature map", c=one)
    refused([node("Sub", ["x", "c"], ["y"])], "meets a value of shape", c=np.ones((5,), np.float32))
    refused(
        [node("Relu", ["x"], ["a"]), node("Flatten", ["a"], ["b"]), node("Softmax", ["b"], ["y"], axis=0)],
        "has axis 0 of",
    )
    refused(
        [node("Reshape", ["x", "c"], ["a"]), node("Relu", ["a"], ["y"])],
        r"to \[4, -1\], which mixes the images",
        c=np.array([4, -1]),
    )


def test_a_small_file_cannot_ask_for_much_memory(tmp_path: Path) -> None:
    nodes = [helper.make_node("Flatten", ["x"], ["g"]), HEAD[1]]
    made = graph(nodes, arrays(v=(2, 36), c=(2,)), (4096, 4096, 4096))
    with pytest.raises(ModelFileError, match="its input would have 68,719,476,736 values"):
        read_model(save(made, tmp_path / "huge.onnx"))


def test_constants_elsewhere_are_not_fetched(tmp_path: Path) -> None:
    tensor = numpy_helper.from_array(np.ones((1, 1, 1, 1), np.float32), "n")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "in/secret"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "secret").write_bytes(bytes(4))
    nodes = [
        helper.make_node("Constant", [], ["n"], value=tensor),
        helper.make_node("Div", ["x", "n"], ["y"]),
    ]
    with pytest.raises(ModelFileError, match="keeps the weight 'n' in 'in/secret', and allowed"):
        read_model(save(graph(nodes, {}), tmp_path / "outside.onnx"))


def test_constants_of_every_form_are_read(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Constant", [], ["n"], value_float=2.0),
        helper.make_node("Div", ["x", "n"], ["f"]),
        *HEAD,
    ]
    agrees(save(graph(nodes, arrays(v=(2, 36), c=(2,))), tmp_path / "m.onnx"))
    nodes[0] = helper.make_node("Constant", [], ["n"], value_string=b"two")
    with pytest.raises(ModelFileError, match="holds value_string; allowed are value, value_float"):
        read_model(save(graph(nodes, arrays(v=(2, 36), c=(2,))), tmp_path / "m.onnx"))


@pytest.mark.parametrize("change", ["operation", "standardisation", "weight"])
def test_a_graph_that_was_changed_counts_more_than_its_description(change: str, tmp_path: Path) -> None:
    model = build(LAYER_CASES["relu"][0])
    file = onnx.load_model_from_string(to_onnx(model))
    if change == "operation":
        next(node for node in file.graph.node if node.op_type == "Relu").op_type = "Tanh"
    else:
        name = "std" if change == "standardisation" else "0.bias"
        tensor = next(tensor for tensor in file.graph.initializer if tensor.name == name)
        tensor.CopyFrom(numpy_helper.from_array(2 * numpy_helper.to_array(tensor), name))
    path = save(file, tmp_path / "changed.onnx")
    back = read_model(path)
    images = pixels(model)
    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    expected = session.run(["logits"], {"pixels": images.astype(np.float32)})[0]
    np.testing.assert_allclose(answers(back, images), expected, atol=1e-4)
    # New weights are still the same network, so its names and record hold.
    assert back.class_names == (("x", "y", "z") if change == "weight" else ("0", "1", "2"))


def test_a_damaged_description_is_told(tmp_path: Path) -> None:
    for text in ("{", "[]", json.dumps({"network": {}})):
        file = onnx.load_model_from_string(to_onnx(build(LAYER_CASES["relu"][0])))
        helper.set_model_props(file, {"format": "kernelscope", "description": text})
        with pytest.raises(ModelFileError, match=r"is damaged|cannot be used"):
            read_model(save(file, tmp_path / "m.onnx"))
