"""Graphs as PyTorch, Keras and scikit-learn write them: right, or refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper

from engine.errors import ModelFileError
from engine.exchange import read_any
from engine.exchange.imported import Imported
from engine.exchange.input_range import RANGES
from tests.engine.exchange.conftest import pixels, read_raw
from tests.engine.exchange.onnx_graphs import (
    CONV,
    FLAT,
    KERNELS,
    KINDS,
    RELU,
    N,
    close,
    expected,
    head,
    ints,
    logits,
    made,
    saved,
    some,
)


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
