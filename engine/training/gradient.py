"""The gradient of one micro-batch of a batch: what every processor that shares in a step computes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.model.losses import softmax_cross_entropy
from engine.model.network import Network
from engine.training.config import RunConfig
from engine.types import Array, Bytes, Cache, Context, Labels, Scratch

GRADIENT_BUFFERS = 8
"""Gradients are added up in n buffers: micro-batch i goes to buffer i mod n, in order, and at the end
the buffers are added in order. So the sum is the same bit for bit, whoever computed which."""

# Purposes of the random generators, after the seed; initialisation is 0, shuffling 1.
_DROPOUT, _AUGMENT = 2, 3


def micro_batch_images(config: RunConfig, images: Bytes, step: int, index: int, chosen: Labels) -> Bytes:
    """Return the images ``chosen`` as micro-batch ``index`` of the step after ``step`` steps has them."""
    mine = images[chosen]
    if config.augmentation.is_identity:
        return mine
    return config.augmentation.apply(mine, np.random.default_rng([config.seed, _AUGMENT, step, index]))


def mean_gradient(buffers: Array, micro_batches: int, images: int) -> Array:
    """Return the mean gradient over ``images`` images; the buffers are added in order, into the first."""
    grad: Array = buffers[0]
    for other in buffers[1:micro_batches]:
        grad += other
    grad /= images
    return grad


@dataclass(frozen=True)
class MicroBatchResult:
    """What one micro-batch showed; its gradient is in its buffer.

    Attributes:
        index: number of the micro-batch in its batch.
        loss: sum of the images' losses.
        correct: how many images were classified correctly.
        batch_statistics: what each layer has seen of its input, for its running statistics.
    """

    index: int
    loss: float
    correct: int
    batch_statistics: list[Cache]


class MicroBatchWorker:
    """Computes micro-batches for one run with a ``Scratch`` of its own; one for each processor.

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
        buffers: Array,
    ) -> None:
        """Prepare for micro-batches of ``images``; their gradients go to ``buffers``."""
        self.network = network
        self._config = config
        self._preprocessing = preprocessing
        self._images = images
        self._labels = labels
        self._buffers = buffers
        self._scratch = Scratch()
        self._part = np.empty_like(network.vector)

    def compute(self, step: int, micro_batches: Sequence[tuple[int, Labels]]) -> list[MicroBatchResult]:
        """Compute micro-batches, given by number and images, of the step after ``step`` steps.

        The micro-batches of one buffer must all be given to the same ``MicroBatchWorker``, in order.
        """
        return [self._micro_batch(step, index, chosen) for index, chosen in micro_batches]

    def _micro_batch(self, step: int, index: int, chosen: Labels) -> MicroBatchResult:
        config, network = self._config, self.network
        images = micro_batch_images(config, self._images, step, index, chosen)
        rng: np.random.Generator | None = None
        if network.spec.uses_randomness:
            rng = np.random.default_rng([config.seed, _DROPOUT, step, index])
        ctx = Context(training=True, rng=rng, scratch=self._scratch)
        out = self._buffers[index] if index < GRADIENT_BUFFERS else self._part
        # Overflow shows in the loss, which is said in words.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            logits, caches = network.forward(self._preprocessing.apply(images), ctx)
            labels = self._labels[chosen]
            loss, grad, probabilities = softmax_cross_entropy(logits, labels, config.smoothing)
            correct = int(np.count_nonzero(probabilities.argmax(axis=1) == labels))
            network.backward(grad, caches, ctx, out)
            if out is self._part:
                self._buffers[index % GRADIENT_BUFFERS] += out
        layers = network.spec.layers
        batch_statistics = [
            layer.batch_statistics(cache) for layer, cache in zip(layers, caches, strict=True)
        ]
        return MicroBatchResult(index, loss, correct, batch_statistics)
