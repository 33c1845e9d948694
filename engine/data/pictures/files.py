"""Pictures in files: a folder with a sub-folder for each class, or a table of files and classes."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from PIL import Image

from engine.data.pictures.found import Broken, Listing, natural
from engine.data.pictures.reading import SUFFIXES, read_picture
from engine.errors import DataError
from engine.task import Task

TABLES = (".csv", ".tsv", ".txt")
"""Suffixes of tables of file and class."""
_FILE_WORDS = ("file", "filename", "file_name", "filepath", "path", "image", "picture", "img")
_CLASS_WORDS = ("label", "class", "category", "classname", "class_name", "target", "name")
_DELIMITERS = ("\t", ";", ",")
"""Where two fit equally well, the one that is rarer within names."""
_MAX_TABLE = 256 * 1024**2
"""A table of more bytes than this is refused."""
_TRAIN = ("train", "training")
_TEST = ("test", "testing")
_VALIDATION = ("val", "valid", "validation")


@dataclass
class FileSource:
    """Pictures in files of their own."""

    paths: list[Path]

    def picture(self, index: int, least: int) -> tuple[Image.Image, tuple[int, int]]:
        """Return picture ``index`` and its width and height; raises DataError."""
        return read_picture(self.paths[index], least)


def list_folder(folder: Path, task: Task) -> Listing:
    """List a folder whose sub-folders are classes; what lies deeper belongs to the class above it.

    If the sub-folders are called ``train`` and ``test`` (or ``val``), the classes are theirs, and
    which pictures are to test on is laid down. Links to folders are not followed, so no loop is.

    Raises:
        DataError: the folder cannot be read, or it has no sub-folder with pictures.
        Cancelled: the task was cancelled.
    """
    source = FileSource([])
    listing = Listing(folder.resolve().name or "Pictures", source)
    parts = _parts(folder)
    of_class: list[str] = []
    for part, is_test in parts:
        for sub in _sub_folders(part):
            for path in _files(sub, task, listing):
                source.paths.append(path)
                listing.names.append(str(path.relative_to(folder)))
                of_class.append(sub.name)
                if len(parts) > 1:
                    listing.tests.append(is_test)
    names = {sub.name for part, _ in parts for sub in _sub_folders(part)}
    beside = sum(_is_picture(path) for part, _ in parts for path in part.iterdir())
    if not of_class:
        where = f"holds {_pictures(beside)}, but none" if beside else "holds no picture"
        raise DataError(f"{folder} {where} in a sub-folder; each class needs a sub-folder with its pictures.")
    if beside:
        listing.notes.append(f"Left out, because no sub-folder says its class: {_pictures(beside)}.")
    if len(parts) > 1:
        listing.notes.append("The folder says which pictures are to train on and which to test on.")
    _number(listing, of_class, names)
    return listing


def list_table(path: Path, task: Task) -> Listing:
    """List a table (CSV) of files and classes, one picture a line.

    The columns are parted by commas, semicolons or tabs. A first line of headings is optional; with
    one, the columns may stand anywhere. Files are looked for beside the table.

    Raises:
        DataError: the table cannot be read, or no line of it names a file and a class.
        Cancelled: the task was cancelled.
    """
    source = FileSource([])
    listing = Listing(path.stem, source)
    rows = _rows(path)
    first: tuple[int, list[str]] = next(rows, (0, []))
    columns = _columns(first[1])
    of_class: list[str] = []
    for line, row in rows if columns else chain([first], rows):
        task.check()
        file_at, class_at = columns or (0, 1)
        if not any(cell.strip() for cell in row):
            continue
        if len(row) <= max(file_at, class_at) or not row[file_at].strip() or not row[class_at].strip():
            listing.broken.append(Broken(f"line {line}", "It does not name both a file and a class."))
            continue
        name = row[file_at].strip()
        source.paths.append(path.parent / name.replace("\\", "/"))
        listing.names.append(f"line {line}: {name}")
        of_class.append(" ".join(row[class_at].split()))
    if not of_class:
        raise DataError(f"{path} names no picture; each line needs a file and a class, like 'cat1.png,cat'.")
    _number(listing, of_class, set(of_class))
    return listing


def _parts(folder: Path) -> list[tuple[Path, bool]]:
    """Return the folders whose sub-folders are classes, and whether their pictures are to test on."""
    subs = {sub.name.lower(): sub for sub in _sub_folders(folder)}
    train = [sub for name, sub in subs.items() if name in _TRAIN]
    test = [sub for name, sub in subs.items() if name in _TEST]
    validation = [sub for name, sub in subs.items() if name in _VALIDATION]
    whole = len(train) + len(test) + len(validation) == len(subs)
    if not whole or not train or len(subs) < 2 or not all(_sub_folders(sub) for sub in subs.values()):
        return [(folder, False)]
    # Without a test part, the validation part is the one that is not learnt from.
    tested = test or validation
    return [(sub, sub in tested) for sub in subs.values()]


def _sub_folders(folder: Path) -> list[Path]:
    try:
        subs = [path for path in folder.iterdir() if not path.name.startswith(".") and path.is_dir()]
    except OSError as error:
        raise DataError(f"Cannot read {folder}: {error.strerror}.") from None
    return sorted((sub for sub in subs if not sub.is_symlink()), key=lambda sub: natural(sub.name))


def _files(folder: Path, task: Task, listing: Listing) -> Iterator[Path]:
    """Yield the pictures below ``folder`` in their natural order; count what else is there."""

    def unreadable(error: OSError) -> None:
        listing.broken.append(Broken(str(error.filename), f"{error.strerror}."))

    for top, folders, files in os.walk(folder, onerror=unreadable):
        task.check()
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=natural)
        for name in sorted(files, key=natural):
            path = Path(top, name)
            if _is_picture(path):
                yield path
            else:
                listing.ignored += 1


def _is_picture(path: Path) -> bool:
    return not path.name.startswith(".") and path.suffix.lower() in SUFFIXES and not path.is_dir()


def _number(listing: Listing, of_class: Sequence[str], names: set[str]) -> None:
    """Put the classes into their natural order and give each picture its number."""
    listing.class_names = tuple(sorted(names, key=lambda name: (natural(name), name)))
    number = {name: index for index, name in enumerate(listing.class_names)}
    listing.labels = [number[name] for name in of_class]


def _pictures(count: int) -> str:
    return f"{count} picture{'' if count == 1 else 's'}"


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a table with their numbers, cut into cells."""
    try:
        if path.stat().st_size > _MAX_TABLE:
            raise DataError(f"{path} is larger than {_MAX_TABLE // 1024**2} MB, which is what is allowed.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 at byte {error.start}; save the table as UTF-8.") from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise DataError(f"{path} is damaged in line {reader.line_num}: {error}.") from None


def _delimiter(text: str) -> str:
    """Return the delimiter that parts the most of the first lines into the same number of cells."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]

    def regular(mark: str) -> int:
        counts = Counter(line.count(mark) for line in lines if mark in line)
        return max(counts.values(), default=0)

    return max(_DELIMITERS, key=regular)


def _columns(row: Sequence[str]) -> tuple[int, int] | None:
    """Return where file and class stand if ``row`` is a line of headings."""
    words = [cell.strip().lower() for cell in row]
    file_at = next((words.index(word) for word in _FILE_WORDS if word in words), None)
    class_at = next((words.index(word) for word in _CLASS_WORDS if word in words), None)
    return None if file_at is None or class_at is None else (file_at, class_at)
