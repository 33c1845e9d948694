"""Thinning and smoothing, against the obvious way of doing both."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gui.presenters.pyramid import FANOUT, Pyramid

numbers = st.floats(0, 1e6, allow_nan=False, width=64)
columns_of_numbers = hnp.arrays(np.float64, st.integers(1, 700), elements=numbers)


def pyramid_over(values: np.ndarray, pieces: int = 1) -> Pyramid:
    """Return a pyramid that took in ``values`` in so many pieces."""
    seen = [0]
    pyramid = Pyramid(lambda: values[: seen[0]])
    for end in np.linspace(0, len(values), pieces + 1).astype(int)[1:]:
        seen[0] = int(end)
        pyramid.update()
    return pyramid


def naive_means(values: np.ndarray, span: int) -> np.ndarray:
    return np.array([values[max(0, row + 1 - span) : row + 1].mean() for row in range(len(values))])


@given(columns_of_numbers, st.integers(0, 9), st.integers(1, 5), st.data())
def test_columns_hold_the_smallest_and_the_largest_of_their_rows(values, power, pieces, data) -> None:
    size = 2**power
    start = size * data.draw(st.integers(0, (len(values) - 1) // size))
    stop = data.draw(st.integers(start + 1, len(values)))
    low, high, rows = pyramid_over(values, pieces).columns(start, stop, size)
    edges = range(start, stop, size)
    assert low.tolist() == [values[edge : min(edge + size, stop)].min() for edge in edges]
    assert high.tolist() == [values[edge : min(edge + size, stop)].max() for edge in edges]
    assert rows.tolist() == [min(edge + size, stop) - 1 for edge in edges]


@given(columns_of_numbers, st.integers(1, 900), st.integers(1, 5))
def test_means_are_those_of_the_last_values(values, span, pieces) -> None:
    means = pyramid_over(values, pieces).means(np.arange(len(values)), span)
    np.testing.assert_allclose(means, naive_means(values, span), rtol=1e-12)


@given(columns_of_numbers, st.integers(1, 900))
def test_means_lie_between_the_smallest_and_the_largest_of_their_window(values, span) -> None:
    means = pyramid_over(values).means(np.arange(len(values)), span)
    for row, mean in enumerate(means):
        window = values[max(0, row + 1 - span) : row + 1]
        assert window.min() * (1 - 1e-12) <= mean <= window.max() * (1 + 1e-12)


@given(columns_of_numbers, st.integers(1, 900))
def test_smoothing_shows_no_rise_that_the_data_does_not_have(values, span) -> None:
    falling = np.sort(values)[::-1]
    means = pyramid_over(falling).means(np.arange(len(values)), span)
    assert (np.diff(means) <= 1e-12 * means[:-1]).all()


@given(numbers, st.integers(1, 300), st.integers(1, 900))
def test_the_mean_of_a_constant_is_the_constant(value, length, span) -> None:
    means = pyramid_over(np.full(length, value)).means(np.arange(length), span)
    np.testing.assert_allclose(means, value, rtol=1e-14)


def test_a_huge_cost_leaves_no_trace_after_its_window() -> None:
    values = np.full(5000, 0.25)
    values[0] = 1e300
    means = pyramid_over(values).means(np.arange(100, 5000), 100)
    assert (means == 0.25).all()


def test_update_looks_at_new_rows_alone() -> None:
    values = np.arange(10_000.0)
    seen = [9_000]
    pyramid = Pyramid(lambda: values[: seen[0]])
    pyramid.update()
    values[:8_000] = np.nan  # rows that are taken in are not read again
    seen[0] = 10_000
    pyramid.update()
    low, high, _ = pyramid.columns(0, 8_192, 1024)
    assert low[0] == 0
    assert high[-1] == 8_191


@pytest.mark.parametrize("length", [0, 1, FANOUT - 1, FANOUT, FANOUT + 1, FANOUT**3])
def test_lengths_around_whole_nodes(length) -> None:
    values = np.linspace(3, 1, length)
    pyramid = pyramid_over(values)
    assert pyramid.length == length
    means = pyramid.means(np.arange(length), 4)
    np.testing.assert_allclose(means, naive_means(values, 4) if length else [])
