"""The lines of a table, cut into cells."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from engine.errors import DataError
from engine.io import gate

_DELIMITERS = ("\t", ";", ",", "|")
"""Where two fit equally well, the one that is rarer within names."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_PREFACE = re.compile(r"(?:sep=(.)\r?\n)?((?:#[^\r\n,;\t|]*\r?\n)*)")
"""What may stand above a table: the mark that spreadsheets leave, and remarks."""
_LOOKED_AT = 50
"""Lines that tell what parts the cells."""


def text_of(path: Path) -> str:
    """Return the text of a table; raises DataError if it cannot be read, is too large or no text."""
    content = gate.content(path, gate.TABLE)
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 at byte {error.start}; save the table as UTF-8.") from None
    preface = _PREFACE.match(text)
    # Its lines are kept, empty, so that the others keep their numbers.
    return "\n" * preface.group().count("\n") + text[preface.end() :] if preface else text


def delimiter(text: str) -> str:
    """Return what parts the most of the first lines into the same number of cells."""
    lines = [line for line in text[: 2**20].splitlines()[:_LOOKED_AT] if line.strip()]

    def regular(mark: str) -> int:
        counts = Counter(line.count(mark) for line in lines if mark in line)
        return max(counts.values(), default=0)

    best = max(_DELIMITERS, key=regular)
    # Blanks part only what nothing else parts, because they are in names.
    return best if regular(best) or not lines else " "


def rows(text: str, mark: str, path: Path, *, bare: bool = True) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that are not empty with their numbers.

    Args:
        text: the table.
        mark: what parts the cells.
        path: what it is called in messages.
        bare: take the blanks from both ends of each cell, which takes long in a table of pixels.

    Raises:
        DataError: a line is damaged.
    """
    lines = (line.group() for line in _LINE.finditer(text))
    reader = csv.reader(lines, delimiter=mark, skipinitialspace=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, [cell.strip() for cell in row] if bare else row
    except csv.Error as error:
        raise DataError(f"{path} is damaged in line {reader.line_num}: {error}.") from None
