"""What was found in a folder, a table or an archive of pictures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from engine.data.pictures.values import Range
from engine.text import plain

if TYPE_CHECKING:
    from PIL import Image

    from engine.data.pictures.pixels import Raw, Rendering


@dataclass(frozen=True)
class Broken:
    """A picture, or a line of a table, that is left out.

    Attributes:
        name: as the user knows it.
        reason: one sentence.
    """

    name: str
    reason: str

    def __post_init__(self) -> None:
        """Make both harmless to show."""
        object.__setattr__(self, "name", plain(self.name))
        object.__setattr__(self, "reason", plain(self.reason))


@dataclass(frozen=True)
class Choice:
    """One answer to a question: the word for it on the command line, and what it means."""

    value: str
    words: str


@dataclass(frozen=True)
class Question:
    """What can be understood in several ways.

    Attributes:
        about: ``classes`` or ``range``.
        words: one sentence on why it is not clear; empty if hardly anything but ``chosen`` can be meant.
        choices: the answers, the most probable first.
        chosen: the value of the answer that was taken for now.
        answered: whether the user gave it.
    """

    about: str
    words: str
    choices: tuple[Choice, ...]
    chosen: str
    answered: bool = False

    @property
    def open(self) -> bool:
        """Whether nothing may be made before the user has answered."""
        return bool(self.words) and not self.answered


@dataclass(frozen=True)
class Answers:
    """What the user says of pictures that do not say it themselves.

    Attributes:
        classes: the value of a choice; empty to find it out.
        range: which number is black and which is white; None to find it out.
    """

    classes: str = ""
    range: Range | None = None


NO_ANSWERS = Answers()


class Source(Protocol):
    """Where the pictures lie."""

    def raw(self, index: int, least: int) -> tuple[Raw, tuple[int, int]]:
        """Return picture ``index``, and its width and height; see ``read_picture``."""


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
        ignored: numbers of files that are no pictures, by suffix.
        understood: sentences on how the whole was read.
        notes: sentences on what is doubtful or was left out.
        questions: what can be understood in several ways.
        declared: whether the source itself has settled which number is black and which is white.
    """

    title: str
    source: Source
    class_names: tuple[str, ...] = ()
    names: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    tests: list[bool] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    understood: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    declared: bool = False


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
        extremes: of each picture the lowest and the highest brightness, 0 to 255, seen from afar.
        samples: a few pictures of each of the first classes.
        rendering: how pictures are brought to bytes.
        broken: what is left out.
        empty: classes without any picture that can be read.
        ignored: numbers of files that are no pictures, by suffix.
        understood: sentences on how the whole was read.
        notes: sentences on what is doubtful or was left out.
        questions: what can be understood in several ways.
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
    extremes: tuple[tuple[int, int], ...]
    samples: tuple[tuple[Sample, ...], ...]
    rendering: Rendering
    broken: tuple[Broken, ...]
    empty: tuple[str, ...]
    ignored: tuple[tuple[str, int], ...]
    understood: tuple[str, ...]
    notes: tuple[str, ...]
    questions: tuple[Question, ...]
