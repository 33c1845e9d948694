"""The plan of a sweep as a form, which opens plans from files and saves them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from engine.errors import EngineError
from engine.options import OptionInfo
from engine.sweeps.plan import Plan
from engine.sweeps.plan_file import read_plan, write_plan
from engine.sweeps.sampling import METHODS
from engine.sweeps.space import Dimension
from engine.training.config import RunConfig
from gui.dialogs.sweep.space_table import SpaceTable
from gui.presenters.sweep import settings_of
from gui.style.theme import GRID
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.in_row import in_row
from gui.widgets.option_form import LABEL_WIDTH, OptionForm
from gui.widgets.plain import Label
from gui.widgets.questions import Dialogs

_FILES = "Sweeps (*.toml)"
_WIDE = (QLineEdit, ChoiceBox)
_SEEDS = OptionInfo("Each combination is trained with so many seeds, and judged by the mean.", 1, 100)
_NUMBERS = ("trials", "steps", "eta", "min_steps")
_TITLES = {"trials": "Trials", "steps": "Most steps", "eta": "Keep one of",
           "min_steps": "First rung", "seeds": "Seeds"}  # fmt: skip
_BEGIN = Dimension("learning_rate", (), 0.001, 0.1, "log_uniform")


class PlanForm(QWidget):
    """What is varied, and how; what a form cannot say stays as it was opened."""

    changed = pyqtSignal()
    """Something else is asked for."""
    saved = pyqtSignal(str)
    """The plan was saved; a sentence."""
    failed = pyqtSignal(str)
    """A file could not be read or written; a sentence."""

    def __init__(self, config: RunConfig, dialogs: Dialogs, parent: QWidget | None = None) -> None:
        """Offer to vary the settings ``config``."""
        super().__init__(parent)
        self._dialogs = dialogs
        self._plan = Plan("sweep", config.to_json(), (_BEGIN,), seeds=(config.seed,))
        self.about = Label()
        self.about.setObjectName("about")
        self.about.setWordWrap(True)
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the sweep")
        self.name.setMaxLength(60)
        self.table = SpaceTable(settings_of(config))
        self.method, self.figure = ChoiceBox("Method"), ChoiceBox("Judged by")
        for key, about in METHODS.items():
            self.method.addItem({"latin": "Latin hypercube"}.get(key, key.capitalize()), key)
            self.method.setItemData(self.method.count() - 1, about, Qt.ToolTipRole)
        for key in ("accuracy", "loss"):
            self.figure.addItem(f"Validation {key}", key)
        options = {name: info for name, info in Plan.options().items() if name in _NUMBERS}
        values: dict[str, Any] = {n: Plan.__dataclass_fields__[n].default for n in options} | {"seeds": 1}
        self.numbers = OptionForm({**options, "seeds": _SEEDS}, values, titles=_TITLES)
        self.open_button, self.save_button = QPushButton("&Open\u2026"), QPushButton("Sa&ve\u2026")
        self._arrange()
        self.open_button.clicked.connect(lambda _checked: self._open())
        self.save_button.clicked.connect(lambda _checked: self._save())
        self.table.changed.connect(self.changed)
        for box in (self.method, self.figure):
            box.activated.connect(lambda _index: self.changed.emit())
        self.numbers.changed.connect(lambda _name, _value: self.changed.emit())
        self.numbers.problems_changed.connect(self.changed)
        self.name.textEdited.connect(lambda _text: self.changed.emit())
        self.show_plan(self._plan)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.about)
        name, method = Label("&Name", buddy=self.name), Label("&Method", buddy=self.method)
        for label in (name, method):
            label.setMinimumWidth(LABEL_WIDTH)
        column.addLayout(in_row(name, self.name, self.open_button, self.save_button, wide=_WIDE))
        column.addWidget(self.table, 1)
        column.addLayout(
            in_row(method, self.method, Label("&Judged by", buddy=self.figure), self.figure, wide=_WIDE)
        )
        column.addWidget(self.numbers)

    def show_plan(self, plan: Plan, whence: str = "the settings of the Experiment panel") -> None:
        """Show another plan, whose base comes from ``whence``."""
        self._plan = plan
        self.about.setText(
            f"Trains many runs that differ in what is varied here; all else is as in {whence}. They are "
            "recorded as runs. Stopping or closing keeps what is done: the same sweep started again goes on."
        )
        self.name.setText(plan.name)
        self.table.show_space(plan.space)
        self.method.setCurrentIndex(self.method.findData(plan.method))
        self.figure.setCurrentIndex(self.figure.findData(plan.figure))
        self.numbers.set_values({name: getattr(plan, name) for name in _NUMBERS} | {"seeds": len(plan.seeds)})
        self.changed.emit()

    def plan(self) -> Plan:
        """Return the sweep that is asked for; raises ConfigError."""
        values = {name: field.value for name, field in self.numbers.fields.items()}
        seeds, old = values.pop("seeds"), self._plan.seeds
        return dataclasses.replace(
            self._plan,
            name=self.name.text().strip() or "sweep",
            space=self.table.space(),
            method=self.method.currentData(),
            figure=self.figure.currentData(),
            seeds=old if seeds == len(old) else tuple(range(old[0], old[0] + seeds)),
            **values,
        )

    def allow(self, change: bool) -> None:
        """Say whether the plan may be changed now."""
        asked = (self.table, self.name, self.method, self.figure, self.numbers)
        for widget in (*asked, self.open_button, self.save_button):
            widget.setEnabled(change)

    def _open(self) -> None:
        path = self._dialogs.open_file("Open a sweep", _FILES)
        if path is not None:
            self.open_file(path)

    def open_file(self, path: Path) -> None:
        """Take the sweep in a file."""
        try:
            self.show_plan(read_plan(path), path.name)
        except EngineError as error:
            self.failed.emit(str(error))

    def _save(self) -> None:
        path = self._dialogs.save_file("Save the sweep", f"{self.name.text() or 'sweep'}.toml", _FILES)
        if path is None:
            return
        try:
            write_plan(path, self.plan())
        except EngineError as error:
            self.failed.emit(str(error))
        except OSError as error:
            self.failed.emit(f"Cannot write {path}: {error.strerror or error}.")
        else:
            self.saved.emit(f"Saved {path.name} in {path.parent}.")
