"""The words of the Network view: what a layer is called, and what is pointed at. Knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.formatting import counted, grouped
from engine.look.colour import figure
from engine.look.mosaic import Cell, values_at
from engine.options import Configurable
from engine.types import Array, Shape
from gui.views.network_plan import INPUT, Part

if TYPE_CHECKING:
    from engine.layers.base import Layer
    from engine.model.spec import NetworkSpec


def layer_title(layer: Layer, in_shape: Shape) -> str:
    """Name a layer in a few words, for example ``conv 8×5×5`` or ``max pool 2``."""
    weight = layer.param_shapes(in_shape).get("weight")
    name = layer.type_name.replace("_", " ")
    if weight is not None and len(weight) == 4:
        return f"{name} {weight[0]}×{weight[2]}×{weight[3]}"
    return f"{name} {_first_option(layer)}".rstrip()


def title_of(spec: NetworkSpec, layer: int) -> str:
    """Return the title of the layer with this number, or of the input."""
    return (
        "input" if layer == INPUT else layer_title(spec.layers[layer], (spec.in_shape, *spec.shapes())[layer])
    )


def shape_text(shape: Shape) -> str:
    """Write a shape, for example ``8 × 24 × 24`` or ``10 values``."""
    return " × ".join(map(str, shape)) if len(shape) > 1 else counted(shape[0], "value")


def describe(spec: NetworkSpec, part: Part, index: int, cell: Cell | None = None) -> str:
    """Say in words which map of ``part`` is meant, and with ``cell`` which value of it.

    Numbers count from one, as people do.
    """
    grid = part.fit.grid
    place = f", row {cell.row + 1}, column {cell.column + 1}" if cell is not None else ""
    if not part.kernels:
        if grid.height == grid.width == 1:
            return f"value {index + 1} of {grouped(grid.count)}"
        return f"map {index + 1} of {grid.count}{place}"
    if part.colour:
        return f"filter {index + 1}{place}"
    conv = spec.layers[part.layer].type_name != "dense"
    if not conv and grid.count == 1:
        return (
            f"weight of unit {cell.row + 1} for input {cell.column + 1}"
            if cell is not None
            else "all weights"
        )
    unit, channel = divmod(index, part.block)
    return f"{'filter' if conv else 'unit'} {unit + 1}, channel {channel + 1}{place}"


def reading(
    spec: NetworkSpec, names: Sequence[str], part: Part, tiles: Array | None, cell: Cell | None
) -> str:
    """Say what ``tiles``, shown in ``part``, hold at ``cell``: layer, map, row, column, value and scale."""
    title = title_of(spec, part.layer)
    head = title if part.layer == INPUT else f"Layer {part.layer + 1}, {title}"
    if tiles is None or cell is None:
        return head
    if part.layer == INPUT:
        pixel = ", ".join(figure(float(v)) for v in tiles[:, cell.row, cell.column])
        return f"{head} · row {cell.row + 1}, column {cell.column + 1} · {pixel}"
    words = describe(spec, part, cell.index, cell)
    scores = part.layer == len(spec.layers) - 1 and not part.kernels
    if scores and part.fit.grid.count == len(names):
        words = f"score of “{names[cell.index]}”"
    values = values_at(tiles, cell)
    said = figure(float(values[0]))
    if part.colour:
        colours = zip(("red", "green", "blue"), values, strict=True)
        said = ", ".join(f"{colour} {figure(float(value))}" for colour, value in colours)
    own = tiles[cell.index]
    ends = f" · this map {figure(float(own.min()))} to {figure(float(own.max()))}" if own.size > 1 else ""
    return f"{head} · {words} · {said}{ends}"


def count_text(spec: NetworkSpec, shapes: tuple[Shape, ...], index: int) -> str:
    """Return how many parameters the layer ``index`` learns, in words; nothing for none."""
    if index == INPUT:
        return ""
    from engine.model.spec import trained_size  # a picture that is still empty needs no layers

    count = trained_size(spec.layers[index], shapes[index])
    return counted(count, "parameter") if count else ""


def _first_option(layer: Configurable) -> str:
    """Return the first setting of a layer as text, if it has one."""
    value = next((getattr(layer, name) for name in layer.options()), "")
    return "×".join(map(str, value)) if isinstance(value, tuple) else f"{value}"
