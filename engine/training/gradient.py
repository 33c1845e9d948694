"""The gradient of one micro-batch of a batch: what every processor that shares in a step computes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

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
    rng = np.random.default_rng([config.seed_of_data, _AUGMENT, step, index])
    return config.augmentation.apply(mine, rng)


def micro_batch_rng(config: RunConfig, step: int, index: int) -> np.random.Generator | None:
    """Return what layers draw from in micro-batch ``index`` of the step after ``step`` steps, if any does."""
    if not config.network.uses_randomness:
        return None
    return np.random.default_rng([config.seed, _DROPOUT, step, index])


def batch_images(
    config: RunConfig, images: Bytes, step: int, chosen: Labels, bounds: Sequence[tuple[int, int]]
) -> Bytes:
    """Return the images ``chosen`` as all micro-batches of the step after ``step`` steps have them."""
    return np.concatenate(
        [
            micro_batch_images(config, images, step, index, chosen[start:stop])
            for index, (start, stop) in enumerate(bounds)
        ]
    )


def mean_gradient(buffers: Array, micro_batches: int, images: int) -> Array:
    """Return the mean gradient over ``images`` images; the buffers are added in order, into the first."""
    grad: Array = buffers[0]
    for other in buffers[1:micro_batches]:
        grad += other
    grad /= images
    return grad


def loss_gradient(
    network: Network, x: Array, labels: Labels, ctx: Context, out: Array, smoothing: float = 0.0
) -> tuple[float, int, list[Cache]]:
    """Write the gradient of the summed loss for ``network.vector`` into ``out``.

    Args:
        network: is not changed.
        x: preprocessed images, ``(N, C, H, W)``.
        labels: their classes, ``(N,)``.
        ctx: without ``training`` the layers run as in inference, and have no batch statistics.
        out: a vector like ``network.vector``.
        smoothing: as in ``RunConfig``.

    Returns:
        The sum of the images' losses, how many were classified correctly, and the batch statistics of
        each layer.
    """
    # Overflow shows in the loss, which is said in words.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        logits, caches = network.forward(x, ctx)
        loss, grad, probabilities = softmax_cross_entropy(logits, labels, smoothing)
        correct = int(np.count_nonzero(probabilities.argmax(axis=1) == labels))
        network.backward(grad, caches, ctx, out)
    layers = zip(network.spec.layers, caches, strict=True)
    return loss, correct, [layer.batch_statistics(cache) for layer, cache in layers] if ctx.training else []


MicroBatches: TypeAlias = Sequence[tuple[int, Labels]]
"""Micro-batches of a batch, by number and images."""


class Share(NamedTuple):
    """What one process computes of the step after ``step`` steps: micro-batches, by number and images."""

    step: int
    micro_batches: MicroBatches


NO_SHARE = Share(0, [])


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
        self._ready: tuple[int, int, Labels, Array] | None = None

    def prepare(self, step: int, micro_batches: MicroBatches) -> None:
        """Make the images of the first of ``micro_batches`` ready, of the step after ``step`` steps.

        `compute` takes them if it is given the same objects; what it gives does not change.
        """
        for index, chosen in micro_batches[:1]:
            self._ready = (step, index, chosen, self._inputs(step, index, chosen))

    def compute(self, step: int, micro_batches: MicroBatches) -> list[MicroBatchResult]:
        """Compute micro-batches, given by number and images, of the step after ``step`` steps.

        The micro-batches of one buffer must all be given to the same ``MicroBatchWorker``, in order.
        """
        return [self._micro_batch(step, index, chosen) for index, chosen in micro_batches]

    def _micro_batch(self, step: int, index: int, chosen: Labels) -> MicroBatchResult:
        config, network = self._config, self.network
        x = self._take(step, index, chosen)
        rng = micro_batch_rng(config, step, index)
        ctx = Context(training=True, rng=rng, scratch=self._scratch)
        out = self._buffers[index] if index < GRADIENT_BUFFERS else self._part
        found = loss_gradient(network, x, self._labels[chosen], ctx, out, config.smoothing)
        if out is self._part:
            with np.errstate(over="ignore", invalid="ignore"):
                self._buffers[index % GRADIENT_BUFFERS] += out
        return MicroBatchResult(index, *found)

    def _take(self, step: int, index: int, chosen: Labels) -> Array:
        """Return what enters the network: what is ready, or else made now."""
        ready, self._ready = self._ready, None
        if ready is not None and ready[:2] == (step, index) and ready[2] is chosen:
            return ready[3]
        return self._inputs(step, index, chosen)

    def _inputs(self, step: int, index: int, chosen: Labels) -> Array:
        return self._preprocessing.apply(micro_batch_images(self._config, self._images, step, index, chosen))
