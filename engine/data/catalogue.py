"""The data sets that the program knows by name: its own list, and what the user added."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from engine.data.built_in import DATASETS
from engine.data.dataset import Dataset
from engine.data.entry import Entry
from engine.data.folders import own_folder
from engine.data.kept import kept_path
from engine.errors import DataError, MissingDataError

__all__ = ["DATASETS", "Entry", "entries", "entry", "forget", "is_present", "load", "missing"]


def entries() -> dict[str, Entry]:
    """Return every data set by name: those of the program, then the user's own that are on the disk now."""
    from engine.data.own import own_entries  # stands on this module

    return {**DATASETS, **own_entries()}


def entry(name: str) -> Entry:
    """Return what is known of the data set ``name``; raises DataError if there is none."""
    known = DATASETS if name in DATASETS else entries()
    if name not in known:
        from engine.data.own import own_sets

        damaged = own_sets()[1]  # it is there, but it cannot be used
        if name in damaged:
            raise DataError(damaged[name])
        raise DataError(f"There is no data set {name!r}; there are {', '.join(known)}.")
    return known[name]


def is_present(name: str) -> bool:
    """Whether the data set ``name`` can be loaded without fetching anything."""
    known = entry(name)
    return known.shipped or not known.files or kept_path(name).is_file()


def load(name: str) -> Dataset:
    """Return the data set called ``name``; a second call returns the same object.

    Raises:
        MissingDataError: the program knows it, but its files are not on this computer.
        DataError: there is no such data set, or its files are broken.
    """
    known = entry(name)
    if not is_present(name):
        raise MissingDataError(missing(known))
    return _load(name, own_folder())


def forget(name: str) -> None:
    """Let the next ``load`` read the data set ``name`` from the disk again."""
    entry(name)
    _load.cache_clear()


def missing(entry: Entry) -> str:
    """Return how a data set that is not on this computer gets there, as a sentence for the user."""
    return (
        f"{entry.title} is not on this computer: fetch it with "
        f"\u201cpython main.py data get {entry.name}\u201d, or add its files ({entry.by_hand}) with "
        f"\u201cpython main.py data add {entry.name} FILES\u201d."
    )


@lru_cache(maxsize=2)
def _load(name: str, _folder: Path) -> Dataset:
    return entry(name).loader()
