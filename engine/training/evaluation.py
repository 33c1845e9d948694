"""How good a network is on images it has not learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from engine.data.preprocess import Preprocessing
from engine.model.losses import softmax
from engine.model.network import Network
from engine.training.micro_batches import micro_batch_bounds
from engine.training.workers import Workers
from engine.types import Array, Bytes, Context, Labels, Scratch

CHUNK = 200
"""Images that are evaluated between two training steps: a few milliseconds."""


@dataclass(frozen=True)
class Evaluation:
    """The answers of a network to a number of images.

    Attributes:
        indices: which images of the set, ``(N,)``.
        labels: their true classes, ``(N,)``.
        predicted: the most probable classes, ``(N,)``.
        confidence: the probability of the predicted class, ``(N,)``.
        loss: cross-entropy of each image, ``(N,)``.
        total: how many images the set has.
        classes: how many classes there are.
    """

    indices: Labels
    labels: Labels
    predicted: Labels
    confidence: Array
    loss: Array
    total: int
    classes: int

    @property
    def accuracy(self) -> float:
        """Share of images whose predicted class is the true one, 0 to 1 (NaN without images)."""
        return float(np.mean(self.labels == self.predicted)) if len(self.labels) else float("nan")

    @property
    def mean_loss(self) -> float:
        """Mean cross-entropy (NaN without images)."""
        return float(np.mean(self.loss, dtype=np.float64)) if len(self.loss) else float("nan")

    @property
    def confusion(self) -> npt.NDArray[np.int64]:
        """Counts ``(K, K)``: rows are true classes, columns predicted ones."""
        flat = np.bincount(self.labels * self.classes + self.predicted, minlength=self.classes**2)
        return flat.reshape(self.classes, self.classes).astype(np.int64)

    @property
    def class_accuracy(self) -> npt.NDArray[np.float64]:
        """Accuracy for each true class ``(K,)``; NaN for a class without images."""
        confusion = self.confusion
        counts = confusion.sum(axis=1)
        return np.where(counts > 0, confusion.diagonal() / np.maximum(counts, 1), np.nan)

    def worst(self, count: int) -> Labels:
        """Return positions (into ``indices``) of the mistakes with the highest loss, worst first."""
        wrong = np.flatnonzero(self.labels != self.predicted)
        return wrong[np.argsort(-self.loss[wrong], kind="stable")][:count]

    def cell(self, true: int, predicted: int) -> Labels:
        """Return positions of the images of class ``true`` that were taken for ``predicted``."""
        return np.flatnonzero((self.labels == true) & (self.predicted == predicted))


class Sweep:
    """Evaluates a network chunk by chunk, so that training can go on in between."""

    def __init__(
        self, network: Network, preprocessing: Preprocessing, images: Bytes, labels: Labels, indices: Labels
    ) -> None:
        """Prepare to evaluate the images ``indices`` of ``images``; the network must not change meanwhile."""
        self._network = network
        self._preprocessing = preprocessing
        self._images = images
        self._labels = labels
        self._indices = indices
        self._done = 0
        self._parts: list[tuple[Labels, Array, Array]] = []
        self._bytes = sum(4 * int(np.prod(shape)) for shape in network.shapes)

    @property
    def total(self) -> int:
        """How many images are evaluated in the end."""
        return len(self._indices)

    @property
    def finished(self) -> bool:
        """Whether all images are evaluated."""
        return self._done >= len(self._indices)

    def advance(self, count: int, workers: Workers) -> None:
        """Evaluate the next ``count`` images."""
        chosen = self._indices[self._done : self._done + count]
        bounds = micro_batch_bounds(len(chosen), self._bytes)
        self._parts += workers.run([partial(self._slice, chosen[a:b]) for a, b in bounds])
        self._done += len(chosen)

    def _slice(self, chosen: Labels, scratch: Scratch) -> tuple[Labels, Array, Array]:
        x = self._preprocessing.apply(self._images[chosen])
        # Weights that went astray show in the loss.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            logits, _ = self._network.forward(x, Context(scratch=scratch, scope=(-1,)))
            probabilities = softmax(logits)
            predicted = probabilities.argmax(axis=1)
            rows = np.arange(len(chosen))
            shifted = logits - logits.max(axis=1, keepdims=True)
            loss = np.log(np.exp(shifted).sum(axis=1)) - shifted[rows, self._labels[chosen]]
        return predicted, probabilities[rows, predicted].copy(), loss

    def result(self) -> Evaluation:
        """Return the evaluation of the images that are done so far."""
        indices = self._indices[: self._done]
        columns = (
            [np.concatenate(c) for c in zip(*self._parts, strict=True)] if self._parts else [np.zeros(0)] * 3
        )
        return Evaluation(
            indices=indices,
            labels=self._labels[indices],
            predicted=columns[0].astype(np.int64),
            confidence=columns[1],
            loss=columns[2],
            total=len(self._images),
            classes=self._network.classes,
        )


def evaluate(
    network: Network, preprocessing: Preprocessing, images: Bytes, labels: Labels, workers: Workers
) -> Evaluation:
    """Evaluate all ``images``, uint8 ``(N, C, H, W)``, in one go."""
    sweep = Sweep(network, preprocessing, images, labels, np.arange(len(images)))
    while not sweep.finished:
        sweep.advance(1000, workers)
    return sweep.result()
