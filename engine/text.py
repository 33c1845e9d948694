"""Words from outside, sorted as people do, and made harmless to show: names of files and classes, errors."""

from __future__ import annotations

import re
import unicodedata

SENTENCE = 300
"""Most characters of a sentence about a file."""
NAME = 255
"""Most characters of the name of a class."""
_LONG_WORD = 80
"""A word of more characters than this is shortened first, where a sentence is too long."""
_JOINERS = "\u200c\u200d"
"""Needed to spell Persian and to put emoji together; they reorder nothing."""
_STRANGE = "\ufffd"


def plain(text: str) -> str:
    """Return ``text`` on one line, without anything that a terminal or a window obeys instead of showing it.

    White space becomes a space. Control characters, marks that change the direction of writing, other
    invisible marks, and halves of characters (which stand for bytes in file names that are no text) become
    U+FFFD, so that names which differ still do.
    """
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    if character.isspace():
        return " "
    return _STRANGE if unicodedata.category(character) in ("Cc", "Cf", "Cs") else character


def name(text: str) -> str:
    """Return the name of a class or a data set as it is shown: plain, with single spaces, not endless."""
    return shortened(" ".join(plain(text).split()), NAME)


def shortened(text: str, most: int = SENTENCE) -> str:
    """Return ``text`` in at most ``most`` characters: long words lose their middle, then the text its own."""
    if len(text) <= most:
        return text
    text = " ".join(_cut(word, _LONG_WORD) for word in text.split(" "))
    return _cut(text, most)


def in_bounds(text: str) -> str:
    """Return ``text`` without the middle of words, such as paths, that are longer than a sentence."""
    return " ".join(_cut(word, SENTENCE) for word in text.split(" "))


def _cut(text: str, most: int) -> str:
    tail = most // 3
    return text if len(text) <= most else f"{text[: most - tail - 1]}\u2026{text[-tail:]}"


def natural(word: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts words as people do: ``img2`` before ``img10``, case aside."""
    parts = re.findall(r"\d+|\D+", word.casefold())
    # A number is compared by its length and then its digits: it may have more of them than int() takes.
    bare = [part.lstrip("0") if part.isdecimal() else part for part in parts]
    return tuple(
        (0, len(short), short) if part.isdecimal() else (1, 0, part)
        for part, short in zip(parts, bare, strict=True)
    )
