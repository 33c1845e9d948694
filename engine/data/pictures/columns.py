"""What the columns of a table hold: files, classes, parts to train and to test on, or pixels."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isqrt
from pathlib import PureWindowsPath

from engine.data.pictures.asking import listed, picked
from engine.data.pictures.found import Choice, Question
from engine.data.pictures.opening import SUFFIXES
from engine.data.pictures.roles import role
from engine.errors import DataError

EACH = "columns"
"""The answer that each column is a class, marked by a 1."""
_FILES = (
    *("file", "filename", "filepath", "files", "filepaths", "filenames", "path", "paths", "relpath", "fname"),
    *("image", "imagepath", "imagename", "imagefile", "imagefilename", "img", "imgpath", "imgname", "images"),
    *("imagefilepath", "picture", "photo", "imageid", "imgid", "id", "name", "url", "src"),
)
_CLASSES = (
    *("label", "labels", "class", "classes", "category", "classname", "classlabel", "labelname", "target"),
    *("targets", "y", "species", "breed", "emotion", "diagnosis", "dx", "tag", "type", "classid", "labelid"),
    *("classindex", "categoryid", "digit", "letter", "name", "level", "grade"),
)
"""Usual headings without anything but letters, the most telling first."""
_SPLITS = (
    "split",
    "set",
    "subset",
    "dataset",
    "partition",
    "usage",
    "phase",
    "fold",
    "part",
    "istest",
    "isvalid",
    "isval",
    "istrain",
    "stage",
)
_INDICES = ("", "index", "unnamed", "id", "idx", "rowid", "row", "no", "nr", "classid", "classindex")
_MOST_PIXELS = 4 * 1024**2
_SHARE = 0.7


@dataclass(frozen=True)
class Columns:
    """Where things stand in a table.

    Attributes:
        headings: the first line, or made-up names.
        has_headings: whether the table has a line of headings.
        file: column of the files; -1 if the pixels themselves are in the table.
        classes: the column of classes, or several that each are one.
        split: column that says what is to test on; -1 if none does.
        pixels: columns of pixels; empty if there are files.
        packed: whether all pixels stand in one column, parted by blanks.
        question: what can be understood in several ways.
        unused: columns that are not read.
    """

    headings: tuple[str, ...]
    has_headings: bool
    file: int
    classes: tuple[int, ...]
    split: int
    pixels: tuple[int, ...]
    packed: bool
    question: Question
    unused: tuple[int, ...] = ()


def columns_of(sample: Sequence[Sequence[str]], answer: str, where: str) -> Columns:
    """Find out what the columns hold.

    Args:
        sample: the first lines, with the line of headings if there is one.
        answer: heading or number of the column of classes, or ``EACH``; empty to find it out.
        where: what the table is called in messages.

    Raises:
        DataError: no column holds files or pixels, or none classes, or the answer names none.
    """
    width = max(len(row) for row in sample)
    first = list(sample[0]) + [""] * (width - len(sample[0]))
    has_headings = _is_heading(first, sample[1:])
    body = [list(row) + [""] * (width - len(row)) for row in (sample[1:] if has_headings else sample)]
    if not body:
        raise DataError(f"{where} names no picture; each line needs a file and a class, like 'cat1.png,cat'.")
    headings = tuple(
        name if has_headings and name and first.count(name) == 1 else f"column {index + 1}"
        for index, name in enumerate(first)
    )
    plain = [re.sub(r"[\W\d_]+", "", heading.lower()) for heading in first] if has_headings else [""] * width
    cells = [[row[index] for row in body] for index in range(width)]
    packed = next((index for index, column in enumerate(cells) if _mostly(column, _is_packed)), -1)
    pixels = [packed] if packed >= 0 else _pixels(cells, plain, has_headings)
    file = -1 if pixels else _file(cells, plain)
    if not pixels and file < 0:
        raise DataError(
            f"{where} has no column of picture files, and none of pixels; each line needs a file and a "
            "class, like 'cat1.png,cat'."
        )
    left = [index for index in range(width) if index not in pixels and index != file]
    split = next((index for index in left if _is_split(cells[index], plain[index])), -1)
    left = [index for index in left if index != split]
    if has_headings:
        left = [index for index in left if not _is_index(cells[index], plain[index])] or left
    asked = picked(_question(left, headings, cells, plain, where), _by_number(answer, headings))
    each = asked.chosen == EACH
    classes = tuple(_hot(left, cells)) if each else (headings.index(asked.chosen),)
    used = {file, split, *classes, *pixels}
    unused = tuple(
        index for index in range(width) if index not in used and not _is_index(cells[index], plain[index])
    )
    return Columns(headings, has_headings, file, classes, split, tuple(pixels), packed >= 0, asked, unused)


def _by_number(answer: str, headings: Sequence[str]) -> str:
    """Return the heading of a column that is named by its number, counted from 1."""
    if (
        answer in headings
        or not answer.isdecimal()
        or len(answer) > 6
        or not 0 < int(answer) <= len(headings)
    ):
        return answer
    return headings[int(answer) - 1]


def _question(
    left: list[int], headings: Sequence[str], cells: list[list[str]], plain: list[str], where: str
) -> Question:
    """Return which columns can hold the classes, the most probable first."""
    hot = _hot(left, cells)
    rank = {index: _CLASSES.index(plain[index]) for index in left if plain[index] in _CLASSES}
    best = sorted(rank, key=lambda index: rank[index])
    # Of two columns that say the same, a number and a word, the word is the better name.
    if len(best) > 1 and all(_numeric(cell) for cell in cells[best[0]]):
        same = [index for index in best[1:] if _same(cells[best[0]], cells[index])]
        best = [*same, *(index for index in best if index not in same)]
    others = [index for index in left if index not in best]
    several = len(hot) > 1 and not best
    choices = (
        [Choice(EACH, f"each of the columns {listed([headings[i] for i in hot])}")] if len(hot) > 1 else []
    )
    rest = [Choice(headings[index], f"the column {headings[index]!r}") for index in (*best, *others)]
    choices = [*choices, *rest] if several else [*rest, *choices]
    if not choices:
        raise DataError(f"{where} has no column of classes; each line needs a picture and its class.")
    clear = several or len(left) == 1 or len(best) == 1 or (best and len(best) > 1 and _agree(best, cells))
    words = (
        ""
        if clear
        else f"It is not clear which column says the class: {listed([headings[i] for i in left])}."
    )
    return Question("classes", words, tuple(choices), choices[0].value)


def _agree(columns: list[int], cells: list[list[str]]) -> bool:
    return all(_same(cells[columns[0]], cells[index]) for index in columns[1:])


def _same(one: list[str], other: list[str]) -> bool:
    """Whether two columns sort the lines into the same classes."""
    return len(set(one)) == len(set(other)) == len(set(zip(one, other, strict=True)))


def _is_heading(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether a line is one of headings: the others hold files or numbers where it does not."""
    plain = [re.sub(r"[\W\d_]+", "", cell.lower()) for cell in first]
    if any(_is_file(cell) for cell in first):
        return False
    if len(first) > 9 and all(cell == str(index) for index, cell in enumerate(first)):
        return True  # the numbers of the columns
    known = sum(word in _FILES or word in _CLASSES for word in plain if word)
    if known and not all(_numeric(cell) for cell in first):
        return True
    below = [row for row in body if len(row) == len(first)]
    if not below:
        return False
    return any(
        (_is_file(row[index]) or _numeric(row[index])) and not _numeric(first[index])
        for row in below[:1]
        for index in range(len(first))
    )


def _is_file(cell: str) -> bool:
    return PureWindowsPath(cell).suffix.lower() in SUFFIXES


def _mostly(column: list[str], what: Callable[[str], bool]) -> bool:
    """Whether something holds for almost all cells of a column; some lines may be damaged."""
    return sum(map(what, column)) >= _SHARE * len(column)


def _numeric(cell: str) -> bool:
    return re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", cell, re.IGNORECASE) is not None


def _file(cells: list[list[str]], plain: list[str]) -> int:
    """Return the column of files; -1 if there is none."""
    shares = [sum(_is_file(cell) for cell in column) / max(1, len(column)) for column in cells]
    if shares and max(shares) >= 0.2:
        named = [index for index, share in enumerate(shares) if share > 0.9 * max(shares)]
        return min(
            named, key=lambda index: _FILES.index(plain[index]) if plain[index] in _FILES else len(_FILES)
        )
    # Names without a suffix, as some tables have them.
    known = [index for index, word in enumerate(plain) if word in _FILES and len(set(cells[index])) > 1]
    if known:
        return min(known, key=lambda index: _FILES.index(plain[index]))
    return 0 if len(cells) > 1 and max(shares) > 0 else -1


def _is_split(column: list[str], heading: str) -> bool:
    """Whether a column says of each line what it is for."""
    values = {cell for cell in column if cell}
    if len(values) < 2:
        return bool(values) and heading in _SPLITS and all(role(value) for value in values)
    if heading.startswith("is") and heading in _SPLITS:
        return {value.lower() for value in values} <= {"0", "1", "0.0", "1.0", "true", "false"}
    return all(role(value) for value in values) and len({role(value) for value in values}) > 1


def _is_index(column: list[str], heading: str) -> bool:
    """Whether a column numbers the lines."""
    whole = all(re.fullmatch(r"\d+(\.0)?", cell) for cell in column)
    return heading in _INDICES and whole and len(set(column)) == len(column) > 2


def _hot(left: list[int], cells: list[list[str]]) -> list[int]:
    """Return the columns of which each line marks one with a 1; empty if there are none such."""
    marks = {"0": 0, "1": 1, "0.0": 0, "1.0": 1, "False": 0, "True": 1, "false": 0, "true": 1}
    hot = [index for index in left if _mostly(cells[index], marks.__contains__)]
    if len(hot) < 2 or not cells[hot[0]]:
        return []
    sums = [sum(marks.get(cells[index][line], 0) for index in hot) for line in range(len(cells[hot[0]]))]
    return hot if sum(each == 1 for each in sums) >= 0.5 * len(sums) else []


def _pixels(cells: list[list[str]], plain: list[str], has_headings: bool) -> list[int]:
    """Return the columns of pixels: as many columns of numbers as fill a square."""
    numeric = [index for index, column in enumerate(cells) if _mostly(column, _numeric)]
    if not 64 <= len(numeric) <= _MOST_PIXELS:
        return []
    for others in ((*_CLASSES, *_INDICES), _CLASSES) if has_headings else ():
        kept = [index for index in numeric if plain[index] not in others]
        if side_of(len(kept)):
            return kept
    if has_headings and any(plain[index] in _CLASSES for index in numeric):
        return []
    if side_of(len(numeric)):
        return numeric
    # One column too many: the classes, at the beginning or at the end.
    if not side_of(len(numeric) - 1):
        return []
    ends = [index for index in (numeric[0], numeric[-1]) if len(set(cells[index])) > 1 and _few(cells[index])]
    return [index for index in numeric if index != (ends or numeric)[0]]


def _is_packed(cell: str) -> bool:
    """Whether a cell holds all pixels of a picture, parted by blanks."""
    numbers = cell.split()
    return bool(side_of(len(numbers))) and all(map(_numeric, numbers[:64]))


def _few(column: list[str]) -> bool:
    """Whether a column can be classes: whole numbers, not very large."""
    return _mostly(column, lambda cell: re.fullmatch(r"\d{1,3}(\.0)?", cell) is not None)


def side_of(count: int) -> int:
    """Return the side of the square that ``count`` numbers fill, in grey or in colour; 0 if they do not."""
    for channels in (1, 3):
        side = isqrt(count // channels)
        if side >= 8 and channels * side * side == count:
            return side
    return 0
