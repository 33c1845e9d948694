"""Minimal filtering equals the direct sum: exactly in fractions, closely in floats, whatever the shapes."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ops import winograd
from engine.ops.convolution_forms import ROWS, DirectForm, form_for
from engine.ops.geometry import Geometry
from engine.ops.layout import as_images, as_rows
from engine.ops.winograd_rows import RowForm
from engine.ops.winograd_tiles import TileForm
from engine.types import Context, Scratch
from tests.engine.ops import naive

FORMS = {
    "rows": [(m, r) for r in range(2, 8) for m in range(2, 9) if m + r <= 11],
    "tiles": [(m, r) for r in (2, 3) for m in (2, 4)],
}
KINDS = {"rows": RowForm, "tiles": TileForm}
OF_ROWS = [(m, kw) for kw, (sizes, _) in sorted(ROWS.items()) for m in sizes]


@pytest.mark.parametrize(("m", "r"), [(m, r) for r in range(1, 8) for m in range(1, 11 - r)])
def test_the_matrices_are_exact(m, r):
    """``F(m, r)`` of unit vectors gives every coefficient of the sum: 1 where ``d`` is at ``k + j``."""
    outputs, kernel, data = (
        np.vectorize(lambda value: Fraction(value).limit_denominator(10**6))(matrix)
        for matrix in winograd.filtering(m, r, np.dtype(np.float64))
    )
    for j in range(r):
        got = outputs @ (kernel[:, [j]] * data)
        assert (got == np.eye(m, m + r - 1, j, dtype=int)).all()


def test_f_of_2_and_3_is_the_published_one():
    """Winograd's F(2, 3), as Lavin and Gray print it, up to the signs of its rows."""
    data = winograd.filtering(2, 3, np.dtype(np.float64)).data
    published = [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]]
    for mine, theirs in zip(data, published, strict=True):
        assert mine.tolist() in (theirs, [-value for value in theirs])


def test_more_points_than_there_are_is_an_error():
    with pytest.raises(ValueError, match=r"F\(7, 5\) needs 10 points; there are 9"):
        winograd.filtering(7, 5, np.dtype(np.float64))


def run(form, x, weight, bias, grad_y, ctx):
    y, seen = form.forward(as_rows(x, ctx, "x"), weight, bias, ctx)
    y = as_images(y).copy()
    grad_x, grad_weight = form.backward(seen, as_rows(grad_y, ctx, "grad_rows"), ctx, need_x=True)
    return y, as_images(grad_x), grad_weight


@st.composite
def layers(draw):
    kind = draw(st.sampled_from(sorted(FORMS)))
    m, r = draw(st.sampled_from(FORMS[kind]))
    size = (r, r) if kind == "tiles" else (draw(st.integers(1, 4)), r)
    padding = tuple(draw(st.integers(0, k - 1)) for k in size)
    image = tuple(draw(st.integers(max(1, k - 2 * p), 13)) for k, p in zip(size, padding, strict=True))
    batch, channels, filters = (draw(st.integers(1, 3)) for _ in range(3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = rng.standard_normal((batch, channels, *image))
    return KINDS[kind](Geometry(size, (1, 1), padding), m), x, filters, rng


@given(layers(), st.booleans(), st.sampled_from([Context(), Context(scratch=Scratch())]))
def test_every_form_is_the_naive_twin(layer, with_bias, ctx):
    form, x, filters, rng = layer
    geometry = form.geometry
    weight = rng.standard_normal((filters, x.shape[1], *geometry.size))
    bias = rng.standard_normal(filters) if with_bias else None
    expected = naive.convolve(
        x, weight, np.zeros(filters) if bias is None else bias, (1, 1), geometry.padding
    )
    grad_y = rng.standard_normal(expected.shape)
    twin = (expected, *naive.convolve_gradients(x, weight, grad_y, (1, 1), geometry.padding)[:2])
    for mine, true in zip(run(form, x, weight, bias, grad_y, ctx), twin, strict=True):
        np.testing.assert_allclose(mine, true, rtol=1e-10, atol=1e-9)


def test_what_the_buffers_held_before_does_not_matter():
    rng = np.random.default_rng(0)
    ctx = Context(scratch=Scratch())
    for kind, (m, r) in (("rows", (4, 5)), ("tiles", (4, 3))):
        form = KINDS[kind](Geometry((r, r), (1, 1), (r // 2, r // 2)), m)
        for size in ((11, 12), (7, 9), (9, 8)):
            x, weight = rng.standard_normal((2, 3, *size)), rng.standard_normal((4, 3, r, r))
            grad_y = rng.standard_normal((2, 4, *size))
            fresh = run(form, x, weight, None, grad_y, Context())
            for mine, true in zip(run(form, x, weight, None, grad_y, ctx), fresh, strict=True):
                np.testing.assert_array_equal(mine, true)


def test_the_weights_alone():
    rng = np.random.default_rng(1)
    x, weight, grad_y = (rng.standard_normal(s) for s in ((2, 3, 9, 9), (4, 3, 3, 3), (2, 4, 9, 9)))
    ctx = Context()
    for kind in KINDS.values():
        form = kind(Geometry((3, 3), (1, 1), (1, 1)), 4)
        _, seen = form.forward(as_rows(x, ctx, "x"), weight, None, ctx)
        rows = as_rows(grad_y, ctx, "grad_rows")
        nothing, alone = form.backward(seen, rows, ctx, need_x=False)
        assert nothing is None
        np.testing.assert_allclose(alone, form.backward(seen, rows, ctx, need_x=True)[1], rtol=1e-12)


def largest_differences(layers_tried: int, seed: int) -> np.ndarray:
    """Return the largest difference from float64, over the largest number there, of y, dx and dw."""
    rng = np.random.default_rng(seed)
    worst = np.zeros(3)
    for _ in range(layers_tried):
        kind = rng.choice(sorted(KINDS))
        m, r = (4, 3) if kind == "tiles" else OF_ROWS[rng.integers(len(OF_ROWS))]
        batch, channels, filters, side = (
            int(rng.integers(low, high)) for low, high in ((1, 9), (1, 33), (1, 33), (r, 21))
        )
        padding = int(rng.integers(0, r // 2 + 1))
        geometry = Geometry((r, r), (1, 1), (padding, padding))
        x = rng.standard_normal((batch, channels, side, side), np.float32)
        weight = rng.standard_normal((filters, channels, r, r), np.float32)
        out = geometry.out_size(side, side)
        grad_y = rng.standard_normal((batch, filters, *out), np.float32)
        mine = run(KINDS[kind](geometry, m), x, weight, None, grad_y, Context())
        true = run(
            DirectForm(geometry),
            *(a.astype(np.float64) for a in (x, weight)),
            None,
            grad_y.astype(np.float64),
            Context(),
        )
        worst = np.maximum(
            worst, [np.abs(a - b).max() / np.abs(b).max() for a, b in zip(mine, true, strict=True)]
        )
    return worst


def test_rounding_stays_near_that_of_floats():
    """Over 2,000 such layers, of two seeds, the largest were 1.2e-5, 1.1e-5 and 8.6e-6."""
    assert (largest_differences(60, seed=0) < 2e-5).all()


CONV1, CONV2 = Geometry((5, 5)), Geometry((3, 3), (1, 1), (1, 1))


@pytest.mark.parametrize(
    ("geometry", "shape", "filters", "form"),
    [
        (CONV1, (28, 1, 28, 32), 8, DirectForm(CONV1)),  # one channel: thin products
        (CONV1, (24, 8, 24, 32), 8, RowForm(CONV1, 5)),  # 4 tiles for 20 columns
        (CONV1, (28, 16, 28, 10), 16, RowForm(CONV1, 6)),  # 4 tiles for 24 columns
        (CONV1, (24, 8, 24, 1), 8, DirectForm(CONV1)),  # one image: short lines
        (CONV2, (28, 8, 28, 32), 8, DirectForm(CONV2)),
        (CONV2, (28, 32, 28, 16), 32, RowForm(CONV2, 6)),
        (CONV2, (32, 32, 32, 16), 32, RowForm(CONV2, 4)),  # as many products with tiles of 6
        (CONV2, (16, 64, 16, 16), 64, TileForm(CONV2, 4)),
    ],
)
def test_the_form_is_chosen_by_the_shapes(geometry, shape, filters, form):
    assert form_for(geometry, shape, filters) == form


@settings(max_examples=30)
@given(
    st.integers(1, 8),
    st.integers(1, 3),
    st.integers(0, 9),
    st.integers(1, 12),
    st.integers(1, 70),
    st.integers(1, 40),
)
def test_whatever_is_chosen_gives_the_direct_numbers(kernel, stride, padding, more, channels, batch):
    """Also where tiles do not come out even, the padding is wider than the kernel, or the stride is not 1."""
    rng = np.random.default_rng(channels)
    side = max(1, kernel - 2 * padding) + more
    geometry = Geometry((kernel, kernel), (stride, stride), (padding, padding))
    x, weight = (
        rng.standard_normal((batch, channels, side, side)),
        rng.standard_normal((70, channels, kernel, kernel)),
    )
    grad_y = rng.standard_normal((batch, 70, *geometry.out_size(side, side)))
    chosen = form_for(geometry, (side, channels, side, batch), 70)
    ctx = Context()
    true = run(DirectForm(geometry), x, weight, None, grad_y, ctx)
    for mine, other in zip(run(chosen, x, weight, None, grad_y, ctx), true, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-8)
