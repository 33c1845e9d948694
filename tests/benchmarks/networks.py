"""The networks that the speed table compares."""

from __future__ import annotations

import math
from typing import NamedTuple

from engine.layers import Conv
from engine.model.spec import NetworkSpec, preset


class Case(NamedTuple):
    """One line of the table: a network, a batch size and the goal for images/s over PyTorch's."""

    name: str
    spec: NetworkSpec
    batch: int
    goal: float


def cases() -> list[Case]:
    """Return every line of the table."""
    classic = preset("classic", (1, 28, 28))
    wide = preset("classic", (3, 32, 32))
    sixteen = NetworkSpec(
        "classic-16",
        wide.in_shape,
        tuple(Conv(filters=16, kernel=5) if isinstance(layer, Conv) else layer for layer in wide.layers),
    )
    table = (
        (classic, (20, 64, 128), 1.6),
        (sixteen, (20, 64, 128), 1.5),
        (preset("lenet5", (1, 28, 28)), (20, 64, 128), 1.5),
        (preset("deep", (1, 28, 28)), (64, 128), 1.2),
        (preset("resnet", (3, 32, 32)), (64, 128), 1.0),
    )
    return [
        Case(f"{spec.name} {'x'.join(map(str, spec.in_shape))}, batch {batch}", spec, batch, goal)
        for spec, batches, goal in table
        for batch in batches
    ]


def multiplications(spec: NetworkSpec) -> int:
    """Return the multiplications of one training step on one image, as the sums are written.

    Forward, gradient for the weights and gradient for the input each take the same number; the first
    layer needs no gradient for its input.
    """
    total = 0
    shapes = (spec.in_shape, *spec.shapes())
    for number, (layer, in_shape) in enumerate(zip(spec.layers, shapes, strict=False)):
        places = math.prod(shapes[number + 1][1:])
        weights = [shape for shape in layer.param_shapes(in_shape).values() if len(shape) > 1]
        total += sum(map(math.prod, weights)) * places * (3 if number else 2)
    return total
