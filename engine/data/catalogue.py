"""The data sets that the program knows by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.data.dataset import Dataset
from engine.data.idx import read_images, read_labels
from engine.errors import DataError
from engine.types import Shape

_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "data"
_DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class Entry:
    """What is known of a data set before it is loaded.

    Attributes:
        name: the word for it in settings and on the command line.
        title: the words for it in the window.
        about: one sentence on what it shows.
        in_shape: shape of one image, ``(C, H, W)``.
        classes: number of classes.
        licence: under which it may be passed on.
        home: where it comes from.
        loader: reads it; raises DataError.
    """

    name: str
    title: str
    about: str
    in_shape: Shape
    classes: int
    licence: str
    home: str
    loader: Callable[[], Dataset]


def idx_folder(folder: Path, name: str, title: str, class_names: tuple[str, ...]) -> Dataset:
    """Read a data set from the four gzipped IDX files of ``folder``, named as those of MNIST.

    Raises:
        DataError: a file is missing or broken, or they do not belong together.
    """
    classes = len(class_names)
    return Dataset(
        name=name,
        title=title,
        class_names=class_names,
        train_images=read_images(folder / "train-images-idx3-ubyte.gz"),
        train_labels=read_labels(folder / "train-labels-idx1-ubyte.gz", classes),
        test_images=read_images(folder / "t10k-images-idx3-ubyte.gz"),
        test_labels=read_labels(folder / "t10k-labels-idx1-ubyte.gz", classes),
    )


def _mnist() -> Dataset:
    return idx_folder(_FOLDER / "mnist", "mnist", "MNIST", _DIGITS)


DATASETS: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry(
            name="mnist",
            title="MNIST",
            about="70,000 handwritten digits, 28x28 pixels, white on black.",
            in_shape=(1, 28, 28),
            classes=10,
            licence="CC BY-SA 3.0",
            home="http://yann.lecun.com/exdb/mnist/",
            loader=_mnist,
        ),
    )
}
"""Every data set by name."""


def load(name: str) -> Dataset:
    """Return the data set called ``name``; a second call returns the same object.

    Raises:
        DataError: there is no such data set, or its files are missing or broken.
    """
    if name not in DATASETS:
        raise DataError(f"There is no data set {name!r}; there are {', '.join(DATASETS)}.")
    return _load(name)


@lru_cache(maxsize=2)
def _load(name: str) -> Dataset:
    return DATASETS[name].loader()
