"""JSON from outside: parsed strictly, so that whoever takes it apart meets no surprise."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from engine.io.gate import CONFIG, Kind, explained, text

_DEEPEST = 64
"""Levels of lists and objects in JSON."""
DIGITS = 40
"""Digits of a whole number in JSON."""


def json_file(path: Path, kind: Kind) -> Any:
    """Return the JSON value in the file ``path``; raises as ``opened`` does."""
    with explained(path, kind):
        return parse_json(text(path, kind), kind, str(path))


def parse_json(words: str, kind: Kind, where: str = "It") -> Any:
    """Return the JSON value that ``words`` spell, which lie in ``where``.

    Raises:
        kind.error: it is no JSON, too long or nested too deep, it says the same name twice, or it holds a
            number or a character that nothing can be done with.
    """
    if len(words) > CONFIG.largest:
        raise kind.error(f"{where} has {len(words):,} characters of JSON; allowed are {CONFIG.largest:,}.")
    try:
        value = json.loads(
            words, parse_int=_whole, parse_float=finite, parse_constant=_no_number, object_pairs_hook=_object
        )
    except ValueError as error:
        raise kind.error(f"{where} is not valid JSON: {error}.") from None
    except RecursionError:
        raise kind.error(f"{where} is nested deeper than the {_DEEPEST} levels that are allowed.") from None
    check_values(value, kind, where)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"it says {name[:40]!r} twice, and only one of them can be meant")
        found[name] = value
    return found


def _whole(digits: str) -> int:
    if len(digits) > DIGITS:
        raise ValueError(f"{digits[:12]}\u2026 is a number of {len(digits)} digits")
    return int(digits)


def finite(digits: str) -> float:
    """Return the number that ``digits`` spell; raises ValueError unless it is finite."""
    value = float(digits)
    if math.isnan(value):
        raise ValueError(f"{digits[:12]} is not a number")
    if not math.isfinite(value):
        raise ValueError(f"{digits[:12]} is too large a number")
    return value


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not a number that JSON knows")


def check_values(value: Any, kind: Kind, where: str) -> None:
    """Raise the error of ``kind`` if ``value`` is nested too deep or holds half of a character."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > _DEEPEST:
            raise kind.error(f"{where} is nested deeper than the {_DEEPEST} levels that are allowed.")
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner += each.keys()
                inner += each.values()
            elif isinstance(each, list):
                inner += each
            elif (
                isinstance(each, str) and not each.isascii() and any("\ud800" <= c <= "\udfff" for c in each)
            ):
                raise kind.error(f"{where} holds half of a character in {each[:40]!r}.")
        level = inner
