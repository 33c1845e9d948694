"""Numbers as people type them, in any usual way of writing and in any script's digits.

Nothing is guessed: what one country reads as a thousand and another as one is refused, unless only one
of the two makes sense.
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from collections.abc import Callable

from engine.errors import ConfigError

_LONGEST = 64
"""Characters; no setting needs a longer number."""
_SAME = {
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{ARABIC DECIMAL SEPARATOR}": ".",
    "\N{ARABIC THOUSANDS SEPARATOR}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "_": "'",
    " ": "'",
}
_FORM = re.compile(
    r"""(?P<sign>[+-]?)
    (?P<whole>\d{1,3}(?:'\d{3})+|\d{1,3}(?:,\d{3})+(?=\.)|\d{1,3}(?:\.\d{3})+(?=,)
        |\d{1,3}(?:,\d{3}){2,}|\d{1,3}(?:\.\d{3}){2,}|\d*)
    (?:(?P<mark>[.,])(?P<part>\d*))?
    (?P<power>[eE][+-]?\d{1,6})?""",
    re.VERBOSE,
)


def read_number(text: str, *, whole: bool = False) -> int | float | None:
    """Return the number in ``text``, or None if there is none.

    ``1e-3``, ``0,01``, ``1 000``, ``1'000``, ``1,000,000`` and full-width digits are numbers too.

    Args:
        text: what was typed.
        whole: whether a whole number is meant; then ``1,000`` is a thousand.

    Raises:
        ConfigError: the text can mean two different numbers.
    """
    plain = unicodedata.normalize("NFKC", text.strip())
    plain = "".join(_SAME.get(c, str(unicodedata.decimal(c, c))) for c in plain)
    match = _FORM.fullmatch(plain) if len(plain) <= _LONGEST else None
    if match is None:
        return None
    digits, mark, part, power = match["whole"], match["mark"], match["part"] or "", match["power"] or ""
    bare = re.sub(r"\D", "", digits)
    if not bare and not part:
        return None
    if mark and len(part) == 3 and re.fullmatch(r"[1-9]\d{0,2}", digits):
        if whole and mark == "," and not power:
            return int(match["sign"] + bare + part)
        if mark == "," or (whole and not power):
            small = f"{float(f'{bare}.{part}{power}'):g}"
            large = f"{float(f'{bare}{part}{power}'):.16g}"
            raise ConfigError(f"{text.strip()!r} can mean {small} or {large}; write one of these.")
    if mark or power:
        return float(f"{match['sign']}{bare or 0}.{part or 0}{power}")
    return int(match["sign"] + bare)


def number_like(default: float) -> Callable[[str], int | float]:
    """Return the reader of a number on the command line; it is whole if ``default`` is."""
    whole = isinstance(default, int)

    def read(text: str) -> int | float:
        try:
            number = read_number(text, whole=whole)
        except ConfigError as error:
            raise argparse.ArgumentTypeError(str(error).rstrip(".")) from None
        if number is None or number != number or abs(number) == float("inf"):
            raise argparse.ArgumentTypeError(f"{text[:_LONGEST]!r} is no number")
        if whole and number != int(number):
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
        return int(number) if whole else float(number)

    return read
