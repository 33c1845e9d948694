"""What is particular to single layers: values worked by hand, messages, statistics."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import ConfigError, ShapeError
from engine.layers import LAYERS, layer_from_json
from engine.types import Context

INFERENCE = Context()


def test_kinds_are_the_classes_own_words():
    assert {kind: cls.type_name for kind, cls in LAYERS.items()} == {kind: kind for kind in LAYERS}


@pytest.mark.parametrize("kind", ["conv", "max_pool", "average_pool"])
def test_layers_for_images_refuse_vectors(kind):
    with pytest.raises(ShapeError, match=r"^needs \(channels, height, width\), got \(10,\)\.$"):
        layer_from_json({"kind": kind}).out_shape((10,))


def test_kernel_larger_than_the_image():
    with pytest.raises(ShapeError) as caught:
        layer_from_json({"kind": "conv", "kernel": 5}).out_shape((1, 3, 3))
    assert str(caught.value) == "a 5x5 kernel does not fit into 3x3 with padding 0; allowed is at most 3x3."
    with pytest.raises(
        ShapeError, match=r"5x5 kernel does not fit into 2x9 with padding 1x0; .* at most 4x9\.$"
    ):
        layer_from_json({"kind": "conv", "kernel": 5, "padding": [1, 0]}).out_shape((1, 2, 9))


def test_window_larger_than_the_map():
    with pytest.raises(ShapeError, match=r"^a 2x2 window does not fit into 1x1 with padding 0"):
        layer_from_json({"kind": "max_pool"}).out_shape((4, 1, 1))


def test_dense_says_what_to_put_before_it():
    with pytest.raises(
        ShapeError, match=r"^needs \(features,\), got \(8, 2, 2\); put a flatten layer before"
    ):
        layer_from_json({"kind": "dense"}).out_shape((8, 2, 2))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            {"kind": "conv", "kernel": 4, "padding": "same"},
            "conv: padding is 'same' with a 4x4 kernel; allowed",
        ),
        ({"kind": "max_pool", "size": 3, "padding": 2}, "max_pool: padding is 2 with size 3; allowed"),
        ({"kind": "conv", "filters": 0}, "conv: filters is 0; allowed is 1 to 512"),
        ({"kind": "conv", "initialiser": "zeros"}, "allowed is one of he, lecun, glorot"),
        ({"kind": "dropout", "rate": 1}, "dropout: rate is 1; allowed is 0 to 0.95"),
        ({"kind": "cnov"}, "no layer of kind 'cnov'"),
        ({"kind": "relu", "slope": 1}, "has no option 'slope'"),
    ],
)
def test_options_that_are_not_allowed(data, words):
    with pytest.raises(ConfigError, match=words.replace("(", r"\(")):
        layer_from_json(data)


def test_same_padding_keeps_the_size():
    for kernel in (1, 3, 5, [3, 7]):
        layer = layer_from_json({"kind": "conv", "filters": 2, "kernel": kernel, "padding": "same"})
        assert layer.out_shape((1, 9, 8)) == (2, 9, 8)


def test_convolution_by_hand():
    layer = layer_from_json({"kind": "conv", "filters": 1, "kernel": 2})
    params = {"weight": np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), "bias": np.array([0.5])}
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    y, _ = layer.forward(params, x, INFERENCE)
    assert y.tolist() == [[[[27.5, 37.5], [57.5, 67.5]]]]


def test_flatten_orders_features_by_map_row_and_column():
    x = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
    y, _ = layer_from_json({"kind": "flatten"}).forward({}, np.asfortranarray(x), INFERENCE)
    np.testing.assert_array_equal(y, x.reshape(2, 60))


@pytest.mark.parametrize("kind", ["relu", "relu6", "leaky_relu", "sigmoid", "tanh"])
def test_activations_at_the_extremes(kind):
    x = np.array([[-1e4, -0.0, 0.0, 1e4]], np.float32)
    with np.errstate(all="raise", under="ignore"):
        y, _ = layer_from_json({"kind": kind}).forward({}, x, INFERENCE)
    expected = {
        "relu": [0, 0, 0, 1e4],
        "relu6": [0, 0, 0, 6],
        "leaky_relu": [-100, 0, 0, 1e4],
        "sigmoid": [0, 0.5, 0.5, 1],
        "tanh": [-1, 0, 0, 1],
    }[kind]
    np.testing.assert_allclose(y, [expected], rtol=1e-6)


@pytest.mark.parametrize("kind", ["relu", "relu6", "leaky_relu", "max_pool"])
def test_a_value_that_is_not_a_number_is_not_hidden(kind):
    x = np.full((1, 1, 2, 2), np.nan, np.float32)
    y, _ = layer_from_json({"kind": kind}).forward({}, x, INFERENCE)
    assert np.isnan(y).all()


def test_dropout_drops_its_share_and_keeps_the_mean():
    layer = layer_from_json({"kind": "dropout", "rate": 0.3})
    x = np.ones((50, 8, 10, 10), np.float32)
    y, _ = layer.forward({}, x, Context(training=True, rng=np.random.default_rng(1)))
    assert np.mean(y == 0) == pytest.approx(0.3, abs=0.01)
    assert y.mean() == pytest.approx(1, abs=0.02)
    np.testing.assert_array_equal(layer.forward({}, x, INFERENCE)[0], x)


def test_dropout_without_enlarging_shrinks_afterwards():
    layer = layer_from_json({"kind": "dropout", "rate": 0.25, "inverted": False})
    x = np.ones((20, 50))
    y, _ = layer.forward({}, x, Context(training=True, rng=np.random.default_rng(1)))
    assert set(np.unique(y)) == {0, 1}
    np.testing.assert_array_equal(layer.forward({}, x, INFERENCE)[0], 0.75 * x)


def test_dropout_in_training_asks_for_a_generator():
    with pytest.raises(ValueError, match="needs a random generator"):
        layer_from_json({"kind": "dropout"}).forward({}, np.ones((1, 2)), Context(training=True))


@pytest.mark.parametrize("shape", [(40, 3, 5, 4), (40, 3)])
def test_batch_norm_normalises_and_learns_its_statistics(shape):
    rng = np.random.default_rng(0)
    layer = layer_from_json({"kind": "batch_norm", "momentum": 0.5, "epsilon": 1e-8})
    params = {name: value.astype(float) for name, value in layer.init(shape[1:], rng).items()}
    x = 5 + 3 * rng.standard_normal(shape)
    axes = (0, 2, 3) if len(shape) == 4 else (0,)
    training = Context(training=True)
    y, _ = layer.forward(params, x, training)
    np.testing.assert_allclose(y.mean(axis=axes), 0, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=axes), 1, rtol=1e-6)

    halves = [layer.forward(params, part, training)[1] for part in (x[:20], x[20:])]
    layer.update_running_statistics(params, [layer.batch_statistics(cache) for cache in halves])
    means = [part.mean(axis=axes) for part in (x[:20], x[20:])]
    variances = [part.var(axis=axes, ddof=1) for part in (x[:20], x[20:])]
    np.testing.assert_allclose(params["running_mean"], 0.5 * np.mean(means, axis=0))
    np.testing.assert_allclose(params["running_var"], 0.5 + 0.5 * np.mean(variances, axis=0))

    y, _ = layer.forward(params, x, INFERENCE)
    centred = np.moveaxis(x, 1, -1) - params["running_mean"]
    np.testing.assert_allclose(np.moveaxis(y, 1, -1), centred / np.sqrt(params["running_var"] + 1e-8))


def test_batch_norm_of_one_sample_has_no_spread():
    layer = layer_from_json({"kind": "batch_norm", "momentum": 0.8})
    params = layer.init((3,), np.random.default_rng(0))
    params["bias"][:] = 4, 5, 6
    y, cache = layer.forward(params, np.full((1, 3), 7, np.float32), Context(training=True))
    layer.update_running_statistics(params, [layer.batch_statistics(cache)])
    np.testing.assert_array_equal(y, [[4, 5, 6]])
    np.testing.assert_allclose(params["running_mean"], [1.4] * 3, rtol=1e-6)
    np.testing.assert_allclose(params["running_var"], [0.8] * 3, rtol=1e-6)


def test_residual_block_is_the_sum_of_its_two_paths():
    rng = np.random.default_rng(0)
    block = layer_from_json({"kind": "residual", "filters": 4, "stride": 2})
    params = {name: value.astype(float) for name, value in block.init((3, 6, 6), rng).items()}
    x = rng.standard_normal((5, 3, 6, 6))
    parts = {
        "conv1": {"kind": "conv", "filters": 4, "kernel": 3, "stride": 2, "padding": 1, "bias": False},
        "conv2": {"kind": "conv", "filters": 4, "kernel": 3, "padding": 1, "bias": False},
        "downsample.0": {"kind": "conv", "filters": 4, "kernel": 1, "stride": 2, "bias": False},
        "bn": {"kind": "batch_norm"},
    }
    layers = {name: layer_from_json(data) for name, data in parts.items()}

    def run(name, value):
        inner = {key[len(name) + 1 :]: v for key, v in params.items() if key.startswith(name + ".")}
        layer = layers[name if name in layers else "bn"]
        return layer.forward(inner, value, INFERENCE)[0]

    residual_branch = run("bn2", run("conv2", np.maximum(run("bn1", run("conv1", x)), 0)))
    expected = np.maximum(residual_branch + run("downsample.1", run("downsample.0", x)), 0)
    np.testing.assert_allclose(block.forward(params, x, INFERENCE)[0], expected)


@pytest.mark.parametrize(("filters", "norms"), [(3, {"bn1", "bn2"}), (4, {"bn1", "bn2", "downsample.1"})])
def test_residual_block_learns_the_statistics_of_each_normalisation(filters, norms):
    rng = np.random.default_rng(0)
    block = layer_from_json({"kind": "residual", "filters": filters})
    params = block.init((3, 5, 5), rng)
    before = {name: value.copy() for name, value in params.items()}
    x = rng.standard_normal((6, 3, 5, 5)).astype(np.float32) + 2
    _, cache = block.forward(params, x, Context(training=True))
    block.update_running_statistics(params, [block.batch_statistics(cache)])
    moved = {name for name, value in params.items() if not np.array_equal(value, before[name])}
    assert moved == {f"{norm}.{name}" for norm in norms for name in ("running_mean", "running_var")}


def test_global_average_pooling_is_the_mean_of_each_map():
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5))
    y, _ = layer_from_json({"kind": "global_average_pool"}).forward({}, x, INFERENCE)
    np.testing.assert_allclose(y, x.mean(axis=(2, 3)))
