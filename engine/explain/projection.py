"""What in an image excites a filter or unit: its value, projected back to the pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.explain.part import Box, Part, seen_by, strongest
from engine.explain.walk import Deconvolution, Rule, back
from engine.model.network import Network
from engine.types import Array, Bytes


@dataclass(frozen=True, eq=False)
class Projection:
    """A unit's value, projected back to the image.

    Attributes:
        values: float32 ``(C, H, W)``, in no unit; positive where the unit would like the channel lighter.
        value: of the unit, in the unit of the layer's output.
        place: row and column of the unit in its map; None for layers without maps.
        box: the pixels that it sees; all values outside are 0.
    """

    values: Array
    value: float
    place: tuple[int, int] | None
    box: Box


@np.errstate(over="ignore", invalid="ignore")
def project(
    network: Network, preprocessing: Preprocessing, image: Bytes, part: Part, rule: Rule | None = None
) -> Projection:
    """Keep of the layer of ``part`` only the strongest unit, and send its value back by deconvolution.

    Source: Zeiler and Fergus, *Visualizing and understanding convolutional networks*, 2014.

    Args:
        network: is not changed.
        preprocessing: what is done to the image before it enters.
        image: pixels, ``(C, H, W)``.
        part: a filter, whose strongest unit is taken, or one unit.
        rule: what is done at each layer; ``Deconvolution`` unless another one is given.

    Raises:
        ExplainError: the network has no such part.
    """
    part.check(network.spec)
    x = preprocessing.apply(image[None])
    output = network.trace(x, last=part.layer).logits
    place = part.place
    if output.ndim == 4 and place is None:
        row, column = strongest(output[0, part.channel])[1]
        place = int(row), int(column)
    where = (0, part.channel) if place is None else (0, part.channel, *place)
    upstream = np.zeros_like(output)
    upstream[where] = output[where]
    values = back(network, x, upstream, rule or Deconvolution(), part.layer)[0]
    shown = np.ascontiguousarray(values, np.float32)
    return Projection(shown, float(output[where]), place, seen_by(network.spec, part.layer, place))
