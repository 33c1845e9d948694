"""The contract that every layer keeps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.options import Configurable
from engine.types import Array, Cache, Context, Params, Shape


@dataclass(frozen=True)
class Layer(Configurable, ABC):
    """One step of a network: hyperparameters and arithmetic, no arrays and no memory.

    The parameters live in the network and are passed in, so a layer can be used by several
    threads at once and a prediction can be made in the middle of training.

    Arrays have the shape ``(N, C, H, W)`` or ``(N, D)``. Their memory order is free; the fast
    layers keep the batch innermost and hand on transposed views.

    Attributes:
        decayed: names of the parameters that weight decay pulls to zero.
        statistics: names of the parameters that are learnt without gradients.
        random: whether the layer draws random numbers while training.
        kernels: name of the parameter that is shown as the layer's kernels, if it has it.
        keeps_output: whether ``backward`` may need the output, so that nobody may write over it.
    """

    decayed: ClassVar[tuple[str, ...]] = ()
    statistics: ClassVar[tuple[str, ...]] = ()
    random: ClassVar[bool] = False
    kernels: ClassVar[str] = "weight"
    keeps_output: ClassVar[bool] = True

    @abstractmethod
    def out_shape(self, in_shape: Shape) -> Shape:
        """Return the shape of one output sample.

        Raises:
            ShapeError: the layer cannot take ``in_shape``; says what it allows.
        """

    def param_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """Return the shape of each array that ``init`` would draw, without drawing it."""
        return {}

    def init(self, in_shape: Shape, rng: np.random.Generator) -> Params:
        """Return new parameters (float32) for inputs of ``in_shape``."""
        return {}

    @abstractmethod
    def forward(self, params: Params, x: Array, ctx: Context) -> tuple[Array, Cache]:
        """Return the output for ``x`` and what ``backward`` needs of it.

        ``x`` is not changed, unless ``ctx.spent``.
        """

    @abstractmethod
    def backward(
        self, params: Params, grad_y: Array, cache: Cache, ctx: Context, *, need_x: bool = True
    ) -> tuple[Array | None, Params]:
        """Return the gradients of the loss for the input and for each trained parameter.

        Args:
            params: the same as in ``forward``.
            grad_y: gradient for the output; may be overwritten.
            cache: from ``forward``.
            ctx: the same as in ``forward``.
            need_x: False lets the layer skip the gradient for its input and return None.
        """

    def batch_statistics(self, cache: Cache) -> Cache:
        """Return the small part of a training pass's cache that ``update_running_statistics`` needs."""
        return None

    def update_running_statistics(self, params: Params, batch_statistics: Sequence[Cache]) -> None:
        """Update ``statistics`` in place from the batch statistics of the micro-batches of one step."""
        return
