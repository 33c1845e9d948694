"""The folders and pictures below a folder; links are followed, but not for ever."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.data.pictures.found import Broken, Listing
from engine.data.pictures.opening import SUFFIXES
from engine.errors import DataError
from engine.formatting import counted
from engine.io.gate import is_folder
from engine.task import Task
from engine.text import natural

_OTHERS = {"__macosx", "__pycache__", "@eadir", "$recycle.bin", "system volume information", "lost+found"}
"""Folders that systems and programs leave behind, beside hidden ones."""
_DEPTH = 40
"""Folders that lie deeper than this are left out."""
_VISITS = 10
"""A folder that links lead to more often than this is left out from then on: links can multiply."""
MAX_PICTURES = 2_000_000
"""More pictures than this are a mistake in the choice of the folder."""


@dataclass(eq=False)
class Node:
    """A folder.

    Attributes:
        path: as it is reached, through links.
        pictures: files in it that are taken for pictures, in their natural order.
        subs: folders in it, in their natural order.
        count: pictures in it and below.
    """

    path: Path
    pictures: list[Path] = field(default_factory=list)
    subs: list[Node] = field(default_factory=list)
    count: int = 0

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path.name

    @property
    def full(self) -> list[Node]:
        """The folders in it in which, or below which, there are pictures."""
        return [sub for sub in self.subs if sub.count]

    def all(self) -> Iterator[Path]:
        """Yield the pictures in it and below."""
        yield from self.pictures
        for sub in self.subs:
            yield from sub.all()


class _Reader:
    def __init__(self, task: Task, listing: Listing) -> None:
        self._task, self._listing = task, listing
        self._visits: Counter[str] = Counter()
        self._looped: list[str] = []
        self._pictures = 0

    def read(self, path: Path, above: tuple[str, ...]) -> Node | None:
        """Read a folder below those whose real paths are ``above``; None if it is not followed."""
        self._task.check()
        node = Node(path)
        real = os.path.realpath(path)
        self._visits[real] += 1
        if real in above or self._visits[real] > _VISITS:
            self._looped.append(path.name)
            return None
        if len(above) >= _DEPTH:
            self._listing.broken.append(Broken(str(path), f"It lies more than {_DEPTH} folders deep."))
            return node
        try:
            with os.scandir(path) as entries:
                found = sorted(entries, key=lambda entry: (natural(entry.name), entry.name))
        except OSError as error:
            if not above:
                raise DataError(f"Cannot read {path}: {error.strerror}.") from None
            self._listing.broken.append(Broken(str(path), f"{error.strerror}."))
            return node
        for entry in found:
            self._take(entry, node, (*above, real))
        node.count = len(node.pictures) + sum(sub.count for sub in node.subs)
        return node

    def _take(self, entry: os.DirEntry[str], node: Node, above: tuple[str, ...]) -> None:
        if entry.name.startswith(".") or entry.name.lower() in _OTHERS:
            if not is_folder(Path(entry.path)):
                self._listing.ignored[_suffix(entry.name)] += 1
            return
        suffix = _suffix(entry.name)
        if is_folder(Path(entry.path)):
            sub = self.read(node.path / entry.name, above)
            if sub is not None:
                node.subs.append(sub)
        elif suffix in SUFFIXES:
            node.pictures.append(node.path / entry.name)
            self._pictures += 1
            if self._pictures > MAX_PICTURES:
                raise DataError(
                    f"{above[0]} holds more than {MAX_PICTURES:,} pictures, which is what is allowed."
                )
        elif entry.is_symlink() and not suffix:
            self._listing.broken.append(Broken(entry.name, "The link leads nowhere, or to no folder."))
        else:
            self._listing.ignored[suffix] += 1

    def say(self) -> None:
        """Note what was not followed."""
        if self._looped:
            self._listing.notes.append(
                f"{counted(len(self._looped), 'link')} not followed, because the folder was read already: "
                f"{', '.join(sorted(set(self._looped))[:5])}."
            )


def read_tree(folder: Path, task: Task, listing: Listing) -> Node:
    """Return what is in a folder and below; tell ``listing`` what was passed over.

    Raises:
        DataError: the folder cannot be read, or it holds very many pictures.
        Cancelled: the task was cancelled.
    """
    reader = _Reader(task, listing)
    root = reader.read(folder, ()) or Node(folder)
    reader.say()
    return root


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()
