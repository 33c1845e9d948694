"""Looks through one's pictures: every one is read, none is trusted, few are kept."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from engine.data.pictures.arrays import list_archive
from engine.data.pictures.asking import settled
from engine.data.pictures.files import list_folder
from engine.data.pictures.found import NO_ANSWERS, Answers, Broken, Found, Listing, Sample
from engine.data.pictures.options import TABLES
from engine.data.pictures.pixels import (
    GROUNDS,
    Deep,
    Raw,
    Rendering,
    chosen_ground,
    contrasts,
    render,
    undeclared,
)
from engine.data.pictures.reading import is_coloured
from engine.data.pictures.table import list_table
from engine.data.pictures.values import EIGHT_BITS, SIXTEEN_BITS, Numbers, Range, guess
from engine.errors import DataError
from engine.formatting import counted
from engine.io import gate
from engine.task import Task
from engine.text import name as shown

SAMPLES = 6
"""Pictures of each class that are kept to be shown."""
SHOWN_CLASSES = 40
"""Classes of which pictures are kept to be shown, so that memory stays bounded."""
_SIDE = 160
"""Shorter side of a picture that is kept to be shown: enough for the largest size."""
_LONGEST = 640
_AFAR = 64
"""Longer side of a picture whose brightness is looked at: fine grain is no content."""


@dataclass(frozen=True)
class _Seen:
    """What is kept of a picture after it was read."""

    print: bytes
    short_side: int
    coloured: bool
    extremes: tuple[int, int]


class _Look:
    """Reads the pictures of a listing.

    Most can be rendered at once; the others are late: they wait until all were seen, because one range
    and one ground serve the whole data set.
    """

    def __init__(self, listing: Listing, answer: Range | None, task: Task) -> None:
        """Read nothing yet."""
        self.listing, self.task = listing, task
        self.rendering = Rendering()
        self.seen: dict[int, _Seen] = {}
        self.samples: dict[int, dict[int, Sample]] = {}
        self._answer = answer
        self._late: list[int] = []
        self._deep: dict[tuple[str, int], Numbers] = {}
        self._contrasts: list[tuple[float, ...]] = []

    def look(self) -> None:
        """Read every picture, and the late ones twice."""
        indices = [index for index, label in enumerate(self.listing.labels) if label >= 0]
        self._each(indices, 0, self._first)
        self._settle()
        several = getattr(self.listing.source, "several", ())
        if several:
            self.listing.notes.append(
                f"{counted(len(several), 'picture')} with several pages or frames: only the first is read."
            )
        self._each(self._late, len(indices), self._keep)

    def _each(self, indices: list[int], before: int, do: Callable[[int, Raw, tuple[int, int]], None]) -> None:
        for done, index in enumerate(indices):
            self.task.report(before + done, before + len(indices))
            try:
                raw, size = self.listing.source.raw(index, _SIDE)
                do(index, raw, size)
            except DataError as error:
                self.listing.broken.append(Broken(self.listing.names[index], str(error)))
        self.task.report(before + len(indices), before + len(indices))

    def _first(self, index: int, raw: Raw, size: tuple[int, int]) -> None:
        numbers = undeclared(raw)
        if numbers is not None:
            key = (numbers.kind, numbers.bits)
            self._deep[key] = self._deep[key].joined(numbers) if key in self._deep else numbers
        own = self.rendering if numbers is None else Rendering(deep=guess(numbers).range)
        contrast = contrasts(raw, own)
        if contrast is not None:
            self._contrasts.append(contrast)
        declared = isinstance(raw, Deep) and self.listing.declared
        if numbers is None and contrast is None and (declared or self._answer is None):
            self._keep(index, raw, size)
        else:
            self._late.append(index)

    def _settle(self) -> None:
        """Decide on range and ground, and say it."""
        listing, answer = self.listing, self._answer
        if not listing.declared:
            found = list(self._deep.values())
            ranges, question = settled(found, answer, listing.understood)
            deep = ranges[0] if ranges else answer or SIXTEEN_BITS
            bytes_ = EIGHT_BITS if found or answer is None else answer
            listing.questions.append(question)
            self.rendering = Rendering(deep, bytes_, override=answer is not None)
        if self._contrasts:
            ground = chosen_ground(self._contrasts)
            self.rendering = dataclasses.replace(self.rendering, ground=ground)
            listing.understood.append(
                f"{counted(len(self._contrasts), 'picture')} with clear parts: they are laid on "
                f"{GROUNDS[ground]}, where what is drawn is seen best."
            )

    def _keep(self, index: int, raw: Raw, size: tuple[int, int]) -> None:
        picture = render(raw, self.rendering)
        far = picture if picture.mode == "L" else picture.convert("L")
        if max(far.size) > _AFAR:
            far = far.copy()
            far.thumbnail((_AFAR, _AFAR), Image.Resampling.BOX)
        extremes: Any = far.getextrema()
        self.seen[index] = _Seen(_print(picture, size), min(size), is_coloured(picture), extremes)
        label = self.listing.labels[index]
        if label in self.samples or len(self.samples) < SHOWN_CLASSES:
            samples = self.samples.setdefault(label, {})
            samples[index] = Sample(self.listing.names[index], _small(picture))
            if len(samples) > SAMPLES:
                del samples[max(samples)]


def scan(path: Path, task: Task | None = None, answers: Answers = NO_ANSWERS) -> Found:
    """Find the pictures of a folder, a table (CSV) or an archive (``.npz``), and read each.

    Args:
        path: the folder or file.
        task: gets the number of pictures done, and can cancel.
        answers: to the questions that an earlier look has raised.

    Returns:
        The pictures that can be read, what was left out and why, and what can be understood in several
        ways.

    Raises:
        DataError: there is nothing of that kind at ``path``, or an answer is none of the choices.
        Cancelled: the task was cancelled.
    """
    task = task or Task()
    with gate.explained(path, gate.PICTURES):
        listing = _list(path, task, answers)
    look = _Look(listing, answers.range, task)
    look.look()
    return _found(listing, look)


def _list(path: Path, task: Task, answers: Answers) -> Listing:
    if gate.is_folder(path):
        return list_folder(path, task, answers.classes)
    suffix = path.suffix.lower()
    if suffix in TABLES:
        return list_table(path, task, answers)
    if suffix == ".npz":
        return list_archive(path, task, answers)
    if not gate.is_there(path):
        raise DataError(f"{path} does not exist; allowed is a folder, a table (.csv) or an archive (.npz).")
    if suffix == ".npy":
        raise DataError(f"{path} has no labels; allowed is an archive (.npz) with images and labels.")
    raise DataError(f"{path} is not a folder, a table (.csv) or an archive (.npz), which are allowed.")


def _print(picture: Image.Image, size: tuple[int, int]) -> bytes:
    """Return bytes that are the same for the same pixels, and for others as good as never."""
    width, height = size
    digest = hashlib.blake2b(f"{width}x{height} {picture.mode} {picture.size}".encode(), digest_size=16)
    digest.update(picture.tobytes())
    return digest.digest()


def _small(picture: Image.Image) -> Image.Image:
    scale = min(_SIDE / min(picture.size), _LONGEST / max(picture.size))
    if scale >= 1:
        return picture.copy()
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    return picture.resize((size[0], size[1]), Image.Resampling.BICUBIC)


def _found(listing: Listing, look: _Look) -> Found:
    """Drop the classes that have no picture left and number the others anew."""
    kept = sorted(look.seen)
    seen = [look.seen[index] for index in kept]
    there = sorted({listing.labels[index] for index in kept})
    number = {label: position for position, label in enumerate(there)}
    return Found(
        title=shown(listing.title.replace("_", " "))[:80],
        source=listing.source,
        class_names=tuple(listing.class_names[label] for label in there),
        indices=tuple(kept),
        names=tuple(listing.names[index] for index in kept),
        labels=tuple(number[listing.labels[index]] for index in kept),
        tests=tuple(listing.tests[index] for index in kept) if listing.tests else (),
        prints=tuple(each.print for each in seen),
        short_sides=tuple(each.short_side for each in seen),
        coloured=tuple(each.coloured for each in seen),
        extremes=tuple(each.extremes for each in seen),
        samples=tuple(
            tuple(sample for _, sample in sorted(look.samples.get(label, {}).items())) for label in there
        ),
        rendering=look.rendering,
        broken=tuple(listing.broken),
        empty=tuple(name for label, name in enumerate(listing.class_names) if label not in number),
        ignored=tuple(listing.ignored.most_common()),
        understood=tuple(listing.understood),
        notes=tuple(listing.notes),
        questions=tuple(listing.questions),
    )
