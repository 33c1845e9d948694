"""The training images that a network sees as most alike an image: its nearest neighbours in feature space."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.preprocess import Preprocessing
from engine.explain.base import ExplainError, check_images
from engine.explain.part import at_once
from engine.model.familiar import feature_layer
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.task import Task
from engine.types import Array, Bytes, Labels

MOST = 10_000
"""Images that are compared unless more are asked for."""
ROOM = 2**26
"""Bytes that their features may take; where each has many, fewer images are compared."""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest images, the nearest first.

    Attributes:
        images: their numbers among the training images, ``(n,)``.
        labels: their classes, ``(n,)``.
        distances: Euclidean, as a share of the distance between two of the compared images chosen at random;
            0 is the same features, 1 is as far as any two images; ``(n,)``.
        compared: how many images were compared.
    """

    images: npt.NDArray[np.int64]
    labels: Labels
    distances: Array
    compared: int


@dataclass(frozen=True, eq=False)
class FeatureIndex:
    """The features of training images, made once and searched for any image.

    Attributes:
        network: a copy of the one whose features they are.
        layer: number of the layer, from 0, that gives the features.
        preprocessing: what is done to an image before it enters.
        features: of each image, float32 ``(n, D)``.
        images: their numbers among the training images, ``(n,)``.
        labels: their classes, ``(n,)``.
        usual: root mean square distance of two of them chosen at random.
    """

    network: Network
    layer: int
    preprocessing: Preprocessing
    features: Array
    images: npt.NDArray[np.int64]
    labels: Labels
    usual: float

    @classmethod
    @np.errstate(over="ignore", invalid="ignore")
    def of(
        cls,
        network: Network,
        preprocessing: Preprocessing,
        images: Bytes,
        labels: Labels,
        task: Task | None = None,
        most: int = MOST,
    ) -> FeatureIndex:
        """Make the features of up to ``most`` images, evenly spread: what enters the last layer with weights.

        Args:
            network: is copied, so it may train on.
            preprocessing: what is done to the images before they enter.
            images: pixels, ``(N, C, H, W)``.
            labels: ``(N,)``.
            task: gets the progress, and can cancel it.
            most: images that are compared, if there is ``ROOM`` for them.

        Raises:
            ExplainError: there are no images, they do not fit, or the network has nothing to call features.
            Cancelled: the task was cancelled.
        """
        task = task or Task()
        check_images(network, images)
        layer, network = _layer(network.spec), network.copy()
        room = ROOM // (4 * math.prod(network.shapes[layer]))
        chosen = (
            np.linspace(0, len(images) - 1, min(most, len(images), max(1, room))).round().astype(np.int64)
        )
        found, step = [], at_once(network.spec)
        for start in range(0, len(chosen), step):
            task.report(start, len(chosen))
            x = preprocessing.apply(images[chosen[start : start + step]])
            found.append(_features(network, layer, x))
        features = np.concatenate(found)
        # The mean squared distance of two of them is twice the sum of the variances.
        usual = float(np.sqrt(2 * features.var(axis=0, dtype=np.float64).sum()))
        return cls(network, layer, preprocessing, features, chosen, labels[chosen], usual)

    @np.errstate(over="ignore", invalid="ignore")
    def nearest(self, image: Bytes, count: int = 8, *, but: int | None = None) -> Neighbours:
        """Return the ``count`` images whose features are nearest to those of ``image``, ``(C, H, W)``.

        The image number ``but`` among the training images is left out: the image itself.
        """
        own = _features(self.network, self.layer, self.preprocessing.apply(image[None]))[0]
        # |a - b|^2 = |a|^2 - 2 a b + |b|^2 without an array of differences as large as the features;
        # of the nearest ones once more by their differences, which lose no digits.
        squares = np.einsum("nd,nd->n", self.features, self.features) - 2 * (self.features @ own)
        if but is not None:
            squares[self.images == but] = np.inf
        near = np.argsort(squares, kind="stable")[: count + 8]
        near = near[np.isfinite(squares[near])]
        exact = np.sqrt(np.square(self.features[near] - own, dtype=np.float64).sum(axis=1))
        order = np.argsort(exact, kind="stable")[:count]
        best = near[order]
        distances: Array = (exact[order] / (self.usual or 1.0)).astype(np.float32)
        return Neighbours(self.images[best], self.labels[best], distances, len(self.images))


def _layer(spec: NetworkSpec) -> int:
    layer = feature_layer(spec)
    if layer is None:
        raise ExplainError("Nearest images need a fully connected layer at the end with layers before it.")
    return layer


def _features(network: Network, layer: int, x: Array) -> Array:
    return np.ascontiguousarray(network.trace(x, last=layer).logits.reshape(len(x), -1))
