"""Pictures in files of their own, in folders that say their classes."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.data.pictures.asking import listed, picked
from engine.data.pictures.found import Listing
from engine.data.pictures.layout import layout, question
from engine.data.pictures.options import TABLES
from engine.data.pictures.pixels import Raw
from engine.data.pictures.reading import read_picture
from engine.data.pictures.splits import unwrapped
from engine.data.pictures.tree import read_tree
from engine.errors import DataError
from engine.formatting import counted
from engine.task import Task
from engine.text import name as shown
from engine.text import natural, plain


@dataclass
class FileSource:
    """Pictures in files of their own.

    Attributes:
        paths: the files.
        several: which of them have more than one page or frame, as far as they were read.
    """

    paths: list[Path]
    several: set[int] = field(default_factory=set)

    def raw(self, index: int, least: int) -> tuple[Raw, tuple[int, int]]:
        """Return picture ``index`` and its width and height; raises DataError."""
        return read_picture(self.paths[index], least, lambda: self.several.add(index))


def list_folder(folder: Path, task: Task, answer: str = "") -> Listing:
    """List a folder whose sub-folders are classes, or parts to train and to test on that hold them.

    Links to folders are followed, but none that leads back into a folder above it.

    Args:
        folder: the folder.
        task: says whether to go on.
        answer: how to understand the folder; empty to find it out.

    Raises:
        DataError: the folder cannot be read, it holds no picture, nothing says the classes of its
            pictures, or the answer is not possible.
        Cancelled: the task was cancelled.
    """
    source = FileSource([])
    listing = Listing(folder.resolve().name or "Pictures", source)
    root = read_tree(folder, task, listing)
    if not root.count:
        raise DataError(f"{folder} holds no picture; each class needs a sub-folder with its pictures.")
    tables = sorted(path.name for path in folder.iterdir() if path.suffix.lower() in TABLES)
    asked_for = question(unwrapped(root), tables)
    if asked_for is None:
        also = f" If {tables[0]} says the classes, choose that file." if tables else ""
        raise DataError(
            f"{folder} holds {counted(root.count, 'picture')}, but none in a sub-folder; "
            f"each class needs a sub-folder with its pictures.{also}"
        )
    if tables and len(asked_for.choices) == 1 and len(unwrapped(root).full) == 1:
        raise DataError(
            f"{folder} holds one folder of pictures, but a network needs at least 2 classes to tell apart; "
            f"if {tables[0]} says the classes, choose that file."
        )
    asked_for = picked(asked_for, answer)
    listing.questions.append(asked_for)
    made = layout(root, asked_for.chosen)
    listing.understood += made.understood
    listing.notes += made.notes
    source.paths = [path for path, _, _ in made.items]
    listing.names = [plain(str(path.relative_to(folder))) for path in source.paths]
    listing.tests = [test for _, _, test in made.items] if made.laid_down else []
    number(listing, [name for _, name, _ in made.items], made.classes)
    return listing


def number(listing: Listing, of_class: Sequence[str], names: set[str]) -> None:
    """Put the classes into their natural order and give each picture its number.

    An accent may be a letter or a mark of its own, as one system or another writes it: it is one class.
    """
    spelt: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        spelt[" ".join(unicodedata.normalize("NFC", name).split())].append(name)
    ordered = sorted(spelt, key=lambda name: (natural(name), name))
    listing.class_names = tuple(shown(name) for name in ordered)
    place = {name: index for index, one in enumerate(ordered) for name in spelt[one]}
    listing.labels = [place[name] for name in of_class]
    twice = [name for name in ordered if len(spelt[name]) > 1]
    if twice:
        listing.understood.append(f"Names that look the same are one class: {listed(twice)}.")
