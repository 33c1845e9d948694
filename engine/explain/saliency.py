"""Saliency: the slope of a class's score at each pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.data.preprocess import Preprocessing
from engine.explain.base import Explanation, Method
from engine.explain.gradient import SLOPE, class_gradient, colours, per_pixel, steepest
from engine.model.network import Network
from engine.task import Task
from engine.types import Bytes


@dataclass(frozen=True)
class Saliency(Method):
    """Gradient of the class's logit for each pixel.

    ``s[c,h,w] = d z_target / d pixel[c,h,w]`` with pixels counted from 0 (black) to 1 (white), which
    is the gradient for the network's input ``x = (pixel - mean) / std`` divided by ``std``. Of several
    channels the one with the steepest slope is shown, with its sign.

    Shapes: image ``(C, H, W)`` to values ``(H, W)``. One pass forwards and one backwards.
    Source: Simonyan, Vedaldi and Zisserman, *Deep inside convolutional networks*, 2014.
    """

    type_name: ClassVar[str] = "saliency"
    title: ClassVar[str] = "Saliency"
    slopes: ClassVar[bool] = True
    about: ClassVar[str] = (
        "Which way each pixel would push the score if it became a little brighter. True for small changes "
        "only, and noisy: trust regions, not single pixels."
    )

    def _explain(
        self,
        network: Network,
        preprocessing: Preprocessing,
        image: Bytes,
        target: int,
        task: Task,
    ) -> Explanation:
        found = class_gradient(network, preprocessing.apply(image[None]), target)
        values = steepest(per_pixel(found.gradient[0], preprocessing))
        return Explanation(values, True, SLOPE, f"gradient of the score{colours(image)}", values.shape)
