"""Frozen dataclasses that are made quickly behave as those of the standard library do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import time
from dataclasses import field
from functools import cached_property

import pytest

from engine.records import dataclass


def kinds(decorator):
    """Return three classes made by ``decorator``."""

    @decorator(frozen=True)
    class Point:
        """A point."""

        x: int
        y: float = 2.0
        notes: list[str] = field(default_factory=list, compare=False, repr=False)

        def __post_init__(self) -> None:
            """Take whole numbers alone."""
            object.__setattr__(self, "x", int(self.x))

        @cached_property
        def far(self) -> float:
            """The distance to the origin."""
            return abs(self.x) + abs(self.y)

    @decorator(frozen=True)
    class Named(Point):
        """A point with a name."""

        name: str = ""

        def __repr__(self) -> str:
            """Return the name."""
            return self.name

    @decorator(frozen=True)
    class Empty:
        """Nothing."""

    return Point, Named, Empty


OURS, THEIRS = kinds(dataclass), kinds(dataclasses.dataclass)


@dataclass(frozen=True)
class Kept:
    """One that can be found by its name."""

    value: int


@pytest.mark.parametrize(("ours", "theirs"), [*zip(OURS[:2], THEIRS[:2], strict=True)])
def test_values_comparison_and_words_are_the_same(ours, theirs) -> None:
    for given, named in (((1,), {}), (("3", 4), {}), ((), {"y": 0, "x": 9}), ((1, 2, ["a"]), {})):
        mine, other = ours(*given, **named), theirs(*given, **named)
        assert repr(mine) == repr(other).replace("THEIRS", "OURS")
        assert dataclasses.asdict(mine) == dataclasses.asdict(other)
        assert mine == ours(*given, **named) and mine != dataclasses.replace(mine, x=77)
        assert hash(mine) == hash(other) and mine.far == other.far
        assert mine != other and copy.copy(mine) == mine
    assert [each.name for each in dataclasses.fields(ours)] == [
        each.name for each in dataclasses.fields(theirs)
    ]
    assert ours(1).notes is not ours(1).notes
    assert ours.__match_args__ == theirs.__match_args__


@pytest.mark.parametrize("classes", [OURS, THEIRS])
def test_what_does_not_fit_is_refused(classes) -> None:
    point, _, empty = classes
    for given, named in (((), {}), ((1, 2, [], 4), {}), ((1,), {"x": 2}), ((1,), {"z": 2})):
        with pytest.raises(TypeError):
            point(*given, **named)
    with pytest.raises(TypeError):
        empty(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        point(1).x = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point(1).x
    assert empty() == empty() and empty() != point(1)


def test_without_comparison_each_is_only_itself() -> None:
    @dataclass(frozen=True, eq=False)
    class Odds:
        """Not compared."""

        values: list[float]

    one = Odds([1.0])
    assert one == one and one != Odds([1.0]) and {one: 1}[one] == 1


def test_one_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(Kept(5))) == Kept(5)  # noqa: S301 - our own


def test_kinds_of_fields_that_are_not_known_are_refused() -> None:
    with pytest.raises(TypeError, match="standard library"):
        dataclass(frozen=False)
    with pytest.raises(TypeError, match="standard library"):

        @dataclass(frozen=True)
        class _Odd:
            """It has a field that nobody gives."""

            x: int = field(default=1, init=False)


def test_a_class_costs_less_than_half_of_one_of_the_standard_library() -> None:
    def seconds(decorator) -> float:
        def once() -> float:
            began = time.thread_time()
            kinds(decorator)
            return time.thread_time() - began

        return min(once() for _ in range(20))

    assert seconds(dataclass) < 0.5 * seconds(dataclasses.dataclass)
