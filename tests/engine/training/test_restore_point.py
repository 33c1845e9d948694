"""A moment is a copy of everything that changes, and only what is finite counts as good."""

from __future__ import annotations

import numpy as np
import pytest

from engine.training.restore_point import Counters, RestorePoint, not_finite


@pytest.fixture
def live() -> dict[str, np.ndarray]:
    return {"network": np.arange(6, dtype=np.float32), "average": np.ones((2, 3), np.float32)}


def change(live: dict[str, np.ndarray], by: float) -> None:
    for value in live.values():
        value += by


def test_what_is_kept_comes_back_into_the_same_arrays(live: dict[str, np.ndarray]) -> None:
    first = {name: value.copy() for name, value in live.items()}
    moment = RestorePoint(live, Counters(1, 2, 3))
    change(live, 5)
    assert moment.recall() == (1, 2, 3)
    for name, value in live.items():
        np.testing.assert_array_equal(value, first[name])
    change(live, 7)
    moment.keep(Counters(4, 5, 6))
    change(live, 1)
    assert moment.recall() == moment.counters == (4, 5, 6)
    for name, value in live.items():
        np.testing.assert_array_equal(value, first[name] + 7)
        assert moment.kept[name] is not value


def test_a_copy_holds_what_is_kept_and_goes_its_own_way(live: dict[str, np.ndarray]) -> None:
    moment = RestorePoint(live, Counters(1))
    change(live, 5)
    other = moment.copy()
    moment.keep(Counters(2))
    change(live, 1)
    assert other.recall() == (1, 0, 0)
    np.testing.assert_array_equal(live["network"], np.arange(6))
    assert moment.recall() == (2, 0, 0)
    np.testing.assert_array_equal(live["network"], np.arange(6) + 5)


def test_what_another_has_kept_is_taken_over(live: dict[str, np.ndarray]) -> None:
    moment = RestorePoint(live, Counters(1))
    average = np.full((2, 3), 8, np.float32)
    moment.load({"average": average}, Counters(2, 3, 4))
    average[:] = 0
    assert moment.recall() == (2, 3, 4)
    assert (live["average"] == 8).all()
    np.testing.assert_array_equal(live["network"], np.arange(6))


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("place", [0, -1])
def test_the_first_array_with_a_value_that_is_none_is_named(
    live: dict[str, np.ndarray], value: float, place: int
) -> None:
    assert not_finite(live) is None and not_finite({}) is None
    live["average"].reshape(-1)[place] = value
    assert not_finite(live) == "average"
    live["network"][place] = value
    assert not_finite(live) == "network"


def test_values_whose_squares_are_beyond_all_numbers_are_finite(live: dict[str, np.ndarray]) -> None:
    live["network"][:] = np.finfo(np.float32).max
    assert not_finite(live) is None
    live["average"][1, 1] = np.nan
    assert not_finite(live) == "average"
