"""A data set in memory, and the part of it that is held out for validation."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from engine.errors import DataError
from engine.records import dataclass
from engine.text import name as shown
from engine.types import Bytes, Labels, Shape

_BLOCK = 1024
"""Images whose squares are summed at a time: exact in float64, and small beside the data."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images with a class each, to train on and to test on; nothing in it can be changed.

    Attributes:
        name: the word that names it in settings and on the command line.
        title: the words that name it in the window.
        class_names: the K classes; a label is an index into them.
        train_images: pixels, ``(N, C, H, W)``.
        train_labels: ``(N,)``.
        test_images: pixels, ``(M, C, H, W)``.
        test_labels: ``(M,)``.

    Raises:
        DataError: the arrays do not belong together; the message says which.
    """

    name: str
    title: str
    class_names: tuple[str, ...]
    train_images: Bytes
    train_labels: Labels
    test_images: Bytes
    test_labels: Labels

    def __post_init__(self) -> None:
        """Check that the arrays belong together and lock them; make the names harmless to show."""
        object.__setattr__(self, "title", shown(self.title))
        object.__setattr__(self, "class_names", tuple(shown(name) for name in self.class_names))
        for part in ("train", "test"):
            images, labels = getattr(self, f"{part}_images"), getattr(self, f"{part}_labels")
            self._check(part, images, labels)
            for name, array in (("images", images), ("labels", labels)):
                view = array.view()
                view.flags.writeable = False
                object.__setattr__(self, f"{part}_{name}", view)
        if self.train_images.shape[1:] != self.test_images.shape[1:]:
            raise DataError(
                f"{self.title}: the training images have the shape {self.train_images.shape[1:]}, "
                f"the test images {self.test_images.shape[1:]}; they must be alike."
            )

    def _check(self, part: str, images: Bytes, labels: Labels) -> None:
        where = f"{self.title}, {part}"
        if images.dtype != np.uint8 or images.ndim != 4 or 0 in images.shape:
            raise DataError(
                f"{where}: the images are {images.dtype} of shape {images.shape}; "
                "allowed is uint8 of shape (N, C, H, W) with at least one image."
            )
        if labels.dtype != np.int64 or labels.shape != images.shape[:1]:
            raise DataError(
                f"{where}: the labels are {labels.dtype} of shape {labels.shape}; "
                f"allowed is int64 of shape ({len(images)},), one for each image."
            )
        low, high = int(labels.min()), int(labels.max())
        if low < 0 or high >= len(self.class_names):
            wrong = low if low < 0 else high
            raise DataError(f"{where}: a label is {wrong}; allowed is 0 to {len(self.class_names) - 1}.")

    @property
    def in_shape(self) -> Shape:
        """Shape of one image, ``(C, H, W)``."""
        return self.train_images.shape[1:]

    @cached_property
    def _moments(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and standard deviation of each channel, of pixels from 0 to 1."""
        count, channels, height, width = self.train_images.shape
        sums, squares = np.zeros(channels), np.zeros(channels)
        for start in range(0, count, _BLOCK):
            block = self.train_images[start : start + _BLOCK].astype(np.float64)
            sums += block.sum(axis=(0, 2, 3))
            squares += np.einsum("nchw,nchw->c", block, block)
        pixels = count * height * width
        mean = sums / pixels
        deviation = np.sqrt(np.maximum(squares / pixels - mean**2, 0.0))
        # A channel of one colour has a standard deviation of 0; one grey level keeps the division harmless.
        deviation = np.maximum(deviation, 1.0)
        return tuple(float(m) for m in mean / 255), tuple(float(d) for d in deviation / 255)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all images and labels, in hexadecimal; equal data sets have equal ones."""
        import hashlib  # it brings OpenSSL, which few starts need

        digest = hashlib.sha256()
        for array in (self.train_images, self.train_labels, self.test_images, self.test_labels):
            digest.update(str(array.shape).encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    @property
    def mean(self) -> tuple[float, ...]:
        """Mean of each channel over the training images, pixels counted from 0 to 1."""
        return self._moments[0]

    @property
    def std(self) -> tuple[float, ...]:
        """Standard deviation of each channel over the training images, pixels counted from 0 to 1."""
        return self._moments[1]


def holdout(dataset: Dataset, count: int, seed: int) -> tuple[Labels, Labels]:
    """Split the training images into those to learn from and those to validate on.

    The validation images are drawn at random, from every class in proportion to its size (largest
    remainders get the odd images), so a small validation set is no luckier with one class than with
    another.

    Args:
        dataset: whose training images are split.
        count: images for validation.
        seed: the same seed gives the same split.

    Returns:
        Indices of the training images and of the validation images, each ascending.

    Raises:
        DataError: ``count`` leaves no image to learn from.
    """
    labels = dataset.train_labels
    if not 0 <= count < len(labels):
        raise DataError(
            f"The number of validation images is {count}; {dataset.title} has {len(labels)} training "
            f"images, so allowed is 0 to {len(labels) - 1}."
        )
    sizes = np.bincount(labels, minlength=len(dataset.class_names))
    shares = sizes * count / len(labels)
    quota = np.floor(shares).astype(np.int64)
    odd = np.argsort(quota - shares, kind="stable")[: count - int(quota.sum())]
    quota[odd] += 1
    rng = np.random.default_rng(seed)
    chosen = np.zeros(len(labels), bool)
    for label, wanted in enumerate(quota):
        chosen[rng.permutation(np.flatnonzero(labels == label))[:wanted]] = True
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)
