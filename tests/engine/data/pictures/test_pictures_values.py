"""From any numbers to bytes: the range that is found, and what it makes of the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.data.pictures.asking import settled, value_of
from engine.data.pictures.values import (
    EIGHT_BITS,
    Numbers,
    Range,
    guess,
    guesses,
    numbers_of,
    to_bytes,
)
from engine.errors import ConfigError

FINITE = st.floats(-1e300, 1e300)
TYPES = [
    np.bool_,
    np.uint8,
    np.int8,
    np.uint16,
    np.int16,
    np.int32,
    np.int64,
    np.float16,
    np.float32,
    np.float64,
]
RANGES = st.tuples(FINITE, FINITE).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: Range(*pair))


@given(st.lists(FINITE, min_size=1, max_size=30), RANGES)
def test_bytes_keep_the_order_and_the_ends(values, range_):
    got = to_bytes(np.array([*sorted(values), range_.black, range_.white]), range_)
    assert got.dtype == np.uint8
    assert got[-2] == 0 and got[-1] == 255
    steps = np.diff(got[:-2].astype(int))
    assert (steps >= 0).all() if range_.white > range_.black else (steps <= 0).all()


@given(st.integers(1, 65535), st.integers(0, 65535))
def test_bytes_are_the_equation(white, value):
    expected = min(255, int(np.floor(value / white * 255 + 0.5)))
    assert abs(int(to_bytes(np.array([value]), Range(0, white))[0]) - expected) <= 1


@given(st.sampled_from(TYPES).flatmap(lambda kind: arrays.arrays(kind, st.integers(1, 20))))
def test_any_numbers_get_a_range_that_brings_them_to_bytes(values):
    numbers = numbers_of(values)
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if len(finite):
        assert (numbers.low, numbers.high) == (float(finite.min()), float(finite.max()))
    guessed = guess(numbers)
    for range_ in (guessed.range, *guessed.others):
        assert to_bytes(finite, range_).shape == finite.shape
    # What is guessed never makes something nearly black of numbers that differ, unless it is asked.
    if guessed.sure and len(finite) and numbers.low >= 0 and numbers.high > 0 and values.dtype.kind != "f":
        assert to_bytes(finite, guessed.range).max() >= 63


@given(
    st.sampled_from([(0, 1), (-1, 1), (0, 15), (0, 16), (0, 255), (0, 1023), (0, 4095), (0, 65535)]),
    st.sampled_from([np.float32, np.float64]),
    st.floats(-1e-4, 1e-4),
)
def test_usual_ranges_are_found_by_a_hair_more_or_less(range_, kind, hair):
    black, white = range_
    values = np.linspace(black, white * (1 + hair), 7).astype(kind)
    guessed = guess(numbers_of(values))
    assert guessed.sure and guessed.range == Range(black, white)


@pytest.mark.parametrize(
    ("numbers", "range_", "sure"),
    [
        (("b", 8, 0, 1), (0, 1), True),
        (("u", 8, 0, 1), (0, 1), True),
        (("u", 8, 0, 200), (0, 255), True),
        (("u", 8, 3, 119), (0, 255), True),
        (("u", 8, 0, 40), (0, 40), False),
        (("f", 64, 0, 100), (0, 100), False),
        (("i", 8, -128, 127), (-128, 127), True),
        (("i", 8, 0, 127), (0, 127), True),
        (("i", 64, -1, 1), (-1, 1), True),
        (("f", 32, -0.5, 0.5), (-0.5, 0.5), False),
        (("f", 32, -2.1, 2.6), (-2.1, 2.6), False),
        (("f", 32, -4.0, 260.0), (0, 255), True),
        (("f", 32, 0, 0.0039), (0, 1), False),
        (("u", 16, 0, 3000), (0, 4095), True),
        (("u", 16, 0, 300), (0, 300), False),
        (("u", 16, 0, 20000), (0, 65535), True),
        (("u", 32, 0, 1e6), (0, 1e6), False),
        (("u", 8, 0, 0), (0, 255), True),
    ],
)
def test_ranges_are_guessed_or_asked(numbers, range_, sure):
    guessed = guess(Numbers(*numbers))
    assert (guessed.range, guessed.sure) == (Range(*range_), sure)


def test_arrays_of_one_set_share_a_range_where_they_can():
    dark, bright = Numbers("u", 16, 0, 900), Numbers("u", 16, 0, 4000)
    assert [each.range for each in guesses([dark, bright])] == [Range(0, 4095)] * 2
    fractions, positive = Numbers("f", 32, -1, 1), Numbers("f", 32, 0, 1)
    assert [each.range for each in guesses([fractions, positive])] == [Range(-1, 1)] * 2
    unit, whole = Numbers("f", 32, 0, 1), Numbers("u", 8, 0, 255)
    assert [each.range for each in guesses([unit, whole])] == [Range(0, 1), EIGHT_BITS]
    assert [each.range for each in guesses([Numbers("f", 32, 0, 16), Numbers("u", 8, 0, 15)])] == [
        Range(0, 16)
    ] * 2


@pytest.mark.parametrize("ends", [(0, 0), (float("nan"), 1), (0, float("inf")), (-1e308, 1.7e308)])
def test_a_range_has_two_ends(ends):
    with pytest.raises(ConfigError, match="two different, finite numbers"):
        Range(*ends)


def test_a_question_offers_what_can_be_meant_and_takes_an_answer():
    said: list[str] = []
    ranges, question = settled([Numbers("f", 32, -0.5, 0.5)], None, said)
    assert ranges == [Range(-0.5, 0.5)] and question.open and question.chosen == "-0.5 0.5"
    assert [choice.value for choice in question.choices] == ["-0.5 0.5", "-1 1"]
    ranges, question = settled([Numbers("f", 32, -0.5, 0.5)], Range(-2, 3), said)
    assert ranges == [Range(-2, 3)] and not question.open and question.chosen == "-2 3"
    assert "-2 is black, 3 is white" in said[-1]


@given(RANGES)
def test_the_word_for_a_range_is_no_option_and_can_be_read_back(range_):
    black, white = value_of(range_).split()
    assert "e" not in black + white
    assert np.isclose(float(black), range_.black, rtol=1e-4, atol=1e-12)
    assert np.isclose(float(white), range_.white, rtol=1e-4, atol=1e-12)
