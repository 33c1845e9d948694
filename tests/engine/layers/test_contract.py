"""What every layer keeps, checked for each kind in ``LAYERS``; a kind without an example fails."""

from __future__ import annotations

import copy
from typing import NamedTuple

import numpy as np
import pytest

from engine.layers import LAYERS, layer_from_json
from engine.types import Context, Scratch

IMAGE = (3, 6, 5)
EXAMPLES = {
    "conv": [
        ({"filters": 4, "kernel": 3}, IMAGE),
        ({"filters": 2, "kernel": [2, 3], "stride": [2, 1], "padding": [1, 2]}, (1, 5, 7)),
        ({"filters": 5, "kernel": 3, "padding": "same", "bias": False, "initialiser": "lecun"}, (4, 4, 4)),
        ({"filters": 3, "kernel": 1}, (5, 3, 3)),
        ({"filters": 16, "kernel": [1, 5], "padding": [0, 2]}, (4, 1, 41)),  # minimal filtering
    ],
    "relu": [({}, IMAGE), ({}, (7,))],
    "relu6": [({"ceiling": 1.5}, IMAGE), ({}, (7,))],
    "leaky_relu": [({"slope": 0.1}, IMAGE), ({"slope": 0.0}, (7,))],
    "sigmoid": [({}, IMAGE), ({}, (7,))],
    "tanh": [({}, IMAGE), ({}, (7,))],
    "max_pool": [({"size": 2}, IMAGE), ({"size": 3, "stride": 2, "padding": 1}, IMAGE)],
    "average_pool": [({"size": 2}, IMAGE), ({"size": [3, 2], "stride": 1, "padding": [1, 0]}, IMAGE)],
    "flatten": [({}, IMAGE), ({}, (7,))],
    "dense": [({"units": 4}, (7,)), ({"units": 1, "bias": False, "initialiser": "glorot"}, (3,))],
    "dropout": [({"rate": 0.4}, IMAGE), ({"rate": 0.4, "inverted": False}, (9,)), ({"rate": 0.0}, (9,))],
    "batch_norm": [({}, IMAGE), ({"momentum": 0.5, "epsilon": 1e-3}, (7,))],
    "residual": [({"filters": 3}, IMAGE), ({"filters": 4, "stride": 2}, (2, 5, 4)), ({"filters": 2}, IMAGE)],
    "global_average_pool": [({}, IMAGE), ({}, (2, 1, 4))],
}
CASES = [(kind, number) for kind in LAYERS for number in range(len(EXAMPLES.get(kind, [0])))]
BATCH = 4


class Setting(NamedTuple):
    layer: object
    params: dict
    x: np.ndarray
    in_shape: tuple


@pytest.fixture(params=CASES, ids=[f"{kind}-{number}" for kind, number in CASES])
def setting(request):
    kind, number = request.param
    assert kind in EXAMPLES, f"layer '{kind}' has no example in this test"
    options, in_shape = EXAMPLES[kind][number]
    rng = np.random.default_rng(3)
    layer = layer_from_json({"kind": kind, **options})
    params = {name: value.astype(float) for name, value in layer.init(in_shape, rng).items()}
    for value in params.values():
        value += 0.3 * rng.random(value.shape)  # zeros and ones would hide mistakes
    return Setting(layer, params, rng.standard_normal((BATCH, *in_shape)), in_shape)


@pytest.fixture(params=["training", "inference"])
def context(request):
    def new(scratch=None):
        return Context(request.param == "training", np.random.default_rng(7), scratch)

    return new


def numeric_gradient(value_of, array, step=1e-6):
    """Return the central differences of ``value_of()`` for each entry of ``array``."""
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + step
        above = value_of()
        array[index] = kept - step
        gradient[index] = (above - value_of()) / (2 * step)
        array[index] = kept
    return gradient


def test_gradients_match_central_differences(setting, context):
    layer, params, x, in_shape = setting
    # Only a weighted sum of the outputs tells its entries apart.
    weights = np.random.default_rng(5).standard_normal((BATCH, *layer.out_shape(in_shape)))

    def value():
        return float((layer.forward(params, x, context())[0] * weights).sum())

    ctx = context()
    _, cache = layer.forward(params, x, ctx)
    grad_x, grads = layer.backward(params, weights.copy(), cache, ctx)
    np.testing.assert_allclose(grad_x, numeric_gradient(value, x), rtol=1e-5, atol=1e-6)
    assert set(grads) == set(params) - set(layer.statistics)
    for name, grad in grads.items():
        np.testing.assert_allclose(grad, numeric_gradient(value, params[name]), rtol=1e-5, atol=1e-6)


def test_shapes_are_as_announced(setting, context):
    layer, params, x, in_shape = setting
    ctx = context()
    y, cache = layer.forward(params, x, ctx)
    assert y.shape == (BATCH, *layer.out_shape(in_shape))
    grad_x, grads = layer.backward(params, np.ones_like(y), cache, ctx)
    assert grad_x.shape == x.shape
    assert {name: grad.shape for name, grad in grads.items()} == {name: params[name].shape for name in grads}
    assert {name: value.shape for name, value in params.items()} == layer.param_shapes(in_shape)
    assert list(params) == list(layer.param_shapes(in_shape))


def test_input_and_parameters_are_not_changed(setting, context):
    layer, params, x, _ = setting
    before, params_before = x.copy(), copy.deepcopy(params)
    ctx = context(Scratch())
    y, cache = layer.forward(params, x, ctx)
    layer.backward(params, np.ones_like(y), cache, ctx)
    np.testing.assert_array_equal(x, before)
    for name, value in params.items():
        np.testing.assert_array_equal(value, params_before[name])


def test_what_nobody_needs_any_more_may_be_written_over(setting, context):
    layer, params, x, _ = setting
    ctx = context()
    expected_y, cache = layer.forward(params, x, ctx)
    grad_y = np.random.default_rng(1).standard_normal(expected_y.shape)
    expected_x, expected = layer.backward(params, grad_y.copy(), cache, ctx)
    ctx = context(Scratch())._replace(spent=True)
    y, cache = layer.forward(params, x.copy(), ctx)
    np.testing.assert_array_equal(y, expected_y)
    if not layer.keeps_output:
        y[...] = np.nan
    grad_x, grads = layer.backward(params, grad_y.copy(), cache, ctx)
    np.testing.assert_array_equal(grad_x, expected_x)
    for name, grad in grads.items():
        np.testing.assert_array_equal(grad, expected[name])


def test_two_passes_do_not_disturb_each_other(setting, context):
    layer, params, x, _ = setting
    other = x[:2] * 2 + 1
    ctx = context()
    y, cache = layer.forward(params, x, ctx)
    expected_y = y.copy()
    grad_y = np.random.default_rng(1).standard_normal(y.shape)
    layer.forward(params, other, context())
    grad_x, grads = layer.backward(params, grad_y.copy(), cache, ctx)
    np.testing.assert_array_equal(y, expected_y)

    ctx = context()
    _, alone = layer.forward(params, x, ctx)
    expected_x, expected = layer.backward(params, grad_y.copy(), alone, ctx)
    np.testing.assert_array_equal(grad_x, expected_x)
    for name, grad in grads.items():
        np.testing.assert_array_equal(grad, expected[name])


def test_reused_buffers_change_nothing(setting, context):
    layer, params, x, _ = setting
    scratch = Scratch()
    for batch in (x * 3, x[:1], x):  # the last one meets buffers full of the others' values
        results = []
        for buffers in (scratch, None):
            ctx = context(buffers)
            y, cache = layer.forward(params, batch, ctx)
            y = y.copy()
            grad_x, grads = layer.backward(params, np.cos(y), cache, ctx)
            results.append((y, grad_x.copy(), {name: grad.copy() for name, grad in grads.items()}))
        (y, grad_x, grads), (true_y, true_x, true) = results
        np.testing.assert_allclose(y, true_y, rtol=1e-12)
        np.testing.assert_allclose(grad_x, true_x, rtol=1e-12, atol=1e-14)
        for name, grad in grads.items():
            np.testing.assert_allclose(grad, true[name], rtol=1e-12, atol=1e-14)


def test_memory_order_of_the_input_does_not_matter(setting, context):
    layer, params, x, _ = setting
    y, _ = layer.forward(params, x, context())
    other_order, _ = layer.forward(params, np.asfortranarray(x), context())
    np.testing.assert_allclose(y, other_order, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_stay_as_precise_as_the_input(setting, context, dtype):
    layer, params, x, _ = setting
    params = {name: value.astype(dtype) for name, value in params.items()}
    ctx = context(Scratch())
    y, cache = layer.forward(params, x.astype(dtype), ctx)
    grad_x, grads = layer.backward(params, np.ones_like(y), cache, ctx)
    assert {y.dtype, grad_x.dtype, *(grad.dtype for grad in grads.values())} == {np.dtype(dtype)}


def test_gradient_for_the_input_can_be_left_out(setting, context):
    layer, params, x, _ = setting
    ctx = context()
    y, cache = layer.forward(params, x, ctx)
    _, expected = layer.backward(params, np.ones_like(y), cache, ctx)
    _, grads = layer.backward(params, np.ones_like(y), cache, ctx, need_x=False)
    for name, grad in grads.items():
        np.testing.assert_array_equal(grad, expected[name])


def test_description_survives_json(setting):
    layer = setting.layer
    assert layer_from_json(layer.to_json()) == layer
    assert layer.title


def test_new_parameters_are_float32_and_repeatable(setting):
    layer, _, _, in_shape = setting
    first, second = (layer.init(in_shape, np.random.default_rng(2)) for _ in range(2))
    for name, value in first.items():
        assert value.dtype == np.float32
        np.testing.assert_array_equal(value, second[name])


def test_only_layers_that_say_so_draw_random_numbers(setting):
    layer, params, x, _ = setting
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    layer.forward(params, x, Context(training=True, rng=rng))
    assert (rng.bit_generator.state != before) == layer.random
