"""What the images of a data set have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.task import Task
from engine.types import Array, Bytes, Labels

_BLOCK = 1024
"""Images looked at together; between two blocks the work can be cancelled."""


@dataclass(frozen=True, eq=False)
class Statistics:
    """What many images have in common.

    Attributes:
        count: number of images.
        mean: mean of each pixel, 0 to 255, ``(C, H, W)``.
        std: standard deviation of each pixel, ``(C, H, W)``.
        histogram: how often each value 0 to 255 occurs, for each channel, ``(C, 256)``.
    """

    count: int
    mean: Array
    std: Array
    histogram: Labels

    @property
    def overall(self) -> tuple[float, float]:
        """Mean and standard deviation of all pixels of all channels, 0 to 255."""
        weights = self.histogram.sum(axis=0) / self.histogram.sum()
        values = np.arange(256)
        mean = float(weights @ values)
        return mean, float(np.sqrt(max(0.0, weights @ (values - mean) ** 2)))

    @property
    def share_black(self) -> float:
        """Share of the pixels that are 0, which is what most of a drawing consists of."""
        return float(self.histogram[:, 0].sum() / self.histogram.sum())


def statistics(images: Bytes, indices: Labels, task: Task | None = None) -> Statistics:
    """Return the statistics of ``images[indices]``, uint8 ``(N, C, H, W)``, at least one of them.

    Raises:
        Cancelled: the task was cancelled.
    """
    task = task or Task()
    channels, height, width = images.shape[1:]
    total, squares = (np.zeros((channels, height, width)) for _ in range(2))
    histogram = np.zeros((channels, 256), np.int64)
    for start in range(0, len(indices), _BLOCK):
        task.check()
        block = images[indices[start : start + _BLOCK]]
        for channel in range(channels):
            histogram[channel] += np.bincount(block[:, channel].ravel(), minlength=256)
        values = block.astype(np.float32)
        total += values.sum(axis=0, dtype=np.float64)
        squares += np.einsum("nchw,nchw->chw", values, values)
    mean = total / len(indices)
    std = np.sqrt(np.maximum(squares / len(indices) - mean**2, 0))
    return Statistics(len(indices), mean.astype(np.float32), std.astype(np.float32), histogram)
