"""Dropout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.layers.base import Layer
from engine.ops.layout import as_memory, empty_batch
from engine.options import option
from engine.types import Array, Cache, Context, Params, Shape


@dataclass(frozen=True)
class Dropout(Layer):
    """Sets random values to zero while training, so that no output leans on one input alone.

    Training: ``y = m x / (1 - rate)`` with ``m`` 0 or 1, drawn for each value; otherwise ``y = x``.
    Not inverted: ``y = m x`` in training and ``y = (1 - rate) x`` otherwise. Either way the mean stays.
    Source: Srivastava et al., 2014.
    """

    type_name: ClassVar[str] = "dropout"
    title: ClassVar[str] = "Dropout"
    random: ClassVar[bool] = True

    rate: float = option(0.5, "Share of the values that is set to zero while training", low=0, high=0.95)
    inverted: bool = option(
        True, "Enlarge the other values while training, so that nothing changes afterwards"
    )

    def out_shape(self, in_shape: Shape) -> Shape:
        """Return ``in_shape``."""
        return in_shape

    def forward(self, params: Params, x: Array, ctx: Context) -> tuple[Array, Cache]:
        """Return the thinned values; keeps the factor of each value."""
        keep = 1 - self.rate
        if not ctx.training:
            factor = 1.0 if self.inverted else keep
            return (x if factor == 1 else x * factor), factor
        if ctx.rng is None:
            raise ValueError("dropout needs a random generator while training")
        mask = empty_batch(ctx, "mask", x.shape, x.dtype)
        ctx.rng.random(dtype=x.dtype.type, out=as_memory(mask))
        # The generator draws from [0, 1), so rate 0 keeps everything.
        np.greater_equal(mask, self.rate, out=mask)
        if self.inverted:
            mask *= 1 / keep
        y = empty_batch(ctx, "y", x.shape, x.dtype)
        np.multiply(x, mask, out=y)
        return y, mask

    def backward(
        self, params: Params, grad_y: Array, cache: Cache, ctx: Context, *, need_x: bool = True
    ) -> tuple[Array | None, Params]:
        """Return ``grad_y`` times the factors of the forward pass; overwrites ``grad_y``."""
        np.multiply(grad_y, cache, out=grad_y)
        return grad_y, {}
