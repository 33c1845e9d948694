"""The lines of a table, cut into cells."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from engine.errors import DataError
from engine.io import gate

_DELIMITERS = ("\t", ";", ",", "|")
"""Where two fit equally well, the one that is rarer within names."""
_LOOKED_AT = 50
"""Lines that tell what parts the cells."""


def text_of(path: Path) -> str:
    """Return the text of a table; raises DataError if it is too large or no text."""
    return gate.text(path, gate.TABLE)


def delimiter(text: str) -> str:
    """Return what parts the most of the first lines into the same number of cells."""
    lines = [line for line in text[: 2**20].splitlines()[:_LOOKED_AT] if line.strip()]

    def regular(mark: str) -> int:
        counts = Counter(line.count(mark) for line in lines if mark in line)
        return max(counts.values(), default=0)

    return max(_DELIMITERS, key=regular)


def rows(text: str, mark: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that are not empty with their numbers; raises DataError if one is damaged."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise DataError(f"{path} is damaged in line {reader.line_num}: {error}.") from None
