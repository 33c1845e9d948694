"""The residual block: a branch of two convolutions that is added to its own input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from engine.layers.activations import Relu
from engine.layers.base import Layer
from engine.layers.batch_norm import BatchNorm
from engine.layers.conv import Conv
from engine.layers.shapes import image_shape
from engine.ops.layout import empty_batch
from engine.options import option
from engine.types import Array, Cache, Context, Params, Shape

_RELU = Relu()
_NORM = BatchNorm()


class _Part(NamedTuple):
    """One step inside the block: the name that its parameters carry, and its arithmetic."""

    name: str
    layer: Layer


class _Cache(NamedTuple):
    """The caches of the residual branch, of the shortcut, and of the last ReLU."""

    residual_branch: tuple[Cache, ...]
    shortcut: tuple[Cache, ...]
    last: Cache


@dataclass(frozen=True)
class Residual(Layer):
    """Learns what to change in its input instead of a whole new picture.

    ``y = relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x))`` with 3x3 kernels, zeros around the
    image and no biases. The shortcut is ``x`` itself; where the block changes the number of maps or
    their size it is a 1x1 convolution with that stride and a batch normalisation. The gradient
    reaches earlier layers through the shortcut undiminished, so deep networks can be trained.

    Shapes: ``(N, C, H, W)`` to ``(N, F, P, Q)`` with ``P = (H - 1) // stride + 1``. The parameters have
    the names of the basic block of ResNet in PyTorch: ``conv1.weight`` ``(F, C, 3, 3)``,
    ``bn1.weight`` ``(F,)`` and so on; those of the shortcut are ``downsample.0`` and ``downsample.1``.
    Source: He, Zhang, Ren and Sun, *Deep residual learning for image recognition*, 2015.
    """

    type_name: ClassVar[str] = "residual"
    title: ClassVar[str] = "Residual block"
    kernels: ClassVar[str] = "conv1.weight"
    decayed: ClassVar[tuple[str, ...]] = ("conv1.weight", "conv2.weight", "downsample.0.weight")
    statistics: ClassVar[tuple[str, ...]] = tuple(
        f"{norm}.{name}" for norm in ("bn1", "bn2", "downsample.1") for name in BatchNorm.statistics
    )

    filters: int = option(16, "How many feature maps it gives", low=1, high=512)
    stride: int = option(
        1, "How many pixels the kernels of the first convolution move; 2 halves the map", low=1, high=8
    )

    def out_shape(self, in_shape: Shape) -> Shape:
        """Return ``(F, P, Q)``; raise ShapeError if the input is not an image."""
        return self._conv(self.stride).out_shape(in_shape)

    def param_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """Return the shapes of the parameters of all convolutions and normalisations."""
        shapes: dict[str, Shape] = {}
        for path in (self._detour(), self._shortcut(image_shape(in_shape)[0])):
            shape = in_shape
            for name, layer in path:
                inner = layer.param_shapes(shape)
                shapes |= {f"{name}.{key}": value for key, value in inner.items()}
                shape = layer.out_shape(shape)
        return shapes

    def init(self, in_shape: Shape, rng: np.random.Generator) -> Params:
        """Draw the weights of the convolutions; the normalisations change nothing at first."""
        params: Params = {}
        for path in (self._detour(), self._shortcut(image_shape(in_shape)[0])):
            shape = in_shape
            for name, layer in path:
                params |= {f"{name}.{key}": value for key, value in layer.init(shape, rng).items()}
                shape = layer.out_shape(shape)
        return params

    def forward(self, params: Params, x: Array, ctx: Context) -> tuple[Array, Cache]:
        """Return the sum of residual branch and shortcut, bent by ReLU."""
        residual_branch = self._detour()
        y, kept = _run(residual_branch, params, x, ctx)
        across, shortcut = _run(self._shortcut(x.shape[1]), params, x, ctx.at(len(residual_branch)))
        y += across
        y, last = _RELU.forward({}, y, ctx._replace(spent=True))
        return y, _Cache(kept, shortcut, last)

    def backward(
        self, params: Params, grad_y: Array, cache: Cache, ctx: Context, *, need_x: bool = True
    ) -> tuple[Array | None, Params]:
        """Return the gradients; overwrites ``grad_y``."""
        kept: _Cache = cache
        grad, _ = _RELU.backward({}, grad_y, kept.last, ctx)
        if grad is None:
            raise RuntimeError("ReLU returned no gradient")
        across = empty_batch(ctx, "across", grad.shape, grad.dtype)  # each path overwrites its own
        across[...] = grad
        residual_branch, shortcut = self._detour(), self._shortcut_of(params)
        grad_x, grads = _run_back(residual_branch, params, grad, kept.residual_branch, ctx, need_x=need_x)
        past = ctx.at(len(residual_branch))
        other, more = _run_back(shortcut, params, across, kept.shortcut, past, need_x=need_x)
        if grad_x is not None and other is not None:
            grad_x += other
        return grad_x, grads | more

    def batch_statistics(self, cache: Cache) -> Cache:
        """Return the statistics of each normalisation, by the name of its parameters."""
        kept: _Cache = cache
        norms = {"bn1": kept.residual_branch[1], "bn2": kept.residual_branch[4]}
        if kept.shortcut:
            norms["downsample.1"] = kept.shortcut[1]
        return {name: _NORM.batch_statistics(part) for name, part in norms.items()}

    def update_running_statistics(self, params: Params, batch_statistics: Sequence[Cache]) -> None:
        """Blend the statistics of the micro-batches into each normalisation."""
        for name in batch_statistics[0]:
            _NORM.update_running_statistics(
                inner_params(params, name), [part[name] for part in batch_statistics]
            )

    @property
    def last(self) -> Relu:
        """What the sum of residual branch and shortcut goes through."""
        return _RELU

    def paths(self, params: Params) -> tuple[tuple[tuple[str, Layer], ...], tuple[tuple[str, Layer], ...]]:
        """Return residual branch and shortcut, each as names and layers; the shortcut may be empty."""
        return self._detour(), self._shortcut_of(params)

    def _conv(self, stride: int) -> Conv:
        return Conv(filters=self.filters, kernel=3, stride=stride, padding=1, bias=False)

    def _detour(self) -> tuple[_Part, ...]:
        return (
            _Part("conv1", self._conv(self.stride)),
            _Part("bn1", _NORM),
            _Part("relu", _RELU),
            _Part("conv2", self._conv(1)),
            _Part("bn2", _NORM),
        )

    def _shortcut(self, channels: int) -> tuple[_Part, ...]:
        if self.stride == 1 and channels == self.filters:
            return ()
        conv = Conv(filters=self.filters, kernel=1, stride=self.stride, bias=False)
        return (_Part("downsample.0", conv), _Part("downsample.1", _NORM))

    def _shortcut_of(self, params: Params) -> tuple[_Part, ...]:
        return self._shortcut(params["conv1.weight"].shape[1])


def inner_params(params: Params, name: str) -> Params:
    """Return the parameters of the part ``name``, under their own names; no copies."""
    start = f"{name}."
    return {key[len(start) :]: value for key, value in params.items() if key.startswith(start)}


def _run(path: Sequence[_Part], params: Params, x: Array, ctx: Context) -> tuple[Array, tuple[Cache, ...]]:
    caches: list[Cache] = []
    spent = False
    for index, (name, layer) in enumerate(path):
        x, cache = layer.forward(inner_params(params, name), x, ctx.at(index, spent=spent))
        spent = not layer.keeps_output
        caches.append(cache)
    return x, tuple(caches)


def _run_back(
    path: Sequence[_Part],
    params: Params,
    grad: Array,
    caches: Sequence[Cache],
    ctx: Context,
    *,
    need_x: bool,
) -> tuple[Array | None, Params]:
    grads: Params = {}
    upstream: Array | None = grad
    for index in range(len(path) - 1, -1, -1):
        name, layer = path[index]
        if upstream is None:
            raise RuntimeError(f"{name} follows a part that returned no gradient")
        needed = need_x or index > 0
        upstream, inner = layer.backward(
            inner_params(params, name), upstream, caches[index], ctx.at(index), need_x=needed
        )
        grads |= {f"{name}.{key}": value for key, value in inner.items()}
    return upstream, grads
