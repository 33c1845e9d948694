"""Graphs as PyTorch, Keras and scikit-learn write them: right, or refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from engine.errors import ModelFileError
from engine.exchange import read_any
from engine.exchange.imported import Imported
from engine.exchange.input_range import RANGES
from engine.model.model_file import Model
from tests.engine.exchange.conftest import pixels, read_raw

N = helper.make_node
W = dict[str, np.ndarray]


def some(*shape: int, seed: int = 4) -> np.ndarray:
    """Return random weights."""
    return (0.3 * np.random.default_rng(seed).normal(size=shape)).astype(np.float32)


def ints(*values: int) -> np.ndarray:
    """Return whole numbers as ONNX keeps shapes and axes."""
    return np.array(values, np.int64)


def made(
    nodes: list[Any],
    weights: W,
    shape: tuple[Any, ...] = ("N", 1, 8, 8),
    outputs: tuple[str, ...] = ("y",),
    *,
    opset: int = 17,
    kind: int = TensorProto.FLOAT,
) -> Any:
    """Return a graph from ``x`` to ``outputs``."""
    graph = helper.make_graph(
        nodes,
        "other",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_empty_tensor_value_info(name) for name in outputs],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    versions = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=versions, ir_version=8)


def saved(model: Any, folder: Path) -> Path:
    """Write a graph to a file."""
    (folder / "m.onnx").write_bytes(model.SerializeToString())
    return folder / "m.onnx"


def expected(path: Path, images: np.ndarray, axes: tuple[int, ...] = ()) -> list[Any]:
    """Return what onnxruntime gives for images, whose axes are brought to the order of the graph."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # As the graph is written: some versions join a pad to the pooling after it that pooling then refuses.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    taken = session.get_inputs()[0]
    given = images.transpose(axes) if axes else images
    lengths = [len(images), *(n if isinstance(n, int) else -1 for n in taken.shape[1:])]
    given = given.reshape(lengths) if lengths.count(-1) <= 1 else given
    kinds = {"tensor(uint8)": np.uint8, "tensor(float16)": np.float16}
    answers: list[Any] = session.run(None, {taken.name: given.astype(kinds.get(taken.type, np.float32))})
    return answers


def logits(model: Model, images: np.ndarray) -> np.ndarray:
    """Return the model's own logits."""
    return np.array(model.network.forward(model.preprocessing.apply(images))[0])


def close(got: np.ndarray, wanted: np.ndarray, tolerance: float = 1e-4) -> None:
    """Compare logits."""
    wanted = np.asarray(wanted, np.float64).reshape(got.shape)
    np.testing.assert_allclose(got, wanted, atol=tolerance * max(1.0, float(np.abs(wanted).max())))


FLAT = [N("Flatten", ["f"], ["g"]), N("Gemm", ["g", "v", "c"], ["y"], transB=1)]


def head(length: int) -> W:
    """Return the weights of ``FLAT``."""
    return {"v": some(3, length), "c": some(3, seed=5)}


CONV = N("Conv", ["x", "w", "b"], ["a"])
RELU = N("Relu", ["a"], ["f"])
KERNELS = {"w": some(2, 1, 3, 3), "b": some(2, seed=6)}


KINDS: dict[str, tuple[list[Any], W]] = {
    "view(size(0), -1)": (
        [
            CONV,
            RELU,
            N("Shape", ["f"], ["s"]),
            N("Gather", ["s", "zero"], ["n"], axis=0),
            N("Unsqueeze", ["n", "axis"], ["m"]),
            N("Concat", ["m", "rest"], ["t"], axis=0),
            N("Reshape", ["f", "t"], ["g"]),
            FLAT[1],
        ],
        {**KERNELS, **head(72), "zero": np.array(0, np.int64), "axis": ints(0), "rest": ints(-1)},
    ),
    "SAME_UPPER": (
        [N("Conv", ["x", "w", "b"], ["a"], auto_pad="SAME_UPPER", strides=[2, 2]), RELU, *FLAT],
        {**KERNELS, **head(32)},
    ),
    "SAME_LOWER": (
        [N("Conv", ["x", "w", "b"], ["a"], auto_pad="SAME_LOWER", strides=[3, 2]), RELU, *FLAT],
        {**KERNELS, **head(24)},
    ),
    "lopsided padding": (
        [N("Conv", ["x", "w", "b"], ["a"], pads=[0, 2, 1, 0]), RELU, *FLAT],
        {**KERNELS, **head(2 * 7 * 8)},
    ),
    "Pad before Conv and pooling": (
        [
            N("Pad", ["x", "pads"], ["p"]),
            N("Conv", ["p", "w", "b"], ["a"], pads=[1, 0, 0, 0]),
            N("Pad", ["a", "pads"], ["q"]),
            N("AveragePool", ["q"], ["f"], kernel_shape=[2, 2], strides=[2, 2]),
            *FLAT,
        ],
        {**KERNELS, **head(40), "pads": ints(0, 0, 1, 0, 0, 0, 0, 2)},
    ),
    "MaxPool that sticks out after ReLU": (
        [
            CONV,
            N("Relu", ["a"], ["r"]),
            N("MaxPool", ["r"], ["f"], kernel_shape=[4, 4], strides=[4, 4], ceil_mode=1),
            *FLAT,
        ],
        {**KERNELS, **head(8)},
    ),
    "groups and dilations": (
        [
            CONV,
            N("Conv", ["a", "d"], ["f"], group=2, dilations=[2, 1], pads=[1, 1, 1, 1]),
            *FLAT,
        ],
        {**KERNELS, "d": some(4, 1, 3, 3), **head(4 * 4 * 6)},
    ),
    "ReLU6 as Clip": (
        [CONV, N("Clip", ["a", "low", "high"], ["f"]), *FLAT],
        {**KERNELS, **head(72), "low": np.array(0, np.float32), "high": np.array(6, np.float32)},
    ),
    "ReLU6 as Min": (
        [CONV, N("Relu", ["a"], ["r"]), N("Min", ["r", "high"], ["f"]), *FLAT],
        {**KERNELS, **head(72), "high": np.array(6, np.float32)},
    ),
    "Clip elsewhere": (
        [CONV, N("Clip", ["a", "low", "high"], ["f"]), *FLAT],
        {**KERNELS, **head(72), "low": np.array(-20, np.float32), "high": np.array(30, np.float32)},
    ),
    "HardSigmoid": ([CONV, N("HardSigmoid", ["a"], ["f"], alpha=0.01), *FLAT], {**KERNELS, **head(72)}),
    "one slope for all": (
        [CONV, N("PRelu", ["a", "slope"], ["f"]), *FLAT],
        {**KERNELS, **head(72), "slope": np.full((2, 1, 1), 0.25, np.float32)},
    ),
    "channels last at the end": (
        [
            CONV,
            RELU,
            N("Transpose", ["f"], ["t"], perm=[0, 2, 3, 1]),
            N("Reshape", ["t", "to"], ["g"]),
            FLAT[1],
        ],
        {**KERNELS, **head(72), "to": ints(-1, 72)},
    ),
    "normalised features, channels last": (
        [
            CONV,
            RELU,
            N("Transpose", ["f"], ["t"], perm=[0, 2, 3, 1]),
            N("Flatten", ["t"], ["h"]),
            N("BatchNormalization", ["h", "s", "o", "m", "q"], ["g"], epsilon=0.001),
            FLAT[1],
        ],
        {
            **KERNELS,
            **head(72),
            "s": some(72),
            "o": some(72, seed=7),
            "m": some(72, seed=8),
            "q": np.abs(some(72, seed=9)) + np.float32(0.5),
        },
    ),
    "mean over the map": (
        [
            CONV,
            RELU,
            N("ReduceMean", ["f"], ["g"], axes=[2, 3], keepdims=0),
            N("Gemm", ["g", "v", "c"], ["y"], transB=1),
        ],
        {**KERNELS, **head(2)},
    ),
    "mean over the map, channels last": (
        [
            CONV,
            RELU,
            N("Transpose", ["f"], ["t"], perm=[0, 2, 3, 1]),
            N("ReduceMean", ["t"], ["g"], axes=[1, 2], keepdims=0),
            FLAT[1],
        ],
        {**KERNELS, **head(2)},
    ),
    "global pooling, then Squeeze": (
        [CONV, RELU, N("GlobalAveragePool", ["f"], ["t"]), N("Squeeze", ["t", "axes"], ["g"]), FLAT[1]],
        {**KERNELS, **head(2), "axes": ints(2, 3)},
    ),
    "greatest of the map": (
        [CONV, RELU, N("GlobalMaxPool", ["f"], ["t"]), N("Flatten", ["t"], ["g"]), FLAT[1]],
        {**KERNELS, **head(2)},
    ),
    "Gemm with factors": (
        [CONV, RELU, FLAT[0], N("Gemm", ["g", "v", "c"], ["y"], alpha=0.5, beta=2.0)],
        {**KERNELS, "v": some(72, 3), "c": some(1, 3)},
    ),
    "bias apart": (
        [
            N("Conv", ["x", "w"], ["n"]),
            N("Add", ["n", "k"], ["a"]),
            RELU,
            FLAT[0],
            N("MatMul", ["g", "v"], ["h"]),
            N("Add", ["c", "h"], ["y"]),
        ],
        {"w": KERNELS["w"], "k": some(1, 2, 1, 1), "v": some(72, 3), "c": some(3)},
    ),
    "scaled answers": (
        [CONV, RELU, FLAT[0], N("Gemm", ["g", "v", "c"], ["h"], transB=1), N("Mul", ["h", "k"], ["y"])],
        {**KERNELS, **head(72), "k": np.array(3, np.float32)},
    ),
    "scaled maps": (
        [CONV, N("Tanh", ["a"], ["t"]), N("Mul", ["t", "k"], ["f"]), *FLAT],
        {**KERNELS, **head(72), "k": some(2, 1, 1)},
    ),
    "whitened pixels": (
        [N("Flatten", ["x"], ["h"]), N("Sub", ["h", "m"], ["i"]), N("Div", ["i", "s"], ["g"]), FLAT[1]],
        {
            **head(64),
            "m": 40 * some(64) + np.float32(100),
            "s": np.abs(20 * some(64, seed=3)) + np.float32(5),
        },
    ),
    "mean image before units": (
        [N("Sub", ["x", "m"], ["f"]), *FLAT],
        {**head(64), "m": 50 + 40 * some(1, 8, 8)},
    ),
    "dark on light": (
        [
            N("Sub", ["top", "x"], ["d"]),
            N("Div", ["d", "top"], ["e"]),
            N("Conv", ["e", "w", "b"], ["a"], pads=[1, 1, 1, 1]),
            RELU,
            *FLAT,
        ],
        {**KERNELS, **head(128), "top": np.array(255, np.float32)},
    ),
    "normalisation at the front": (
        [
            N("BatchNormalization", ["x", "s", "o", "m", "q"], ["e"]),
            N("Conv", ["e", "w", "b"], ["a"], pads=[1, 1, 1, 1]),
            RELU,
            *FLAT,
        ],
        {
            **KERNELS,
            **head(128),
            "s": some(1) + np.float32(1),
            "o": some(1),
            "m": np.array([80], np.float32),
            "q": np.array([900], np.float32),
        },
    ),
    "weights in half precision": (
        [N("Cast", ["w16"], ["w"], to=TensorProto.FLOAT), CONV, RELU, *FLAT],
        {"w16": KERNELS["w"].astype(np.float16), "b": KERNELS["b"], **head(72)},
    ),
    "quantised weights": (
        [N("DequantizeLinear", ["w8", "step", "middle"], ["w"]), CONV, RELU, *FLAT],
        {
            "w8": np.random.default_rng(2).integers(-100, 100, (2, 1, 3, 3)).astype(np.int8),
            "step": np.array(0.01, np.float32),
            "middle": np.array(3, np.int8),
            "b": KERNELS["b"],
            **head(72),
        },
    ),
}
"""Nodes and weights by what is special in them; the input is ``(N, 1, 8, 8)``."""


@pytest.mark.parametrize("kind", KINDS)
def test_graphs_of_many_kinds_answer_as_in_onnxruntime(kind: str, tmp_path: Path) -> None:
    path = saved(made(*KINDS[kind]), tmp_path)
    model = read_raw(path)
    images = pixels(model)
    close(logits(model, images), expected(path, images)[0])


@pytest.mark.parametrize("batch", ["N", 1, 5])
@pytest.mark.parametrize("kind", ["view(size(0), -1)", "channels last at the end"])
def test_batches_of_a_fixed_length_are_read_too(kind: str, batch: Any, tmp_path: Path) -> None:
    path = saved(made(*KINDS[kind], (batch, 1, 8, 8)), tmp_path)
    model = read_raw(path)
    images = pixels(model, 5 if batch == "N" else batch)
    close(logits(model, images), expected(path, images)[0])


@pytest.mark.parametrize(
    ("shape", "front", "axes", "channels"),
    [
        (("N", 8, 8, 3), [N("Transpose", ["x"], ["i"], perm=[0, 3, 1, 2])], (0, 2, 3, 1), 3),
        (("N", 8, 8, 1), [N("Reshape", ["x", "to"], ["i"])], (), 1),
        (("N", 8, 8), [N("Unsqueeze", ["x", "one"], ["i"])], (), 1),
        (("N", 64), [N("Reshape", ["x", "to"], ["i"])], (), 1),
        (("N", 3, 8, 8), [N("Gather", ["x", "order"], ["i"], axis=1)], (), 3),
    ],
)
def test_inputs_of_other_forms_are_images(
    shape: tuple[Any, ...], front: list[Any], axes: tuple[int, ...], channels: int, tmp_path: Path
) -> None:
    weights = {"w": some(2, channels, 3, 3), "b": some(2), **head(72)}
    weights |= {"to": ints(-1, 1, 8, 8), "one": ints(1), "order": ints(2, 1, 0)}
    path = saved(made([*front, N("Conv", ["i", "w", "b"], ["a"]), RELU, *FLAT], weights, shape), tmp_path)
    model = read_raw(path)
    assert model.network.spec.in_shape == (channels, 8, 8)
    images = pixels(model)
    close(logits(model, images), expected(path, images, axes)[0])


def test_colour_vectors_can_be_read_in_two_ways(tmp_path: Path) -> None:
    weights = {"v": some(3, 192), "c": some(3)}
    path = saved(made([N("Gemm", ["x", "v", "c"], ["y"], transB=1)], weights, ("N", 192)), tmp_path)
    found = read_any(path)
    assert isinstance(found, Imported)
    (other,) = found.alternatives
    images = pixels(found.model())
    close(logits(found.model(RANGES["0..255"]), images), expected(path, images)[0])
    close(logits(other.model(RANGES["0..255"]), images), expected(path, images, (0, 2, 3, 1))[0])


def test_one_sigmoid_is_two_classes_exactly(tmp_path: Path) -> None:
    weights = {**KERNELS, "v": some(1, 72), "c": some(1)}
    path = saved(made([CONV, RELU, *FLAT, N("Sigmoid", ["y"], ["p"])], weights, outputs=("p",)), tmp_path)
    model = read_raw(path)
    images = pixels(model)
    yes = expected(path, images)[0].ravel()
    np.testing.assert_allclose(
        model.network.predict(model.preprocessing.apply(images)), np.stack([1 - yes, yes], 1), atol=1e-5
    )
    assert "one sigmoid is read as two classes" in model.record["note"]


def test_both_probabilities_of_a_sigmoid_side_by_side(tmp_path: Path) -> None:
    weights = {**KERNELS, "v": some(1, 72), "c": some(1), "one": np.array(1, np.float32)}
    end = [N("Sigmoid", ["y"], ["p"]), N("Sub", ["one", "p"], ["q"]), N("Concat", ["q", "p"], ["r"], axis=1)]
    path = saved(made([CONV, RELU, *FLAT, *end], weights, outputs=("r",)), tmp_path)
    model = read_raw(path)
    images = pixels(model)
    np.testing.assert_allclose(
        model.network.predict(model.preprocessing.apply(images)), expected(path, images)[0], atol=1e-5
    )


def test_several_sigmoids_keep_their_order_and_odds(tmp_path: Path) -> None:
    weights = {**KERNELS, "v": 0.01 * some(3, 72), "c": some(3)}
    path = saved(made([CONV, RELU, *FLAT, N("Sigmoid", ["y"], ["p"])], weights, outputs=("p",)), tmp_path)
    model = read_raw(path)
    images = pixels(model)
    odds = (lambda p: p / (1 - p))(expected(path, images)[0])
    got = model.network.predict(model.preprocessing.apply(images))
    np.testing.assert_allclose(got, odds / odds.sum(axis=1, keepdims=True), rtol=1e-3)
    assert "3 sigmoids are independent" in model.record["note"]


def test_two_outputs_are_named_and_one_can_be_chosen(tmp_path: Path) -> None:
    weights = {**KERNELS, **head(72), "u": some(5, 72)}
    nodes = [CONV, RELU, *FLAT, N("Gemm", ["g", "u"], ["z"], transB=1)]
    path = saved(made(nodes, weights, outputs=("y", "z")), tmp_path)
    with pytest.raises(
        ModelFileError, match=r"gives 'y' \(N, 3\) and 'z' \(N, 5\); name the one that counts"
    ):
        read_any(path)
    found = read_any(path, output="z")
    assert isinstance(found, Imported)
    assert found.network.classes == 5
    with pytest.raises(ModelFileError, match="has no output 'q'; its outputs are 'y', 'z'"):
        read_any(path, output="q")


def test_probabilities_beside_their_logits_and_labels_are_one_answer(tmp_path: Path) -> None:
    nodes = [CONV, RELU, *FLAT, N("Softmax", ["y"], ["p"]), N("ArgMax", ["p"], ["k"], axis=1)]
    path = saved(made(nodes, {**KERNELS, **head(72)}, outputs=("k", "p", "y")), tmp_path)
    model = read_raw(path)
    images = pixels(model)
    close(logits(model, images), expected(path, images)[2])


def test_a_classifier_of_scikit_learn_brings_its_names(tmp_path: Path) -> None:
    ml = {"domain": "ai.onnx.ml"}
    nodes = [
        N("Scaler", ["x"], ["s"], offset=[100.0] * 64, scale=[0.02] * 64, **ml),
        N("MatMul", ["s", "u"], ["h"]),
        N("Add", ["h", "d"], ["i"]),
        N("Relu", ["i"], ["g"]),
        FLAT[1],
        N("Softmax", ["y"], ["p"]),
        N("ArgMax", ["p"], ["k"], axis=1),
        N("ZipMap", ["p"], ["z"], classlabels_strings=["a", "b", "c"], **ml),
    ]
    weights = {"u": some(64, 7), "d": some(7), **head(7)}
    path = saved(made(nodes, weights, ("N", 64), ("k", "z")), tmp_path)
    model = read_raw(path)
    images = pixels(model)
    rows = [[row[name] for name in "abc"] for row in expected(path, images)[1]]
    np.testing.assert_allclose(model.network.predict(model.preprocessing.apply(images)), rows, atol=1e-5)
    assert model.class_names == ("a", "b", "c")


def test_linear_classifiers_of_scikit_learn(tmp_path: Path) -> None:
    ml = {"domain": "ai.onnx.ml"}
    rows = 0.01 * some(64)
    for weight, bias, transform, names in (
        (np.stack([-rows, rows]), [-0.5, 0.5], "LOGISTIC", ["no", "yes"]),
        (0.01 * some(3, 64), [0.1, 0.2, 0.3], "SOFTMAX", ["a", "b", "c"]),
    ):
        options = {"coefficients": weight.ravel().tolist(), "intercepts": bias, "post_transform": transform}
        node = N("LinearClassifier", ["x"], ["k", "p"], classlabels_strings=names, **options, **ml)
        path = saved(made([node], {}, ("N", 64), ("k", "p")), tmp_path)
        model = read_raw(path)
        images = pixels(model)
        got = model.network.predict(model.preprocessing.apply(images))
        np.testing.assert_allclose(got, expected(path, images)[1], atol=1e-5)
        assert model.class_names == tuple(names)


def test_names_in_the_label_that_is_given_beside_the_probabilities(tmp_path: Path) -> None:
    ml = {"domain": "ai.onnx.ml"}
    end = [
        N("Softmax", ["y"], ["p"]),
        N("ArgMax", ["p"], ["n"], axis=1),
        N("ArrayFeatureExtractor", ["known", "n"], ["k"], **ml),
    ]
    known = {"known": np.array(["a", "b", "c"], object)}
    path = saved(
        made([CONV, RELU, *FLAT, *end], {**KERNELS, **head(72), **known}, outputs=("k", "p")), tmp_path
    )
    assert read_raw(path).class_names == ("a", "b", "c")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("names", "{0: 'a', 1: 'b', 2: 'c'}"),
        ("classes", '["a", "b", "c"]'),
        ("labels", "a,b,c"),
        ("names", "a,b"),
    ],
)
def test_names_of_classes_in_the_metadata(key: str, text: str, tmp_path: Path) -> None:
    model = made([CONV, RELU, *FLAT], {**KERNELS, **head(72)})
    helper.set_model_props(model, {key: text})
    names = ("0", "1", "2") if text == "a,b" else ("a", "b", "c")
    assert read_raw(saved(model, tmp_path)).class_names == names


def test_sizes_that_are_left_open(tmp_path: Path) -> None:
    nodes = [CONV, RELU, *FLAT]
    open_ = made(nodes, {**KERNELS, **head(2 * 26 * 26)}, ("N", "C", "H", "W"))
    found = read_any(saved(open_, tmp_path))
    assert isinstance(found, Imported)
    assert found.network.spec.in_shape == (1, 28, 28)
    weights = {**KERNELS, **head(2)}
    pooled = made(
        [CONV, RELU, N("GlobalAveragePool", ["f"], ["t"]), N("Flatten", ["t"], ["g"]), FLAT[1]],
        weights,
        ("N", 1, "H", "W"),
    )
    path = saved(pooled, tmp_path)
    with pytest.raises(ModelFileError, match="has no fixed size; say which"):
        read_any(path)
    found = read_any(path, size=(20, 30))
    assert isinstance(found, Imported)
    assert found.network.spec.in_shape == (1, 20, 30)
    with pytest.raises(ModelFileError, match="takes images of 8x8 pixels, not 9x9"):
        read_any(saved(made(nodes, {**KERNELS, **head(72)}), tmp_path), size=(9, 9))


def test_whole_numbers_at_the_input_are_pixels(tmp_path: Path) -> None:
    nodes = [N("Cast", ["x"], ["i"], to=TensorProto.FLOAT), N("Conv", ["i", "w", "b"], ["a"]), RELU, *FLAT]
    path = saved(made(nodes, {**KERNELS, **head(72)}, kind=TensorProto.UINT8), tmp_path)
    found = read_any(path)
    assert isinstance(found, Imported)
    assert (found.guess, found.sure) == ("0..255", True)
    images = pixels(found.model())
    close(logits(found.model(), images), expected(path, images)[0])


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


def test_local_functions_are_unfolded(tmp_path: Path) -> None:
    model = made([CONV, N("Bend", ["a"], ["f"], domain="mine"), *FLAT], {**KERNELS, **head(72)})
    opsets = [helper.make_opsetid("", 17)]
    model.functions.append(
        helper.make_function("mine", "Bend", ["p"], ["q"], [N("Relu", ["p"], ["q"])], opsets)
    )
    model.opset_import.append(helper.make_opsetid("mine", 1))
    path = saved(model, tmp_path)
    found = read_raw(path)
    images = pixels(found)
    close(logits(found, images), expected(path, images)[0])


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ([CONV, N("Sigmoid", ["a"], ["s"]), N("Mul", ["a", "s"], ["f"]), *FLAT], "uses the activation SiLU"),
        ([CONV, N("Elu", ["a"], ["f"]), *FLAT], "holds the operation 'Elu'"),
        ([CONV, N("Softmax", ["a"], ["f"], axis=1), *FLAT], "'Softmax' .* has axis 1 of a value of shape"),
        ([CONV, N("PRelu", ["a", "slopes"], ["f"]), *FLAT], "another slope for each map"),
        (
            [CONV, N("Relu", ["a"], ["r"]), N("Concat", ["a", "r"], ["f"], axis=1), *FLAT],
            "several paths side by side",
        ),
        (
            [CONV, N("Relu", ["a"], ["r"]), N("Add", ["a", "r"], ["f"]), *FLAT],
            "adds two paths that are no residual block",
        ),
        (
            [N("Pad", ["x", "pads"], ["p"], mode="reflect"), N("Conv", ["p", "w", "b"], ["a"]), RELU, *FLAT],
            "the mode reflect",
        ),
        (
            [N("Sub", ["x", "image"], ["p"]), N("Conv", ["p", "w", "b"], ["a"]), RELU, *FLAT],
            "each pixel of the image",
        ),
        (
            [CONV, RELU, N("LSTM", ["f", "w", "w"], ["l"]), N("Flatten", ["l"], ["g"]), FLAT[1]],
            "holds the operation 'LSTM'",
        ),
        (
            [CONV, RELU, N("ConstantOfShape", ["huge"], ["k"]), N("Mul", ["f", "k"], ["y"])],
            "would have 1,000,000,000,000 values",
        ),
        (
            [CONV, N("Relu", ["a"], ["y"])],
            r"gives an answer of shape \('N', 2, 6, 6\), and allowed is \(N, K\)",
        ),
        ([CONV, RELU, N("Flatten", ["f"], ["g"], axis=2), FLAT[1]], "which mixes|makes a value of shape"),
    ],
)
def test_what_does_not_exist_here_is_refused_by_its_name(
    nodes: list[Any], words: str, tmp_path: Path
) -> None:
    extra = {"slopes": some(2, 1, 1), "pads": ints(0, 0, 1, 1, 0, 0, 1, 1), "image": some(8, 8)}
    weights = {**KERNELS, **head(72), **extra, "huge": ints(1_000_000, 1_000_000)}
    used = {name for node in nodes for name in node.input}
    model = made(nodes, {name: value for name, value in weights.items() if name in used})
    with pytest.raises(ModelFileError, match=words) as caught:
        read_any(saved(model, tmp_path))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300 + len(str(tmp_path))


def test_every_name_in_the_graph_may_be_long(tmp_path: Path) -> None:
    model = made([N("Mystery", ["x"], ["y"], name="n" * 10_000)], {})
    with pytest.raises(ModelFileError) as caught:
        read_any(saved(model, tmp_path))
    assert len(str(caught.value)) < 400
    onnx.helper.set_model_props(model, {"names": "[" * 100_000})
    with pytest.raises(ModelFileError, match="holds the operation 'Mystery'"):
        read_any(saved(model, tmp_path))
