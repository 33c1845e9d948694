"""A network: its description, and the arrays it has learnt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from engine.errors import ModelFileError
from engine.model.losses import softmax
from engine.model.spec import NetworkSpec
from engine.types import Array, Cache, Context, Params

_INFERENCE = Context()


class Network:
    """Layers with parameters.

    All trained values live in one vector, ``vector``, and the arrays in ``params`` are views into
    it: an optimiser works on the vector in a few long operations, a copy is one copy.

    Attributes:
        spec: the description it was built from.
        shapes: output shape of each layer.
        params: the arrays of each layer, trained and statistics.
        vector: every trained value, in the order of ``params``.
    """

    def __init__(
        self, spec: NetworkSpec, params: Sequence[Params], dtype: npt.DTypeLike = np.float32
    ) -> None:
        """Take over (copy) ``params``; ``Network.new`` draws them instead."""
        self.spec = spec
        self.shapes = spec.shapes()
        trained = [
            (layer, name)
            for layer, p in enumerate(params)
            for name in p
            if name not in spec.layers[layer].statistics
        ]
        self.vector: Array = np.empty(sum(params[layer][name].size for layer, name in trained), dtype)
        self.params: tuple[Params, ...] = tuple(
            {name: np.array(v, dtype) for name, v in p.items()} for p in params
        )
        self._slots: list[tuple[int, str, slice]] = []
        start = 0
        for layer, name in trained:
            value = params[layer][name]
            slot = slice(start, start + value.size)
            self.vector[slot] = value.ravel()
            self.params[layer][name] = self.vector[slot].reshape(value.shape)
            self._slots.append((layer, name, slot))
            start = slot.stop

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

    def bind(self, vector: Array) -> None:
        """Keep the trained values in ``vector`` from now on, which already holds them."""
        self.vector = vector
        for layer, name, slot in self._slots:
            self.params[layer][name] = vector[slot].reshape(self.params[layer][name].shape)

    @classmethod
    def empty(cls, spec: NetworkSpec, vector: Array | None = None) -> Network:
        """Return a network to load values into: all zero, or with its trained values in ``vector``."""
        in_shapes = (spec.in_shape, *spec.shapes())
        shapes = [layer.param_shapes(shape) for layer, shape in zip(spec.layers, in_shapes, strict=False)]
        network = cls(
            spec, [{name: np.zeros(shape, np.float32) for name, shape in p.items()} for p in shapes]
        )
        if vector is not None:
            network.bind(vector)
        return network

    @property
    def classes(self) -> int:
        """Number of logits."""
        return self.shapes[-1][0]

    def forward(self, x: Array, ctx: Context = _INFERENCE) -> tuple[Array, list[Cache]]:
        """Return the logits ``(N, K)`` for images ``(N, C, H, W)``, and the layers' caches."""
        caches: list[Cache] = []
        for index, (layer, params) in enumerate(zip(self.spec.layers, self.params, strict=True)):
            x, cache = layer.forward(params, x, ctx.at(index))
            caches.append(cache)
        return x, caches

    def backward(self, grad: Array, caches: Sequence[Cache], ctx: Context, out: Array) -> None:
        """Write the gradient of the loss for ``vector`` into ``out``.

        Args:
            grad: gradient for the logits, ``(N, K)``.
            caches: from ``forward``.
            ctx: the same as in ``forward``.
            out: a vector like ``vector``.
        """
        grads: list[Params] = [{} for _ in self.params]
        first = self._first_trained()
        upstream: Array | None = grad
        for index in range(len(self.spec.layers) - 1, first - 1, -1):
            if upstream is None:  # only the first trained layer may return no gradient
                raise RuntimeError(f"layer {index + 2} returned no gradient for its input")
            upstream, grads[index] = self.spec.layers[index].backward(
                self.params[index], upstream, caches[index], ctx.at(index), need_x=index > first
            )
        for layer, name, slot in self._slots:
            out[slot] = grads[layer][name].reshape(-1)

    def _first_trained(self) -> int:
        return self._slots[0][0] if self._slots else len(self.params)

    def maps(self, x: Array) -> list[Array]:
        """Return the output of every layer for ``x``, in inference mode."""
        outputs: list[Array] = []
        for layer, params in zip(self.spec.layers, self.params, strict=True):
            x = layer.forward(params, x, _INFERENCE)[0]
            outputs.append(x)
        return outputs

    def predict(self, x: Array, ctx: Context = _INFERENCE) -> Array:
        """Return the class probabilities ``(N, K)`` for images ``(N, C, H, W)``."""
        return softmax(self.forward(x, ctx)[0])

    def decay_mask(self) -> Array:
        """Return a vector like ``vector``: 1 where weight decay acts, 0 elsewhere (biases)."""
        mask = np.zeros_like(self.vector)
        for layer, name, slot in self._slots:
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
            if not np.isfinite(value).all():
                raise ModelFileError(f"Array {name!r} holds values that are not finite numbers.")
        for name, value in arrays.items():
            own[name][...] = value

    def copy(self) -> Network:
        """Return an independent network with the same values."""
        return Network(self.spec, self.params, self.vector.dtype)
