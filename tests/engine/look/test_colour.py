"""Colour codes against their definition, value by value."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.look.colour import EMPTY, TOP, Scale, codes, figure, layer_scale, stepped

values = st.floats(-1e6, 1e6, width=32).filter(lambda v: v == 0 or abs(v) > 1e-6)
tiles = hnp.arrays(
    np.float32, st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(1, 4)), elements=values
)


def naive_code(value: float, scale: Scale) -> float:
    """The place of a value on its scale, not yet rounded."""
    return (value - scale.low) / (scale.high - scale.low) * TOP


@given(st.floats(1e-12, 1e12))
def test_stepped_is_the_next_round_number(limit: float) -> None:
    step = stepped(limit)
    assert limit <= step <= limit * 1.34
    assert float(f"{step:.2g}") == pytest.approx(step)


@given(tiles, st.booleans())
def test_a_layer_scale_holds_every_value(array: np.ndarray, signed: bool) -> None:
    scale = layer_scale(array, signed=signed)
    assert scale.low <= array.min() and array.max() <= scale.high and scale.low < scale.high
    if signed:
        assert scale.low == -scale.high


@given(tiles, st.booleans())
def test_codes_on_one_scale(array: np.ndarray, signed: bool) -> None:
    scale = layer_scale(array, signed=signed)
    result = codes(array, scale, signed=signed)
    for index in np.ndindex(array.shape):
        assert abs(int(result[index]) - naive_code(float(array[index]), scale)) <= 0.501
        if signed and array[index] == 0:
            assert result[index] == TOP // 2


@given(tiles)
def test_codes_of_each_map_by_itself(array: np.ndarray) -> None:
    result = codes(array, None, signed=False)
    for one, coded in zip(array, result, strict=True):
        low, high = float(one.min()), float(one.max())
        assert coded.flat[one.argmin()] == 0
        assert coded.flat[one.argmax()] == (TOP if high > low else 0)
        if high > low:
            for value, code in zip(one.flat, coded.flat, strict=True):
                assert abs(int(code) - naive_code(float(value), Scale(low, high))) <= 0.52


@given(tiles)
def test_signed_codes_of_each_map_have_zero_in_the_middle(array: np.ndarray) -> None:
    result = codes(array, None, signed=True).astype(int)
    assert (result[array == 0] == TOP // 2).all()
    mirrored = codes(-array, None, signed=True).astype(int)
    assert np.abs(result + mirrored - TOP).max() <= 1
    for one, coded in zip(array, result, strict=True):
        if one.any():
            assert max(abs(coded - TOP // 2).flat) == TOP // 2


def test_values_that_are_not_finite_are_empty() -> None:
    array = np.array([[[0, np.nan, 1], [np.inf, -np.inf, 2]]], np.float32)
    for scale in (None, layer_scale(array, signed=False)):
        assert codes(array, scale, signed=False).tolist() == [[[0, EMPTY, 127], [EMPTY, EMPTY, TOP]]]
    nothing = np.full((1, 2, 2), np.nan, np.float32)
    assert (codes(nothing, layer_scale(nothing, signed=True), signed=True) == EMPTY).all()


def test_flat_and_empty_maps_have_a_scale() -> None:
    zero = np.zeros((2, 3, 3), np.float32)
    assert layer_scale(zero, signed=False) == Scale(0.0, 1.0)
    assert (codes(zero, None, signed=False) == 0).all()
    assert (codes(zero, None, signed=True) == TOP // 2).all()
    assert codes(zero[:0], None, signed=True).shape == (0, 3, 3)
    assert math.copysign(1, layer_scale(zero, signed=False).low) == 1  # never "-0"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.12345, "0.123"),
        (-2.0, "−2"),
        (1e-7, "1e−7"),
        (0.0, "0"),
        (float("nan"), "not a number"),
        (-math.inf, "−∞"),
    ],
)
def test_figure(value: float, text: str) -> None:
    assert figure(value) == text
