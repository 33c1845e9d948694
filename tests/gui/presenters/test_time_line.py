"""Where steps lie on the time line, and what is said of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.presenters.time_line import Axis, about, where

AXES = st.builds(Axis, newest=st.integers(1, 10**7), width=st.floats(60, 3000), logarithmic=st.booleans())


@given(AXES, st.floats(0, 1))
def test_the_ends_are_the_ends_and_order_is_kept(axis: Axis, share: float) -> None:
    assert axis.place(0) == 0 and axis.place(axis.newest) == pytest.approx(axis.width)
    step = axis.step(share * axis.width)
    assert 0 <= step <= axis.newest
    assert axis.step(axis.place(step)) == step
    assert axis.step(-50) == 0 and axis.step(axis.width + 50) == axis.newest


@given(AXES)
def test_figures_do_not_touch_and_the_newest_step_has_one(axis: Axis) -> None:
    ticks = axis.ticks(lambda text: 7.0 * len(text))
    assert axis.newest in dict(ticks)
    spans = []
    for step, text in ticks:
        half = 3.5 * len(text)
        middle = min(max(axis.place(step), half), axis.width - half)
        spans.append((middle - half, middle + half))
    assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_a_mark_near_the_pointer_is_meant() -> None:
    axis = Axis(1000, 500, logarithmic=False)
    assert axis.snap(250, [508]) == 508 and axis.snap(250, [520]) == 500 and axis.snap(250, []) == 500


def test_the_words_say_where_one_looks() -> None:
    assert where(1234, 5000, "") == "Looking at step 1,234 of a run that is at 5,000"
    assert where(3, 90, "the run x") == "Looking at step 3 of the run x, which has 90"
    changes = [(50, "learning_rate", "0.002")]
    assert about(50, 50, changes, 50) == "Step 50; best validation; learning rate became 0.002."
    assert about(51, 50, changes, 52) == "Step 51; the nearest step that is kept is 52."
