"""Guided backpropagation: the slope of a class's score, with all that speaks against left out on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.data.preprocess import Preprocessing
from engine.explain.base import Explanation, Method
from engine.explain.gradient import SLOPE, colours, per_pixel, steepest
from engine.explain.walk import Guided, back, for_class
from engine.model.network import Network
from engine.task import Task
from engine.types import Bytes


@dataclass(frozen=True)
class GuidedBackpropagation(Method):
    """Gradient of the class's logit for each pixel that passes activations only where it is positive.

    ``R_x = max(R_y, 0) dy/dx`` at every activation, the chain rule elsewhere; in the unit of saliency, with
    the steepest of several channels.

    Shapes: image ``(C, H, W)`` to values ``(H, W)``. About two passes forwards and one backwards.
    Source: Springenberg et al., *Striving for simplicity: the all convolutional net*, 2015.
    """

    type_name: ClassVar[str] = "guided_backprop"
    title: ClassVar[str] = "Guided backprop"
    slopes: ClassVar[bool] = True
    about: ClassVar[str] = (
        "Saliency with everything that speaks against left out at each layer. Sharp and handsome, but it "
        "shows edges of the image more than reasons of the network: see the sanity check."
    )

    def _explain(
        self, network: Network, preprocessing: Preprocessing, image: Bytes, target: int, task: Task
    ) -> Explanation:
        x = preprocessing.apply(image[None])
        found = back(network, x, for_class(network, x, target), Guided())
        values = steepest(per_pixel(found[0], preprocessing))
        return Explanation(values, True, SLOPE, f"positive paths only{colours(image)}", values.shape)
