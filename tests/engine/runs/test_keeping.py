"""Which steps are kept: dense at first, even on the logarithmic axis, within the budget."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.runs.keeping import Keeping


def walk(most: int, last: int, held: set[int] = frozenset()) -> Keeping:
    """Keep what is wanted of a run of ``last`` steps."""
    keeping, there = Keeping(most), set()
    for step in range(last + 1):
        if keeping.wants(step) or step in held or step == last:
            there.add(step)
            there -= set(keeping.add(step, held & there))
            assert there == set(keeping.steps)
    return keeping


def test_every_early_step_is_kept() -> None:
    assert walk(1000, 5000).steps[:40] == list(range(40))


@given(most=st.integers(10, 80), last=st.integers(200, 4000), held=st.integers(5, 190))
def test_the_budget_holds_and_first_last_and_best_stay(most: int, last: int, held: int) -> None:
    steps = walk(most, last, {held}).steps
    assert len(steps) <= most
    assert {0, held, last} <= set(steps)


@pytest.mark.parametrize(("most", "last"), [(30, 3000), (60, 20000)])
def test_what_stays_is_even_on_the_logarithmic_axis(most: int, last: int) -> None:
    steps = walk(most, last).steps
    places = [math.log1p(step) for step in steps]
    # Whole numbers cannot be even at the start; from where they can, no gap is much wider than the usual one.
    gaps = [b - a for a, b, step in zip(places, places[1:], steps, strict=False) if step > most]
    assert max(gaps) < 4 * sorted(gaps)[len(gaps) // 2]


@pytest.mark.parametrize(("most", "last"), [(10, 500), (30, 3000), (60, 20000)])
def test_not_many_more_are_wanted_than_can_be_kept(most: int, last: int) -> None:
    keeping, wanted = Keeping(most), 0
    for step in range(last + 1):
        if keeping.wants(step):
            wanted += 1
            keeping.add(step)
    assert most < wanted <= 2 * most


def test_the_nearest_is_nearest_on_that_axis() -> None:
    keeping = Keeping(10, [0, 10, 100, 1000])
    assert [keeping.nearest(step) for step in (0, 40, 400, 5000)] == [0, 100, 1000, 1000]
    assert Keeping(10).nearest(5) is None


def test_fewer_than_three_cannot_be_kept() -> None:
    with pytest.raises(ValueError, match="allowed is at least 3"):
        Keeping(2)
