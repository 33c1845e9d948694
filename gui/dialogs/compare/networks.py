"""The kernels of several networks, and their answers to the same image, beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QPixmap
from PyQt5.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from engine.errors import EngineError
from engine.model.model_file import Model
from engine.session.capture import look
from engine.task import Task
from engine.types import Array, Bytes
from gui.presenters.compare import Side
from gui.run.answers import Memory
from gui.run.context import AppContext
from gui.run.runner import Runner
from gui.state.selection import Sample
from gui.style.theme import GRID, Theme
from gui.widgets.bars import ProbabilityBars
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.kernel_picture import KernelPicture
from gui.widgets.plain import Label
from gui.widgets.qimages import to_qimage

_IMAGE = 84
_NARROWEST = 190
_ROOM = 64 << 20
"""Bytes of networks that are remembered, so that the steps are gone through quickly."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A network at a step, and its answer to the image; ``model`` is None where ``problem`` says why."""

    model: Model | None
    probabilities: Array | None
    problem: str = ""


class Models:
    """The networks of runs at their kept steps, read once and remembered; for any thread."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._memory = Memory(_ROOM)

    def at(self, side: Side, step: int) -> Model:
        """Return the network of ``side`` at its kept ``step``; raises ModelFileError."""
        key = (side.folder.path, step)
        model = self._memory.get(key)
        if model is None:
            model = side.folder.model(step)
            self._memory.put(key, model, model.network.state_vector.nbytes)
        made: Model = model
        return made


class _Column(QWidget):
    """One network."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.title, self.step, self.answer = Label(), Label(), Label()
        self.title.setObjectName("heading")
        self.step.setObjectName("note")
        self.answer.setObjectName("note")
        self.answer.setWordWrap(True)
        for label in (self.title, self.step, self.answer):
            label.setMinimumWidth(1)
        self.kernels = KernelPicture(theme)
        self.bars = ProbabilityBars(theme)
        self.setMinimumWidth(_NARROWEST)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.title)
        column.addWidget(self.step)
        column.addWidget(self.kernels, 2)
        column.addWidget(self.answer)
        column.addWidget(self.bars, 3)


class NetworksPage(QWidget):
    """A column a run: the kernels of a layer at the step that is looked at, and the answer to the image."""

    def __init__(
        self, context: AppContext, theme: Theme, models: Models, parent: QWidget | None = None
    ) -> None:
        """Make an empty page; ``show_sides`` fills it."""
        super().__init__(parent)
        self._context, self._theme, self._models = context, theme, models
        self._sides: Sequence[Side] = ()
        self._step = 0
        self._seen: Sequence[Seen] = ()
        self._runner = Runner(self)
        self.columns: list[_Column] = []
        self.layer = ChoiceBox("Layer", "Whose kernels are shown", letters=18)
        self.image = Label()
        self.image.setFixedSize(_IMAGE, _IMAGE)
        self.image.setAlignment(Qt.AlignCenter)
        self.source = Label()
        self.source.setObjectName("note")
        self.source.setWordWrap(True)
        left = QVBoxLayout()
        left.setSpacing(GRID // 2)
        for widget in (self.layer, self.image, self.source):
            left.addWidget(widget, 0, Qt.AlignTop)
        left.addStretch(1)
        side = QWidget()
        side.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        side.setFixedWidth(156)
        holder = QWidget()
        holder.setObjectName("panel")
        self._row = QHBoxLayout(holder)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2 * GRID)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(holder)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, GRID, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(side)
        row.addWidget(area, 1)
        self.layer.currentIndexChanged.connect(lambda _index: self._show_kernels())
        context.selection.changed.connect(self._selected)  # a lambda would outlive the window
        self._show_image(context.selection.sample)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        for column in self.columns:
            column.kernels.set_theme(theme)
            column.bars.set_theme(theme)

    def show_sides(self, sides: Sequence[Side]) -> None:
        """Show these runs, a column each."""
        self._sides = sides
        for side in sides:
            column = _Column(self._theme)
            column.title.setText(side.title)
            self.columns.append(column)
            self._row.addWidget(column, 1)
        most = max((len(_convolutions(side)) for side in sides), default=0)
        for number in range(most):
            self.layer.addItem(f"Convolution {number + 1}", number)
        self.layer.setVisible(self.layer.count() > 0)

    def show_step(self, step: int) -> None:
        """Look at ``step``, or at what each run has kept nearest to it."""
        self._step = step
        for side, column in zip(self._sides, self.columns, strict=True):
            column.step.setText(side.step_words(step))
        self._ask()

    # --- what is shown ---------------------------------------------------------------------------------

    def _selected(self, _sample: Sample | None) -> None:
        self._ask()

    def _ask(self) -> None:
        sample = self._context.selection.sample
        self._show_image(sample)
        image = sample.image if sample is not None else None
        sides, step = self._sides, self._step
        if sides:
            self._runner.ask(
                lambda task: [self._look(side, step, image, task) for side in sides],
                self._show,
                self._context.notices.problem,
                patient=True,
            )

    def _look(self, side: Side, step: int, image: Bytes | None, task: Task) -> Seen:
        """Return what is seen of a run; works beside the window."""
        task.check()
        kept = side.at(step)
        if kept is None:
            return Seen(None, None, "No weights are kept.")
        try:
            model = self._models.at(side, kept)
        except EngineError as error:
            return Seen(None, None, str(error))
        return Seen(model, look(model.network, model.preprocessing, image)[1])

    def _show(self, seen: Sequence[Seen]) -> None:
        self._seen = seen
        for column, each in zip(self.columns, seen, strict=True):
            names = each.model.class_names if each.model is not None else ()
            values = each.probabilities
            top = int(values.argmax()) if values is not None else None
            column.bars.show_values(names, values, top=top)
            if each.problem:
                column.answer.setText(each.problem)
            elif self._context.selection.sample is None:
                column.answer.setText("Choose an image to see the answer.")
            else:
                fits = values is not None and top is not None
                column.answer.setText(f"Answer: {names[top]}" if fits and top is not None else _MISFIT)
        self._show_kernels()

    def _show_kernels(self) -> None:
        wanted = self.layer.currentData()
        for side, column, each in zip(self._sides, self.columns, self._seen, strict=False):
            places = _convolutions(side)
            kernels = None
            if each.model is not None and wanted is not None and wanted < len(places):
                place = places[wanted]
                name = side.folder.record.config.network.layers[place].kernels
                kernels = each.model.network.params[place][name]
            column.kernels.show_kernels(kernels)

    def _show_image(self, sample: Sample | None) -> None:
        if sample is None:
            self.image.clear()
            self.source.setText("No image is chosen. Draw one in Test, or click one in Data or Evaluate.")
            return
        picture = QPixmap.fromImage(to_qimage(sample.image))
        self.image.setPixmap(picture.scaled(_IMAGE, _IMAGE, Qt.KeepAspectRatio))
        self.source.setText(sample.source.capitalize())


_MISFIT = "The network takes other images than this one."


def _convolutions(side: Side) -> list[int]:
    """Return which layers of a run have kernels that are pictures."""
    spec = side.folder.record.config.network
    shapes = (spec.in_shape, *spec.shapes())
    return [
        place
        for place, (layer, shape) in enumerate(zip(spec.layers, shapes, strict=False))
        if len(layer.param_shapes(shape).get(layer.kernels, ())) == 4
    ]
