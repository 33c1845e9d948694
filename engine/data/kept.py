"""Data sets as they are kept on the disk: one ``NAME.npz`` of plain arrays each.

Whatever form a data set came in, it is kept in this one: ``train_images`` and ``test_images`` uint8
``(N, C, H, W)``, ``train_labels`` and ``test_labels`` int64 ``(N,)``. It is not compressed, so that it is
read in a fraction of a second.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.data.dataset import Dataset
from engine.data.entry import Entry
from engine.data.folders import data_folder
from engine.errors import DataError
from engine.io.files import replacing
from engine.io.npz import Archive
from engine.task import Task, watched

ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")


def kept_path(name: str) -> Path:
    """Return where the data set ``name`` is kept if it has been fetched."""
    return data_folder() / f"{name}.npz"


def keep(entry: Entry, dataset: Dataset, task: Task | None = None) -> None:
    """Write ``dataset`` to its place; on DataError or Cancelled an older file stays as it was."""
    path = kept_path(entry.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            np.savez(watched(file, task or Task()), **{name: getattr(dataset, name) for name in ARRAYS})
    except OSError as error:
        raise DataError(f"Cannot write {path}: {error.strerror}.") from None


def read_kept(entry: Entry) -> Dataset:
    """Read the data set of ``entry`` from its place; raises DataError if it is missing or broken."""
    with Archive(kept_path(entry.name)) as archive:
        arrays = {name: archive.read(name) for name in ARRAYS}
    return Dataset(entry.name, entry.title, entry.class_names, **arrays)
