"""A network as single operations, each of which can be worked out by hand, and what went through them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.layers.base import Layer
from engine.layers.residual import Residual
from engine.model.network import INPUT, Network
from engine.types import Array, Bytes, Cache, Context, Params, Shape

SUM = "sum"
"""Name of the operation in a residual block that adds branch and shortcut."""


def unheard() -> np.errstate:
    """Let numbers overflow without a warning: those of a network that went astray are shown as they are."""
    return np.errstate(over="ignore", invalid="ignore", divide="ignore")


@dataclass(frozen=True)
class Place:
    """One value: which operation gave it, and which of its values it is.

    Attributes:
        step: number of the operation, or ``INPUT``; the number after the last one stands for softmax.
        index: ``(channel, row, column)`` or ``(feature,)``, from 0.
    """

    step: int
    index: tuple[int, ...]


@dataclass(frozen=True)
class Weight:
    """One trained value of a network.

    Attributes:
        layer: number of the layer.
        name: of its parameter, as in ``Network.params``.
        index: which of its values.
    """

    layer: int
    name: str
    index: tuple[int, ...]


@dataclass(frozen=True)
class Step:
    """One operation of a network.

    Attributes:
        number: its place in the order of computation, from 0.
        owner: number of the layer of the network that it is, or is a part of.
        part: its name within a residual block (``conv1``, ``sum``), else empty. The last operation of a
            block, whose output is the block's, has no name either.
        layer: its arithmetic; None for the sum of two values.
        sources: the operations whose outputs enter, or ``INPUT``.
        shape: of its output for one image.
    """

    number: int
    owner: int
    part: str
    layer: Layer | None
    sources: tuple[int, ...]
    shape: Shape

    def weight(self, name: str, *index: int) -> Weight:
        """Return one value of the parameter ``name`` of the operation."""
        return Weight(self.owner, f"{self.part}.{name}" if self.part else name, index)

    @property
    def kind(self) -> str:
        """The word for the arithmetic: that of the layer in JSON, or ``sum``."""
        return SUM if self.layer is None else self.layer.type_name


def steps_of(network: Network) -> tuple[Step, ...]:
    """Return the operations of ``network`` in the order of computation; residual blocks are taken apart."""
    steps: list[Step] = []

    def add(owner: int, part: str, layer: Layer | None, sources: tuple[int, ...]) -> int:
        before = sources[0]
        shape = network.spec.in_shape if before == INPUT else steps[before].shape
        shape = shape if layer is None else layer.out_shape(shape)
        steps.append(Step(len(steps), owner, part, layer, sources, shape))
        return len(steps) - 1

    source = INPUT
    for owner, layer in enumerate(network.spec.layers):
        if not isinstance(layer, Residual):
            source = add(owner, "", layer, (source,))
            continue
        ends = []
        for path in layer.paths(network.params[owner]):
            end = source
            for name, inner in path:
                end = add(owner, name, inner, (end,))
            ends.append(end)
        source = add(owner, SUM, None, (ends[0], ends[1]))
        source = add(owner, "", layer.last, (source,))
    return tuple(steps)


@dataclass(frozen=True, eq=False)
class Deltas:
    """Gradients of a scalar on the way back through a pass.

    Attributes:
        outputs: for the output of each operation, like ``Pass.outputs``.
        input: for what entered, ``(N, C, H, W)``.
        params: for the trained parameters of each operation, summed over the images.
    """

    outputs: tuple[Array, ...]
    input: Array
    params: tuple[Params, ...]

    def of(self, step: int) -> Array:
        """Return the gradient for the output of an operation, or with ``INPUT`` for what entered."""
        return self.input if step == INPUT else self.outputs[step]


@dataclass(frozen=True, eq=False)
class Pass:
    """What went through a network for some images, operation by operation, and the way back.

    The operations are those of the layers themselves, in the same order and precision, so every value is
    the one that the network computes, bit for bit.

    Attributes:
        network: the network it went through; nobody may change it while the pass is used.
        steps: its operations.
        x: what entered, ``(N, C, H, W)``.
        outputs: what each operation gave, ``(N, C, H, W)`` or ``(N, D)``; the last are the logits.
        caches: what each operation's ``backward`` needs.
        ctx: the context of the pass.
    """

    network: Network
    steps: tuple[Step, ...]
    x: Array
    outputs: tuple[Array, ...]
    caches: tuple[Cache, ...]
    ctx: Context

    @classmethod
    def of(cls, network: Network, x: Array, ctx: Context | None = None) -> Pass:
        """Send images ``(N, C, H, W)`` through ``network``, in inference mode without ``ctx``."""
        ctx = ctx or Context()
        steps = steps_of(network)
        outputs: list[Array] = []
        caches: list[Cache] = []
        for step in steps:
            given = [x if source == INPUT else outputs[source] for source in step.sources]
            cache: Cache = None
            if step.layer is None:
                outputs.append(given[0] + given[1])
            else:
                y, cache = step.layer.forward(params_of(network, step), given[0], ctx)
                outputs.append(y)
            caches.append(cache)
        return cls(network, steps, x, tuple(outputs), tuple(caches), ctx)

    @classmethod
    def precise(cls, network: Network, preprocessing: Preprocessing, image: Bytes) -> Pass:
        """Send pixels ``(C, H, W)`` through a copy of ``network`` that computes with 64 bits.

        Its sums add up to far more digits than are shown; those of 32 bits would not where large products
        cancel.
        """
        mean, std = (np.array(values).reshape(-1, 1, 1) for values in (preprocessing.mean, preprocessing.std))
        x = ((image / 255 - mean) / std)[None]
        with unheard():
            return cls.of(Network(network.spec, network.params, np.float64), x)

    def output(self, step: int) -> Array:
        """Return what an operation gave, or with ``INPUT`` what entered."""
        return self.x if step == INPUT else self.outputs[step]

    def value(self, place: Place, image: int = 0) -> float:
        """Return the value at a place for one of the images."""
        return float(self.output(place.step)[image][place.index])

    def has(self, place: Place) -> bool:
        """Return whether there is a value at ``place``."""
        if not INPUT <= place.step <= len(self.steps):
            return False
        shape = self._shape(place.step)
        return len(shape) == len(place.index) and all(
            0 <= i < n for i, n in zip(place.index, shape, strict=True)
        )

    def place_of(self, layer: int, number: int) -> Place | None:
        """Return the place of a value that a layer gives, or with ``INPUT`` that entered, if it is there.

        Args:
            layer: number of the layer.
            number: of the value, counted through all maps.
        """
        if layer >= len(self.network.spec.layers):
            return None
        step = self.last_of(layer)
        shape = self._shape(step)
        if not 0 <= number < math.prod(shape):
            return None
        return Place(step, tuple(int(i) for i in np.unravel_index(number, shape)))

    def neighbour(self, place: Place, maps: int, rows: int, columns: int) -> Place:
        """Return the place so many maps, rows and columns further on, at most at the edge.

        Features have no rows: it is as many features further on as all three are together.
        """
        shape = self._shape(place.step)
        by = (maps, rows, columns) if len(shape) == 3 else (maps + rows + columns,)
        index = tuple(min(max(i + d, 0), n - 1) for i, d, n in zip(place.index, by, shape, strict=True))
        return Place(place.step, index)

    def _shape(self, step: int) -> Shape:
        """Return the shape of what an operation gives for one image; softmax gives that of the logits."""
        return self.output(min(step, len(self.steps) - 1)).shape[1:]

    def last_of(self, layer: int) -> int:
        """Return the number of the operation that gives what layer ``layer`` of the network gives."""
        return last_of(self.steps, layer)

    def params(self, step: int) -> Params:
        """Return the parameters of an operation under their own names; no copies."""
        return params_of(self.network, self.steps[step])

    def layer_outputs(self, image: int = 0) -> tuple[Array, ...]:
        """Return what each layer of the network gave for one image, ``(C, H, W)`` or ``(D,)``."""
        count = len(self.network.spec.layers)
        return tuple(self.outputs[self.last_of(layer)][image] for layer in range(count))

    def back(self, grad: Array) -> Deltas:
        """Return the gradients of a scalar whose gradient for the logits is ``grad``, ``(N, K)``."""
        found: dict[int, Array] = {len(self.steps) - 1: grad}
        params: list[Params] = [{} for _ in self.steps]
        for step in reversed(self.steps):
            delta = found[step.number]
            if step.layer is None:
                upstream: Array | None = delta
            else:
                inner = params_of(self.network, step)
                # The gradient may be overwritten, and the parameters' be views of a buffer of the layer.
                upstream, params[step.number] = step.layer.backward(
                    inner, delta.copy(order="K"), self.caches[step.number], self.ctx
                )
            if upstream is None:
                raise RuntimeError(f"operation {step.number} returned no gradient for its input")
            for source in step.sources:
                found[source] = upstream.copy(order="K") if source not in found else found[source] + upstream
        return Deltas(tuple(found[step.number] for step in self.steps), found[INPUT], tuple(params))


def last_of(steps: Sequence[Step], layer: int) -> int:
    """Return the number of the operation that gives what layer ``layer`` gives, or ``INPUT``."""
    return INPUT if layer == INPUT else max(step.number for step in steps if step.owner == layer)


def params_of(network: Network, step: Step) -> Params:
    """Return the parameters of an operation under their own names; no copies."""
    own = network.params[step.owner]
    if not isinstance(network.spec.layers[step.owner], Residual):
        return own
    start = f"{step.part}."
    return {name[len(start) :]: value for name, value in own.items() if name.startswith(start)}
