"""Numbers are read as people of many countries write them, and none is taken for another."""

from __future__ import annotations

import argparse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ConfigError
from engine.typed_numbers import number_like, read_number

THIN, NARROW, HARD = "\N{THIN SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1e-3", 1e-3),
        (" 0,01 ", 0.01),
        ("0,001", 0.001),
        ("1,5e-3", 1.5e-3),
        ("1.125", 1.125),
        (".5", 0.5),
        ("5.", 5.0),
        ("20", 20),
        ("\N{MINUS SIGN}3", -3),
        ("1 000", 1000),
        (f"1{HARD}000{HARD}000", 1_000_000),
        (f"1{NARROW}000", 1000),
        (f"1{THIN}000,5", 1000.5),
        ("1'000", 1000),
        ("1\N{RIGHT SINGLE QUOTATION MARK}000", 1000),
        ("1,000,000", 1_000_000),
        ("1.000.000", 1_000_000),
        ("1,000.5", 1000.5),
        ("1.000,5", 1000.5),
        ("\N{ARABIC-INDIC DIGIT THREE}", 3),
        ("\N{ARABIC-INDIC DIGIT ONE}\N{ARABIC DECIMAL SEPARATOR}\N{ARABIC-INDIC DIGIT FIVE}", 1.5),
        ("\N{FULLWIDTH DIGIT TWO}\N{FULLWIDTH DIGIT ZERO}", 20),
        ("abc", None),
        ("", None),
        (".", None),
        ("1 00", None),
        ("1,00,000", None),
        ("1.5.2", None),
        ("nan", None),
        ("inf", None),
        ("0x10", None),
        ("9" * 400, None),
    ],
)
def test_what_people_type(text: str, number: float | None) -> None:
    found = read_number(text)
    assert found == number
    assert type(found) is type(number)


@pytest.mark.parametrize(
    "text", ["1,000", "1 000", "1'000", "1_000", "1e3", "1000.0", "\N{FULLWIDTH DIGIT ONE}000"]
)
def test_a_thousand_is_never_one(text: str) -> None:
    assert read_number(text, whole=True) == 1000


@pytest.mark.parametrize(
    ("text", "whole", "meanings"),
    [("1.000", True, "1 or 1000"), ("1,000", False, "1 or 1000"), ("-2,125", False, "2.125 or 2125")],
)
def test_what_can_mean_two_numbers_is_refused(text: str, whole: bool, meanings: str) -> None:
    with pytest.raises(ConfigError, match=f"can mean {meanings}; write one of these"):
        read_number(text, whole=whole)


@given(st.integers(-(10**12), 10**12))
def test_grouped_whole_numbers_are_themselves(number: int) -> None:
    for mark in (",", " ", "'", "_"):
        assert read_number(f"{number:,}".replace(",", mark), whole=True) == number


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_what_the_program_writes_it_reads(number: float) -> None:
    assert read_number(f"{number:.17g}") == number


def test_options_of_the_command_line() -> None:
    whole, fraction = number_like(20), number_like(0.01)
    assert [whole("1,000"), fraction("1,5"), fraction("3")] == [1000, 1.5, 3.0]
    assert isinstance(whole("1e3"), int) and isinstance(fraction("3"), float)
    for read, text, message in (
        (whole, "1.000", "can mean 1 or 1000"),
        (whole, "1,5", "is no whole number"),
        (whole, "1e999", "is no number"),
        (fraction, "nan", "is no number"),
        (fraction, "1,000", "can mean 1 or 1000"),
    ):
        with pytest.raises(argparse.ArgumentTypeError, match=message):
            read(text)
