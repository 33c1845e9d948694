"""Pictures of which a table holds all pixels, a line each, as digits are often passed on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.pictures.arrays import ArraySource, squared
from engine.data.pictures.asking import settled
from engine.data.pictures.cells import class_of, described, tests_of, whole
from engine.data.pictures.columns import Columns
from engine.data.pictures.files import number
from engine.data.pictures.found import Answers, Broken, Listing
from engine.data.pictures.rows import rows
from engine.data.pictures.values import numbers_of
from engine.errors import DataError
from engine.task import Task

_PIECE = 1000
"""Lines that are read at once."""


def list_pixels(path: Path, text: str, mark: str, columns: Columns, task: Task, answers: Answers) -> Listing:
    """List a table of pixels; the arguments are those of ``list_table``, and what it found out.

    Raises:
        DataError: no line holds a picture and its class.
        Cancelled: the task was cancelled.
    """
    listing = Listing(path.stem, ArraySource([], []), declared=True)
    listing.questions.append(columns.question)
    labels: list[str] = []
    uses: list[str] = []
    pieces: list[npt.NDArray[Any]] = []
    count = 0
    lines = rows(text, mark, path, bare=False)
    first, last = columns.pixels[0], columns.pixels[-1] + 1
    together = columns.pixels == tuple(range(first, last))
    if columns.has_headings:
        next(lines, None)
    for piece in _pieces(lines):
        task.check()
        kept = []
        for line, row in piece:
            label, reason = class_of(row, columns)
            if reason or len(row) <= max(columns.pixels):
                listing.broken.append(Broken(f"line {line}", reason or "It has too few cells."))
                continue
            cells = row[first:last] if together else [row[place] for place in columns.pixels]
            cells = cells[0].split() if columns.packed else cells
            count = count or len(cells)
            if len(cells) != count:
                reason = f"It has {len(cells):,} pixels; the first line has {count:,}."
                listing.broken.append(Broken(f"line {line}", reason))
                continue
            kept.append((line, cells, label, row))
        numbers, good = _numbers([cells for _, cells, _, _ in kept])
        pieces.append(numbers)
        for (line, _, label, row), fine in zip(kept, good, strict=True):
            if not fine:
                listing.broken.append(Broken(f"line {line}", "Not all of its pixels are numbers."))
                continue
            listing.names.append(f"line {line}")
            labels.append(label)
            uses.append(row[columns.split].strip() if 0 <= columns.split < len(row) else "")
    if not labels:
        why = f" {listing.broken[0].name}: {listing.broken[0].reason}" if listing.broken else ""
        raise DataError(f"{path} names no picture; each line needs a class and all pixels.{why}")
    pixels = np.concatenate([piece for piece in pieces if len(piece)])
    images = squared(pixels, str(path), listing.understood)
    ranges, question = settled([numbers_of(images)], answers.range, listing.understood)
    listing.source = ArraySource([images], ranges)
    listing.questions.append(question)
    listing.tests = tests_of(uses, columns)
    described(listing, columns)
    number(listing, whole(labels), set(whole(labels)))
    return listing


def _pieces(lines: Iterator[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    while piece := list(islice(lines, _PIECE)):
        yield piece


def _numbers(cells: list[list[str]]) -> tuple[npt.NDArray[Any], list[bool]]:
    """Return the lines that are finite numbers throughout, and which lines those are."""
    if not cells:
        return np.empty((0, 0), np.float32), []
    try:
        lines = (",".join(line) for line in cells)
        numbers = np.loadtxt(lines, np.float64, comments=None, delimiter=",", ndmin=2)
    except ValueError:
        numbers = np.array([_line(line) for line in cells])
    good: list[bool] = np.all(np.isfinite(numbers), axis=1).tolist()
    numbers = numbers[good]
    # As bytes, if they are bytes; a table that mixes both becomes fractions when its pieces are joined.
    whole_bytes = bool(((numbers >= 0) & (numbers <= 255) & (numbers == np.rint(numbers))).all())
    return numbers.astype(np.uint8 if whole_bytes else np.float32), good


def _line(cells: list[str]) -> list[float]:
    """Return the numbers of one line, not-a-number where a cell is none."""

    def number_of(cell: str) -> float:
        try:
            return float(cell)
        except ValueError:
            return float("nan")

    return [number_of(cell) for cell in cells]
