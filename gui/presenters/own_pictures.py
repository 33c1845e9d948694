"""The state of the dialog for one's own pictures, in plain Python."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from engine.data.pictures.asking import passed_over
from engine.data.pictures.fitting import fitted
from engine.data.pictures.found import NO_ANSWERS, Answers, Broken, Found
from engine.data.pictures.options import TABLES, PictureOptions, suggested_colour, suggested_size
from engine.data.pictures.plan import Plan, plan
from engine.data.pictures.values import Range
from engine.errors import ConfigError
from engine.formatting import counted, grouped
from engine.typed_numbers import read_number
from engine.types import Bytes

_MOST_LISTED = 1000
"""Lines of the list of what is left out; a longer one would only be slow."""


@dataclass(frozen=True)
class Pair:
    """A picture as it is, and the image that would be made of it."""

    name: str
    picture: Image.Image
    image: Bytes


class OwnPictures:
    """What was found, what is chosen, and what follows from both.

    Attributes:
        found: the pictures, or None as long as nothing is chosen.
        options: how they become a data set.
        title: what it will be called.
        path: where they were found.
        answers: what the user says where the pictures leave it open.
    """

    def __init__(self) -> None:
        """Start with nothing found."""
        self.found: Found | None = None
        self.options = PictureOptions()
        self.title = ""
        self.answers = NO_ANSWERS
        self.plan: Plan | None = None
        self.path: Path | None = None
        self._pairs: dict[int, tuple[Pair, ...]] = {}

    def answered(self, about: str, answer: object) -> Answers:
        """Return the answers with another one; it counts when the pictures have been looked through again."""
        given: Any = {about: answer}
        return dataclasses.replace(self.answers, **given)

    def take(self, found: Found, path: Path | None = None, answers: Answers = NO_ANSWERS) -> None:
        """Look at these pictures, with the size and colours that they suggest.

        If they are the same ones after an answer, title and options stay as they were chosen.
        """
        again = self.found is not None and path == self.path and answers != NO_ANSWERS
        self.found, self.path, self.answers = found, path, answers
        if again:
            self._use(self.options)
            return
        self.title = found.title
        options = dataclasses.replace(
            self.options, size=suggested_size(found.short_sides), colour=suggested_colour(found.coloured)
        )
        self._use(options)

    def change(self, name: str, value: Any) -> None:
        """Give an option another, allowed value."""
        self._use(dataclasses.replace(self.options, **{name: value}))

    def _use(self, options: PictureOptions) -> None:
        self.options = options
        self._pairs.clear()
        self.plan = None if self.found is None else plan(self.found, options)

    def summary(self) -> str:
        """Say what was found."""
        if self.found is None:
            return ""
        count, classes = len(self.found.names), len(self.found.class_names)
        text = f"{counted(count, 'picture')} in {counted(classes, 'class', 'classes')}"
        if self.plan is not None and not self.plan.problem:
            tests = int(self.plan.tests.sum())
            text += f"; {grouped(count - tests)} training, {counted(tests, 'test picture')}"
        return text + "."

    def understood(self) -> str:
        """Say how the pictures were understood."""
        return "" if self.found is None else " ".join(self.found.understood)

    def warnings(self) -> tuple[str, ...]:
        """Return the sentences on what is doubtful."""
        if self.found is None or self.plan is None:
            return ()
        said = list(self.plan.warnings)
        if self.found.ignored:
            said.append(f"Passed over, because no picture: {passed_over(self.found.ignored)}.")
        return tuple(said)

    def reason(self, problems: Sequence[str] = ()) -> str:
        """Say why no data set can be made now; empty if it can.

        Args:
            problems: what is wrong with the fields.
        """
        if self.found is None or self.plan is None:
            return "Choose a folder or a file first."
        if problems:
            return problems[0]
        if not self.title.strip():
            return "The title is empty; give the data set a name."
        return self.plan.problem

    def pairs(self, label: int) -> tuple[Pair, ...]:
        """Return a few pictures of a class beside the images that would be made of them."""
        if self.found is None:
            return ()
        if label not in self._pairs:
            self._pairs[label] = tuple(
                Pair(sample.name, sample.picture, fitted(sample.picture, self.options))
                for sample in self.found.samples[label]
            )
        return self._pairs[label]


def listed(broken: Sequence[Broken]) -> str:
    """Return what is left out, a line each, as it can be read and copied."""
    lines = [f"{each.name}: {each.reason}" for each in broken[:_MOST_LISTED]]
    if len(broken) > _MOST_LISTED:
        lines.append(f"and {grouped(len(broken) - _MOST_LISTED)} more")
    return "\n".join(lines)


def read_range(text: str) -> tuple[Range | None, str]:
    """Return the range that a text says, as ``0 16`` or ``-1 to 1``, or the sentence why it says none."""
    words = [word for word in re.split(r"\s+|;", text.strip()) if word and word.casefold() != "to"]
    try:
        ends = [read_number(word) for word in words]
        if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
            return Range(float(ends[0]), float(ends[1])), ""
    except (ConfigError, OverflowError) as error:
        return None, str(error)
    return None, f"The values are {text!r}; allowed are two numbers, black and white, as in 0 16."


def is_source(path: Path) -> bool:
    """Whether pictures can be looked for at ``path``: a folder, a table or an archive."""
    return path.is_dir() or path.suffix.lower() in (*TABLES, ".npz")


def magnification(size: int, room: int = 72) -> int:
    """Return the whole number by which an image of ``size`` pixels is shown in ``room`` pixels."""
    return max(1, room // size)
