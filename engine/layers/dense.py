"""Fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.layers.base import Layer
from engine.layers.initialisers import INITIALISERS, draw
from engine.options import option
from engine.types import Array, Cache, Context, Params, Shape


@dataclass(frozen=True)
class Dense(Layer):
    """Every output is a weighted sum of all inputs: ``y = x W^T + b``.

    Shapes: ``(N, D)`` to ``(N, U)``; ``weight`` ``(U, D)``, ``bias`` ``(U,)``.
    """

    type_name: ClassVar[str] = "dense"
    title: ClassVar[str] = "Fully connected"
    decayed: ClassVar[tuple[str, ...]] = ("weight",)
    keeps_output: ClassVar[bool] = False

    units: int = option(
        10, "How many values it gives; the last layer needs one for each class", low=1, high=4096
    )
    bias: bool = option(True, "Add a learnt constant to each output")
    initialiser: str = option(
        "he", "How the first weights are drawn: he suits ReLU, glorot suits tanh", choices=tuple(INITIALISERS)
    )

    def out_shape(self, in_shape: Shape) -> Shape:
        """Return ``(U,)``; raise ShapeError if the input is not a vector."""
        if len(in_shape) != 1:
            raise ShapeError(f"needs (features,), got {in_shape}; put a flatten layer before it.")
        return (self.units,)

    def param_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """Return the shapes of ``weight`` and ``bias``."""
        shapes: dict[str, Shape] = {"weight": (*self.out_shape(in_shape), *in_shape)}
        return {**shapes, "bias": (self.units,)} if self.bias else shapes

    def init(self, in_shape: Shape, rng: np.random.Generator) -> Params:
        """Draw the weights; the biases start at zero."""
        shape = self.param_shapes(in_shape)["weight"]
        weight = draw(self.initialiser, shape, in_shape[0], self.units, rng)
        return (
            {"weight": weight, "bias": np.zeros(self.units, np.float32)} if self.bias else {"weight": weight}
        )

    def forward(self, params: Params, x: Array, ctx: Context) -> tuple[Array, Cache]:
        """Return ``x W^T + b``, computed as ``(W x^T)^T`` since the batch is innermost."""
        y = ctx.empty("y", (self.units, len(x)), x.dtype)
        np.matmul(params["weight"], x.transpose(), out=y)
        if self.bias:
            y += params["bias"][:, np.newaxis]
        return y.transpose(), x

    def backward(
        self, params: Params, grad_y: Array, cache: Cache, ctx: Context, *, need_x: bool = True
    ) -> tuple[Array | None, Params]:
        """Return the gradients: ``dx = dy W``, ``dW = dy^T x``, ``db = sum_n dy``."""
        x: Array = cache
        grad_weight = ctx.empty("grad_weight", params["weight"].shape, x.dtype)
        np.matmul(grad_y.transpose(), x, out=grad_weight)
        grads: Params = {"weight": grad_weight}
        if self.bias:
            grads["bias"] = grad_y.sum(axis=0)
        if not need_x:
            return None, grads
        grad_x = ctx.empty("grad_x", x.shape[::-1], x.dtype)
        np.matmul(params["weight"].transpose(), grad_y.transpose(), out=grad_x)
        return grad_x.transpose(), grads
