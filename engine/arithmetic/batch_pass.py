"""The mini-batch of one training step, sent through the network again, and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from engine.arithmetic.passes import Deltas, Pass
from engine.data.preprocess import Preprocessing
from engine.model.losses import softmax_cross_entropy
from engine.model.network import Network
from engine.task import Task
from engine.training.batches import Batch
from engine.training.config import RunConfig
from engine.training.gradient import micro_batch_rng
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


@dataclass(frozen=True, eq=False)
class StepInputs:
    """All that determines one training step but for the optimiser's state.

    Attributes:
        config: the settings of the run.
        preprocessing: what is done to its images.
        batch: the images of the step, its micro-batches and live settings.
        weights: all that the network had learnt before it, like ``Network.state_vector``; not changed.
    """

    config: RunConfig
    preprocessing: Preprocessing
    batch: Batch
    weights: Array

    def micro_batches(self, task: Task, only: int | None = None, **options: Any) -> Iterator[MicroBatch]:
        """Send the micro-batches through the network one after the other.

        Args:
            task: is told how far it is; may cancel.
            only: the number, within the batch, of an image whose micro-batch is the only one wanted.
            options: as for ``run``.
        """
        bounds = self.batch.micro_batches
        for index, (start, stop) in enumerate(bounds):
            task.report(index, len(bounds))
            if only is None or start <= only < stop:
                yield self.run(index, **options)

    def run(self, index: int, weights: Array | None = None, dtype: npt.DTypeLike = np.float32) -> MicroBatch:
        """Send micro-batch ``index`` through the network as the training does.

        Args:
            index: number of the micro-batch.
            weights: others than those of the step.
            dtype: with 64 bits layers draw the same random numbers as with 32.
        """
        config, batch = self.config, self.batch
        start, stop = batch.micro_batches[index]
        network = Network.empty(config.network, np.array(self.weights if weights is None else weights, dtype))
        x = self.preprocessing.apply(batch.images[start:stop]).astype(dtype, copy=False)
        rng = micro_batch_rng(config, batch.step - 1, index)
        if rng is not None and network.vector.dtype != np.float32:
            rng = cast("np.random.Generator", _SameDraws(rng))
        labels = batch.labels[start:stop]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # shown as what they are
            found = Pass.of(network, x, Context(training=True, rng=rng))
            loss, grad, _ = softmax_cross_entropy(found.outputs[-1], labels, config.smoothing)
        return MicroBatch(start, labels, found, grad, loss)


class _SameDraws:
    """A generator that draws with 32 bits whatever is asked: the numbers that the training drew."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def random(self, dtype: npt.DTypeLike, out: Array) -> None:
        """Fill ``out``."""
        out[...] = self._rng.random(out.shape, dtype=np.float32)
