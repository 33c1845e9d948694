"""Schedules: their fixed points, and that no factor leaves 0 to 1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ConfigError
from engine.schedules import SCHEDULES, Schedule, schedule_from_json
from engine.schedules.simple import Constant, Cosine, Step
from engine.schedules.warm import OneCycle, WarmUp
from tests.engine.training.twin import factor


def test_fixed_points() -> None:
    assert Constant().factor(3, 4) == 1
    assert [Step(every=2, drop=0.1).factor(e, 9) for e in (0, 1.99, 2, 4)] == pytest.approx([1, 1, 0.1, 0.01])
    assert [Cosine(floor=0.2).factor(e, 10) for e in (0, 5, 10, 12)] == pytest.approx([1, 0.6, 0.2, 0.2])
    warm = WarmUp(warm=2, floor=0)
    assert [warm.factor(e, 10) for e in (1, 2, 6, 10)] == pytest.approx([0.5, 1, 0.5, 0])
    cycle = OneCycle(peak=0.25, start=0.1, end=0.01)
    assert [cycle.factor(e, 8) for e in (0, 1, 2, 5, 8)] == pytest.approx([0.1, 0.55, 1, 0.505, 0.01])


@given(kind=st.sampled_from(sorted(SCHEDULES)), epochs=st.integers(1, 50), share=st.floats(0, 1.5))
def test_stays_between_zero_and_one(kind: str, epochs: int, share: float) -> None:
    assert 0 <= SCHEDULES[kind]().factor(share * epochs, epochs) <= 1


def test_json_round_trip() -> None:
    for cls in SCHEDULES.values():
        assert schedule_from_json(cls().to_json()) == cls()
    with pytest.raises(ConfigError, match=r"no schedule of kind 'magic'.*cosine"):
        schedule_from_json({"kind": "magic"})


def share(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda value: round(value, 3))


@given(
    schedule=st.one_of(
        st.just(Constant()),
        st.builds(Step, every=st.integers(1, 3), drop=share(0.1, 1)),
        st.builds(Cosine, floor=share(0, 1)),
        st.builds(WarmUp, warm=share(0, 4), floor=share(0, 1)),
        st.builds(OneCycle, peak=share(0.01, 0.99), start=share(0.01, 1), end=share(0, 1)),
    ),
    epoch=share(0, 6),
    epochs=st.integers(1, 5),
)
def test_follows_its_source(schedule: Schedule, epoch: float, epochs: int) -> None:
    assert schedule.factor(epoch, epochs) == pytest.approx(factor(schedule, epoch, epochs), abs=1e-9)


def test_runs_of_one_epoch_and_warm_ups_longer_than_the_run() -> None:
    assert Cosine().factor(0.5, 1) == pytest.approx(0.5)
    assert OneCycle(peak=0.5, start=0.2).factor(0.25, 1) == pytest.approx(0.6)
    assert WarmUp(warm=0.5, floor=0.2).factor(0.75, 1) == pytest.approx(0.6)
    assert WarmUp(warm=4).factor(1, 2) == pytest.approx(0.25)
    assert WarmUp(warm=4, floor=0.3).factor(4.5, 2) == pytest.approx(0.3)
    assert WarmUp(warm=2, floor=0.3).factor(2, 2) == pytest.approx(1)
    assert WarmUp(warm=0).factor(0, 2) == 1
    assert WarmUp(warm=1).factor(0, 2) == 1e-3  # not nothing: the first step would be lost
