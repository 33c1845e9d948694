"""Recognising what is on a picture: digits of any polarity, one or many, or one object.

This package brings Pillow, which takes a while to import; import it where a picture is at hand.
"""

from __future__ import annotations

from engine.recognise.marks import Box
from engine.recognise.pictures import from_pixels, open_picture
from engine.recognise.readings import (
    Found,
    Reading,
    as_picture,
    digits_in,
    find,
    find_digits,
    middle_square,
    recognise,
)

__all__ = [
    "Box",
    "Found",
    "Reading",
    "as_picture",
    "digits_in",
    "find",
    "find_digits",
    "from_pixels",
    "middle_square",
    "open_picture",
    "recognise",
]
