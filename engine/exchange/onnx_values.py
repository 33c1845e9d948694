"""What the values of an ONNX graph are, seen as a network: feature maps, answers, or neither.

A graph is followed value by value. A constant is a NumPy array. What depends on the image is a ``Feature``:
the output of the last layer that was read, and how the graph looks at it. That look is kept as numbers: for
each element of the graph's value its place in the layer's own output. So transposing, reshaping and cutting,
in whatever order a program writes them, need no layer: they only renumber.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import ModelFileError
from engine.layers import layer_from_json
from engine.model.spec import MOST_TRAINED
from engine.types import Params, Shape

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

LARGEST = MOST_TRAINED
"""Values of one array that is made while a graph is read; more is refused before it is made."""
Pads = tuple[int, int, int, int]
"""Top, left, bottom, right."""
NO_PADS: Pads = (0, 0, 0, 0)


class RefusedError(ModelFileError):
    """The file holds something that does not exist here; says what, as the end of a sentence."""

    def __init__(self, words: str) -> None:
        """Take the words, without a full stop."""
        super().__init__(f"{words}.")
        self.words = words


def within(count: int, what: str) -> None:
    """Raise RefusedError if an array would have too many values."""
    if count > LARGEST:
        raise RefusedError(f"{what} would have {count:,} values, and allowed are {LARGEST:,}")


@dataclass(frozen=True, eq=False)
class Feature:
    """A value that depends on the image.

    Attributes:
        shape: of one sample as the layer gives it, ``(C, H, W)`` or ``(D,)``.
        before: what the layer takes; None for the image itself.
        layer: the layer as JSON; empty for the image.
        params: its arrays.
        view: the graph's value for one sample: for each element its place in the layer's flattened output;
            None if it is that output as it is.
        scale: the image only: the factor of what the graph makes of it, one for each channel or each pixel.
        shift: the image only: what is added after that.
        pads: rows and columns of zeros around it that are still to be added: top, left, bottom, right.
        bare: the same value without them, if there are any.
    """

    shape: Shape
    before: Feature | None = None
    layer: dict[str, Any] = field(default_factory=dict)
    params: Params = field(default_factory=dict)
    view: Places | None = None
    scale: Numbers | None = None
    shift: Numbers | None = None
    pads: Pads = NO_PADS
    bare: Feature | None = None

    @property
    def kind(self) -> str:
        """The kind of the layer; empty for the image."""
        return str(self.layer.get("kind", ""))

    @property
    def seen(self) -> Shape:
        """The shape of one sample of the graph's value."""
        return self.shape if self.view is None else self.view.shape

    @property
    def places(self) -> Places:
        """The view, also where it is that of the layer itself."""
        return np.arange(math.prod(self.shape)).reshape(self.shape) if self.view is None else self.view

    def chain(self) -> Iterator[Feature]:
        """Yield this value and all that it was made of, back to the image."""
        value: Feature | None = self
        while value is not None:
            yield value
            value = value.before

    def swapped(self, order: Places) -> Places:
        """Return the view under which channel k is the layer's own channel ``order[k]``."""
        pixels = math.prod(self.shape[1:])
        return (np.asarray(order)[:, np.newaxis] * pixels + np.arange(pixels)).reshape(-1, *self.shape[1:])

    def unpadded(self) -> Feature:
        """Return the value without the zeros that are still to be added."""
        return self.bare or self

    def padded(self, pads: Pads) -> Feature:
        """Return the value with more zeros to be added."""
        if pads == NO_PADS:
            return self
        top, left, bottom, right = (a + b for a, b in zip(self.pads, pads, strict=True))
        return replace(self, pads=(top, left, bottom, right), bare=self.unpadded())

    def looked(self, view: Places) -> Feature:
        """Return the same value under another view."""
        within(view.size, "a value")
        same = view.shape == self.shape and np.array_equal(view.ravel(), np.arange(view.size))
        return replace(self, view=None if same else view)

    def then(
        self, layer: dict[str, Any], params: Params | None = None, *, keep_view: bool = False
    ) -> Feature:
        """Return what ``layer`` makes of it; raises ConfigError or ShapeError if it cannot be."""
        shape = layer_from_json(layer).out_shape(self.shape)
        within(math.prod(shape), "a value")
        return Feature(shape, self, layer, params or {}, self.view if keep_view else None)

    def spread(self, number: npt.NDArray[Any], rest: float) -> Numbers:
        """Return a constant of the graph in the layer's own order: a number a channel if they allow it.

        Args:
            number: what meets the value in the graph, with or without an axis for the batch.
            rest: for elements that the view leaves out.

        Returns:
            ``(C, 1, 1)``, ``(C, H, W)`` or ``(D,)``.

        Raises:
            RefusedError: it does not fit.
        """
        lengths = number.shape[1:] if number.ndim > len(self.seen) and number.shape[0] == 1 else number.shape
        plain: Numbers = np.asarray(number, np.float64).reshape(lengths)
        try:
            values = np.broadcast_to(plain, self.seen)
        except ValueError:
            raise RefusedError(
                f"a constant of shape {number.shape} meets a value of shape {('N', *self.seen)}"
            ) from None
        flat = np.full(math.prod(self.shape), rest)
        flat[self.places.ravel()] = values.ravel()
        own: Numbers = flat.reshape(self.shape)
        if own.ndim == 3 and (own == own[:, :1, :1]).all():
            return own[:, :1, :1]
        return own


@dataclass(frozen=True, eq=False)
class Sum:
    """Two paths that have met; a residual block once ReLU follows."""

    block: Feature


@dataclass(frozen=True, eq=False)
class Answer:
    """Where a network ends.

    Attributes:
        logits: what its probabilities are made of.
        names: of the classes, where the graph says them.
        raw: the graph itself takes no softmax of them.
    """

    logits: Feature
    names: tuple[str, ...] = ()
    raw: bool = False


@dataclass(frozen=True, eq=False)
class Refusal:
    """A value that cannot be here, and why; it matters only if the answers need it."""

    why: str
    label: bool = False
    """It is the name or number of a class, which an answer says already."""
    names: tuple[str, ...] = ()
    """Of the classes, where it is one of these."""


@dataclass(frozen=True)
class Step:
    """A node that is read, and what it takes.

    Attributes:
        node: of the graph.
        values: an array, a ``Feature``, ``Sum`` or ``Answer`` for each input; None for one left out.
        opset: version of ONNX's operations.
        batch: what shapes that are computed hold for the length of the batch.
    """

    node: Any
    values: Sequence[Any]
    opset: int
    batch: int

    @property
    def name(self) -> str:
        """Operation and name of the node, for messages."""
        return f"{self.node.op_type!r} (node {(self.node.name or self.node.output[0])[:60]!r})"

    @cached_property
    def options(self) -> dict[str, Any]:
        """The attributes of the node by name."""
        from onnx import helper

        return {each.name: helper.get_attribute_value(each) for each in self.node.attribute}

    def has(self, place: int) -> bool:
        """Whether there is anything at ``place``."""
        return place < len(self.values) and self.values[place] is not None

    def feature(self, place: int = 0) -> Feature:
        """Return the value at ``place``, which must depend on the image in a way that is known."""
        value = self.values[place] if place < len(self.values) else None
        if isinstance(value, Sum):
            raise RefusedError(f"the two paths that meet before {self.name} are not followed by ReLU")
        if isinstance(value, Answer):
            raise RefusedError(f"it goes on after a softmax with {self.name}, which no layer here does")
        if not isinstance(value, Feature):
            raise RefusedError(f"{self.name} takes something at place {place + 1} that is no feature map")
        return value

    def weight(self, place: int) -> npt.NDArray[np.float32]:
        """Return the weight at ``place`` as float32."""
        if place >= len(self.values) or not isinstance(self.values[place], np.ndarray):
            raise RefusedError(f"{self.name} takes something at place {place + 1} that is no weight")
        with np.errstate(over="ignore", invalid="ignore"):  # what does not fit is refused as not finite
            return np.asarray(self.values[place], np.float32)

    def numbers(self, place: int, option: str) -> list[int] | None:
        """Return the whole numbers at ``place``, or of an option, as older versions have them."""
        if self.has(place):
            return [int(n) for n in np.asarray(self.weight_as_is(place)).ravel()]
        found = self.options.get(option)
        return None if found is None else [int(n) for n in np.ravel(found)]

    def weight_as_is(self, place: int) -> npt.NDArray[Any]:
        """Return the constant at ``place`` in its own form."""
        if not isinstance(self.values[place], np.ndarray):
            raise RefusedError(f"{self.name} takes something at place {place + 1} that is no constant")
        value: npt.NDArray[Any] = self.values[place]
        return value


Read = Callable[[Step], Any]
"""Reads a node; returns its first output."""
