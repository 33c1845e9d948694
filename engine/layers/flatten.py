"""From feature maps to one vector a sample."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from engine.layers.base import Layer
from engine.types import Array, Cache, Context, Params, Shape


@dataclass(frozen=True)
class Flatten(Layer):
    """Lays the maps of each sample end to end: ``(N, C, H, W)`` to ``(N, C H W)``.

    Feature ``(c H + h) W + w`` is pixel ``(h, w)`` of map ``c``, the order of PyTorch and ONNX.
    """

    type_name: ClassVar[str] = "flatten"
    title: ClassVar[str] = "Flatten"

    def out_shape(self, in_shape: Shape) -> Shape:
        """Return ``(D,)``, the number of values in one sample."""
        return (math.prod(in_shape),)

    def forward(self, params: Params, x: Array, ctx: Context) -> tuple[Array, Cache]:
        """Return ``(N, D)``."""
        features = x.transpose(*range(1, x.ndim), 0)  # batch last
        flat = ctx.empty("y", features.shape, x.dtype)
        flat[...] = features
        return flat.reshape(-1, len(x)).transpose(), x.shape

    def backward(
        self, params: Params, grad_y: Array, cache: Cache, ctx: Context, *, need_x: bool = True
    ) -> tuple[Array | None, Params]:
        """Return ``grad_y`` in the shape of the input."""
        shape: Shape = cache
        grad = grad_y.transpose().reshape(*shape[1:], shape[0])
        return grad.transpose(-1, *range(len(shape) - 1)), {}
