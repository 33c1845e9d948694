"""Where the files lie that a table names."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

from engine.data.pictures.opening import SUFFIXES
from engine.task import Task

_MOST = 500_000
"""Files below the table's folder that are looked at; with more, the others are not found by name."""


class Finder:
    """Finds the files of a table, whatever folder their paths start from.

    A path counts from the folder of the table. If there is no such file, its first folders are left out
    one after another, from the folder of the table and the one above it; and in the end, any file below
    the folder of the table counts whose path ends in the same way, with a picture's suffix added if the
    table leaves it out.
    """

    def __init__(self, folder: Path, task: Task) -> None:
        """Look from ``folder``."""
        self._folder, self._task = folder, task
        self._drop = 0
        self._from = folder
        self._index: defaultdict[str, list[Path]] | None = None
        self.elsewhere = 0
        """Files that were not found where the table says."""

    def find(self, name: str) -> Path | None:
        """Return the file that a table calls ``name``; None if several fit equally well.

        A file that is nowhere is returned as the table says it.
        """
        slashed = name.replace("\\", "/")
        direct = self._folder / slashed
        if _is_there(direct):
            return direct
        parts = [
            part for part in slashed.split("/") if part not in ("", ".", "..") and not part.endswith(":")
        ]
        if not parts:
            return direct
        found = self._by_parts(parts) or self._by_name(parts)
        if found == []:
            return direct
        self.elsewhere += len(found) == 1
        return found[0] if len(found) == 1 else None

    def _by_parts(self, parts: list[str]) -> list[Path]:
        if self._drop < len(parts) and _is_there(path := self._from.joinpath(*parts[self._drop :])):
            return [path]
        for drop in range(len(parts)):
            for start in (self._folder, self._folder.parent):
                path = start.joinpath(*parts[drop:])
                # A bare name in the folder above would be a guess, not a path.
                if (start == self._folder or drop < len(parts) - 1 or len(parts) == 1) and _is_there(path):
                    self._drop, self._from = drop, start
                    return [path]
        return []

    def _by_name(self, parts: list[str]) -> list[Path]:
        if self._index is None:
            self._index = self._indexed()
        paths = self._index.get(parts[-1].casefold(), [])
        # Of several, those whose path agrees for the longest with what the table says.
        agreeing = [_agreement(path, parts) for path in paths]
        return [path for path, length in zip(paths, agreeing, strict=True) if length == max(agreeing)]

    def _indexed(self) -> defaultdict[str, list[Path]]:
        index: defaultdict[str, list[Path]] = defaultdict(list)
        count = 0
        for top, folders, files in os.walk(self._folder):
            self._task.check()
            folders[:] = sorted(folder for folder in folders if not folder.startswith((".", "__MACOSX")))
            for file in sorted(files):
                path = Path(top, file)
                if path.suffix.lower() in SUFFIXES and not file.startswith("."):
                    index[file.casefold()].append(path)
                    index[path.stem.casefold()].append(path)
                    count += 1
            if count > _MOST:
                break
        return index


def _agreement(path: Path, parts: list[str]) -> int:
    """Return how many folders above a file are the same."""
    length = 0
    for own, wanted in zip(reversed(path.parts[:-1]), reversed(parts[:-1]), strict=False):
        if own.casefold() != wanted.casefold():
            break
        length += 1
    return length


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False
