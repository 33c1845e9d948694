"""Data sets of one's own, as they lie in the user's folder: one ``own-NAME.npz`` each.

A file holds plain arrays: ``train_images`` and ``test_images`` uint8 ``(N, C, H, W)``,
``train_labels`` and ``test_labels`` int64 ``(N,)``, ``class_names`` and ``title`` as words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import count
from pathlib import Path

import numpy as np

from engine.data.dataset import Dataset
from engine.data.entry import Entry
from engine.data.folders import own_folder
from engine.data.kept import ARRAYS
from engine.errors import DataError
from engine.io.files import replacing
from engine.io.npz import Archive
from engine.text import natural
from engine.types import Shape

PREFIX = "own-"
"""Every data set of one's own has a name that begins so."""


@dataclass(frozen=True)
class OwnSet:
    """What the file of a data set says of itself, without its pictures.

    Attributes:
        path: the file.
        title: the words for it in the window.
        class_names: what its pictures are of.
        in_shape: shape of one picture, ``(C, H, W)``.
        train, test: numbers of pictures.
    """

    path: Path
    title: str
    class_names: tuple[str, ...]
    in_shape: Shape
    train: int
    test: int

    @property
    def name(self) -> str:
        """The word for it in settings and on the command line."""
        return self.path.stem

    @property
    def about(self) -> str:
        """One sentence on what is in it."""
        channels, height, width = self.in_shape
        colours = "in colour" if channels == 3 else "in greyscale"
        return (
            f"{self.train + self.test:,} pictures of your own, {len(self.class_names)} classes, "
            f"{width}x{height} pixels {colours}; {self.test:,} of them to test on."
        )


def own_sets() -> tuple[dict[str, OwnSet], dict[str, str]]:
    """Return the data sets on the disk now by name, and the sentences about files that are broken."""
    found: dict[str, OwnSet] = {}
    broken: dict[str, str] = {}
    for path in sorted(own_folder().glob(f"{PREFIX}*.npz"), key=lambda path: natural(path.stem)):
        try:
            status = path.stat()
            found[path.stem] = _look(path, status.st_mtime_ns, status.st_size)
        except OSError as error:
            broken[path.stem] = f"Cannot read {path}: {error.strerror}."
        except DataError as error:
            broken[path.stem] = str(error)
    return found, broken


def own_entries() -> dict[str, Entry]:
    """Return the entries of the catalogue for the data sets on the disk now; broken ones are left out."""
    return {name: _entry(each) for name, each in own_sets()[0].items()}


def load_own(path: Path) -> Dataset:
    """Read a data set; raises DataError if its file is missing or broken."""
    with Archive(path) as archive:
        look = _read_look(archive)
        images = {name: archive.read(name) for name in ARRAYS}
    return Dataset(path.stem, look.title, look.class_names, **images)


def store(dataset: Dataset, title: str) -> str:
    """Keep a data set; returns the name it got.

    If another one has the title already, a number is added to it.

    Raises:
        DataError: the title is empty, or the file cannot be written.
    """
    title = checked_title(title)
    taken = {each.title.casefold() for each in own_sets()[0].values()}
    free = next(each for each in _numbered(title, " ") if each.casefold() not in taken)
    slugs = _numbered(f"{PREFIX}{_slug(free)}", "-")
    path = next(path for slug in slugs if not (path := own_folder() / f"{slug}.npz").exists())
    _write(path, dataset, free)
    return path.stem


def rename(name: str, title: str) -> None:
    """Give a data set another title; its name stays, because settings and models refer to it.

    Raises:
        DataError: the title is empty, or the file cannot be read or written.
    """
    path = _path(name)
    _write(path, load_own(path), checked_title(title))


def remove(name: str) -> None:
    """Delete a data set, broken or not; raises DataError if that fails."""
    path = _path(name)
    try:
        path.unlink()
    except OSError as error:
        raise DataError(f"Cannot remove {path}: {error.strerror}.") from None


def _path(name: str) -> Path:
    path = own_folder() / f"{name}.npz"
    if not name.startswith(PREFIX) or path.parent != own_folder():
        raise DataError(f"There is no data set of your own called {name!r}.")
    return path


def checked_title(title: str) -> str:
    """Return a title with single spaces; raises DataError if it is empty or very long."""
    title = " ".join(title.split())
    if not 1 <= len(title) <= 80:
        raise DataError(f"The title has {len(title)} characters; allowed is 1 to 80.")
    return title


def _numbered(word: str, mark: str) -> Iterator[str]:
    """Yield ``word``, then ``word 2``, ``word 3`` and so on."""
    yield word
    yield from (f"{word}{mark}{number}" for number in count(2))


def _slug(title: str) -> str:
    """Return a word for file names: ``Café & Tea`` gives ``cafe-tea``."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "pictures"


def _write(path: Path, dataset: Dataset, title: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            np.savez(
                file,
                title=np.array(title),
                class_names=np.array(dataset.class_names, dtype=np.str_),
                **{name: getattr(dataset, name) for name in ARRAYS},
            )
    except OSError as error:
        raise DataError(f"Cannot write {path}: {error.strerror}.") from None


@lru_cache(maxsize=256)
def _look(path: Path, _changed: int, _size: int) -> OwnSet:
    """Read what a file says of itself; asked again only after the file has changed."""
    with Archive(path) as archive:
        return _read_look(archive)


def _read_look(archive: Archive) -> OwnSet:
    for name in ARRAYS:
        if name not in archive.headers:
            raise DataError(f"{archive.path} has no array {name!r}; it is not a data set of your own.")
    train, test = (archive.headers[name].shape for name in ("train_images", "test_images"))
    for shape in (train, test):
        if len(shape) != 4:
            raise DataError(f"{archive.path}: the images have the shape {shape}; allowed is (N, C, H, W).")
    title = "".join(archive.words("title")) or archive.path.stem
    class_names = archive.words("class_names")
    return OwnSet(archive.path, title, class_names, train[1:], train[0], test[0])


@lru_cache(maxsize=256)
def _entry(own: OwnSet) -> Entry:
    """Return the same entry for the same file, so that entries can be compared."""
    return Entry(
        name=own.name,
        title=own.title,
        about=own.about,
        in_shape=own.in_shape,
        class_names=own.class_names,
        train=own.train,
        test=own.test,
        loader=partial(load_own, own.path),
    )
