"""Where everything of the Network view lies: one column a layer, from left to right. Knows no Qt."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from engine.layers.base import Layer
from engine.model.spec import NetworkSpec, trained_size
from engine.options import Configurable
from engine.types import Array, Shape
from gui.presenters.mosaic import Cell, Fit, fit

MARGIN = 16
SPACE = 28
"""Between two columns; an arrow stands here."""
HEADER = 52
LEGEND = 24
"""Below each mosaic: the colour bar and the ends of its scale."""
LEAST_WIDTH = 64
BARS_WIDTH = 176
ROW = 22
"""Height of the bar of a class, and of a value of a short vector."""
INPUT = -1
"""Layer number of the input image."""
BETWEEN = 28
"""Between the kernels' legend and the maps."""
_KERNEL_SHARE = 0.42
_MOST = 10
"""Highest magnification."""
_NARROW, _WIDE = 72, 320
"""Limits of the width of a column of maps; what does not fit unmagnified may be wider."""
_SHORT = 32
"""Vectors of at most so many values are drawn as one column."""
_SCROLLED = 152
"""Width of the columns when the whole cannot be seen at once anyway."""


@dataclass(frozen=True)
class Part:
    """One mosaic: the kernels or the maps of one layer.

    Attributes:
        layer: index of the layer, or ``INPUT``.
        kernels: parameters, in contrast to outputs.
        fit: arrangement and magnification.
        x, y: top left corner of the mosaic.
        width: of the mosaic or its legend, whichever is wider.
        legend: top of the legend.
        block: maps that belong together (the input channels of a filter).
    """

    layer: int
    kernels: bool
    fit: Fit
    x: int
    y: int
    width: int
    legend: int
    block: int = 1

    def tiles(self, values: Array) -> Array:
        """Return ``values`` (a weight or an output) as maps ``(K, h, w)``."""
        grid = self.fit.grid
        return values.reshape(grid.count, grid.height, grid.width)


@dataclass(frozen=True)
class Column:
    """A layer: its title, what is said of it, and its mosaics."""

    title: str
    notes: tuple[str, str]
    x: int
    width: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Layout:
    """The whole picture.

    Attributes:
        columns: the input and every layer.
        bars: x, y, width and height of the class probabilities.
        axis: height at which the maps are centred and the arrows stand.
        width, height: of the picture.
    """

    columns: tuple[Column, ...]
    bars: tuple[int, int, int, int]
    axis: int
    width: int
    height: int

    @property
    def parts(self) -> tuple[Part, ...]:
        """All mosaics, from left to right, kernels before maps."""
        return tuple(part for column in self.columns for part in column.parts)


@dataclass(frozen=True)
class _Weight:
    count: int
    tile: tuple[int, int]
    block: int


def lay_out(spec: NetworkSpec, room: tuple[int, int], measure: Callable[[str], int]) -> Layout:
    """Place every layer of ``spec``, as large as it can be while the whole still fits.

    Args:
        spec: the network.
        room: width and height on the screen in pixels. The height is kept; a network that is too
            deep for the width gets narrow columns and is scrolled.
        measure: gives the width of a title in pixels.
    """
    width, height = room
    widest = max(_NARROW, min(height, _WIDE))
    for limit in (*range(widest, _NARROW, -12), _NARROW):
        layout = _Planner(spec, height, limit, measure).layout()
        if layout.width <= width:
            return layout
    return _Planner(spec, height, min(height, _SCROLLED), measure).layout()


class _Planner:
    """Places the columns, none of which may (if it can be helped) be wider than ``limit``."""

    def __init__(self, spec: NetworkSpec, height: int, limit: int, measure: Callable[[str], int]) -> None:
        self.spec = spec
        self.limit = limit
        self.measure = measure
        self.shapes = (spec.in_shape, *spec.shapes())
        self.weights = [_weight(spec, self.shapes, index) for index in range(len(spec.layers))]
        self.top = MARGIN + HEADER
        self.bottom = max(self.top + 160, height - LEGEND - 8)
        self.kernel_room = 0
        if any(self.weights):
            self.kernel_room = round(_KERNEL_SHARE * (self.bottom - self.top - LEGEND - BETWEEN))
        self.maps_top = self.top + (self.kernel_room + LEGEND + BETWEEN if self.kernel_room else 0)
        self.maps_room = self.bottom - self.maps_top

    def layout(self) -> Layout:
        """Return the whole picture."""
        columns: list[Column] = []
        x = MARGIN
        for index in range(INPUT, len(self.spec.layers)):
            columns.append(self._column(index, x))
            x += columns[-1].width + SPACE
        axis = self.maps_top + self.maps_room // 2
        high = min(self.maps_room, ROW * self.shapes[-1][0])
        bars = (x, axis - high // 2, BARS_WIDTH, high)
        return Layout(tuple(columns), bars, axis, x + BARS_WIDTH + MARGIN, self.bottom + LEGEND + 8)

    def _column(self, index: int, x: int) -> Column:
        shape = self.shapes[index + 1]
        parts = []
        if index == INPUT:
            title = "input"
            # A colour image is one picture, not three maps.
            maps = self._fit_maps((1, *shape[1:]) if shape[0] == 3 else shape)
        else:
            title = layer_title(self.spec.layers[index], self.shapes[index])
            kernels = self._fit_kernels(index)
            if kernels is not None:
                fitted, block = kernels
                parts.append(
                    self._part(index, fitted, x, self.top, self.kernel_room, kernels=True, block=block)
                )
            maps = self._fit_maps(shape, parts[0].width if parts else 0)
        parts.append(self._part(index, maps, x, self.maps_top, self.maps_room))
        notes = (shape_text(shape), _count_text(self.spec, self.shapes, index))
        width = max(*(part.width for part in parts), *(self.measure(text) for text in (title, *notes)))
        return Column(title, notes, x, width, tuple(parts))

    def _part(
        self, index: int, fitted: Fit, x: int, y: int, room: int, *, kernels: bool = False, block: int = 1
    ) -> Part:
        width, height = fitted.size
        top = y + (room - height) // 2
        return Part(index, kernels, fitted, x, top, max(LEAST_WIDTH, width), y + room + 6, block)

    def _fit_kernels(self, index: int) -> tuple[Fit, int] | None:
        weight = self.weights[index]
        if weight is None:
            return None
        room = (max(self.limit, LEAST_WIDTH), self.kernel_room)
        fitted = fit(weight.count, weight.tile, room, block=weight.block, most=_MOST)
        # Kernels of a convolution are always shown, all of them; a matrix of a fully connected
        # layer only where it is not wider than the network itself.
        if self.spec.layers[index].kind == "dense" and (
            fitted.size[0] > _WIDE or fitted.size[1] > self.kernel_room
        ):
            return None
        return fitted, weight.block

    def _fit_maps(self, shape: Shape, least: int = 0) -> Fit:
        if len(shape) == 1:
            # A vector is a stack of cells without gaps; a gap would be as large as a value. A short
            # one is a single column, in line with the bars of the classes.
            most = self.maps_room // shape[0] if shape[0] <= _SHORT else ROW
            room = (LEAST_WIDTH, self.maps_room)
            return fit(shape[0], (1, 1), room, gap=0, most=min(ROW, most), slim=math.inf)
        channels, height, width = shape
        room = (max(LEAST_WIDTH, self.limit, least), self.maps_room)
        return fit(channels, (height, width), room, most=_MOST if channels > 1 else 4)


def layer_title(layer: Layer, in_shape: Shape) -> str:
    """Name a layer in a few words, for example ``conv 8×5×5`` or ``max pool 2``."""
    weight = layer.param_shapes(in_shape).get("weight")
    name = layer.kind.replace("_", " ")
    if weight is not None and len(weight) == 4:
        return f"{name} {weight[0]}×{weight[2]}×{weight[3]}"
    return f"{name} {_first_option(layer)}".rstrip()


def shape_text(shape: Shape) -> str:
    """Write a shape, for example ``8 × 24 × 24`` or ``10 values``."""
    return " × ".join(map(str, shape)) if len(shape) > 1 else f"{thousands(shape[0])} values"


def thousands(count: int) -> str:
    """Write a count with narrow spaces between the thousands."""
    return f"{count:,}".replace(",", "\u202f")


def describe(spec: NetworkSpec, part: Part, index: int, cell: Cell | None = None) -> str:
    """Say in words which map of ``part`` is meant, and with ``cell`` which value of it.

    Numbers count from one, as people do.
    """
    grid = part.fit.grid
    place = f", row {cell.row + 1}, column {cell.column + 1}" if cell is not None else ""
    if not part.kernels:
        if grid.height == grid.width == 1:
            return f"value {index + 1} of {thousands(grid.count)}"
        return f"map {index + 1} of {grid.count}{place}"
    conv = spec.layers[part.layer].kind != "dense"
    if not conv and grid.count == 1:
        return (
            f"weight of unit {cell.row + 1} for input {cell.column + 1}"
            if cell is not None
            else "all weights"
        )
    unit, channel = divmod(index, part.block)
    return f"{'filter' if conv else 'unit'} {unit + 1}, channel {channel + 1}{place}"


def _weight(spec: NetworkSpec, shapes: tuple[Shape, ...], index: int) -> _Weight | None:
    """Return how the weights of a layer are drawn; None for a layer without."""
    layer = spec.layers[index]
    shape = layer.param_shapes(shapes[index]).get(layer.kernels)
    if shape is None or len(shape) not in (2, 4):
        return None
    if len(shape) == 4:
        filters, channels, height, width = shape
        return _Weight(filters * channels, (height, width), channels)
    before = shapes[index - 1] if index else ()
    if len(before) == 3 and math.prod(before) == shape[1]:
        # After flatten, each unit's weights belong to the maps before it and are drawn like them.
        channels, height, width = before
        return _Weight(shape[0] * channels, (height, width), channels)
    return _Weight(1, (shape[0], shape[1]), 1)


def _count_text(spec: NetworkSpec, shapes: tuple[Shape, ...], index: int) -> str:
    if index == INPUT:
        return ""
    count = trained_size(spec.layers[index], shapes[index])
    return f"{thousands(count)} parameters" if count else ""


def _first_option(layer: Configurable) -> str:
    """Return the first setting of a layer as text, if it has one."""
    value = next((getattr(layer, name) for name in layer.options()), "")
    return "×".join(map(str, value)) if isinstance(value, tuple) else f"{value}"
