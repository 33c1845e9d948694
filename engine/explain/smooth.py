"""SmoothGrad: the slope of a class's score, averaged over noisy copies of the image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.explain.base import Explanation, Method
from engine.explain.gradient import SLOPE, colours, input_gradients, per_pixel, steepest
from engine.model.network import Network
from engine.options import option
from engine.task import Task
from engine.types import Bytes

_BATCH = 8
"""Copies that go through the network together; between two batches the work can be given up."""


@dataclass(frozen=True)
class SmoothGrad(Method):
    """Saliency of many copies of the image with noise added, averaged.

    ``s = mean_i d z_target / d pixel (x + noise_i)`` with ``noise_i`` normally distributed around 0, as wide
    as a share of the range from the image's darkest to its lightest pixel. What is left are slopes that hold
    around the image, not only exactly there. The noise is the same every time.

    Shapes: image ``(C, H, W)`` to values ``(H, W)``. One pass forwards and one backwards for each copy.
    Source: Smilkov et al., *SmoothGrad: removing noise by adding noise*, 2017.
    """

    type_name: ClassVar[str] = "smooth_grad"
    title: ClassVar[str] = "SmoothGrad"
    slow: ClassVar[bool] = True
    slopes: ClassVar[bool] = True
    about: ClassVar[str] = (
        "Saliency averaged over noisy copies of the image: what stays is what holds for all pictures nearby. "
        "Calmer than saliency, but too much noise shows another image's map."
    )

    samples: int = option(24, "How many noisy copies are averaged", low=2, high=1000)
    noise: float = option(
        0.15, "Standard deviation of the noise, as a share of the image's range of brightness", low=0, high=1
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
        width = self.noise * float(np.ptp(image)) / 255
        deviation = np.array([width / std for std in preprocessing.std], np.float32).reshape(-1, 1, 1, 1)
        rng = np.random.default_rng(0)
        sums = [np.zeros(image.shape) for _ in targets]
        for start in range(0, self.samples, _BATCH):
            task.report(start, self.samples)
            count = min(_BATCH, self.samples - start)
            noise = deviation * rng.standard_normal((*image.shape, count), np.float32)
            copies = np.moveaxis(np.moveaxis(x, 0, -1) + noise, -1, 0)  # the batch is innermost
            for total, gradient in zip(sums, input_gradients(network, copies, targets), strict=True):
                total += gradient.sum(axis=0, dtype=np.float64)
        detail = f"mean of {self.samples} copies with noise of {width * 255:.0f} grey levels{colours(image)}"
        maps = [steepest(per_pixel(total / self.samples, preprocessing)) for total in sums]
        return tuple(Explanation(values, True, SLOPE, detail, values.shape) for values in maps)
