"""Occlusion: what is lost when a part of the image is covered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.errors import ConfigError
from engine.explain.base import Explanation, Method
from engine.model.network import Network
from engine.options import option
from engine.task import Task
from engine.types import Array, Bytes

_BATCH = 8
"""Covered images that go through the network together; between two batches the work can be given up."""


@dataclass(frozen=True)
class Occlusion(Method):
    """Probability that the class loses when a square patch covers a part of the image.

    ``v[p,q] = P(target | image) - P(target | image covered at (p, q))``. The image is divided into cells of
    ``stride`` pixels; for each one, a patch of ``size`` pixels around it takes the mean colour of the data
    set, which is 0 after preprocessing. Negative values: the class does better without that part.

    Shapes: image ``(C, H, W)`` to values ``(H, W)``, equal within a cell; one pass forwards for each
    of ``ceil(H / stride) ceil(W / stride)`` cells, in batches.
    Source: Zeiler and Fergus, *Visualizing and understanding convolutional networks*, 2014.
    """

    type_name: ClassVar[str] = "occlusion"
    title: ClassVar[str] = "Occlusion"
    slow: ClassVar[bool] = True
    about: ClassVar[str] = (
        "How much probability the class loses when a patch of the average colour covers this place. "
        "Measured, not estimated; but what two places tell together stays hidden."
    )

    size: int = option(6, "Side of the patch in pixels", low=1, high=64)
    stride: int = option(
        2, "Pixels from one place of the patch to the next; at most its side", low=1, high=64
    )

    def __post_init__(self) -> None:
        """Check the options; raise ConfigError if one is not allowed."""
        super().__post_init__()
        if self.stride > self.size:
            raise ConfigError(
                f"occlusion: stride is {self.stride}; allowed is at most the size of the patch, {self.size}."
            )

    def _explain_each(
        self,
        network: Network,
        preprocessing: Preprocessing,
        image: Bytes,
        targets: tuple[int, ...],
        task: Task,
    ) -> tuple[Explanation, ...]:
        x = preprocessing.apply(image[None])
        height, width = image.shape[1:]
        down, across = -(-height // self.stride), -(-width // self.stride)
        places = [(row, column) for row in range(down) for column in range(across)]
        chosen = list(targets)
        whole = network.predict(x)[0, chosen]
        cells = np.empty((down * across, len(targets)), np.float32)
        for start in range(0, len(places), _BATCH):
            task.report(start, len(places))
            batch = self._covered(x[0], places[start : start + _BATCH])
            cells[start : start + _BATCH] = whole - network.predict(batch)[:, chosen]
        detail = f"patch of {self.size}×{self.size} px at {down}×{across} places"
        maps = cells.T.reshape(-1, down, across).repeat(self.stride, axis=1).repeat(self.stride, axis=2)
        return tuple(
            Explanation(
                np.ascontiguousarray(each[:height, :width]),
                True,
                "loss of probability",
                detail,
                (down, across),
            )
            for each in maps
        )

    def _covered(self, x: Array, places: list[tuple[int, int]]) -> Array:
        """Return ``x``, ``(C, H, W)``, covered at each cell in turn; the batch is innermost in memory."""
        batch = np.repeat(x[..., np.newaxis], len(places), axis=-1)
        margin = (self.size - self.stride) // 2
        for number, (row, column) in enumerate(places):
            top, left = row * self.stride - margin, column * self.stride - margin
            batch[:, max(0, top) : top + self.size, max(0, left) : left + self.size, number] = 0
        images: Array = np.moveaxis(batch, -1, 0)
        return images
