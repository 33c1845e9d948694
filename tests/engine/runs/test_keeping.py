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


def thinned(steps: set[int], most: int, held: set[int]) -> list[int]:
    """Take away, one after another, the step that leaves the smallest gap; returns those that went."""
    gone = []
    while len(steps) > most:
        gaps = []
        for step in steps - held - {min(steps), max(steps)}:
            before, after = max(s for s in steps if s < step), min(s for s in steps if s > step)
            gaps.append((math.log1p(after) - math.log1p(before), step))
        if not gaps:
            break
        gone.append(min(gaps)[1])
        steps.remove(gone[-1])
    return gone


@given(
    most=st.integers(3, 7),
    first=st.sets(st.integers(0, 40), max_size=9),
    more=st.lists(st.integers(0, 1000), min_size=1, max_size=9),
    held=st.sets(st.integers(0, 40), max_size=2),
)
def test_the_step_goes_whose_neighbours_are_closest(
    most: int, first: set[int], more: list[int], held: set[int]
) -> None:
    keeping, steps = Keeping(most, first), set(first)
    for step in more:
        steps.add(step)
        assert keeping.add(step, held) == thinned(steps, most, held | {step})
        assert keeping.steps == sorted(steps)


def test_what_must_stay_stays_whatever_the_budget() -> None:
    keeping = Keeping(3, [0, 5, 9])
    assert keeping.add(7, held=(5,)) == [] and keeping.steps == [0, 5, 7, 9]
    assert keeping.add(12, held=(5,)) == [9, 7] and keeping.steps == [0, 5, 12]


def test_later_steps_are_wanted_and_what_was_forgotten_again() -> None:
    keeping = Keeping(100, [3, 1, 3])
    assert keeping.steps == [1, 3] and [keeping.wants(step) for step in (2, 3, 4)] == [False, False, True]
    keeping.forget([3, 99])
    assert keeping.steps == [1] and keeping.wants(3)
    keeping.forget([1])
    assert keeping.wants(0)


def test_steps_are_wanted_from_the_very_distance() -> None:
    keeping = Keeping(3, [0])
    for step in range(1, 3000):
        far = math.log1p(step) - math.log1p(keeping.steps[-1])
        due = max(0.02, math.log1p(keeping.steps[-1]) / 3)
        assert keeping.wants(step) == (far >= due)
        if keeping.wants(step):
            keeping.add(step)


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
