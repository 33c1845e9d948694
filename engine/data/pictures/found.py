"""What was found in a folder, a table or an archive of pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True)
class Broken:
    """A picture, or a line of a table, that is left out.

    Attributes:
        name: as the user knows it.
        reason: one sentence.
    """

    name: str
    reason: str


class Source(Protocol):
    """Where the pictures lie."""

    def picture(self, index: int, least: int) -> tuple[Image.Image, tuple[int, int]]:
        """Return picture ``index`` and its width and height; see ``read_picture``."""


@dataclass
class Listing:
    """What a folder, a table or an archive says it holds; no picture has been read yet.

    Attributes:
        title: a title for the data set.
        source: where the pictures lie.
        class_names: the classes in their natural order.
        names: of each picture, as the user knows it.
        labels: class of each picture.
        tests: whether each picture is to test on, if that is laid down; otherwise empty.
        broken: what is left out already.
        ignored: files that are no pictures.
        notes: sentences on what was done with the rest.
    """

    title: str
    source: Source
    class_names: tuple[str, ...] = ()
    names: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    tests: list[bool] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    ignored: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sample:
    """A picture to show before anything is decided, reduced to what the largest size needs."""

    name: str
    picture: Image.Image


@dataclass(frozen=True)
class Found:
    """The pictures that can be read, and what was left out.

    Attributes:
        title: a title for the data set.
        source: where the pictures lie.
        class_names: the classes that have pictures.
        indices: of each picture in the source.
        names: of each picture, as the user knows it.
        labels: class of each picture.
        tests: whether each picture is to test on, if that is laid down; otherwise empty.
        prints: of each picture; two are the same if the pixels are.
        short_sides: of each picture the shorter of height and width.
        coloured: whether there is colour in each picture.
        samples: a few pictures of each of the first classes.
        broken: what is left out.
        empty: classes without any picture that can be read.
        ignored: files that are no pictures.
        notes: sentences on what was done with the rest.
    """

    title: str
    source: Source
    class_names: tuple[str, ...]
    indices: tuple[int, ...]
    names: tuple[str, ...]
    labels: tuple[int, ...]
    tests: tuple[bool, ...]
    prints: tuple[bytes, ...]
    short_sides: tuple[int, ...]
    coloured: tuple[bool, ...]
    samples: tuple[tuple[Sample, ...], ...]
    broken: tuple[Broken, ...]
    empty: tuple[str, ...]
    ignored: int
    notes: tuple[str, ...]


def natural(word: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts words as people do: ``img2`` before ``img10``, case aside."""
    parts = re.findall(r"\d+|\D+", word.casefold())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
