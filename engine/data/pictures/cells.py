"""What one line of a table says, once its columns are known."""

from __future__ import annotations

import re

from engine.data.pictures.asking import listed
from engine.data.pictures.columns import Columns
from engine.data.pictures.found import Listing
from engine.data.pictures.roles import TEST, VALIDATION, role
from engine.formatting import counted

_LONGEST = 200
"""A class whose name has more letters than this is none."""
_YES = ("1", "1.0", "true")
_MISSING = ("nan", "<na>", "nat")
"""What pandas writes where there is nothing."""


def class_of(row: list[str], columns: Columns) -> tuple[str, str]:
    """Return the class of a line, or the reason why it has none."""
    if len(columns.classes) == 1:
        place = columns.classes[0]
        label = " ".join(row[place].split()) if place < len(row) else ""
        if label.lower() in _MISSING:
            return "", f"Its class is {label!r}, which means none."
        if place < len(row) and "\n" in row[place]:
            return "", "Its class goes over several lines; a quotation mark is not closed."
        if len(label) > _LONGEST:
            return "", f"The name of its class has {len(label):,} letters; allowed are {_LONGEST}."
        return label, "" if label else "It does not name both a file and a class."
    marked = [
        place for place in columns.classes if place < len(row) and row[place].lower() in ("1", "1.0", "true")
    ]
    if len(marked) != 1:
        return "", f"It marks {counted(len(marked), 'class', 'classes')}; allowed is one."
    return columns.headings[marked[0]], ""


def whole(labels: list[str]) -> list[str]:
    """Return labels without the ``.0`` that some programs write behind whole numbers."""
    if all(re.fullmatch(r"\d+\.0+", label) for label in labels):
        return [label.split(".")[0] for label in labels]
    return labels


def tests_of(uses: list[str], columns: Columns) -> list[bool]:
    """Return which lines are to test on, from what each is for; empty if none is."""
    if columns.split < 0:
        return []
    heading = re.sub(r"[\W\d_]+", "", columns.headings[columns.split].lower())
    if heading in ("istest", "isvalid", "isval", "istrain"):
        return [(use.lower() in _YES) != (heading == "istrain") for use in uses]
    found = [role(use) for use in uses]
    tested = next((each for each in (TEST, VALIDATION) if each in found), "")
    return [each == tested for each in found] if tested else []


def described(listing: Listing, columns: Columns) -> None:
    """Say which columns were read."""
    names = columns.headings
    classes = f"{names[columns.classes[0]]!r} is the class"
    if len(columns.classes) > 1:
        classes = f"each of {len(columns.classes)} columns is a class, marked by a 1"
    said = f"{names[columns.file]!r} is the file, {classes}" if columns.file >= 0 else classes
    if columns.split >= 0:
        said += f", {names[columns.split]!r} says what is to test on"
    if columns.unused:
        many = "is" if len(columns.unused) == 1 else "are"
        said += f"; {listed([repr(names[place]) for place in columns.unused])} {many} not used"
    listing.understood.append(f"In the table {said}.")
