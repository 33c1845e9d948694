"""The mini-batch of one training step, sent through the network again, and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from engine.arithmetic.passes import Deltas, Pass, unheard
from engine.model.losses import softmax_cross_entropy
from engine.model.network import Network
from engine.task import Task
from engine.training.gradient import micro_batch_rng
from engine.training.replay import StepStart
from engine.types import Array, Context, Labels


@dataclass(frozen=True, eq=False)
class MicroBatch:
    """One micro-batch of a step, with everything that training does: batch statistics, dropout, smoothing.

    Attributes:
        start: number, within the batch, of its first image.
        labels: the classes of its images, ``(N,)``.
        found: what went through the network.
        grad: gradient of the summed loss for the logits, ``(N, K)``.
        loss: sum of the images' losses.
    """

    start: int
    labels: Labels
    found: Pass
    grad: Array
    loss: float

    def back(self) -> Deltas:
        """Return the gradients of the summed loss of the micro-batch."""
        return self.found.back(self.grad)


def micro_batches(start: StepStart, task: Task, only: int | None = None) -> Iterator[MicroBatch]:
    """Send the micro-batches of a step through the network one after the other.

    Args:
        start: the step.
        task: is told how far it is; may cancel.
        only: the number, within the batch, of an image whose micro-batch is the only one wanted.
    """
    bounds = start.batch.micro_batches
    for index, (first, stop) in enumerate(bounds):
        task.report(index, len(bounds))
        if only is None or first <= only < stop:
            yield run(start, index)


def run(
    start: StepStart, index: int, weights: Array | None = None, dtype: npt.DTypeLike = np.float32
) -> MicroBatch:
    """Send one micro-batch of a step through the network as the training does.

    Args:
        start: the step.
        index: number of the micro-batch.
        weights: others than those of the step.
        dtype: with 64 bits layers draw the same random numbers as with 32.
    """
    config, batch = start.config, start.batch
    first, stop = batch.micro_batches[index]
    network = Network.empty(config.network, np.array(start.weights if weights is None else weights, dtype))
    x = start.preprocessing.apply(batch.images[first:stop]).astype(dtype, copy=False)
    rng = micro_batch_rng(config, batch.step - 1, index)
    if rng is not None and network.vector.dtype != np.float32:
        rng = cast("np.random.Generator", _SameDraws(rng))
    labels = batch.labels[first:stop]
    with unheard():
        found = Pass.of(network, x, Context(training=True, rng=rng))
        loss, grad, _ = softmax_cross_entropy(found.outputs[-1], labels, config.smoothing)
    return MicroBatch(first, labels, found, grad, loss)


class _SameDraws:
    """A generator that draws with 32 bits whatever is asked: the numbers that the training drew."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def random(self, dtype: npt.DTypeLike, out: Array) -> None:
        """Fill ``out``."""
        out[...] = self._rng.random(out.shape, dtype=np.float32)
