"""Convolution."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from engine.errors import ConfigError
from engine.layers.base import Layer
from engine.layers.initialisers import INITIALISERS, draw
from engine.layers.shapes import image_shape, moved_window
from engine.ops.convolution import bias_gradient
from engine.ops.geometry import Geometry, pair, words
from engine.ops.layout import as_images, as_rows
from engine.options import option
from engine.types import Array, Cache, Context, Params, Shape

if TYPE_CHECKING:
    from engine.ops.convolution_forms import ConvolutionForm


@dataclass(frozen=True)
class Conv(Layer):
    """Slides small kernels over the image and sums what they see.

    ``y[n,f,p,q] = b[f] + sum_{c,i,j} w[f,c,i,j] x[n, c, s p + i - pad, s q + j - pad]``

    Shapes: ``(N, C, H, W)`` to ``(N, F, P, Q)`` with ``P = (H + 2 pad - kh) // s + 1``; ``weight``
    ``(F, C, kh, kw)``, ``bias`` ``(F,)``.
    """

    type_name: ClassVar[str] = "conv"
    title: ClassVar[str] = "Convolution"
    decayed: ClassVar[tuple[str, ...]] = ("weight",)
    keeps_output: ClassVar[bool] = False

    filters: int = option(8, "How many kernels, so how many feature maps it gives", low=1, high=512)
    kernel: int | tuple[int, int] = option(
        3, "Size of a kernel in pixels: one number, or rows and columns", low=1, high=64, pair=True
    )
    stride: int | tuple[int, int] = option(
        1, "How many pixels the kernel moves at a time; 2 halves the map", low=1, high=64, pair=True
    )
    padding: int | tuple[int, int] | str = option(
        0,
        "Pixels of zeros around the image; 'same' keeps the map as large as the image",
        low=0,
        high=64,
        pair=True,
        words=("same",),
    )
    bias: bool = option(True, "Add a learnt constant to each feature map")
    initialiser: str = option(
        "he", "How the first weights are drawn: he suits ReLU, glorot suits tanh", choices=tuple(INITIALISERS)
    )

    def __post_init__(self) -> None:
        """Check the options; raise ConfigError if one is not allowed."""
        super().__post_init__()
        if self.padding == "same" and not all(k % 2 for k in pair(self.kernel)):
            raise ConfigError(
                f"conv: padding is 'same' with a {words(pair(self.kernel))} kernel; "
                "allowed are kernels of odd size."
            )

    @cached_property
    def geometry(self) -> Geometry:
        """Size, stride and padding of the kernels."""
        kh, kw = pair(self.kernel)
        padding = (kh // 2, kw // 2) if isinstance(self.padding, str) else pair(self.padding)
        return Geometry((kh, kw), pair(self.stride), padding)

    def out_shape(self, in_shape: Shape) -> Shape:
        """Return ``(F, P, Q)``; raise ShapeError if the kernel does not fit."""
        return (self.filters, *moved_window(in_shape, self.geometry, "kernel"))

    def param_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """Return the shapes of ``weight`` and ``bias``."""
        channels = image_shape(in_shape)[0]
        shapes: dict[str, Shape] = {"weight": (self.filters, channels, *pair(self.kernel))}
        return {**shapes, "bias": (self.filters,)} if self.bias else shapes

    def init(self, in_shape: Shape, rng: np.random.Generator) -> Params:
        """Draw the weights; the biases start at zero."""
        shapes = self.param_shapes(in_shape)
        kh, kw = pair(self.kernel)
        channels = image_shape(in_shape)[0]
        weight = draw(self.initialiser, shapes["weight"], channels * kh * kw, self.filters * kh * kw, rng)
        return (
            {"weight": weight, "bias": np.zeros(self.filters, np.float32)}
            if self.bias
            else {"weight": weight}
        )

    def forward(self, params: Params, x: Array, ctx: Context) -> tuple[Array, Cache]:
        """Return the feature maps; keeps what was seen for ``backward``."""
        rows = as_rows(x, ctx, "x")
        from engine.ops.convolution_forms import form_for  # nothing is convolved before a window stands

        form = form_for(self.geometry, rows.shape, self.filters)
        y, seen = form.forward(rows, params["weight"], params.get("bias"), ctx)
        return as_images(y), (form, seen)

    def backward(
        self, params: Params, grad_y: Array, cache: Cache, ctx: Context, *, need_x: bool = True
    ) -> tuple[Array | None, Params]:
        """Return the gradients for the input, ``weight`` and ``bias``."""
        form: ConvolutionForm = cache[0]
        rows = as_rows(grad_y, ctx, "grad_rows")
        grad_x, grad_weight = form.backward(cache[1], rows, ctx, need_x=need_x)
        grads: Params = {"weight": grad_weight}
        if self.bias:
            grads["bias"] = bias_gradient(rows)
        return (None if grad_x is None else as_images(grad_x)), grads
