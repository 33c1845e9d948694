"""An evaluation of the test images that goes on beside the training and costs it little."""

from __future__ import annotations

import time

import numpy as np

from engine.data.dataset import Dataset
from engine.training.evaluation import CHUNK, Evaluation, Sweep
from engine.training.trainer import Trainer
from engine.training.workers import Workers

SHARE = 0.01
"""Share of the time that the evaluation may take while the network trains."""
FIRST = 0.2
"""Seconds that the first evaluation may take beyond that when somebody begins to look."""
IMAGES = 2000
"""Test images of one evaluation while training; all of them while it stands still."""


class SideEvaluation:
    """Evaluates a frozen copy of the network chunk by chunk, between training steps.

    Attributes:
        wanted: whether anyone looks at the result.
        step: the training step whose weights the present or last evaluation uses.
    """

    def __init__(self, trainer: Trainer, dataset: Dataset, workers: Workers) -> None:
        """Evaluate the network of ``trainer`` on the test images of ``dataset``."""
        self.wanted = False
        self.step = -1
        self._trainer = trainer
        self._dataset = dataset
        self._workers = workers
        self._sweep: Sweep | None = None
        self._images = 0
        self._allowance = FIRST
        self._order = np.random.default_rng(0).permutation(len(dataset.test_images))

    def beside(self, seconds: float) -> Evaluation | None:
        """Use a share of the ``seconds`` that training has just taken; returns a finished evaluation."""
        if not self.wanted:
            self._sweep, self._allowance = None, FIRST
            return None
        self._allowance += SHARE * seconds
        if self._allowance < 0:
            return None
        count = min(IMAGES, len(self._order))
        if self._sweep is None or self._sweep.total > count:
            self._begin(count)
        return self._advance()

    def still_to_do(self) -> bool:
        """Whether, with training standing still, images are left to evaluate."""
        total = len(self._order)
        return self.wanted and not (self.step == self._trainer.step_count and self._images >= total)

    def standing(self) -> Evaluation | None:
        """Evaluate a chunk while training stands still; returns a finished evaluation of all images."""
        if (
            self._sweep is None
            or self._sweep.total < len(self._order)
            or self.step != self._trainer.step_count
        ):
            self._begin(len(self._order))
        return self._advance()

    def _begin(self, count: int) -> None:
        trainer, dataset = self._trainer, self._dataset
        self.step, self._images = trainer.step_count, 0
        self._sweep = Sweep(
            trainer.best_network(),
            trainer.preprocessing,
            dataset.test_images,
            dataset.test_labels,
            np.sort(self._order[:count]),
        )

    def _advance(self) -> Evaluation | None:
        assert self._sweep is not None  # noqa: S101 - for the type checker
        began = time.perf_counter()
        self._sweep.advance(CHUNK, self._workers)
        self._allowance -= time.perf_counter() - began
        if not self._sweep.finished:
            return None
        result = self._sweep.result()
        self._allowance = min(self._allowance, 0.0)
        self._images, self._sweep = len(result.indices), None
        return result
