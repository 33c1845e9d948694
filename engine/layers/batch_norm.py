"""Batch normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from engine.layers.base import Layer
from engine.ops.layout import empty_batch
from engine.options import option
from engine.types import Array, Cache, Context, Params, Shape


class _Cache(NamedTuple):
    """Normalised input, its scale ``1 / sqrt(var + epsilon)``, and the statistics of the batch."""

    normal: Array
    scale: Array
    mean: Array | None
    variance: Array | None


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Brings each feature map to mean 0 and standard deviation 1 over the batch, then scales and shifts it.

    ``y = weight (x - mean) / sqrt(variance + epsilon) + bias``, one of each for every channel
    ``(N, C, H, W)`` or feature ``(N, D)``. Training uses mean and variance of the micro-batch;
    otherwise the running ones are used, which follow the training ones:
    ``running = momentum running + (1 - momentum) batch``, with the unbiased variance.
    Source: Ioffe and Szegedy, 2015.
    """

    type_name: ClassVar[str] = "batch_norm"
    title: ClassVar[str] = "Batch normalisation"
    statistics: ClassVar[tuple[str, ...]] = ("running_mean", "running_var")
    keeps_output: ClassVar[bool] = False

    momentum: float = option(
        0.9, "Share of the running mean and variance that is kept at each step", low=0, high=0.9999
    )
    epsilon: float = option(
        1e-5, "Added to the variance so that no map is divided by zero", low=1e-8, high=0.1
    )

    def out_shape(self, in_shape: Shape) -> Shape:
        """Return ``in_shape``."""
        return in_shape

    def param_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """Return the shapes of scale, shift and running statistics: one value for each channel."""
        return dict.fromkeys(("weight", "bias", "running_mean", "running_var"), in_shape[:1])

    def init(self, in_shape: Shape, rng: np.random.Generator) -> Params:
        """Start with no change: mean 0, variance 1, scale 1, shift 0."""
        return {
            name: (np.ones if name in ("weight", "running_var") else np.zeros)(shape, np.float32)
            for name, shape in self.param_shapes(in_shape).items()
        }

    def forward(self, params: Params, x: Array, ctx: Context) -> tuple[Array, Cache]:
        """Return the normalised values; keeps them and the batch's statistics."""
        axes, per_map = _axes(x)
        normal = empty_batch(ctx, "normal", x.shape, x.dtype)
        y = empty_batch(ctx, "y", x.shape, x.dtype)
        if ctx.training:
            mean = x.mean(axis=axes)
            np.subtract(x, mean[per_map], out=normal)
            np.multiply(normal, normal, out=y)
            variance = y.mean(axis=axes)
        else:
            mean, variance = params["running_mean"], params["running_var"]
            np.subtract(x, mean[per_map], out=normal)
        scale = 1 / np.sqrt(variance + self.epsilon)
        normal *= scale[per_map]
        np.multiply(normal, params["weight"][per_map], out=y)
        y += params["bias"][per_map]
        if not ctx.training:
            return y, _Cache(normal, scale, None, None)
        count = x.size // len(mean)
        return y, _Cache(normal, scale, mean, variance * (count / max(1, count - 1)))

    def backward(
        self, params: Params, grad_y: Array, cache: Cache, ctx: Context, *, need_x: bool = True
    ) -> tuple[Array | None, Params]:
        """Return the gradients; overwrites ``grad_y``.

        With ``h`` the normalised input and means over batch and pixels, training gives
        ``dx = weight scale (dy - mean(dy) - h mean(dy h))``; otherwise ``dx = weight scale dy``.
        """
        kept: _Cache = cache
        axes, per_map = _axes(grad_y)
        work = empty_batch(ctx, "work", grad_y.shape, grad_y.dtype)
        np.multiply(grad_y, kept.normal, out=work)
        grads: Params = {"weight": work.sum(axis=axes), "bias": grad_y.sum(axis=axes)}
        if not need_x:
            return None, grads
        if kept.mean is not None:
            count = grad_y.size // len(kept.scale)
            np.multiply(kept.normal, (grads["weight"] / count)[per_map], out=work)
            grad_y -= work
            grad_y -= (grads["bias"] / count)[per_map]
        grad_y *= (params["weight"] * kept.scale)[per_map]
        return grad_y, grads

    def batch_statistics(self, cache: Cache) -> Cache:
        """Return mean and variance of the micro-batch."""
        return cache.mean, cache.variance

    def update_running_statistics(self, params: Params, batch_statistics: Sequence[Cache]) -> None:
        """Blend the mean of the statistics of the micro-batches into the running ones."""
        for name, values in zip(self.statistics, zip(*batch_statistics, strict=True), strict=True):
            running = params[name]
            running *= self.momentum
            running += (1 - self.momentum) * np.mean(values, axis=0)


def _axes(x: Array) -> tuple[tuple[int, ...], tuple[slice | None, ...]]:
    """Return the axes to average over, and the index that spreads one value a channel over ``x``."""
    if x.ndim == 4:
        return (0, 2, 3), (slice(None), None, None)
    return (0,), (slice(None),)
