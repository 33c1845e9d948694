"""Integrated gradients: what each pixel contributed on the way from a blank image to this one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.explain.base import Balance, Explanation, Method
from engine.explain.gradient import input_gradients
from engine.model.network import Network
from engine.options import option
from engine.task import Task
from engine.types import Array, Bytes

_BATCH = 8
"""Places on the way that go through the network together; between two batches the work can be given up."""


@dataclass(frozen=True)
class IntegratedGradients(Method):
    """Contribution of each pixel to the class's logit, measured from a blank image, the baseline.

    ``v = (x - x0) mean_i d z_target / dx (x0 + a_i (x - x0))`` with ``a_i = (i - 1/2) / steps``, summed over
    the channels. Completeness: ``sum v = z(x) - z(x0)`` up to the error of the ``steps``; both sides are
    given with the map.

    Shapes: image ``(C, H, W)`` to values ``(H, W)``. One pass forwards and one backwards for each step.
    Source: Sundararajan, Taly and Yan, *Axiomatic attribution for deep networks*, 2017.
    """

    type_name: ClassVar[str] = "integrated_gradients"
    title: ClassVar[str] = "Integrated gradients"
    slow: ClassVar[bool] = True
    about: ClassVar[str] = (
        "How much each pixel contributed to the score, compared with a blank image. All of it adds up to the "
        "score; but a pixel that looks like the blank image gets nothing, even if its being empty matters."
    )

    steps: int = option(64, "Places on the way from the blank image to this one", low=2, high=2000)
    baseline: str = option(
        "black",
        "The blank image that is compared with; mean is the average colour of the data set",
        choices=("black", "mean", "white"),
    )

    def _explain_each(
        self,
        network: Network,
        preprocessing: Preprocessing,
        image: Bytes,
        targets: tuple[int, ...],
        task: Task,
    ) -> tuple[Explanation, ...]:
        x = np.moveaxis(preprocessing.apply(image[None]), 0, -1)  # (C, H, W, 1): the batch is innermost
        blank = np.moveaxis(self._blank(preprocessing, image), 0, -1)
        way = x - blank
        sums = [np.zeros(image.shape) for _ in targets]
        shares = ((np.arange(self.steps) + 0.5) / self.steps).astype(np.float32)
        for start in range(0, self.steps, _BATCH):
            task.report(start, self.steps)
            places = np.moveaxis(blank + way * shares[start : start + _BATCH], -1, 0)
            for total, gradient in zip(sums, input_gradients(network, places, targets), strict=True):
                total += gradient.sum(axis=0, dtype=np.float64)
        ends = network.forward(np.moveaxis(np.concatenate([blank, x], axis=-1), -1, 0))[0].astype(np.float64)
        detail = f"{self.steps} steps from {self.baseline}"
        results = []
        for target, total in zip(targets, sums, strict=True):
            values = (way[..., 0] * total / self.steps).sum(axis=0)
            balance = Balance(
                "completeness",
                float(values.sum()),
                float(ends[1, target] - ends[0, target]),
                f"sum of the map and difference of the score from the {self.baseline} image; more steps "
                "bring them together",
            )
            shown = np.ascontiguousarray(values, np.float32)
            results.append(
                Explanation(shown, True, "contribution to the score", detail, shown.shape, balance)
            )
        return tuple(results)

    def _blank(self, preprocessing: Preprocessing, image: Bytes) -> Array:
        """Return what enters the network for the blank image, ``(1, C, H, W)``."""
        if self.baseline == "mean":  # which is zero after preprocessing
            return np.zeros((1, *image.shape), np.float32)
        level = 255 if self.baseline == "white" else 0
        return preprocessing.apply(np.full((1, *image.shape), level, np.uint8))
