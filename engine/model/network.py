"""A network: its description, and the arrays it has learnt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.errors import AnswerError, ModelFileError
from engine.layers.activations import Activation
from engine.layers.pooling import MaxPool
from engine.model.losses import softmax
from engine.types import Array, Cache, Context, Params

if TYPE_CHECKING:
    from engine.layers import Layer
    from engine.model.spec import NetworkSpec

_INFERENCE = Context()


INPUT = -1
"""Stands for what enters a network, where the number of a layer (from 0) is asked for."""


@dataclass(frozen=True, eq=False)
class Gradients:
    """Gradients of one scalar (a loss, a logit) for all that has a part in it.

    Attributes:
        outputs: for the output of each layer, like ``Trace.outputs``; None for layers before the one where
            the way back ended.
        input: for what entered the network, ``(N, C, H, W)``; None if the way back ended before.
        params: for the trained parameters of each layer, summed over the images; empty where the way back
            did not lead through the layer.
    """

    outputs: tuple[Array | None, ...]
    input: Array | None
    params: tuple[Params, ...]


@dataclass(frozen=True, eq=False)
class Trace:
    """What went through a network for some images, layer by layer, and the way back.

    It holds as long as the parameters of the network stay as they were.

    Attributes:
        network: the network it went through.
        x: what entered it, ``(N, C, H, W)``.
        outputs: what each layer gave: ``(N, C, H, W)`` or ``(N, D)``, the last one the logits ``(N, K)``
            unless it ended before.
        caches: what each layer's ``backward`` needs.
        ctx: the context of the pass.
    """

    network: Network
    x: Array
    outputs: tuple[Array, ...]
    caches: tuple[Cache, ...]
    ctx: Context

    @property
    def logits(self) -> Array:
        """What the last layer gave, ``(N, K)``."""
        return self.outputs[-1]

    def output(self, layer: int) -> Array:
        """Return what ``layer`` (from 0) gave, or with ``INPUT`` what entered the network."""
        return self.x if layer == INPUT else self.outputs[layer]

    def backward(self, grad: Array, layer: int = INPUT) -> Gradients:
        """Return the gradients, by the chain rule from the logits down to ``layer``.

        May be called any number of times, and changes nothing.

        Args:
            grad: gradient of the scalar for the logits, ``(N, K)``: one 1 per row for a class's logit,
                what ``softmax_cross_entropy`` returns for the loss.
            layer: the layer (from 0) whose output's gradient is the last one wanted; ``INPUT`` for the
                whole way.

        Raises:
            ValueError: ``grad`` has not the shape of the logits, or there is no such layer.
        """
        count = len(self.outputs)
        if grad.shape != self.logits.shape:
            raise ValueError(f"The gradient has the shape {grad.shape}; the logits have {self.logits.shape}.")
        if not INPUT <= layer < count:
            raise ValueError(f"The layer is {layer}; allowed is {INPUT} (the input) to {count - 1}.")
        found: list[Array | None] = [*[None] * count, grad.copy()]  # for the input, then for each output
        params: list[Params] = [{} for _ in range(count)]
        way = self.network.layer_gradients(grad.copy(), self.caches, self.ctx, layer + 1)
        for index, upstream, params[index] in way:
            found[index] = None if upstream is None else upstream.copy()
        return Gradients(tuple(found[1:]), found[0], tuple(params))


class Network:
    """Layers with parameters.

    All that the network has learnt lies in one vector, ``state_vector``: the trained values, then the
    running statistics. The arrays in ``params`` are views into it, so what was learnt is copied, kept and
    put back as a whole, and an optimiser works on the trained part in a few long operations.

    Attributes:
        spec: the description it was built from.
        shapes: output shape of each layer.
        params: the arrays of each layer, trained and statistics.
        state_vector: everything learnt; the trained values in the order of ``params``, then the statistics.
        vector: the trained values, the first part of ``state_vector``.
    """

    def __init__(
        self, spec: NetworkSpec, params: Sequence[Params], dtype: npt.DTypeLike = np.float32
    ) -> None:
        """Take over (copy) ``params``; ``Network.new`` draws them instead."""
        self.spec = spec
        self.shapes = spec.shapes()
        self.params: tuple[Params, ...] = tuple(dict(p) for p in params)
        self._slots: list[tuple[int, str, slice]] = []
        self._trained = self._trained_size = size = 0
        for statistics in (False, True):
            for layer, p in enumerate(params):
                for name, value in p.items():
                    if (name in spec.layers[layer].statistics) is statistics:
                        self._slots.append((layer, name, slice(size, size + value.size)))
                        size += value.size
            if not statistics:
                self._trained, self._trained_size = len(self._slots), size
        self._order = _order(spec.layers)
        vector: Array = np.empty(size, dtype)
        for layer, name, slot in self._slots:
            vector[slot] = params[layer][name].reshape(-1)
        self.bind(vector)

    @classmethod
    def new(cls, spec: NetworkSpec, seed: int, dtype: npt.DTypeLike = np.float32) -> Network:
        """Return a network with freshly drawn parameters; the same seed draws the same ones.

        Raises:
            ShapeError: the layers do not fit together.
        """
        rng = np.random.default_rng([seed, 0])
        in_shapes = (spec.in_shape, *spec.shapes())
        return cls(
            spec,
            [layer.init(shape, rng) for layer, shape in zip(spec.layers, in_shapes, strict=False)],
            dtype,
        )

    def bind(self, state_vector: Array) -> None:
        """Keep everything learnt in ``state_vector`` from now on, which already holds it."""
        self.state_vector = state_vector
        self.vector = state_vector[: self._trained_size]
        for layer, name, slot in self._slots:
            self.params[layer][name] = state_vector[slot].reshape(self.params[layer][name].shape)

    @classmethod
    def empty(cls, spec: NetworkSpec, state_vector: Array | None = None) -> Network:
        """Return a network to load values into: all zero, or what ``state_vector`` holds, without a copy."""
        in_shapes = (spec.in_shape, *spec.shapes())
        shapes = [layer.param_shapes(shape) for layer, shape in zip(spec.layers, in_shapes, strict=False)]
        network = cls(
            spec, [{name: np.zeros(shape, np.float32) for name, shape in p.items()} for p in shapes]
        )
        if state_vector is not None:
            network.bind(state_vector)
        return network

    @property
    def classes(self) -> int:
        """Number of logits."""
        return self.shapes[-1][0]

    def trace(self, x: Array, ctx: Context = _INFERENCE, last: int | None = None) -> Trace:
        """Return the output of every layer for images ``(N, C, H, W)``, and the way back.

        Args:
            x: preprocessed images.
            last: the layer (from 0) to end with, whose output then stands for the logits.
            ctx: inference by default. With a ``scratch`` the outputs and caches lie in its
                buffers, so they hold only until the next pass that uses it.
        """
        outputs: list[Array] = []
        caches: list[Cache] = []
        value = x
        end = None if last is None else last + 1
        for index, (layer, params) in enumerate(zip(self.spec.layers[:end], self.params[:end], strict=True)):
            value, cache = layer.forward(params, value, ctx.at(index))
            outputs.append(value)
            caches.append(cache)
        return Trace(self, x, tuple(outputs), tuple(caches), ctx)

    def forward(self, x: Array, ctx: Context = _INFERENCE) -> tuple[Array, Sequence[Cache]]:
        """Return the logits ``(N, K)`` for images ``(N, C, H, W)``, and the layers' caches.

        Nobody sees the outputs of the layers, so max-pooling may take the place of an activation before it,
        which then has a quarter of the values to bend, and ReLU may write over what entered it. Logits and
        gradients stay the same.
        """
        caches: list[Cache] = [None] * len(self.params)
        value, spent = x, False
        for index in self._order:
            layer = self.spec.layers[index]
            value, caches[index] = layer.forward(self.params[index], value, ctx.at(index, spent=spent))
            spent = not layer.keeps_output
        return value, caches

    def backward(self, grad: Array, caches: Sequence[Cache], ctx: Context, out: Array) -> None:
        """Write the gradient of the loss for ``vector`` into ``out``.

        Args:
            grad: gradient for the logits, ``(N, K)``; may be overwritten.
            caches: from ``forward``.
            ctx: the same as in ``forward``.
            out: a vector like ``vector``.
        """
        grads: list[Params] = [{} for _ in self.params]
        trained = self._slots[: self._trained]
        first = trained[0][0] if trained else len(self.params)
        order = [index for index in self._order if index >= first]
        for index, _, found in self._back(grad, caches, ctx, order, need_x=False):
            grads[index] = found
        for layer, name, slot in trained:
            found_grad = grads[layer][name]
            out[slot].reshape(found_grad.shape)[...] = found_grad

    def layer_gradients(
        self, grad: Array, caches: Sequence[Cache], ctx: Context, first: int = 0
    ) -> Iterator[tuple[int, Array | None, Params]]:
        """Go back by the chain rule from the last layer to the layer ``first``, one layer at a time.

        Yields the number of the layer from 0, the gradient for its input and those for its trained
        parameters. The gradient for an input may be overwritten by the next layer's: copy it to keep it.

        Args:
            grad: gradient for the logits, ``(N, K)``; may be overwritten.
            caches: of a ``trace``.
            ctx: the same as in ``trace``.
            first: the layer to end with.
        """
        yield from self._back(grad, caches, ctx, range(first, len(caches)), need_x=True)

    def _back(
        self, grad: Array, caches: Sequence[Cache], ctx: Context, order: Sequence[int], *, need_x: bool
    ) -> Iterator[tuple[int, Array | None, Params]]:
        """Go back through layers that were run in this ``order``; ``need_x``: also to what entered them."""
        upstream: Array | None = grad
        for place in range(len(order) - 1, -1, -1):
            index = order[place]
            if upstream is None:  # only the last one asked for may return no gradient
                raise RuntimeError(f"layer {index + 2} returned no gradient for its input")
            upstream, grads = self.spec.layers[index].backward(
                self.params[index], upstream, caches[index], ctx.at(index), need_x=need_x or place > 0
            )
            yield index, upstream, grads

    def maps(self, x: Array) -> list[Array]:
        """Return the output of every layer for ``x``, in inference mode."""
        return list(self.trace(x).outputs)

    def predict(self, x: Array, ctx: Context = _INFERENCE) -> Array:
        """Return the class probabilities ``(N, K)`` for images ``(N, C, H, W)``.

        Raises:
            AnswerError: the logits are too large for float32, so that there are no probabilities.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return self.probabilities(self.forward(x, ctx)[0])

    def probabilities(self, logits: Array) -> Array:
        """Return the class probabilities ``(N, K)`` for logits; raises AnswerError as ``predict`` does."""
        with np.errstate(over="ignore", invalid="ignore"):
            probabilities = softmax(logits)
        if not np.isfinite(probabilities).all():
            raise AnswerError(
                f"Network '{self.spec.name[:60]}' gives no finite numbers for this image: "
                "its weights or its preprocessing are too large."
            )
        return probabilities

    def decay_mask(self) -> Array:
        """Return a vector like ``vector``: 1 where weight decay acts, 0 elsewhere (biases)."""
        mask = np.zeros_like(self.vector)
        for layer, name, slot in self._slots[: self._trained]:
            if name in self.spec.layers[layer].decayed:
                mask[slot] = 1
        return mask

    def named(self) -> dict[str, Array]:
        """Return every array under its name, ``"<layer>.<parameter>"``; no copies."""
        return {f"{i}.{name}": value for i, p in enumerate(self.params) for name, value in p.items()}

    def load(self, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Copy ``arrays``, named as in ``named``, into this network; all or nothing.

        Raises:
            ModelFileError: an array is missing, left over, or has another shape or type.
        """
        own = self.named()
        for name in sorted(set(own) ^ set(arrays)):
            word = "lacks" if name in own else "has an unknown"
            raise ModelFileError(f"The file {word} array {name!r} for network '{self.spec.name}'.")
        for name, value in arrays.items():
            if value.shape != own[name].shape or not np.issubdtype(value.dtype, np.floating):
                raise ModelFileError(
                    f"Array {name!r} is {value.dtype} of shape {value.shape}; the network needs floating "
                    f"point numbers of shape {own[name].shape}."
                )
            with np.errstate(over="ignore"):  # what is too large for the network is refused as not finite
                finite = np.isfinite(value.astype(own[name].dtype, copy=False)).all()
            if not finite:
                raise ModelFileError(f"Array {name!r} holds values that are not finite numbers.")
        for name, value in arrays.items():
            own[name][...] = value

    def copy(self) -> Network:
        """Return an independent network with the same values."""
        return Network(self.spec, self.params, self.vector.dtype)


def _order(layers: Sequence[Layer]) -> tuple[int, ...]:
    """Return the order in which ``forward`` runs the layers: max-pooling before an activation that clips."""
    order = list(range(len(layers)))
    for first, (one, other) in enumerate(pairwise(layers)):
        if isinstance(one, Activation) and one.clips and isinstance(other, MaxPool):
            order[first : first + 2] = [first + 1, first]
    return tuple(order)
