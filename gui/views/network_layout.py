"""Where everything of the Network view lies: one column per layer, from left to right. Knows no Qt."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.look.mosaic import Fit, fit
from engine.records import dataclass
from engine.types import Shape
from gui.views.network_plan import FORMS, INPUT, ROOMY, Column, Form, Layout, Part
from gui.views.network_words import count_text, layer_title, shape_text

if TYPE_CHECKING:
    from engine.model.spec import NetworkSpec

ROW = 22
"""Height of the bar of a class, and of a value of a short vector."""
LOWEST = 196
"""Below this height the picture is scrolled."""
FULL_HEIGHT = 520
"""Least height of the picture at full size."""
_KERNEL_SHARE = 0.42
_MOST = 10
"""Highest magnification."""
_NARROW, _WIDE = 40, 320
"""Limits of the width of a column of maps; what does not fit unmagnified may be wider."""
_SHORT = 32
"""Vectors of at most this many values are drawn as one column."""
_SCROLLED = 152
"""Width of the columns when the whole cannot be seen at once anyway."""
_SHARING = ("relu", "leaky_relu", "sigmoid", "tanh", "batch_norm", "dropout")
"""Layers that keep the shape: they can stand in the column of the layer before them."""


@dataclass(frozen=True)
class _Weight:
    count: int
    tile: tuple[int, int]
    block: int
    colour: bool = False


Measure = Callable[[str, bool], int]
"""Gives the width of a title in pixels; the second argument says whether it is set in small type."""


def lay_out(
    spec: NetworkSpec, room: tuple[int, int], measure: Measure, *, full: bool = False, bars: int = 0
) -> Layout:
    """Place every layer of ``spec``, as large as it can be while the whole still fits.

    Args:
        spec: the network.
        room: width and height on the screen in pixels. The height is kept; a network that is too
            deep for the width even in the closest form is scrolled.
        measure: gives the width of a title in pixels.
        full: give every layer a column of its own and room for its maps, and scroll.
        bars: least width of the class probabilities; long names need more than digits.
    """
    width, height = room
    if full:
        return _Planner(spec, height, min(height, _WIDE), measure, ROOMY, bars).layout()
    widest = max(_NARROW, min(height, _WIDE))
    forms = [form for form in FORMS if height >= form.from_height]
    for form in forms:
        if _Planner(spec, height, _NARROW, measure, form, bars).layout().width > width:
            continue
        for limit in (*range(widest, _NARROW, -12), _NARROW):
            layout = _Planner(spec, height, limit, measure, form, bars).layout()
            if layout.width <= width:
                return layout
    form = next(form for form in forms if form.shared)
    return _Planner(spec, height, min(height, _SCROLLED), measure, form, bars).layout()


class _Planner:
    """Places the columns, none of which may (if it can be helped) be wider than ``limit``."""

    def __init__(
        self, spec: NetworkSpec, height: int, limit: int, measure: Measure, form: Form, bars: int
    ) -> None:
        self.spec = spec
        self.limit = limit
        self.form = form
        self.measure = measure
        self.bars = max(form.bars, bars)
        self.shapes = (spec.in_shape, *spec.shapes())
        self.weights = [_weight(spec, self.shapes, index) for index in range(len(spec.layers))]
        self.top = form.margin + form.header
        self.bottom = max(self.top + LOWEST - 76, height - form.legend - form.margin // 2)
        self.kernel_room = 0
        if any(self.weights):
            rest = self.bottom - self.top - form.legend - form.between
            self.kernel_room = round(_KERNEL_SHARE * rest)
        above = self.kernel_room + form.legend + form.between if self.kernel_room else 0
        self.maps_top = self.top + above
        self.maps_room = self.bottom - self.maps_top

    def layout(self) -> Layout:
        """Return the whole picture."""
        columns: list[Column] = []
        form = self.form
        x = form.margin
        for layers in self._groups():
            columns.append(self._column(layers, x))
            x += columns[-1].width + form.space
        axis = self.maps_top + self.maps_room // 2
        # In line with the scores where a row is high enough to be read.
        rows = ROW * self.shapes[-1][0]
        high, middle = min(self.maps_room, rows), axis
        if form.small:
            high, middle = min(self.bottom - self.top, rows), (self.top + self.bottom) // 2
        bars = (x, middle - high // 2, self.bars, high)
        height = self.bottom + form.legend + form.margin // 2
        return Layout(form, tuple(columns), bars, axis, x + self.bars + form.margin, height)

    def _groups(self) -> list[tuple[int, ...]]:
        """Return the layers of each column."""
        groups: list[tuple[int, ...]] = [(INPUT,)]
        for index, layer in enumerate(self.spec.layers):
            if self.form.shared and layer.type_name in _SHARING and groups[-1] != (INPUT,):
                groups[-1] = (*groups[-1], index)
            else:
                groups.append((index,))
        return groups

    def _column(self, layers: tuple[int, ...], x: int) -> Column:
        first, last = layers[0], layers[-1]
        shape = self.shapes[last + 1]
        parts = []
        if first == INPUT:
            title = "input"
            # A colour image is one picture, not three maps.
            shape = (1, *shape[1:]) if shape[0] == 3 else shape
        else:
            title = layer_title(self.spec.layers[first], self.shapes[first])
            kernels = self._fit_kernels(first)
            if kernels is not None:
                parts.append(self._part(first, kernels, x, self.top, self.kernel_room, self.weights[first]))
        least = parts[0].width if parts else 0
        shown = layers if first == last or not self.form.stacked else (first, last)
        shown = shown if self.form.stacked else (last,)
        room = (self.maps_room - (len(shown) - 1) * (self.form.legend + self.form.between)) // len(shown)
        y = self.maps_top
        for index in shown:
            parts.append(self._part(index, self._fit_maps(shape, room, least), x, y, room))
            y += room + self.form.legend + self.form.between
        notes = self._notes(layers)
        small = self.form.small
        words = (self.measure(title, small), *(self.measure(note, True) for note in notes))
        width = max(*(part.width for part in parts), *words)
        return Column(layers, title, notes, x, width, tuple(parts))

    def _notes(self, layers: tuple[int, ...]) -> tuple[str, str]:
        """Return what stands below the title: shape and parameters, or the layers that share the column."""
        shape = shape_text(self.shapes[layers[-1] + 1])
        if self.form.small:
            shape = shape.replace(" × ", "×")
        if len(layers) == 1:
            return shape, "" if self.form.small else count_text(self.spec, self.shapes, layers[0])
        return "+ " + ", ".join(
            self.spec.layers[index].type_name.replace("_", " ") for index in layers[1:]
        ), shape

    def _part(
        self, index: int, fitted: Fit, x: int, y: int, room: int, weight: _Weight | None = None
    ) -> Part:
        width, height = fitted.size
        top = y + (room - height) // 2
        kernels, block, colour = weight is not None, 1, False
        if weight is not None:
            block, colour = weight.block, weight.colour
        wide = max(self.form.least_width, width)
        return Part(index, kernels, fitted, x, top, wide, y + room + self.form.legend // 4, block, colour)

    def _fit_kernels(self, index: int) -> Fit | None:
        weight = self.weights[index]
        if weight is None:
            return None
        room = (max(self.limit, self.form.least_width), self.kernel_room)
        fitted = fit(weight.count, weight.tile, room, block=weight.block, most=_MOST)
        # Kernels of a convolution are always shown, all of them; a matrix of a fully connected
        # layer only where it is not wider than the network itself,
        # in the closest form only where it is not wider than its column.
        widest = _WIDE if not self.form.small or weight.count > 1 else self.limit
        wide, high = fitted.size
        if self.spec.layers[index].type_name == "dense" and (wide > widest or high > self.kernel_room):
            return None
        return fitted

    def _fit_maps(self, shape: Shape, high: int, least: int) -> Fit:
        if len(shape) == 1:
            # A vector is a stack of cells without gaps; a gap would be as large as a value. A short
            # one is a single column, in line with the bars of the classes.
            most = high // shape[0] if shape[0] <= _SHORT else ROW
            room = (self.form.least_width, high)
            return fit(shape[0], (1, 1), room, gap=0, most=min(ROW, most), slim=math.inf)
        channels, height, width = shape
        room = (max(self.form.least_width, self.limit, least), high)
        return fit(channels, (height, width), room, most=_MOST if channels > 1 else 4)


def _weight(spec: NetworkSpec, shapes: tuple[Shape, ...], index: int) -> _Weight | None:
    """Return how the weights of a layer are drawn; None for a layer without."""
    layer = spec.layers[index]
    shape = layer.param_shapes(shapes[index]).get(layer.kernels)
    if shape is None or len(shape) not in (2, 4):
        return None
    if len(shape) == 4:
        filters, channels, height, width = shape
        if channels == spec.in_shape[0] == 3 and not any(
            len(layer.param_shapes(taken).get(layer.kernels, ())) == 4
            for layer, taken in zip(spec.layers[:index], shapes, strict=False)
        ):
            return _Weight(filters, (height, width), 1, colour=True)
        return _Weight(filters * channels, (height, width), channels)
    before = shapes[index - 1] if index else ()
    if len(before) == 3 and math.prod(before) == shape[1]:
        # After flatten, each unit's weights belong to the maps before it and are drawn like them.
        channels, height, width = before
        return _Weight(shape[0] * channels, (height, width), channels)
    return _Weight(1, (shape[0], shape[1]), 1)
