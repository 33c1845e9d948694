"""Options: every value is either in its normal form or refused with what is allowed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ConfigError
from engine.options import Configurable, from_json, option


@dataclass(frozen=True)
class Example(Configurable):
    """Has one option of every sort."""

    type_name: ClassVar[str] = "example"

    count: int = option(3, "How many.", low=1, high=9)
    rate: float = option(0.5, "How fast.", low=0.0, above_low=True)
    size: int | tuple[int, int] = option(2, "How large.", low=1, pair=True, words=("same",))
    flag: bool = option(True, "Whether.")
    colour: str = option("red", "Which.", choices=("red", "blue"))


@pytest.mark.parametrize(
    ("name", "value", "normal"),
    [
        ("count", 4.0, 4),
        ("rate", 2, 2.0),
        ("size", [1, 5], (1, 5)),
        ("size", "same", "same"),
        ("colour", "blue", "blue"),
    ],
)
def test_values_take_their_normal_form(name: str, value: Any, normal: Any) -> None:
    result = getattr(Example(**{name: value}), name)
    assert result == normal
    assert type(result) is type(normal)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("count", 0, "1 to 9"),
        ("count", 10, "1 to 9"),
        ("count", 1.5, "whole number"),
        ("count", "4", "1 to 9"),
        ("count", True, "1 to 9"),
        ("count", None, "1 to 9"),
        ("rate", 0.0, "more than 0"),
        ("rate", math.nan, "more than 0"),
        ("rate", math.inf, "more than 0"),
        ("size", [1, 2, 3], "one whole number or two"),
        ("size", [1, 0], "at least 1"),
        ("size", "other", "'same'"),
        ("flag", 1, "true or false"),
        ("colour", "green", "one of red, blue"),
    ],
)
def test_other_values_are_refused_in_words(name: str, value: Any, allowed: str) -> None:
    with pytest.raises(ConfigError, match=rf"example: {name} is .*{allowed}"):
        Example(**{name: value})


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5), st.lists, max_leaves=4
    )
)
def test_any_json_value_is_taken_or_refused_cleanly(value: Any) -> None:
    for name in Example.options():
        try:
            made = Example(**{name: value})
        except ConfigError:
            continue
        assert from_json({"example": Example}, made.to_json(), "thing") == made


def test_unknown_kinds_and_options_are_named() -> None:
    with pytest.raises(ConfigError, match="no thing of kind 'other'; there are example"):
        from_json({"example": Example}, {"kind": "other"}, "thing")
    with pytest.raises(
        ConfigError, match="Thing 'example' has no option 'speed'; its options are: count, rate"
    ):
        from_json({"example": Example}, {"kind": "example", "speed": 1}, "thing")
    with pytest.raises(ConfigError, match="described by an object"):
        from_json({"example": Example}, [1], "thing")
