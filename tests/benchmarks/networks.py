"""The networks that the speed table compares."""

from __future__ import annotations

from typing import NamedTuple

from engine.layers import Conv
from engine.model.network import NetworkSpec
from engine.model.spec import preset


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
        (classic, (20, 64, 128), 2.0),
        (sixteen, (20, 64, 128), 1.5),
        (preset("lenet5", (1, 28, 28)), (20, 64, 128), 1.2),
        (preset("deep", (1, 28, 28)), (64, 128), 1.0),
    )
    return [
        Case(f"{spec.name} {'x'.join(map(str, spec.in_shape))}, batch {batch}", spec, batch, goal)
        for spec, batches, goal in table
        for batch in batches
    ]


def multiplications(spec: NetworkSpec) -> int:
    """Return the multiplications of one training step on one image.

    Forward, gradient for the weights and gradient for the input each take the same number; the first
    layer needs no gradient for its input.
    """
    total = 0
    first = True
    shapes = (spec.in_shape, *spec.shapes())
    for layer, in_shape, out_shape in zip(spec.layers, shapes[:-1], shapes[1:], strict=True):
        weight = layer.param_shapes(in_shape).get("weight")
        if weight is None or len(weight) == 1:
            continue
        count = 1
        for length in (*weight, *out_shape[1:]):
            count *= length
        total += count * (2 if first else 3)
        first = False
    return total
