"""The four IDX files of MNIST and of the sets made after its pattern."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import ClassVar

from engine.data.dataset import Dataset
from engine.data.entry import Entry
from engine.data.formats.base import Format
from engine.data.sources import Found, md5, plain_name
from engine.errors import DataError
from engine.io.idx import as_images, as_labels, parse_idx
from engine.task import Task
from engine.types import Bytes


class Idx(Format):
    """Images and labels in IDX, plain or compressed."""

    title: ClassVar[str] = "IDX"
    names: ClassVar[tuple[str, ...]] = (
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    )

    def read(self, files: Mapping[str, Found], entry: Entry, task: Task) -> tuple[Dataset, list[str]]:
        """Read the four files; each must hold what its publisher's holds, if that is known."""
        for file in entry.files:
            _check(files[plain_name(file.name)], file.content_md5, entry, task)
        values: list[Bytes] = [
            parse_idx(io.BytesIO(files[name].content), files[name].where) for name in self.names
        ]
        places = [files[name].where for name in self.names]
        dataset = Dataset(
            name=entry.name,
            title=entry.title,
            class_names=entry.class_names,
            train_images=as_images(values[0], places[0]),
            train_labels=as_labels(values[1], entry.classes, places[1]),
            test_images=as_images(values[2], places[2]),
            test_labels=as_labels(values[3], entry.classes, places[3]),
        )
        notes = []
        packed = {found.packed_md5 for found in files.values()}
        if not all(file.content_md5 or file.md5 in packed for file in entry.files):
            notes.append(
                f"The checksums of {entry.title}'s plain files are not known; only their form was checked."
            )
        return dataset, notes


def _check(found: Found, expected: str, entry: Entry, task: Task) -> None:
    """Raise DataError if a file holds something else; the sets made after MNIST share its names."""
    actual = md5(found.content, task)
    if expected and actual != expected:
        raise DataError(
            f"{found.where} is not the file of {entry.title}: its content has the md5 {actual}, and that of "
            f"{entry.title} has {expected}."
        )
