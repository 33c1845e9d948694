"""TOML from outside: parsed strictly, as ``json_file`` does it with JSON."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from engine.io.gate import Kind, explained, text
from engine.io.json_file import DIGITS, check_values, finite

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LARGEST = 1024**2
"""Characters of TOML in one file."""
_PARTS = 64
"""Parts of a key with dots; the parser keeps every beginning of it."""
_BETWEEN = re.compile(r"[=,{}\[\]\n]")
_ELLIPSIS = re.compile(r"\.{2,}")


def toml_file(path: Path, kind: Kind) -> dict[str, Any]:
    """Return the table in the TOML file ``path``; raises as ``gate.opened`` does."""
    with explained(path, kind):
        return parse_toml(text(path, kind), kind, str(path))


def parse_toml(words: str, kind: Kind, where: str = "It") -> dict[str, Any]:
    """Return the table that ``words`` spell, which lie in ``where``.

    Raises:
        kind.error: it is no TOML, too long or nested too deep, it says the same name twice, or it holds a
            number, a date or a character that nothing can be done with.
    """
    if len(words) > LARGEST:
        raise kind.error(f"{where} has {len(words):,} characters of TOML; allowed are {LARGEST:,}.")
    for piece in _BETWEEN.split(words):
        if piece.count(".") > _PARTS and _ELLIPSIS.sub("", piece).count(".") > _PARTS:
            raise kind.error(f"{where} has a name of more than the {_PARTS} parts that are allowed.")
    try:
        table: dict[str, Any] = tomllib.loads(words.replace("\r\n", "\n"), parse_float=finite)
    except ValueError as error:
        raise kind.error(f"{where} is not valid TOML: {str(error).rstrip('.')}.") from None
    except RecursionError:
        raise kind.error(f"{where} is nested too deep.") from None
    check_values(table, kind, where)
    _check_leaves(table, kind, where)
    return table


def _check_leaves(value: Any, kind: Kind, where: str) -> None:
    if isinstance(value, dict):
        for each in value.values():
            _check_leaves(each, kind, where)
    elif isinstance(value, list):
        for each in value:
            _check_leaves(each, kind, where)
    elif isinstance(value, int) and abs(value) >= 10**DIGITS:
        raise kind.error(f"{where} holds a whole number of more than {DIGITS} digits.")
    elif not isinstance(value, str | int | float):
        raise kind.error(f"{where} holds the date or time {value}, which nothing here is.")
