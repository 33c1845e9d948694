"""A network described by data: which layers, in which order, for which input."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import ConfigError, ShapeError
from engine.io.gate import NETWORK, explained, is_there
from engine.io.json_file import json_file
from engine.layers import layer_from_json
from engine.layers.dense import Dense
from engine.resources import RESOURCES
from engine.text import name, shortened
from engine.types import Shape

if TYPE_CHECKING:
    from engine.layers.base import Layer

_FOLDER = RESOURCES / "networks"
MOST_SIDE = 4096
"""Largest number of channels, rows or columns of an image."""
MOST_VALUES = 2**24
"""Most values that a layer may give for one image: 64 MB, many times what the largest pictures here need."""
MOST_TRAINED = 2**26
"""Most values that a network may have to be trained: 256 MB, of which training needs a dozen copies."""

PRESETS: dict[str, str] = {
    "classic": "Two convolutions of eight 5x5 kernels, one pooling: the network this program grew out of",
    "lenet5": "LeNet-5: two convolutions with pooling, three fully connected layers (LeCun 1998)",
    "deep": "Four 3x3 convolutions in two blocks and a hidden layer: slower, and better",
    "resnet": "Three residual blocks of 3x3 convolutions: the one for photographs, slow (He et al. 2015)",
}
"""The shipped networks, one JSON file each in ``resources/networks``, and what they are."""


@dataclass(frozen=True)
class LayerReport:
    """What building would make of one layer.

    Attributes:
        layer: the layer.
        out_shape: shape of one output sample, or None if it cannot be known.
        parameters: number of values that are trained.
        error: why the layer does not fit, or an empty string.
    """

    layer: Layer
    out_shape: Shape | None
    parameters: int
    error: str


@dataclass(frozen=True)
class NetworkSpec:
    """The description of a network, before any array exists.

    Attributes:
        name: what the network is called.
        in_shape: ``(C, H, W)`` of one image.
        layers: from input to logits; the last one's output is ``(classes,)``.
    """

    name: str
    in_shape: Shape
    layers: tuple[Layer, ...]

    def shapes(self) -> tuple[Shape, ...]:
        """Return the output shape of each layer.

        Raises:
            ShapeError: a layer does not fit, or asks for too much memory; names its number, kind and shape.
        """
        if not self.layers:
            raise ShapeError("A network needs at least one layer.")
        shape, shapes = self.in_shape, []
        for number, layer in enumerate(self.layers, 1):
            try:
                shape = layer.out_shape(shape)
            except ShapeError as error:
                raise ShapeError(f"Layer {number} ({layer.type_name}): {error}") from None
            if math.prod(shape) > MOST_VALUES:
                raise ShapeError(
                    f"Layer {number} ({layer.type_name}) gives {math.prod(shape):,} values for one image; "
                    f"allowed are {MOST_VALUES:,}."
                )
            shapes.append(shape)
        if len(shape) != 1:
            raise ShapeError(
                f"The network ends with shape {shape}; its last layer must give one number for each class, "
                "so end with flatten or global average pooling, and dense."
            )
        return tuple(shapes)

    @property
    def trained(self) -> int:
        """How many values are trained; raises ShapeError if the layers do not fit together."""
        in_shapes = (self.in_shape, *self.shapes())
        return sum(trained_size(layer, shape) for layer, shape in zip(self.layers, in_shapes, strict=False))

    @property
    def uses_randomness(self) -> bool:
        """Whether a layer draws random numbers while training."""
        return any(layer.random for layer in self.layers)

    def report(self) -> tuple[LayerReport, ...]:
        """Return what is known of each layer, with errors in place instead of raised."""
        reports: list[LayerReport] = []
        shape: Shape | None = self.in_shape
        for number, layer in enumerate(self.layers, 1):
            error, out, count = "", None, 0
            if shape is not None:
                try:
                    out = layer.out_shape(shape)
                    count = trained_size(layer, shape)
                    if number == len(self.layers) and len(out) != 1:
                        error = f"ends with shape {out}; the last layer must give one number for each class"
                except ShapeError as problem:
                    error = str(problem)
            reports.append(LayerReport(layer, out, count, error))
            shape = out
        return tuple(reports)

    def fitted(self, in_shape: Shape, classes: int) -> NetworkSpec:
        """Return the same network for another data set: its input shape and number of classes."""
        layers = self.layers
        if layers and isinstance(layers[-1], Dense):
            layers = (*layers[:-1], dataclasses.replace(layers[-1], units=classes))
        return NetworkSpec(self.name, in_shape, layers)

    def to_json(self) -> dict[str, Any]:
        """Return the description as plain JSON values."""
        return {
            "name": self.name,
            "in_shape": list(self.in_shape),
            "layers": [layer.to_json() for layer in self.layers],
        }

    @classmethod
    def from_json(cls, data: Any) -> NetworkSpec:
        """Build a description from what ``to_json`` gave.

        Raises:
            ConfigError: a part is missing, unknown or has a value that is not allowed.
        """
        if not isinstance(data, dict) or not isinstance(data.get("layers"), list):
            raise ConfigError("A network is described by an object with 'name', 'in_shape' and 'layers'.")
        shape = data.get("in_shape")
        if not isinstance(shape, list) or not all(type(n) is int and 0 < n <= MOST_SIDE for n in shape):
            allowed = f"three numbers from 1 to {MOST_SIDE}"
            raise ConfigError(f"A network's in_shape is {shape!r}; allowed are {allowed}.")
        if len(shape) != 3:
            raise ConfigError(f"A network's in_shape is {shape!r}; allowed is [channels, height, width].")
        layers = tuple(layer_from_json(item) for item in data["layers"])
        return cls(name(str(data.get("name", "custom"))), tuple(shape), layers)


def trained_size(layer: Layer, in_shape: Shape) -> int:
    """Return how many values of ``layer`` are trained for inputs of ``in_shape``."""
    shapes = layer.param_shapes(in_shape)
    return sum(math.prod(shape) for name, shape in shapes.items() if name not in layer.statistics)


def preset(name: str, in_shape: Shape = (1, 28, 28), classes: int = 10) -> NetworkSpec:
    """Return the shipped network called ``name``, fitted to the input and the number of classes.

    Raises:
        ConfigError: there is no such preset.
    """
    if name not in PRESETS:
        raise ConfigError(f"There is no network called {name!r}; there are {', '.join(PRESETS)}.")
    data = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return NetworkSpec.from_json({**data, "name": name, "in_shape": list(in_shape)}).fitted(in_shape, classes)


def preset_or_file(word: str, folder: Path = Path()) -> NetworkSpec:
    """Return the preset called ``word``, or the network in the file ``word``, as seen from ``folder``.

    Raises:
        ConfigError: there is none, or the file describes none.
    """
    if word in PRESETS:
        return preset(word)
    path = folder / word
    if not word or not is_there(path):
        raise ConfigError(
            shortened(f"There is no network {word!r}; there are {', '.join(PRESETS)}, or name a JSON file.")
        )
    with explained(path, NETWORK):
        return NetworkSpec.from_json(json_file(path, NETWORK))
