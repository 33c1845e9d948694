"""Words from outside are harmless to show, and still tell apart what differs."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DataError
from engine.text import NAME, name, plain, shortened

ANY = st.text(st.characters(), max_size=400)  # surrogates, too: names of files that are no text have them


@given(ANY)
def test_nothing_that_is_obeyed_is_left(text: str) -> None:
    shown = plain(text)
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in shown)
    assert not set(shown) & set("\u200b\u200e\u200f\u202a\u202b\u202d\u202e\u2066\u2067\u2069\u061c\ufeff")
    assert plain(shown) == shown
    shown.encode()


FAMILY, PERSIAN = "\U0001f469\u200d\U0001f467", "\u06af\u200c\u06af"


@pytest.mark.parametrize("text", ["cat", "Größe 3", "ねこ", PERSIAN, FAMILY, "<b>&amp;", ""])
def test_what_people_write_stays(text: str) -> None:
    assert plain(text) == name(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\ufffd[31mred"),
        ("a\tb\r\nc", "a b  c"),
        ("right\u202eleft", "right\ufffdleft"),
        ("\x07\x9b", "\ufffd\ufffd"),
        (os.fsdecode(b"caf\xe9"), "caf\ufffd"),
    ],
)
def test_the_rest_is_made_visible(text: str, shown: str) -> None:
    assert plain(text) == shown
    assert str(DataError(text)) == shown


@given(ANY, st.integers(20, 400))
def test_what_is_long_keeps_its_beginning_and_its_end(text: str, most: int) -> None:
    cut = shortened(text, most)
    assert len(cut) <= most
    assert cut == text or (cut[:5], cut[-5:]) == (text[:5], text[-5:])


def test_a_name_is_on_one_line_and_not_endless() -> None:
    assert name("  a\n  b ") == "a b"
    assert len(name("9" * 5000)) < NAME and len(name("9 " * 5000)) == NAME
