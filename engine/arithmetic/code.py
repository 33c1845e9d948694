"""The code that did it: a layer's own forward and backward, and what they called, with the lines that ran."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arithmetic.passes import SUM, Pass, params_of, unheard
from engine.arithmetic.watching import Source, source_of, watch
from engine.layers.base import Layer
from engine.layers.residual import Residual
from engine.model.losses import softmax_cross_entropy
from engine.types import Context, Shape


@dataclass(frozen=True, eq=False)
class LayerCode:
    """The source of one layer, read from the installed files, as it ran for one image.

    Attributes:
        layer: the layer, or the part of a residual block.
        in_shape: of its input for one image.
        out_shape: of its output.
        params: the shapes of its parameters by name.
        forward: its method, then the functions that this called, in order.
        backward: likewise.
    """

    layer: Layer
    in_shape: Shape
    out_shape: Shape
    params: dict[str, Shape]
    forward: tuple[Source, ...]
    backward: tuple[Source, ...]


def layer_code(found: Pass, number: int, *, training: bool) -> LayerCode:
    """Let a layer work on the first image of a pass while its lines are watched.

    Args:
        found: what went through the network.
        number: of the operation; the sum and the end of a residual block stand for the whole block.
        training: watch what training does; otherwise what is done for the pictures.

    Raises:
        ValueError: there is no such operation.
    """
    if not 0 <= number < len(found.steps):
        raise ValueError(f"The operation is {number}; allowed is 0 to {len(found.steps) - 1}.")
    step = found.steps[number]
    layer, source, params = step.layer, step.sources[0], params_of(found.network, step)
    block = found.network.spec.layers[step.owner]
    if layer is None or (isinstance(block, Residual) and step.part in ("", SUM)):
        layer, params = block, found.network.params[step.owner]
        source = next(other for other in found.steps if other.owner == step.owner).sources[0]
    chosen: Layer = layer
    x = found.output(source)[:1]
    ctx = Context(training=training, rng=np.random.default_rng(0))
    with unheard():
        (y, cache), forward = watch(lambda: chosen.forward(params, x, ctx))
        shape = y.shape[1:]
        _, backward = watch(lambda: chosen.backward(params, np.ones_like(y), cache, ctx))
    return LayerCode(
        chosen,
        x.shape[1:],
        shape,
        {name: value.shape for name, value in params.items()},
        _first(type(chosen).forward, forward),
        _first(type(chosen).backward, backward),
    )


def loss_code(found: Pass, label: int, smoothing: float = 0.0) -> tuple[Source, ...]:
    """Return the source of softmax and cross-entropy, with the lines that ran for the first image."""
    labels = np.array([label])
    _, seen = watch(lambda: softmax_cross_entropy(found.outputs[-1][:1], labels, smoothing), ("model",))
    return seen


def _first(method: Callable[..., Any], seen: tuple[Source, ...]) -> tuple[Source, ...]:
    own = source_of(method, seen)
    return (own, *(source for source in seen if source is not own))
