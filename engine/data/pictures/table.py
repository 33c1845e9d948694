"""Pictures that a table (CSV) lists: their files, or all their pixels, and their classes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path

from engine.data.pictures.cells import class_of, described, tests_of, whole
from engine.data.pictures.columns import Columns, columns_of
from engine.data.pictures.files import FileSource, number
from engine.data.pictures.finding import Finder
from engine.data.pictures.found import NO_ANSWERS, Answers, Broken, Listing
from engine.data.pictures.pixel_table import list_pixels
from engine.data.pictures.roles import NONE, role
from engine.data.pictures.rows import delimiter, rows, text_of
from engine.errors import DataError
from engine.formatting import counted
from engine.task import Task
from engine.text import plain

_SAMPLE = 200
"""Lines that tell what the columns hold, at first."""
_MOST = 20_000
"""Lines that tell it where they name files, because a table may be sorted."""


def list_table(path: Path, task: Task, answers: Answers = NO_ANSWERS) -> Listing:
    """List a table of pictures, one per line.

    The columns are parted by commas, semicolons, tabs or bars. A first line of headings is optional;
    the columns may stand anywhere. A line names a file and its class, or marks the class with a 1 in one
    of several columns, or holds all pixels of a picture. A column may say what is to test on.

    Raises:
        DataError: the table cannot be read, no line of it names a file and a class, or an answer is not
            possible.
        Cancelled: the task was cancelled.
    """
    text = text_of(path)
    mark = delimiter(text)
    lines = rows(text, mark, path)
    first = list(islice(lines, _SAMPLE))
    if not first:
        raise DataError(f"{path} names no picture; each line needs a file and a class, like 'cat1.png,cat'.")
    columns = columns_of([row for _, row in first], answers.classes, str(path))
    if columns.pixels:
        return list_pixels(path, text, mark, columns, task, answers)
    first += islice(lines, _MOST)
    columns = columns_of([row for _, row in first], answers.classes, str(path))
    return _list_files(path, columns, chain(first[columns.has_headings :], lines), task)


def _list_files(path: Path, columns: Columns, lines: Iterable[tuple[int, list[str]]], task: Task) -> Listing:
    source = FileSource([])
    listing = Listing(path.stem, source)
    listing.questions.append(columns.question)
    finder = Finder(path.parent, task)
    of_class: list[str] = []
    uses: list[str] = []
    unused = 0
    for line, row in lines:
        task.check()
        name = row[columns.file] if columns.file < len(row) else ""
        label, reason = class_of(row, columns)
        if not name or reason:
            reason = reason if name else "It does not name both a file and a class."
            listing.broken.append(Broken(f"line {line}", reason))
            continue
        use = row[columns.split] if 0 <= columns.split < len(row) else ""
        if role(use) == NONE:
            unused += 1
            continue
        file = finder.find(name)
        if file is None:
            listing.broken.append(Broken(f"line {line}: {name}", "Several files have this name."))
            continue
        source.paths.append(file)
        listing.names.append(plain(f"line {line}: {name}"))
        uses.append(use)
        of_class.append(label)
    if not of_class:
        first = f" {listing.broken[0].name}: {listing.broken[0].reason}" if listing.broken else ""
        raise DataError(
            f"{path} names no picture; each line needs a file and a class, like 'cat1.png,cat'.{first}"
        )
    listing.tests = tests_of(uses, columns)
    described(listing, columns)
    if finder.elsewhere:
        listing.understood.append(
            f"{counted(finder.elsewhere, 'file')} found by name, "
            "because the paths do not start at the table's folder."
        )
    if unused:
        listing.notes.append(f"Left out, because the table says so: {counted(unused, 'line')}.")
    number(listing, whole(of_class), set(whole(of_class)))
    return listing
