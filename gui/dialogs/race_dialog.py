"""Set up a race: who takes part, in what they differ, how long and with how many seeds."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from engine.data.augment import AUGMENTATIONS
from engine.errors import EngineError
from engine.formatting import counted
from engine.model.spec import PRESETS, preset
from engine.optimisers import OPTIMISERS
from engine.races.race import FEWEST, MOST, Entrant, Race, titles_of
from engine.training.config import RunConfig
from gui.presenters.compare import letter
from gui.presenters.experiment import CUSTOM, preset_of
from gui.style.theme import GRID
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.fields import Field, field_for
from gui.widgets.in_row import in_column, in_row
from gui.widgets.option_form import OptionForm, title_of
from gui.widgets.plain import Label, tooltip

_COLUMNS = ("optimiser", "learning_rate", "momentum", "network", "augmentation", "seed")
_FIELD = 96
"""Width of a number with its arrows, in pixels."""
_LETTERS = 9
"""Letters of an optimiser that there is room for."""
_USUAL_ADAM = 0.001
"""A learning rate that suits Adam, where the run's own one is larger."""


class _Row:
    """The widgets of one entrant, in the order of ``_COLUMNS``, and what they hold."""

    def __init__(self, base: RunConfig, changes: dict[str, Any], changed: Any) -> None:
        self.base = base
        self.values: dict[str, Any] = {name: changes.get(name, getattr(base, name)) for name in _COLUMNS}
        self._changed = changed
        self.problems: dict[str, str] = {}
        self.letter = Label()
        self.name = QLineEdit()
        self.name.setMinimumWidth(220)
        self.name.setAccessibleName("Name")
        self.name.setToolTip("What it is called; left empty, what it differs in says so")
        self.name.textEdited.connect(lambda _text: changed())
        self.remove = QToolButton()
        self.remove.setText("\N{MULTIPLICATION SIGN}")
        self.cells: dict[str, QWidget] = {
            "optimiser": self._choice("Optimiser", {kind.title: kind for kind in OPTIMISERS.values()}),
            "learning_rate": self._number("learning_rate"),
            "momentum": self._number("momentum"),
            "network": self._networks(),
            "augmentation": self._augmentations(),
            "seed": self._number("seed"),
        }
        self._explain_momentum()

    @property
    def widgets(self) -> list[QWidget]:
        """All of them, a column each."""
        return [self.letter, self.name, *(self.cells[name] for name in _COLUMNS), self.remove]

    @property
    def changes(self) -> dict[str, Any]:
        """What is not as the settings of the race."""
        return {name: value for name, value in self.values.items() if value != getattr(self.base, name)}

    def entrant(self) -> Entrant:
        """Return what the row says."""
        return Entrant(self.changes, self.name.text().strip())

    def _take(self, name: str, value: Any) -> None:
        self.values[name] = value
        self._explain_momentum()
        self._changed()

    def _explain_momentum(self) -> None:
        cell, optimiser = self.cells["momentum"], self.values["optimiser"]
        cell.setEnabled(optimiser.uses_momentum)
        if isinstance(cell, Field):
            cell.explain("" if optimiser.uses_momentum else f"{optimiser.title} does not use momentum.")

    def _number(self, name: str) -> Field:
        field = field_for(title_of(name), RunConfig.options()[name], getattr(self.base, name))
        field.setMinimumWidth(_FIELD)
        field.show_value(self.values[name])
        field.changed.connect(lambda value: self._take(name, value))
        field.judged.connect(lambda text: self._judged(name, text))
        return field

    def _judged(self, name: str, text: str) -> None:
        self.problems.pop(name, None)
        if text:
            self.problems[name] = text
        self._changed()

    def _choice(self, title: str, kinds: dict[str, Any]) -> ChoiceBox:
        """Return a box of optimisers; the one that is set keeps its options."""
        box, own = ChoiceBox(title, letters=_LETTERS), self.values["optimiser"]
        for word, kind in kinds.items():
            box.addItem(word, own if isinstance(own, kind) else kind())
        box.setCurrentIndex(box.findData(own))
        box.activated.connect(lambda _index: self._take("optimiser", box.currentData()))
        return box

    def _networks(self) -> ChoiceBox:
        box, own = ChoiceBox("Network"), self.values["network"]
        for word in PRESETS:
            try:
                box.addItem(word, preset(word, own.in_shape, own.shapes()[-1][0]))
            except EngineError:  # it does not fit images of this size
                continue
        if preset_of(own) == CUSTOM:
            box.addItem(own.name, own)
        box.setCurrentIndex(max(0, box.findText(preset_of(own) if preset_of(own) != CUSTOM else own.name)))
        box.setItemData(box.currentIndex(), own)
        box.activated.connect(lambda _index: self._take("network", box.currentData()))
        return box

    def _augmentations(self) -> ChoiceBox:
        box, own = ChoiceBox("Augmentation"), self.values["augmentation"]
        for word, augmentation in AUGMENTATIONS.items():
            box.addItem(word.capitalize(), augmentation)
        if box.findData(own) < 0:
            box.addItem(CUSTOM.capitalize(), own)
        box.setCurrentIndex(box.findData(own))
        box.activated.connect(lambda _index: self._take("augmentation", box.currentData()))
        return box


class RaceDialog(QDialog):
    """A table of entrants.

    Attributes:
        race: what is set up now; None while ``problem`` says what is wrong with it.
    """

    chosen = pyqtSignal(object)
    """The user wants this Race."""

    def __init__(self, base: RunConfig, parent: QWidget | None = None) -> None:
        """Offer a race of two, with the settings ``base``."""
        super().__init__(parent)
        self.setWindowTitle("Race")
        self.setWindowFlag(Qt.WindowContextHelpButtonHint, False)
        self.base = base
        self.race: Race | None = None
        self.rows: list[_Row] = []
        about = Label(
            "All entrants train on the same images in the same order, with the settings of the Experiment "
            "panel but for what is chosen here."
        )
        about.setWordWrap(True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(GRID // 2)
        for column, title in enumerate(("Name", *map(title_of, _COLUMNS)), 1):
            caption = Label(title)
            caption.setObjectName("caption")
            self._grid.addWidget(caption, 0, column)
        self._grid.setColumnStretch(1, 1)
        self.more = QPushButton("&Add an entrant")
        self.more.clicked.connect(lambda _checked: self.add({}))
        self.form = OptionForm(
            Race.options(), {"heats": 1, "steps": 0}, titles={"heats": "Seeds", "steps": "Steps"}
        )
        self.form.setMaximumWidth(260)
        self.form.changed.connect(lambda _name, _value: self._judge())
        self.form.problems_changed.connect(self._judge)
        self.hint = Label()
        self.hint.setObjectName("note")
        self.hint.setWordWrap(True)
        self.problem = Label()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.go = QPushButton("&Start the race")
        self.go.setObjectName("primary")
        self.go.setDefault(True)
        self.go.clicked.connect(lambda _checked: self._go())
        self.cancel = QPushButton("Cancel")
        self.cancel.clicked.connect(self.reject)
        middle = QHBoxLayout()
        middle.setSpacing(2 * GRID)
        middle.addWidget(self.form, 0, Qt.AlignTop)
        middle.addWidget(self.hint, 1, Qt.AlignTop)
        foot = in_row(self.more, None, self.cancel, self.go)
        in_column(self, about, self._grid, middle, self.problem, None, foot)
        self.add({})
        self.add(_other(base))
        self.rows[0].name.setFocus()

    def add(self, changes: dict[str, Any]) -> None:
        """Add an entrant that differs in ``changes``."""
        row = _Row(self.base, changes, self._judge)
        row.remove.clicked.connect(lambda _checked: self._remove(row))
        self.rows.append(row)
        for column, widget in enumerate(row.widgets):
            self._grid.addWidget(widget, len(self.rows), column)
        self._order()
        self._judge()

    def _order(self) -> None:
        """Let the Tab key go through the entrants first, from the left to the right and from above."""
        entrants = (widget for row in self.rows for widget in row.widgets[1:])
        fields = self.form.fields.values()
        for before, after in pairwise((*entrants, *fields, self.more, self.cancel, self.go)):
            QWidget.setTabOrder(before, after)

    def _remove(self, row: _Row) -> None:
        self.rows.remove(row)
        for widget in row.widgets:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        for number, left in enumerate(self.rows, 1):
            for column, widget in enumerate(left.widgets):
                self._grid.addWidget(widget, number, column)
        self._judge()

    def _judge(self) -> None:
        """See whether this is a race, and say why not."""
        self.race, told = None, next((text for row in self.rows for text in row.problems.values()), "")
        if not told and not self.form.problems:
            options = {name: field.value for name, field in self.form.fields.items()}
            try:
                self.race = Race(self.base, tuple(row.entrant() for row in self.rows), **options)
            except EngineError as error:
                told = str(error)
        self.problem.setText(told)
        self.problem.setVisible(bool(told))
        self.go.setEnabled(self.race is not None)
        self.more.setEnabled(len(self.rows) < MOST)
        called = titles_of(self.base, [Entrant(row.changes) for row in self.rows])
        for number, row in enumerate(self.rows):
            row.letter.setText(letter(number))
            row.name.setPlaceholderText(called[number])
            row.remove.setEnabled(len(self.rows) > FEWEST)
            row.remove.setAccessibleName(f"Remove entrant {letter(number)}")
            row.remove.setToolTip(tooltip(f"Remove entrant {letter(number)}"))
        self._show_hint()

    def _show_hint(self) -> None:
        heats = int(self.form.fields["heats"].value)
        runs = counted(len(self.rows) * heats, "run")
        steps = int(self.form.fields["steps"].value)
        length = counted(steps, "step") if steps else f"{counted(self.base.epochs, 'epoch')}"
        sure = (
            "over several seeds the settings are compared, with a confidence interval"
            if heats > 1
            else "with one seed only two trained networks are compared, with a test on the same images"
        )
        self.hint.setText(f"{runs} of at most {length} each, recorded like any other; {sure}.")

    def _go(self) -> None:
        if self.race is not None:
            self.accept()
            self.chosen.emit(Race(self.base, self.race.entrants, self.race.heats, self.race.steps))


def _other(base: RunConfig) -> dict[str, Any]:
    """Return what a second entrant may differ in: another optimiser, with a learning rate that suits it."""
    if base.optimiser.type_name == "adam":
        return {"optimiser": OPTIMISERS["momentum"](), "learning_rate": 10 * base.learning_rate}
    return {"optimiser": OPTIMISERS["adam"](), "learning_rate": min(base.learning_rate, _USUAL_ADAM)}
