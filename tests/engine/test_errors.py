"""Every error becomes one sentence; what a disk refuses is no fault of the program."""

from __future__ import annotations

import errno
import os

import pytest

from engine.errors import ConfigError, expected, in_words


@pytest.mark.parametrize(
    ("error", "words", "known"),
    [
        (ConfigError("Wrong."), "Wrong.", True),
        (MemoryError(), "There is not enough memory for this.", True),
        (
            OSError(errno.ENOSPC, "No space left on device", "a\x1b.csv"),
            "Cannot use a\ufffd.csv: No space left on device.",
            True,
        ),
        (OSError(errno.EFBIG, "File too large"), "Cannot use a file: File too large.", True),
        (
            OSError(errno.EBADF, "Bad file descriptor"),
            "Something unexpected went wrong (OSError: [Errno 9] Bad file descriptor).",
            False,
        ),
        (OSError("torn"), "Something unexpected went wrong (OSError: torn).", False),
        (KeyError("x"), "Something unexpected went wrong (KeyError: 'x').", False),
    ],
    ids=lambda value: str(value)[:20],
)
def test_an_error_in_words(error: Exception, words: str, known: bool) -> None:
    assert in_words(error) == words
    assert expected(error) == known


def test_long_names_lose_their_middle() -> None:
    told = in_words(OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), "n" * 6000))
    assert len(told) < 400 and told.endswith(": File name too long.")
