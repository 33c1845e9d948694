"""Layers that bend each value by itself: without them any stack of layers would be one linear map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.layers.base import Layer
from engine.ops.layout import as_memory, empty_batch
from engine.options import option
from engine.types import Array, Cache, Context, Params, Shape


@dataclass(frozen=True)
class Activation(Layer):
    """What activations share: any shape, the same shape out, no parameters.

    Attributes:
        clips: whether it never falls, and its slope is 0 wherever different inputs give the same: then
            max-pooling before it gives the same numbers and gradients as behind it.
    """

    clips: ClassVar[bool] = False

    def out_shape(self, in_shape: Shape) -> Shape:
        """Return ``in_shape``."""
        return in_shape


@dataclass(frozen=True)
class Relu(Activation):
    """Rectified linear unit: ``y = max(x, 0)``; its slope at 0 counts as 0."""

    type_name: ClassVar[str] = "relu"
    title: ClassVar[str] = "ReLU"
    clips: ClassVar[bool] = True

    def forward(self, params: Params, x: Array, ctx: Context) -> tuple[Array, Cache]:
        """Return ``max(x, 0)``."""
        y = x if ctx.spent else empty_batch(ctx, "y", x.shape, x.dtype)
        # Against an array NumPy's maximum is five times as fast as against a number.
        zeros = np.zeros(as_memory(x).shape[1:], x.dtype)
        np.maximum(as_memory(x), zeros, out=as_memory(y))
        return y, y

    def backward(
        self, params: Params, grad_y: Array, cache: Cache, ctx: Context, *, need_x: bool = True
    ) -> tuple[Array | None, Params]:
        """Return ``grad_y`` where ``y > 0``, else 0; overwrites ``grad_y``."""
        np.multiply(grad_y, cache > 0, out=grad_y)
        return grad_y, {}


@dataclass(frozen=True)
class Relu6(Activation):
    """ReLU with a ceiling: ``y = min(max(x, 0), ceiling)``; its slope at both ends counts as 0.

    Source: Krizhevsky, *Convolutional deep belief networks on CIFAR-10*, 2010, with 6 as the ceiling.
    """

    type_name: ClassVar[str] = "relu6"
    title: ClassVar[str] = "ReLU6"
    clips: ClassVar[bool] = True

    ceiling: float = option(6.0, "The largest value that passes", low=0, high=1e6, above_low=True)

    def forward(self, params: Params, x: Array, ctx: Context) -> tuple[Array, Cache]:
        """Return ``min(max(x, 0), ceiling)``."""
        y = empty_batch(ctx, "y", x.shape, x.dtype)
        np.clip(x, 0, x.dtype.type(self.ceiling), out=y)
        return y, y

    def backward(
        self, params: Params, grad_y: Array, cache: Cache, ctx: Context, *, need_x: bool = True
    ) -> tuple[Array | None, Params]:
        """Return ``grad_y`` where ``0 < y < ceiling``, else 0; overwrites ``grad_y``."""
        np.multiply(grad_y, (cache > 0) & (cache < cache.dtype.type(self.ceiling)), out=grad_y)
        return grad_y, {}


@dataclass(frozen=True)
class LeakyRelu(Activation):
    """ReLU that lets a little through below zero: ``y = x`` if ``x > 0`` else ``slope x``."""

    type_name: ClassVar[str] = "leaky_relu"
    title: ClassVar[str] = "Leaky ReLU"

    slope: float = option(
        0.01, "How much of a negative value passes: 0 is ReLU, 1 changes nothing", low=0, high=1
    )

    def forward(self, params: Params, x: Array, ctx: Context) -> tuple[Array, Cache]:
        """Return ``max(x, slope x)``."""
        y = empty_batch(ctx, "y", x.shape, x.dtype)
        np.multiply(x, self.slope, out=y)
        np.maximum(x, y, out=y)
        return y, y

    def backward(
        self, params: Params, grad_y: Array, cache: Cache, ctx: Context, *, need_x: bool = True
    ) -> tuple[Array | None, Params]:
        """Return ``grad_y`` times 1 or ``slope``; overwrites ``grad_y``."""
        np.multiply(grad_y, self.slope, out=grad_y, where=cache <= 0)
        return grad_y, {}


@dataclass(frozen=True)
class Sigmoid(Activation):
    """Logistic function: ``y = 1 / (1 + exp(-x))``, between 0 and 1."""

    type_name: ClassVar[str] = "sigmoid"
    title: ClassVar[str] = "Sigmoid"

    def forward(self, params: Params, x: Array, ctx: Context) -> tuple[Array, Cache]:
        """Return ``(1 + tanh(x / 2)) / 2``, which is the same and never overflows."""
        y = empty_batch(ctx, "y", x.shape, x.dtype)
        np.multiply(x, 0.5, out=y)
        np.tanh(y, out=y)
        y += 1
        y *= 0.5
        return y, y

    def backward(
        self, params: Params, grad_y: Array, cache: Cache, ctx: Context, *, need_x: bool = True
    ) -> tuple[Array | None, Params]:
        """Return ``grad_y y (1 - y)``; overwrites ``grad_y``."""
        grad_y *= cache * (1 - cache)
        return grad_y, {}


@dataclass(frozen=True)
class Tanh(Activation):
    """Hyperbolic tangent: ``y = tanh(x)``, between -1 and 1."""

    type_name: ClassVar[str] = "tanh"
    title: ClassVar[str] = "Tanh"

    def forward(self, params: Params, x: Array, ctx: Context) -> tuple[Array, Cache]:
        """Return ``tanh(x)``."""
        y = empty_batch(ctx, "y", x.shape, x.dtype)
        np.tanh(x, out=y)
        return y, y

    def backward(
        self, params: Params, grad_y: Array, cache: Cache, ctx: Context, *, need_x: bool = True
    ) -> tuple[Array | None, Params]:
        """Return ``grad_y (1 - y^2)``; overwrites ``grad_y``."""
        grad_y *= 1 - cache * cache
        return grad_y, {}
