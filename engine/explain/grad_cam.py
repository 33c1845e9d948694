"""Grad-CAM: where the maps that speak for a class are active."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.explain.base import ExplainError, Explanation, Method
from engine.explain.field import field_of
from engine.explain.gradient import class_gradient
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.options import option
from engine.task import Task
from engine.types import Bytes


@dataclass(frozen=True)
class GradCam(Method):
    """Maps of a layer, weighed by how much the class's logit rises with each of them.

    ``a_k = mean_{p,q} d z_target / d A_k[p,q]`` and ``L[p,q] = max(0, sum_k a_k A_k[p,q])`` with the maps
    ``A``, ``(K, P, Q)``, of one layer. Each pixel is given the value of the unit whose receptive field
    has its middle nearest, so nothing is interpolated.

    Shapes: image ``(C, H, W)`` to values ``(H, W)``. One pass forwards and one backwards to that layer.
    Source: Selvaraju et al., *Grad-CAM: visual explanations from deep networks*, 2017.
    """

    type_name: ClassVar[str] = "grad_cam"
    title: ClassVar[str] = "Grad-CAM"
    about: ClassVar[str] = (
        "Where the feature maps that speak for the class are active. Coarse: a square stands for all that "
        "a unit sees, and what speaks against the class is left out."
    )

    layer: int = option(
        0, "Number of the layer whose maps are weighed; 0 takes the last one that gives maps", low=0, high=999
    )

    def _explain(
        self,
        network: Network,
        preprocessing: Preprocessing,
        image: Bytes,
        target: int,
        task: Task,
    ) -> Explanation:
        layer = self.layer_of(network.spec)
        found = class_gradient(network, preprocessing.apply(image[None]), target, layer)
        maps, gradient = found.output[0], found.gradient[0]
        weights = gradient.mean(axis=(1, 2))
        cells = np.maximum(np.tensordot(weights, maps, axes=1), 0)
        field = field_of(network.spec, layer)
        (height, width), (down, across) = image.shape[1:], cells.shape
        rows, columns = field.nearest(0, height, down), field.nearest(1, width, across)
        values = np.ascontiguousarray(cells[np.ix_(rows, columns)], np.float32)
        name = network.spec.layers[layer].title
        sight = f"{field.size[0]}×{field.size[1]}"
        detail = f"layer {layer + 1} ({name}): {down}×{across} units, each sees {sight} px"
        return Explanation(values, False, "weighed activity", detail, (down, across))

    def layer_of(self, spec: NetworkSpec) -> int:
        """Return the number, from 0, of the layer that is looked at; raises ExplainError."""
        fitting = map_layers(spec)
        if not fitting:
            raise ExplainError("Grad-CAM needs a layer that gives maps; this network has none.")
        if self.layer == 0:
            return fitting[-1]
        if self.layer - 1 not in fitting:
            allowed = ", ".join(str(number + 1) for number in fitting)
            raise ExplainError(f"Grad-CAM: layer is {self.layer}; layers that give maps are {allowed}.")
        return self.layer - 1


def map_layers(spec: NetworkSpec) -> tuple[int, ...]:
    """Return the numbers, from 0, of the layers whose output is maps, without those that only drop values."""
    return tuple(
        number
        for number, (layer, shape) in enumerate(zip(spec.layers, spec.shapes(), strict=True))
        if len(shape) == 3 and not layer.random
    )
