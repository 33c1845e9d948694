"""CIFAR-10's python batches and binary batches.

A python batch is a pickled dict with ``data``, uint8 ``(N, 3072)``, and ``labels``, a list of N
numbers. A binary batch is N records of one byte for the label and 3,072 for the pixels. In both the
pixels of an image are its red, green and blue plane, each row by row: ``(3, 32, 32)``.
Source: https://www.cs.toronto.edu/~kriz/cifar.html.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from engine.data.dataset import Dataset
from engine.data.entry import Entry
from engine.data.formats.base import Format
from engine.data.sources import Found, md5
from engine.errors import DataError
from engine.io.plain_pickle import load_plain
from engine.task import Task
from engine.types import Bytes, Labels

_PIXELS = 3 * 32 * 32


class _Batches(Format):
    """Five batches to train on and one to test on."""

    published: ClassVar[Mapping[str, str]]
    """md5 of the files as they are published."""

    def read(self, files: Mapping[str, Found], entry: Entry, task: Task) -> tuple[Dataset, list[str]]:
        """Read the six batches; what differs from the published files is reported, not refused."""
        batches = []
        for name in self.names:
            task.check()
            batches.append(self._batch(files[name], entry.classes))
        images = [batch[0].reshape(-1, 3, 32, 32) for batch in batches]
        labels = [batch[1] for batch in batches]
        dataset = Dataset(
            name=entry.name,
            title=entry.title,
            class_names=entry.class_names,
            train_images=np.concatenate(images[:-1]),
            train_labels=np.concatenate(labels[:-1]),
            test_images=images[-1],
            test_labels=labels[-1],
        )
        sizes = len(dataset.train_labels), len(dataset.test_labels)
        if sizes != (entry.train, entry.test):
            raise DataError(
                f"The batches hold {sizes[0]:,} training and {sizes[1]:,} test images; "
                f"those of {entry.title} are {entry.train:,} and {entry.test:,}."
            )
        other = [
            name for name, expected in self.published.items() if md5(files[name].content, task) != expected
        ]
        notes = []
        if other:
            which = "the batches" if len(other) == len(self.published) else ", ".join(other)
            notes.append(f"Not byte for byte as published, but of the right form: {which}.")
        return dataset, notes

    @abstractmethod
    def _batch(self, found: Found, classes: int) -> tuple[Bytes, Labels]:
        """Return pixels ``(N, 3072)`` and labels ``(N,)``; raises DataError."""


class CifarPython(_Batches):
    """The batches as pickles, read by an unpickler that admits only plain arrays."""

    title: ClassVar[str] = "CIFAR-10 python batches"
    archive: ClassVar[str] = "cifar-10-python.tar"
    names: ClassVar[tuple[str, ...]] = (*(f"data_batch_{n}" for n in range(1, 6)), "test_batch")
    published: ClassVar[Mapping[str, str]] = {
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
    }

    def _batch(self, found: Found, classes: int) -> tuple[Bytes, Labels]:
        batch = load_plain(found.content, found.where)
        if not isinstance(batch, dict):
            raise DataError(f"{found.where} holds a {type(batch).__name__}; a batch is a dict.")
        named = {
            key.decode("latin-1") if isinstance(key, bytes) else key: value for key, value in batch.items()
        }
        pixels, labels = named.get("data"), named.get("labels")
        if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.shape[1:] != (_PIXELS,):
            raise DataError(
                f"{found.where} has no pixels of type uint8 and shape (N, {_PIXELS}) under 'data'."
            )
        if not isinstance(labels, list) or not all(type(label) is int for label in labels):
            raise DataError(f"{found.where} has no list of numbers under 'labels'.")
        return pixels, _checked(np.array(labels, np.int64), len(pixels), classes, found)


class CifarBinary(_Batches):
    """The batches as records of 3,073 bytes."""

    title: ClassVar[str] = "CIFAR-10 binary batches"
    archive: ClassVar[str] = "cifar-10-binary.tar"
    names: ClassVar[tuple[str, ...]] = (*(f"data_batch_{n}.bin" for n in range(1, 6)), "test_batch.bin")
    published: ClassVar[Mapping[str, str]] = {
        "data_batch_1.bin": "5dd7e06a14cb22eb9f671a540d1b7c25",
        "data_batch_2.bin": "5ea93a67294ea407fff1d09f752e9692",
        "data_batch_3.bin": "942cd6a4bcdd0dd3c604fbe906cb4421",
        "data_batch_4.bin": "ae636b3ba5c66a11e91e8cb52e771fcb",
        "data_batch_5.bin": "53f37980c15c3d472c316c40844f3f0d",
        "test_batch.bin": "803d5f7f4d78ea53de84dbe85f74fb6d",
    }

    def _batch(self, found: Found, classes: int) -> tuple[Bytes, Labels]:
        if not found.content or len(found.content) % (1 + _PIXELS):
            raise DataError(
                f"{found.where} has {len(found.content):,} bytes; "
                f"a batch is made of records of {1 + _PIXELS:,}."
            )
        records = np.frombuffer(found.content, np.uint8).reshape(-1, 1 + _PIXELS)
        labels = records[:, 0].astype(np.int64)
        return records[:, 1:], _checked(labels, len(records), classes, found)


def _checked(labels: Labels, count: int, classes: int, found: Found) -> Labels:
    if len(labels) != count:
        raise DataError(f"{found.where} has {count:,} images and {len(labels):,} labels.")
    if count and not 0 <= labels.min() <= labels.max() < classes:
        raise DataError(
            f"{found.where} has labels from {labels.min()} to {labels.max()}; allowed is 0 to {classes - 1}."
        )
    return labels
