"""Every fast operation equals its naive twin, whatever the sizes, strides and paddings."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ops import convolution, pooling
from engine.ops.geometry import Geometry
from engine.ops.layout import as_images, as_rows
from engine.types import Context, Scratch
from tests.engine.ops import naive

CLOSE = {"rtol": 1e-10, "atol": 1e-10}


class Setting(NamedTuple):
    x: np.ndarray
    geometry: Geometry
    rng: np.random.Generator


def pairs(low, high):
    return st.tuples(st.integers(low, high), st.integers(low, high))


@st.composite
def settings(draw, max_channels, most_padding, whole=False):
    size = draw(pairs(1, 4))
    stride = draw(pairs(1, 3))
    padding = tuple(draw(st.integers(0, most_padding(k))) for k in size)
    shape = tuple(draw(st.integers(max(1, k - 2 * p), 7)) for k, p in zip(size, padding, strict=True))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    full = (draw(st.integers(1, 3)), draw(st.integers(1, max_channels)), *shape)
    # Whole numbers from a small range give ties, which pooling must break in a fixed way.
    x = rng.integers(-2, 3, full).astype(float) if whole else rng.standard_normal(full)
    return Setting(x, Geometry(size, stride, padding), rng)


def contexts():
    return st.sampled_from([Context(), Context(scratch=Scratch())])


@given(settings(max_channels=9, most_padding=lambda _: 3), st.integers(1, 4), contexts())
def test_convolution(setting, filters, ctx):
    x, geometry, rng = setting
    weight, bias = rng.standard_normal((filters, x.shape[1], *geometry.size)), rng.standard_normal(filters)
    seen = convolution.patches(as_rows(x, ctx, "x"), geometry, ctx)
    y = as_images(convolution.convolve(seen, weight, bias, ctx))
    np.testing.assert_allclose(y, naive.convolve(x, weight, bias, geometry.stride, geometry.padding), **CLOSE)

    grad_y = rng.standard_normal(y.shape)
    rows = as_rows(grad_y, ctx, "grad_y")
    expected = naive.convolve_gradients(x, weight, grad_y, geometry.stride, geometry.padding)
    got = (
        as_images(convolution.input_gradient(rows, weight, geometry, x.shape[2:], ctx)),
        convolution.weight_gradient(seen, rows, geometry.size, ctx),
        convolution.bias_gradient(rows),
    )
    for mine, true in zip(got, expected, strict=True):
        np.testing.assert_allclose(mine, true, **CLOSE)


@pytest.mark.parametrize("in_blocks", [False, True])
@pytest.mark.parametrize(
    ("filters", "channels", "kernel", "out_h"),
    [(64, 40, 2, 3), (33, 37, 2, 3), (7, 3, 5, 8), (7, 9, 5, 6), (8, 9, 5, 4), (12, 3, 3, 6), (3, 2, 6, 5)],
)
def test_weight_gradient_whatever_rows_and_blocks_it_is_put_together_from(
    filters, channels, kernel, out_h, in_blocks, monkeypatch
):
    monkeypatch.setattr(convolution, "_IN_BLOCKS", in_blocks)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, channels, out_h + kernel - 1, kernel + 2))
    grad_y = rng.standard_normal((2, filters, out_h, 3))
    ctx = Context()
    seen = convolution.patches(as_rows(x, ctx, "x"), Geometry((kernel, kernel)), ctx)
    weight = np.zeros((filters, channels, kernel, kernel))
    expected = naive.convolve_gradients(x, weight, grad_y, (1, 1), (0, 0))[1]
    got = convolution.weight_gradient(seen, as_rows(grad_y, ctx, "grad_y"), (kernel, kernel), ctx)
    np.testing.assert_allclose(got, expected, **CLOSE)


@given(settings(max_channels=3, most_padding=lambda k: k // 2, whole=True), contexts())
def test_max_pool(setting, ctx):
    check_max_pool(setting, ctx)


@given(st.integers(1, 7), st.integers(1, 7), st.integers(1, 4), st.integers(0, 99), contexts())
def test_max_pool_by_two(height, width, batch, seed, ctx):
    rng = np.random.default_rng(seed)
    x = rng.integers(-2, 3, (batch, 2, height + 1, width + 1)).astype(float)
    check_max_pool(Setting(x, Geometry((2, 2), (2, 2)), rng), ctx)


def check_max_pool(setting, ctx):
    x, geometry, rng = setting
    where = (geometry.size, geometry.stride, geometry.padding)
    y, kept = pooling.max_pool(as_rows(x, ctx, "x"), geometry, ctx)
    np.testing.assert_array_equal(as_images(y), naive.max_pool(x, *where))
    grad_y = rng.standard_normal(as_images(y).shape)
    got = pooling.max_pool_gradient(as_rows(grad_y, ctx, "grad_y"), kept, geometry, ctx)
    np.testing.assert_allclose(as_images(got), naive.max_pool_gradient(x, grad_y, *where), **CLOSE)


@given(settings(max_channels=3, most_padding=lambda k: k // 2), contexts())
def test_average_pool(setting, ctx):
    x, geometry, rng = setting
    where = (geometry.size, geometry.stride, geometry.padding)
    y = as_images(pooling.average_pool(as_rows(x, ctx, "x"), geometry, ctx))
    np.testing.assert_allclose(y, naive.average_pool(x, *where), **CLOSE)
    grad_y = rng.standard_normal(y.shape)
    got = pooling.average_pool_gradient(as_rows(grad_y, ctx, "grad_y"), geometry, x.shape[2:], ctx)
    np.testing.assert_allclose(as_images(got), naive.average_pool_gradient(x, grad_y, *where), **CLOSE)
