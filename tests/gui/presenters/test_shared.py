"""What travels with a shared run comes back as it was; what is wrong in it costs only its part."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.presenters.shared import Group, Sitting, halves
from gui.presenters.strokes import Point, Stroke

SITTING = Sitting(
    7,
    (Stroke((Point(1.0, 2.5, 20.0), Point(3.0, 4.0, 18.25))), Stroke((Point(9.0, 9.0, 30.0),), eraser=True)),
    (1280, 800),
    (Group(("learn",), "learn", (0, 0, 600, 300)), Group(("map", "runs"), "runs", (5, 5, 9, 9), True)),
)


def test_it_comes_back_as_it_was() -> None:
    assert Sitting.from_json(json.loads(json.dumps(SITTING.to_json()))) == SITTING
    assert Sitting.from_json({}) == Sitting() == Sitting.from_json(Sitting().to_json())
    assert Sitting.from_json({**SITTING.to_json(), "version": 9, "later": [1]}) == SITTING


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("step", -1),
        ("step", "7"),
        ("step", True),
        ("drawing", [{"points": [[1, 2]]}]),
        ("drawing", [{"points": [[1, 2, 0]]}]),
        ("drawing", [{"points": [[1e300, 2, 3]]}]),
        ("drawing", 3),
        ("size", [0, 5]),
        ("size", [1]),
        ("groups", [{"keys": ["learn"], "place": [0, 0, 0, 5]}]),
        ("groups", [{"keys": ["learn"]}]),
        ("groups", [{}] * 65),
    ],
)
def test_what_is_wrong_costs_its_part(name: str, value: Any) -> None:
    found = Sitting.from_json({**SITTING.to_json(), name: value})
    field = "strokes" if name == "drawing" else name
    assert len(found.problems) == 1
    assert found == replace(SITTING, problems=found.problems, **{field: getattr(Sitting(), field)})


values = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=4)
)


@settings(max_examples=50)
@given(
    values | st.lists(st.fixed_dictionaries({"points": values, "keys": values, "place": values}), max_size=2)
)
def test_nothing_in_it_is_trusted(value: Any) -> None:
    for name in ("step", "drawing", "size", "groups"):
        Sitting.from_json({name: value})


def test_rectangles_are_cut_where_nothing_lies_across() -> None:
    left, above, below = (
        Group(("a",), "a", (0, 0, 10, 40)),
        Group(("b",), "b", (14, 0, 10, 18)),
        Group(("c",), "c", (14, 22, 10, 18)),
    )
    assert halves([below, left, above]) == ([left], [below, above], True)
    assert halves([below, above]) == ([above], [below], False)
    assert halves([left, replace(above, place=(5, 5, 10, 10))]) is None
