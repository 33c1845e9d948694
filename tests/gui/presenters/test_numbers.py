"""Numbers are shown in short and stepped in sensible steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.options import OptionInfo, checked
from engine.training.config import RunConfig
from gui.presenters.numbers import show, stepped


def test_numbers_are_shown_in_their_shortest_form():
    assert show(5000) == "5000"
    assert show(1e-08) == "1e-08"
    assert show(0.01) == "0.01"


RATE = OptionInfo("", low=0, high=100, above_low=True)
MOMENTUM = OptionInfo("", low=0, high=0.9999)
DECAY = OptionInfo("", low=0, high=10)
SHARE = OptionInfo("", low=0, high=0.9)
COUNT = OptionInfo("", low=1, high=4096)


@pytest.mark.parametrize(
    ("info", "value", "up", "expected"),
    [
        (RATE, 0.01, True, 0.02),
        (RATE, 0.02, True, 0.05),
        (RATE, 0.03, True, 0.05),
        (RATE, 0.05, True, 0.1),
        (RATE, 0.01, False, 0.005),
        (RATE, 100.0, True, 100.0),
        (MOMENTUM, 0.9, True, 0.95),
        (MOMENTUM, 0.95, True, 0.98),
        (MOMENTUM, 0.95, False, 0.9),
        (MOMENTUM, 0.5, False, 0.0),
        (MOMENTUM, 0.9999, True, 0.9999),
        (MOMENTUM, 0.0, False, 0.0),
        (DECAY, 0.0, True, 1e-4),
        (DECAY, 1e-5, False, 0.0),
        (SHARE, 0.0, True, 0.05),
        (SHARE, 0.05, False, 0.0),
        (SHARE, 0.1, True, 0.15),
        (SHARE, 0.9, True, 0.9),
    ],
)
def test_fractions_step_in_the_series_that_suits_them(info, value, up, expected):
    assert stepped(value, info, whole=False, up=up) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "up", "expected"),
    [(20, True, 21), (20, False, 19), (100, True, 110), (100, False, 99), (1, False, 1), (4096, True, 4096)],
)
def test_whole_numbers_step_in_their_second_digit(value, up, expected):
    assert stepped(value, COUNT, whole=True, up=up) == expected


@given(st.sampled_from(sorted(RunConfig.options())), st.lists(st.booleans(), max_size=60))
def test_steps_never_leave_what_is_allowed(name, directions):
    info = RunConfig.options()[name]
    default = RunConfig.__dataclass_fields__[name].default
    value = default
    for up in directions:
        value = stepped(value, info, whole=isinstance(default, int), up=up)
        assert checked(name, value, default, info) == value
