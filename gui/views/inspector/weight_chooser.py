"""Which value of a network is looked at: the array, and the place in it."""

from __future__ import annotations

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.arithmetic.passes import Weight
from engine.model.spec import NetworkSpec
from gui.presenters.update import Parameter
from gui.style.theme import GRID
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.plain import tooltip
from gui.widgets.wheel import guard_wheel
from gui.widgets.whole_box import WholeBox

_AXES = {
    4: ("Filter", "Channel", "Row", "Column"),
    2: ("Unit", "Input"),
    1: ("Number",),
}
_MOST = 4


class WeightChooser(QWidget):
    """A list of the network's arrays, and a field for each axis of the chosen one; counted from one."""

    chosen = pyqtSignal(object)
    """Another ``Weight`` is looked at."""

    def __init__(self) -> None:
        """Make it without a network."""
        super().__init__()
        self.parameters: list[Parameter] = []
        self._spec: NetworkSpec | None = None
        self._weight: Weight | None = None
        self.array = ChoiceBox("Parameter", "The learnt array whose value is taken apart", letters=12)
        self.fields = [WholeBox() for _ in range(_MOST)]
        row = QHBoxLayout()
        row.setSpacing(GRID // 2)
        for box in self.fields:
            box.setRange(1, 1)
            guard_wheel(box)
            row.addWidget(box, 1)
            box.valueChanged.connect(lambda _value: self._edited())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.array)
        column.addLayout(row)
        self.array.activated.connect(lambda number: self._take(number))

    @property
    def weight(self) -> Weight | None:
        """The value that is looked at."""
        return self._weight

    @property
    def is_statistic(self) -> bool:
        """Whether it is a running statistic, which has no gradient."""
        at = self.array.currentIndex()
        return 0 <= at < len(self.parameters) and self.parameters[at].statistic

    def set_network(self, spec: NetworkSpec) -> None:
        """Offer the arrays of a network; the choice stays if it is there."""
        if spec == self._spec:
            return
        self._spec = spec
        shapes = (spec.in_shape, *spec.shapes())
        self.parameters = [
            Parameter(number, name, shape, name in layer.statistics)
            for number, (layer, before) in enumerate(zip(spec.layers, shapes, strict=False))
            for name, shape in layer.param_shapes(before).items()
        ]
        self.array.clear()
        self.array.addItems([parameter.words for parameter in self.parameters])
        self._weight = None
        if self.parameters:
            self._take(0)

    def show_weight(self, weight: Weight) -> None:
        """Look at a value, if the network has it."""
        for number, parameter in enumerate(self.parameters):
            fits = len(weight.index) == len(parameter.shape) and all(
                i < n for i, n in zip(weight.index, parameter.shape, strict=True)
            )
            if (parameter.layer, parameter.name) == (weight.layer, weight.name) and fits:
                self.array.setCurrentIndex(number)
                self._take(number, weight.index)

    def _take(self, number: int, index: tuple[int, ...] | None = None) -> None:
        parameter = self.parameters[number]
        names = _AXES.get(len(parameter.shape), ())
        for axis, box in enumerate(self.fields):
            used = axis < len(parameter.shape)
            box.setVisible(used)
            if used:
                blocked = box.blockSignals(True)
                box.setRange(1, parameter.shape[axis])
                box.setValue(1 if index is None else index[axis] + 1)
                box.blockSignals(blocked)
                name = names[axis] if axis < len(names) else f"Axis {axis + 1}"
                box.setAccessibleName(name)
                box.setToolTip(tooltip(f"{name}, 1 to {parameter.shape[axis]}"))
        self._edited()

    def _edited(self) -> None:
        at = self.array.currentIndex()
        if not 0 <= at < len(self.parameters):
            return
        parameter = self.parameters[at]
        index = tuple(int(box.value()) - 1 for box in self.fields[: len(parameter.shape)])
        weight = Weight(parameter.layer, parameter.name, index)
        if weight != self._weight:
            self._weight = weight
            self.chosen.emit(weight)
