"""Graphs as other programs write them, and what onnxruntime says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from engine.model.model_file import Model

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
