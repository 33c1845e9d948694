"""The images that excite the filters and units of a layer most, and the place on each that does it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.preprocess import Preprocessing
from engine.explain.base import check_images
from engine.explain.part import Box, Part, at_once, seen_by, strongest
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.task import Task
from engine.types import Array, Bytes


@dataclass(frozen=True, eq=False)
class Excited:
    """One image that excites a part of a network.

    Attributes:
        image: its number.
        value: what the part gives for it, in the unit of the layer's output.
        box: the pixels that the unit with this value sees.
        place: row and column of the unit in its map; None for layers without maps.
    """

    image: int
    value: float
    box: Box
    place: tuple[int, int] | None


@dataclass(frozen=True, eq=False)
class TopImages:
    """The most exciting images for every filter or unit of one layer, made in one pass over all images.

    Attributes:
        spec: the network that was asked.
        layer: number of the layer, from 0.
        values: largest values of each channel's best images, the best first, ``(K, n)``.
        images: their numbers, ``(K, n)``.
        places: rows and columns of the units with these values, ``(K, n, 2)``; None without maps.
        means: the mean over all images of each channel's largest value, ``(K,)``.
    """

    spec: NetworkSpec
    layer: int
    values: Array
    images: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64] | None
    means: Array

    @classmethod
    @np.errstate(over="ignore", invalid="ignore")
    def of(
        cls,
        network: Network,
        preprocessing: Preprocessing,
        images: Bytes,
        layer: int,
        task: Task | None = None,
        count: int = 16,
        place: tuple[int, int] | None = None,
    ) -> TopImages:
        """Look at all ``images``, ``(N, C, H, W)``, and keep the ``count`` best of each channel of ``layer``.

        The network is copied, so it may train on. With a ``place`` only that unit of each map counts,
        otherwise the largest value of the map.
        Source: Zeiler and Fergus, 2014, who show the nine best of each map.

        Raises:
            ExplainError: there are no images, they do not fit, or there is no such layer or place.
            Cancelled: the task was cancelled.
        """
        task = task or Task()
        Part(layer, 0, place).check(network.spec)
        check_images(network, images)
        network = network.copy()
        channels = network.shapes[layer][0]
        values = np.empty((channels, 0), np.float32)
        numbers = np.empty((channels, 0), np.int64)
        places = np.empty((channels, 0, 2), np.int64)
        sums, step = np.zeros(channels), at_once(network.spec)
        for start in range(0, len(images), step):
            task.report(start, len(images))
            output = network.trace(preprocessing.apply(images[start : start + step]), last=layer).logits
            best, at = _best(output, place)
            sums += best.sum(axis=0, dtype=np.float64)
            values = np.concatenate([values, best.T], axis=1)
            new = np.broadcast_to(np.arange(start, start + len(best)), (channels, len(best)))
            numbers = np.concatenate([numbers, new], axis=1)
            places = np.concatenate([places, at.transpose(1, 0, 2)], axis=1)
            order = np.argsort(-values, axis=1, kind="stable")[:, :count]
            values = np.take_along_axis(values, order, axis=1)
            numbers = np.take_along_axis(numbers, order, axis=1)
            places = np.take_along_axis(places, order[..., None], axis=1)
        mapped = len(network.shapes[layer]) == 3
        means = (sums / len(images)).astype(np.float32)
        return cls(network.spec, layer, values, numbers, places if mapped else None, means)

    def best(self, channel: int) -> tuple[Excited, ...]:
        """Return the images that excite ``channel`` most, the most exciting first."""
        found = []
        for n, (image, value) in enumerate(zip(self.images[channel], self.values[channel], strict=True)):
            at = (
                None
                if self.places is None
                else (int(self.places[channel, n, 0]), int(self.places[channel, n, 1]))
            )
            found.append(Excited(int(image), float(value), seen_by(self.spec, self.layer, at), at))
        return tuple(found)


def _best(output: Array, place: tuple[int, int] | None) -> tuple[Array, npt.NDArray[np.int64]]:
    """Return the largest values of each image's channels, ``(N, K)``, and their places, ``(N, K, 2)``."""
    if output.ndim == 2:
        return output, np.zeros((*output.shape, 2), np.int64)
    if place is not None:
        values = output[:, :, place[0], place[1]]
        return values, np.broadcast_to(np.array(place, np.int64), (*values.shape, 2))
    return strongest(output)
