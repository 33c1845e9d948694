"""The gradient of one slice of a batch: what every processor that shares in a step computes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.model.losses import softmax_cross_entropy
from engine.model.network import Network
from engine.training.config import RunConfig
from engine.types import Array, Bytes, Cache, Context, Labels, Scratch

LANES = 8
"""Gradients are added up in so many lanes: slice i goes to lane i mod LANES, in order, and at the end
the lanes are added in order. So the sum is the same bit for bit, whoever computed which lane."""

# Purposes of the random generators, after the seed; initialisation is 0, shuffling 1.
_DROPOUT, _AUGMENT = 2, 3


@dataclass(frozen=True)
class SliceResult:
    """What one slice showed; its gradient is in its lane.

    Attributes:
        index: number of the slice in its batch.
        loss: sum of the images' losses.
        right: how many images were classified correctly.
        observed: what each layer has observed for its statistics.
    """

    index: int
    loss: float
    right: int
    observed: list[Cache]


class SliceWork:
    """Computes slices for one run with a ``Scratch`` of its own; one for each processor.

    Attributes:
        network: its parameters may lie in memory that several processes share.
    """

    def __init__(
        self,
        config: RunConfig,
        network: Network,
        preprocessing: Preprocessing,
        images: Bytes,
        labels: Labels,
        lanes: Array,
    ) -> None:
        """Prepare for slices of ``images``; gradients go to ``lanes``, ``(LANES, parameters)``."""
        self.network = network
        self._config = config
        self._preprocessing = preprocessing
        self._images = images
        self._labels = labels
        self._lanes = lanes
        self._scratch = Scratch()
        self._part = np.empty_like(network.flat)

    def compute(self, step: int, slices: Sequence[tuple[int, Labels]]) -> list[SliceResult]:
        """Compute slices, given by number and images, of the step after ``step`` steps.

        The slices of one lane must all be given to the same ``SliceWork``, in order.
        """
        return [self._slice(step, index, chosen) for index, chosen in slices]

    def _slice(self, step: int, index: int, chosen: Labels) -> SliceResult:
        config, network = self._config, self.network
        images = self._images[chosen]
        if not config.augmentation.is_identity:
            images = config.augmentation.apply(
                images, np.random.default_rng([config.seed, _AUGMENT, step, index])
            )
        rng: np.random.Generator | None = None
        if network.spec.uses_randomness:
            rng = np.random.default_rng([config.seed, _DROPOUT, step, index])
        ctx = Context(training=True, rng=rng, scratch=self._scratch)
        out = self._lanes[index] if index < LANES else self._part
        # Overflow shows in the loss, which is told in words.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            logits, caches = network.forward(self._preprocessing.apply(images), ctx)
            labels = self._labels[chosen]
            loss, grad, probabilities = softmax_cross_entropy(logits, labels, config.smoothing)
            right = int(np.count_nonzero(probabilities.argmax(axis=1) == labels))
            network.backward(grad, caches, ctx, out)
            if out is self._part:
                self._lanes[index % LANES] += out
        layers = network.spec.layers
        observed = [layer.observed(cache) for layer, cache in zip(layers, caches, strict=True)]
        return SliceResult(index, loss, right, observed)
