"""What a graph gives as its answer: probabilities, labels, several outputs, names of classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import helper

from engine.errors import ModelFileError
from engine.exchange import read_any
from engine.exchange.imported import Imported
from tests.engine.exchange.conftest import pixels, read_raw
from tests.engine.exchange.onnx_graphs import (
    CONV,
    FLAT,
    KERNELS,
    RELU,
    N,
    close,
    expected,
    head,
    logits,
    made,
    saved,
    some,
)


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
