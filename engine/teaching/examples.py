"""My examples: corrected answers, kept on the disk.

The examples of one form, that is one image shape and one list of classes, are one ``.npz`` file of plain
arrays: ``images`` uint8 ``(N, C, H, W)``, ``labels`` and ``answers`` int64 ``(N,)`` (an answer of -1: none),
``keys``, ``when`` and ``source`` as words ``(N,)``, and ``class_names``. Every change writes a new file
beside it and renames it, so a process that is killed at any moment leaves either the old examples or the
new ones.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from engine.data.folders import own_folder
from engine.errors import DataError
from engine.io.files import replacing
from engine.io.gate import ARRAYS, opened
from engine.io.idx import write_idx
from engine.io.npz import Archive
from engine.types import Bytes, Labels, Shape

MOST = 1000
"""Examples that one form may have; more are a data set of one's own."""
_FOLDER = "examples"


@dataclass(frozen=True, eq=False)
class Example:
    """One image whose class the user has said.

    Attributes:
        key: names it, also after others were removed.
        image: pixels as the network sees them, ``(C, H, W)``.
        label: its class.
        answer: what the network had said, if anything.
        when: time of adding, ISO 8601 in UTC.
        source: where it comes from, in words.
    """

    key: str
    image: Bytes
    label: int
    answer: int | None
    when: str
    source: str


class Examples:
    """The examples of one form; every method looks at the disk, so two windows share them.

    Attributes:
        in_shape: shape of one image, ``(C, H, W)``.
        class_names: the classes; a label is an index into them.
        path: the file.
    """

    def __init__(self, in_shape: Shape, class_names: Sequence[str]) -> None:
        """Name the store; no file is made before the first example."""
        self.in_shape = tuple(int(length) for length in in_shape)
        self.class_names = tuple(class_names)
        form = json.dumps([self.in_shape, self.class_names])
        mark = hashlib.sha256(form.encode()).hexdigest()[:10]
        size = "x".join(str(length) for length in self.in_shape)
        self.path = own_folder() / _FOLDER / f"{size}-{len(self.class_names)}-{mark}.npz"

    def all(self) -> tuple[Example, ...]:
        """Return the examples in the order of adding.

        Raises:
            DataError: the file cannot be read; a broken one has been set aside under the name in the
                message, and the next call begins anew.
        """
        if not self.path.exists():
            return ()
        with opened(self.path, ARRAYS):
            pass  # what cannot be opened is not broken
        try:
            return self._read()
        except DataError as error:
            aside = self._set_aside()
            raise DataError(f"My examples are broken and were set aside as {aside}: {error}") from None

    def add(self, image: Bytes, label: int, *, answer: int | None = None, source: str = "drawing") -> Example:
        """Keep one more example and return it.

        Raises:
            DataError: image or label do not fit, there are ``MOST`` examples already, or the file
                cannot be read or written.
        """
        if image.dtype != np.uint8 or image.shape != self.in_shape:
            raise DataError(
                f"The image is {image.dtype} of shape {image.shape}; allowed is uint8 of {self.in_shape}."
            )
        self._check(label)
        old = self.all()
        if len(old) >= MOST:
            raise DataError(f"There are {len(old)} examples; allowed are {MOST}. Remove some first.")
        when = datetime.now(timezone.utc).isoformat(timespec="seconds")
        example = Example(uuid.uuid4().hex, image.copy(), int(label), answer, when, source[:80])
        self._write((*old, example))
        return example

    def relabel(self, key: str, label: int) -> None:
        """Give an example another class; raises DataError if there is no such example or class."""
        self._check(label)
        old = self._with(key)
        self._write(tuple(replace(each, label=int(label)) if each.key == key else each for each in old))

    def remove(self, *keys: str) -> None:
        """Take examples away, all of them or none; raises DataError if there is no such example."""
        self._write(tuple(each for each in self._with(*keys) if each.key not in keys))

    def arrays(self) -> tuple[Bytes, Labels]:
        """Return images ``(N, C, H, W)`` and labels ``(N,)``; raises DataError as ``all`` does."""
        return stacked(self.all(), self.in_shape)

    def export(self, folder: Path, *, packed: bool = True) -> tuple[Path, Path]:
        """Write the examples as two IDX files, named as those of MNIST, and return their paths.

        Grey images have three dimensions ``(N, H, W)``; images of several channels have four,
        ``(N, C, H, W)``, in a file named ``idx4``.

        Raises:
            DataError: there is no example, a label does not fit into a byte, or a file cannot be written.
        """
        images, labels = self.arrays()
        if not len(images):
            raise DataError("There is no example yet, so there is nothing to export.")
        if labels.max() > 255:
            raise DataError(f"A label is {labels.max()}; allowed in an IDX file is 0 to 255.")
        if images.shape[1] == 1:
            images = images[:, 0]
        end = ".gz" if packed else ""
        paths = folder / f"images-idx{images.ndim}-ubyte{end}", folder / f"labels-idx1-ubyte{end}"
        try:
            for path, values in zip(paths, (images, labels.astype(np.uint8)), strict=True):
                write_idx(path, values)
        except OSError as error:
            raise DataError(f"Cannot write to {folder}: {error.strerror}.") from None
        return paths

    def _check(self, label: int) -> None:
        if not 0 <= label < len(self.class_names):
            raise DataError(f"The label is {label}; allowed is 0 to {len(self.class_names) - 1}.")

    def _with(self, *keys: str) -> tuple[Example, ...]:
        examples = self.all()
        if set(keys) - {each.key for each in examples}:
            raise DataError("This example is not among my examples any more.")
        return examples

    def _read(self) -> tuple[Example, ...]:
        with Archive(self.path) as archive:
            images, labels, answers = (archive.read(name) for name in ("images", "labels", "answers"))
            words = [archive.words(name) for name in ("keys", "when", "source")]
            names = archive.words("class_names")
        count = len(labels) if labels.ndim == 1 else -1
        fits = (
            images.dtype == np.uint8
            and images.shape == (count, *self.in_shape)
            and labels.dtype == answers.dtype == np.int64
            and answers.shape == (count,)
            and all(len(column) == count for column in words)
            and names == self.class_names
        )
        if not fits or (count and not 0 <= labels.min() <= labels.max() < len(names)):
            raise DataError(f"{self.path} holds arrays that do not belong together.")
        rows = zip(images, labels, answers, *words, strict=True)
        return tuple(
            Example(key, image, int(label), int(answer) if 0 <= answer < len(names) else None, when, source)
            for image, label, answer, key, when, source in rows
        )

    def _write(self, examples: Sequence[Example]) -> None:
        images, labels = stacked(examples, self.in_shape)
        answers = [-1 if each.answer is None else each.answer for each in examples]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self.path) as file:
                np.savez(
                    file,
                    images=images,
                    labels=labels,
                    answers=np.array(answers, np.int64),
                    keys=np.array([each.key for each in examples], np.str_),
                    when=np.array([each.when for each in examples], np.str_),
                    source=np.array([each.source for each in examples], np.str_),
                    class_names=np.array(self.class_names, np.str_),
                )
        except OSError as error:
            raise DataError(f"Cannot write {self.path}: {error.strerror}.") from None

    def _set_aside(self) -> Path:
        """Rename the broken file to a name that is free, so that no older one is lost."""
        taken = {path.name for path in self.path.parent.glob("*.broken")}
        stem, number = re.sub(r"\.npz$", "", self.path.name), 1
        while (name := f"{stem}-{number}.broken") in taken:
            number += 1
        try:
            return self.path.rename(self.path.with_name(name))
        except OSError as error:
            raise DataError(f"Cannot set {self.path} aside: {error.strerror}.") from None


def stacked(examples: Sequence[Example], in_shape: Shape) -> tuple[Bytes, Labels]:
    """Return images ``(N, C, H, W)`` and labels ``(N,)`` of ``examples``, which may be none."""
    images = np.zeros((len(examples), *in_shape), np.uint8)
    for place, example in zip(images, examples, strict=True):
        place[:] = example.image
    return images, np.array([each.label for each in examples], np.int64)
