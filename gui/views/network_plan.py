"""What the picture of a network consists of: its form, its columns, its mosaics. Knows no Qt."""

from __future__ import annotations

from dataclasses import replace

from engine.look.mosaic import Fit
from engine.records import dataclass
from engine.types import Array

INPUT = -1
"""Layer number of the input image."""


@dataclass(frozen=True)
class Form:
    """How closely the picture is set, in pixels.

    Attributes:
        margin: around everything.
        space: between two columns; an arrow stands here.
        header: height of the title and the notes.
        legend: below each mosaic: the colour bar and the ends of its scale.
        between: from a legend to the mosaic below it.
        least_width: of a column.
        bars: width of the class probabilities beside short names.
        from_height: a lower picture takes another form.
        shared: activations stand in the column of their layer.
        stacked: a shared column shows the maps before and after the activation.
        small: titles are set in small type.
    """

    margin: int = 16
    space: int = 28
    header: int = 52
    legend: int = 24
    between: int = 28
    least_width: int = 64
    bars: int = 176
    from_height: int = 340
    shared: bool = False
    stacked: bool = False
    small: bool = False


ROOMY = Form()
"""Every layer has a column of its own."""
COMPACT = Form(6, 12, 44, 20, 6, 36, 112, 0, shared=True, small=True)
"""As close as it can be read; of a layer and its activation the maps after the activation are shown."""
FORMS = (
    ROOMY,
    replace(ROOMY, shared=True, stacked=True, from_height=460),
    replace(COMPACT, stacked=True, from_height=340),
    COMPACT,
)
"""From the one that is preferred to the one that needs the least room."""


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
        colour: a map is a kernel over red, green and blue, drawn in its colours.
    """

    layer: int
    kernels: bool
    fit: Fit
    x: int
    y: int
    width: int
    legend: int
    block: int = 1
    colour: bool = False

    def tiles(self, values: Array) -> Array:
        """Return ``values`` (a weight or an output) as maps ``(K, h, w)``; ``(K, 3, h, w)`` in colour."""
        grid = self.fit.grid
        if self.colour:
            return values.reshape(grid.count, 3, grid.height, grid.width)
        return values.reshape(grid.count, grid.height, grid.width)


@dataclass(frozen=True)
class Column:
    """A layer, or a layer and those that share its column: title, what is said of it, and its mosaics."""

    layers: tuple[int, ...]
    title: str
    notes: tuple[str, str]
    x: int
    width: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Layout:
    """The whole picture.

    Attributes:
        form: how closely it is set.
        columns: the input and the layers.
        bars: x, y, width and height of the class probabilities.
        axis: height at which the maps are centred and the arrows stand.
        width, height: of the picture.
    """

    form: Form
    columns: tuple[Column, ...]
    bars: tuple[int, int, int, int]
    axis: int
    width: int
    height: int

    @property
    def parts(self) -> tuple[Part, ...]:
        """All mosaics, from left to right, kernels before maps."""
        return tuple(part for column in self.columns for part in column.parts)
