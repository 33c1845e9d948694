"""The layers of a network while they are edited."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.errors import EngineError
from engine.formatting import grouped
from engine.layers import LAYERS
from engine.types import Shape
from gui.presenters.experiment import preset_of

if TYPE_CHECKING:
    from engine.layers.base import Layer
    from engine.model.spec import NetworkSpec


@dataclass(frozen=True)
class Row:
    """One layer as it stands in the list.

    Attributes:
        number: its place, from 1.
        title: what kind of layer it is.
        settings: its options in short.
        shape: shape of one output sample, as in ``size``; empty if unknown.
        parameters: values that are trained; empty for none.
        error: why it does not fit, or an empty string.
    """

    number: int
    title: str
    settings: str
    shape: str
    parameters: str
    error: str


class LayerList:
    """A network description that may be wrong for a while; every edit can be undone.

    Attributes:
        spec: the description as it is now.
        selected: index of the layer in hand; -1 if there is none.
    """

    def __init__(self, spec: NetworkSpec, classes: int) -> None:
        """Begin with ``spec``, which must end with ``classes`` numbers."""
        self.spec = spec
        self.classes = classes
        self.selected = 0 if spec.layers else -1
        self._past: list[tuple[NetworkSpec, int]] = []

    @property
    def layer(self) -> Layer | None:
        """The layer in hand."""
        return self.spec.layers[self.selected] if 0 <= self.selected < len(self.spec.layers) else None

    def select(self, index: int) -> None:
        """Take the layer at ``index`` in hand."""
        self.selected = max(-1, min(index, len(self.spec.layers) - 1))

    def add(self, kind: str) -> None:
        """Insert a new layer of ``kind`` after the one in hand, which it becomes."""
        self._insert(LAYERS[kind]())

    def duplicate(self) -> None:
        """Insert a copy of the layer in hand after it."""
        if self.layer is not None:
            self._insert(self.layer)

    def remove(self) -> None:
        """Take the layer in hand away."""
        if self.layer is not None:
            layers = list(self.spec.layers)
            del layers[self.selected]
            self._become(layers, min(self.selected, len(layers) - 1))

    def move(self, by: int) -> None:
        """Move the layer in hand ``by`` places down (or up, if negative), if there is room."""
        target = self.selected + by
        if self.layer is not None and 0 <= target < len(self.spec.layers):
            layers = list(self.spec.layers)
            layers.insert(target, layers.pop(self.selected))
            self._become(layers, target)

    def change(self, layer: Layer) -> None:
        """Replace the layer in hand."""
        if self.layer is not None and layer != self.layer:
            layers = list(self.spec.layers)
            layers[self.selected] = layer
            self._become(layers, self.selected)

    def replace_all(self, spec: NetworkSpec) -> None:
        """Take all layers of ``spec``."""
        self._become(list(spec.layers), 0)

    @property
    def can_undo(self) -> bool:
        """Whether something was changed."""
        return bool(self._past)

    def undo(self) -> None:
        """Take the last change back."""
        if self._past:
            self.spec, self.selected = self._past.pop()

    def rows(self) -> list[Row]:
        """Return all layers with what is known of them."""
        return [
            Row(
                number,
                report.layer.title or report.layer.type_name,
                settings_of(report.layer),
                size(report.out_shape) if report.out_shape is not None else "",
                grouped(report.parameters) if report.parameters else "",
                report.error,
            )
            for number, report in enumerate(self.spec.report(), 1)
        ]

    @property
    def parameters(self) -> int:
        """Number of trained values of the whole network."""
        return sum(report.parameters for report in self.spec.report())

    @property
    def problem(self) -> str:
        """Why this network cannot be used, in words; empty if it can."""
        try:
            shapes = self.spec.shapes()
        except EngineError as error:
            return str(error)
        if shapes[-1][0] != self.classes:
            return f"The last layer gives {shapes[-1][0]} numbers; the data set has {self.classes} classes."
        return ""

    def result(self) -> NetworkSpec:
        """Return the description under the name it deserves: that of a preset, or ``custom``."""
        return replace(self.spec, name=preset_of(self.spec))

    def _insert(self, layer: Layer) -> None:
        place = self.selected + 1
        self._become([*self.spec.layers[:place], layer, *self.spec.layers[place:]], place)

    def _become(self, layers: list[Layer], selected: int) -> None:
        self._past.append((self.spec, self.selected))
        self.spec = replace(self.spec, layers=tuple(layers))
        self.selected = selected


def size(shape: Shape) -> str:
    """Return a shape ``(C, H, W)`` as people write it, height x width x channels, or ``(D,)`` as a number."""
    if len(shape) == 3:
        shape = (*shape[1:], shape[0])
    return "×".join(grouped(length) for length in shape)


def settings_of(layer: Layer) -> str:
    """Return, in short, the sizes a layer has and the options that differ from their defaults."""
    parts: list[str] = []
    for name in layer.options():
        value, default = getattr(layer, name), type(layer).__dataclass_fields__[name].default
        is_size = isinstance(default, int) and default > 1
        if is_size or value != default:
            parts.append(f"{name.replace('_', ' ')} {_in_short(value)}")
    return ", ".join(parts)


def _in_short(value: object) -> str:
    if isinstance(value, tuple):
        return "×".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
