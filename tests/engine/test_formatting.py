"""Numbers read the same in the window and in the terminal, and claim no more than is known."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.formatting import DASH, counted, grouped, loss_figure, percent, share


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0 %"),
        (0.0004, "<0.1 %"),
        (0.012, "1.2 %"),
        (0.0994, "9.9 %"),
        (0.0999, "10 %"),
        (0.984, "98 %"),
        (0.996, "99.6 %"),
        (0.99999, ">99.9 %"),
        (1.0, ">99.9 %"),
    ],
)
def test_percentages_claim_no_more_than_is_known(value, text):
    assert percent(value) == text


def test_thousands_stand_apart():
    assert grouped(999) == "999"
    assert grouped(1234567) == "1,234,567"
    assert grouped(-12345.4) == "-12,345"


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 classes"), (1, "1 class"), (2, "2 classes"), (1000, "1,000 classes")]
)
def test_nouns_agree_with_their_number(number, words):
    assert counted(number, "class", "classes") == words


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.9732, 2, "97.32 %"),
        (2 / 3, 1, "66.7 %"),
        (0.96884, 1, "96.9 %"),
        (0.99999, 1, "99.9 %"),
        (0.999999, 2, "99.99 %"),
        (1.0, 1, "100.0 %"),
        (0.0, 1, "0.0 %"),
        (0.29, 2, "29.00 %"),
        (0.996, 0, "99 %"),
        (math.nan, 1, DASH),
    ],
)
def test_a_share_is_never_rounded_up_to_perfection(value, digits, text):
    assert share(value, digits) == text


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(0, 3))
def test_a_share_is_within_a_digit_of_what_was_counted(counts, digits):
    right, total = counts
    shown = share(right / total, digits)
    assert shown.endswith(" %") and (float(shown[:-2]) == 100) == (right == total)
    assert abs(float(shown[:-2]) - 100 * right / total) <= 10**-digits * (1 + 1e-9)


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (0.12345, "0.1235"),
        (9_999.0, "9999.0000"),
        (3.2577e21, "3.26e21"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
    ],
)
def test_a_loss_that_has_exploded_is_no_longer_than_others(loss: float, words: str) -> None:
    assert loss_figure(loss) == words
