"""From feature maps to one number a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.layers.base import Layer
from engine.layers.shapes import image_shape
from engine.ops.layout import as_memory, empty_batch
from engine.types import Array, Cache, Context, Params, Shape


@dataclass(frozen=True)
class GlobalAveragePool(Layer):
    """Takes the mean of each whole map: ``y[n,c] = mean_{h,w} x[n,c,h,w]``.

    Shapes: ``(N, C, H, W)`` to ``(N, C)``. It needs no parameters and takes images of any size; each
    of its features says how much of one thing there is, wherever in the image.
    Source: Lin, Chen and Yan, *Network in network*, 2013.
    """

    type_name: ClassVar[str] = "global_average_pool"
    title: ClassVar[str] = "Global average pooling"

    def out_shape(self, in_shape: Shape) -> Shape:
        """Return ``(C,)``; raise ShapeError if the input is not an image."""
        return image_shape(in_shape)[:1]

    def forward(self, params: Params, x: Array, ctx: Context) -> tuple[Array, Cache]:
        """Return the means."""
        y = empty_batch(ctx, "y", x.shape[:2], x.dtype)
        np.mean(as_memory(x), axis=(0, 2), out=as_memory(y))
        return y, x.shape

    def backward(
        self, params: Params, grad_y: Array, cache: Cache, ctx: Context, *, need_x: bool = True
    ) -> tuple[Array | None, Params]:
        """Return ``dx[n,c,h,w] = dy[n,c] / (H W)``."""
        grad_x = empty_batch(ctx, "grad_x", cache, grad_y.dtype)
        grad_x[...] = (grad_y / (cache[2] * cache[3]))[:, :, np.newaxis, np.newaxis]
        return grad_x, {}
