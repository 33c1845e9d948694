"""Ranges move in steps, hold what they must, and stay where the user put them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gui.presenters.ranges import Range, XView, end_after, fitted, usual
from gui.presenters.ticks import tick_texts

FREE = Range(-math.inf, math.inf)


@given(st.floats(1e-6, 1e9))
def test_an_axis_ends_a_little_after_its_data(value) -> None:
    assert value * (1 - 1e-8) <= end_after(value) <= 1.2500001 * value


def test_the_end_moves_in_steps() -> None:
    ends = [end_after(step) for step in range(1000, 10_001)]
    assert len(set(ends)) == 15
    assert ends == sorted(ends)


def test_a_growing_run_is_followed_and_a_chosen_view_is_left_alone() -> None:
    view = XView()
    assert view.reach(90, 90)
    assert view.shown == Range(0, 90)
    assert not view.reach(90, 90)
    view.reach(91, 91)
    assert view.show(view.shown.zoomed(0.5, 25.0))
    assert not view.following
    chosen = view.shown
    assert not view.reach(5000, 5000)
    assert view.shown == chosen
    assert view.fit()
    assert view.following
    assert view.shown == Range(0, 5000)


def test_zoom_keeps_the_place_under_the_mouse() -> None:
    zoomed = Range(0, 100).zoomed(0.5, 20)
    assert zoomed == Range(10, 60)
    assert (20 - zoomed.low) / zoomed.width == pytest.approx(0.2)


@given(st.lists(st.tuples(st.floats(0.01, 100), st.floats(-2000, 2000)), max_size=20))
def test_no_zoom_leaves_the_run_or_looks_too_close(moves) -> None:
    view = XView()
    view.reach(1000, 1000)
    for factor, at in moves:
        view.show(view.shown.zoomed(factor, at))
        assert 0 <= view.shown.low < view.shown.high <= 1000 * (1 + 1e-9)
        assert view.shown.width >= 4 * (1 - 1e-9)


def test_zooming_out_to_everything_follows_again() -> None:
    view = XView()
    view.reach(1000, 1000)
    view.show(view.shown.zoomed(0.5, 100))
    view.show(view.shown.zoomed(10, 100))
    assert view.following


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
@example(0.0, 5e-324)
def test_a_fitted_range_holds_its_content(low, width) -> None:
    content = Range(low, low + width)
    result = fitted(content, None, FREE)
    assert result.low <= content.low
    assert content.high <= result.high
    assert result.width > 0
    assert fitted(content, result, FREE).width <= result.width


def test_a_fitted_range_stays_while_it_fits() -> None:
    first = fitted(Range(0, 1), None, FREE)
    assert fitted(Range(0.1, 0.95), first, FREE) is first
    assert fitted(Range(0, 2), first, FREE) != first
    assert fitted(Range(0, 0.1), first, FREE).width < 0.2


def test_the_limit_is_left_by_a_little_room_only() -> None:
    result = fitted(Range(0, 100), None, Range(0, 100))
    assert -5 < result.low < 0
    assert 100 < result.high < 105


def test_a_few_huge_values_do_not_set_the_range() -> None:
    high = np.full(200, 1.0)
    high[0] = 5000.0
    low = np.full(200, 0.2)
    found = usual(low, high)
    assert found is not None
    assert found.high < 2
    assert found.low == 0.2


def test_a_falling_curve_is_seen_whole() -> None:
    values = 2.3 * np.exp(-np.arange(200) / 40)
    assert usual(values, values) == Range(values.min(), values.max())
    assert usual(values[:0], values[:0]) is None


@pytest.mark.parametrize(
    ("values", "spacing", "logarithmic", "texts"),
    [
        ([0, 10_000, 1_000_000], 10_000, False, ["0", "10,000", "1,000,000"]),
        ([0.0, 0.05, 0.1], 0.05, False, ["0", "0.05", "0.1"]),
        ([-0.5, 100.0], 0.5, False, ["\N{MINUS SIGN}0.5", "100"]),
        ([-1, math.log10(0.3), math.log10(0.5), 0, 5], None, True, ["0.1", "", "0.5", "1", "1e5"]),
        ([-8.0], None, True, ["1e\N{MINUS SIGN}8"]),
    ],
)
def test_figures_at_ticks(values, spacing, logarithmic, texts) -> None:
    assert tick_texts(values, spacing, logarithmic=logarithmic) == texts


def test_a_flat_curve_gets_the_least_length() -> None:
    result = fitted(Range(10, 10), None, Range(0, 100), least=5)
    assert result.width >= 5
    assert result.low < 10 < result.high
    assert fitted(Range(100, 100), None, Range(0, 100), least=5).high > 100


def test_the_first_step_does_not_fill_the_axis() -> None:
    view = XView()
    view.reach(0.02, 1)  # the second axis: epochs
    assert view.shown == Range(0, pytest.approx(0.2))
    view.reach(0.5, 25)
    assert view.shown == Range(0, 0.5)
