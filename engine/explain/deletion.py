"""How much a map says: what becomes of the class when the pixels are taken away in its order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.preprocess import Preprocessing
from engine.explain.base import Explanation, Method
from engine.model.network import Network
from engine.task import Task
from engine.types import Array, Bytes

_BATCH = 8


@dataclass(frozen=True, eq=False)
class Deletion:
    """The deletion curve of a map.

    Attributes:
        shares: of the pixels that are taken away, from 0 to 1, ``(P,)``.
        probabilities: of the class then, ``(P,)``.
    """

    shares: Array
    probabilities: Array

    @property
    def area(self) -> float:
        """Area under the curve, 0 to 1: the smaller, the sooner the map found what the class rests on."""
        heights, widths = self.probabilities.astype(np.float64), np.diff(self.shares)
        return float(((heights[1:] + heights[:-1]) / 2 * widths).sum())


def order_of(method: Method, found: Explanation) -> npt.NDArray[np.intp]:
    """Return the numbers of the pixels, the ones that matter most for the class first; ``(H W,)``."""
    values = np.abs(found.values) if method.slopes else found.values
    return np.argsort(-values, axis=None, kind="stable")


def deletion(
    network: Network,
    preprocessing: Preprocessing,
    image: Bytes,
    target: int,
    order: npt.NDArray[np.intp],
    points: int = 33,
    task: Task | None = None,
) -> Deletion:
    """Give the pixels the mean colour of the data set in ``order`` and ask for ``target`` on the way.

    Source: Samek et al., *Evaluating the visualization of what a deep neural network has learned*, 2017;
    Petsiuk et al., *RISE*, 2018.

    Args:
        network: is not changed.
        preprocessing: what is done to the image before it enters.
        image: pixels, ``(C, H, W)``.
        target: the class, 0 to K - 1.
        order: of the pixels, row by row, ``(H W,)``.
        points: of the curve.
        task: can cancel it.
    """
    task = task or Task()
    x = preprocessing.apply(image[None])[0]
    counts = np.linspace(0, order.size, points).round().astype(int)
    found: list[Array] = []
    for start in range(0, points, _BATCH):
        task.report(start, points)
        some = counts[start : start + _BATCH]
        batch = np.repeat(x.reshape(len(x), -1, 1), len(some), axis=2)
        for number, count in enumerate(some):
            batch[:, order[:count], number] = 0
        images = np.moveaxis(batch.reshape(*x.shape, len(some)), -1, 0)
        found.append(network.predict(images)[:, target])
    return Deletion(counts / order.size, np.concatenate(found))
