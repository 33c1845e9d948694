"""Forms made from the descriptions of options: nothing here knows a particular setting."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from engine.errors import ConfigError
from engine.options import Configurable, OptionInfo
from gui.style.theme import GRID
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.fields import Field, field_for
from gui.widgets.plain import Label

LABEL_WIDTH = 92
LIVE_MARK = "\N{BULLET}"


def title_of(name: str) -> str:
    """Return an option's name as it stands in the window."""
    return name.replace("_", " ").capitalize()


class OptionForm(QWidget):
    """A label and a field for each option; what is not allowed is explained below its field."""

    changed = pyqtSignal(str, object)
    """The user gave this option this other, allowed value."""
    problems_changed = pyqtSignal()
    """``problems`` is different now."""

    def __init__(
        self,
        options: Mapping[str, OptionInfo],
        defaults: Mapping[str, Any],
        *,
        live: frozenset[str] = frozenset(),
        titles: Mapping[str, str] | None = None,
    ) -> None:
        """Make a form.

        Args:
            options: what is edited.
            defaults: a value for each option; its type decides the kind of field.
            live: options that may change while a network trains; they are marked.
            titles: other labels than the names.
        """
        super().__init__()
        self.fields: dict[str, Field] = {}
        self.problems: dict[str, str] = {}
        self._labels: dict[str, Label] = {}
        self._notes: dict[str, Label] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        for row, (name, info) in enumerate(options.items()):
            title = (titles or {}).get(name, title_of(name))
            field = field_for(title, info, defaults[name])
            label = Label(f"{title} {LIVE_MARK}" if name in live else title, buddy=field)
            note = Label()
            note.setObjectName("problem")
            note.setWordWrap(True)
            note.hide()
            grid.addWidget(label, 2 * row, 0)
            grid.addWidget(field, 2 * row, 1)
            grid.addWidget(note, 2 * row + 1, 0, 1, 2)
            self.fields[name], self._labels[name], self._notes[name] = field, label, note
            field.show_value(defaults[name])
            field.changed.connect(lambda value, name=name: self.changed.emit(name, value))
            field.judged.connect(lambda text, name=name: self.show_problem(name, text))
        for name, label in self._labels.items():
            label.setToolTip(self.fields[name].editor.toolTip())

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show these values without telling anyone; options that are not named stay."""
        for name, value in values.items():
            field = self.fields.get(name)
            if field is not None and (field.value != value or name in self.problems):
                field.show_value(value)

    def show_problem(self, name: str, text: str) -> None:
        """Say below the field of ``name`` what is not allowed, or nothing."""
        if text == self.problems.get(name, ""):
            return
        self.problems.pop(name, None)
        if text:
            self.problems[name] = text
        self._notes[name].setText(text)
        self._notes[name].setVisible(bool(text))
        self.problems_changed.emit()

    def enable(self, name: str, on: bool, reason: str = "") -> None:
        """Let an option be edited, or not, and say why not."""
        self.fields[name].setEnabled(on)
        self._labels[name].setEnabled(on)
        self.fields[name].explain("" if on else reason)
        self._labels[name].setToolTip(self.fields[name].editor.toolTip())


class PartForm(QWidget):
    """Edits one described thing (a layer, an optimiser): shows it, gives back a changed copy."""

    changed = pyqtSignal(object)
    """The thing with another, allowed value."""

    def __init__(self, part: Configurable) -> None:
        """Make a form for ``part``."""
        super().__init__()
        self.part = part
        self._clashes: set[str] = set()
        values = {name: getattr(part, name) for name in part.options()}
        self.form = OptionForm(part.options(), defaults_of(type(part)))
        self.form.set_values(values)
        self.form.changed.connect(self._edit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)

    def show_part(self, part: Configurable) -> None:
        """Show another thing of the same kind without telling anyone."""
        self.part = part
        self.form.set_values({name: getattr(part, name) for name in part.options()})

    def _edit(self, name: str, value: Any) -> None:
        values = {other: field.value for other, field in self.form.fields.items()}
        try:
            self.part = dataclasses.replace(self.part, **values)
        except ConfigError as error:  # options that do not fit each other
            self._clashes.add(name)
            self.form.show_problem(name, str(error))
            return
        for other in self._clashes:
            self.form.show_problem(other, "")
        self._clashes.clear()
        self.changed.emit(self.part)


def defaults_of(kind: type[Configurable]) -> dict[str, Any]:
    """Return the default of each option of ``kind``."""
    return {f.name: f.default for f in dataclasses.fields(kind) if f.name in kind.options()}


D = TypeVar("D", bound=Configurable)


class KindChooser(QWidget, Generic[D]):
    """Chooses one of several kinds, and edits the options of the chosen one below.

    What was set for a kind is remembered while another one is chosen.
    """

    changed = pyqtSignal(object)
    """The other thing, or the same with another option."""

    def __init__(self, title: str, kinds: Mapping[str, type[D]], part: D, tip: str = "") -> None:
        """Make a chooser that shows ``part``."""
        super().__init__()
        self._kinds = kinds
        self._remembered: dict[str, D] = {}
        self.box = ChoiceBox(title, tip, letters=0)
        for kind, cls in kinds.items():
            self.box.addItem(cls.title or title_of(kind), kind)
        label = Label(title, buddy=self.box)
        label.setToolTip(tip)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(GRID // 2)
        self._grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(label, 0, 0, Qt.AlignVCenter)
        self._grid.addWidget(self.box, 0, 1)
        self.form: PartForm | None = None
        self.part = part
        self.show_part(part)
        self.box.activated.connect(lambda _index: self._choose(self.box.currentData()))

    def show_part(self, part: D) -> None:
        """Show ``part`` without telling anyone."""
        if self.form is not None and part == self.part and not self.form.form.problems:
            return
        self.part = part
        self._remembered[part.type_name] = part
        self.box.setCurrentIndex(self.box.findData(part.type_name))
        if self.form is not None:
            self._grid.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
        self.form = PartForm(part)
        self.form.changed.connect(self._edited)
        self._grid.addWidget(self.form, 1, 0, 1, 2)
        self.form.setVisible(bool(part.options()))

    def _choose(self, kind: str) -> None:
        if kind != self.part.type_name:
            self.show_part(self._remembered.get(kind) or self._kinds[kind]())
            self.changed.emit(self.part)

    def _edited(self, part: D) -> None:
        self.part = self._remembered[part.type_name] = part
        self.changed.emit(part)
