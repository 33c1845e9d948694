"""How much room recorded runs may take, as the user says."""

from __future__ import annotations

import dataclasses
from typing import Any

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QDialog, QPushButton, QWidget

from engine.errors import EngineError
from engine.runs.budget import Budget
from engine.runs.library import Library
from gui.widgets.in_row import in_column, in_row
from gui.widgets.option_form import OptionForm
from gui.widgets.plain import Label

_TITLES = {"run_megabytes": "One run, MB", "all_gigabytes": "All runs, GB"}


class RoomDialog(QDialog):
    """Two numbers; they hold for runs that begin from now on, in the window and in the terminal."""

    def __init__(self, library: Library, parent: QWidget | None = None) -> None:
        """Show what holds for ``library`` now."""
        super().__init__(parent)
        self.setWindowTitle("Room for runs")
        self.setWindowModality(Qt.WindowModal)
        self.setAttribute(Qt.WA_DeleteOnClose)
        self._library = library
        self._values: dict[str, Any] = dataclasses.asdict(library.budget())
        self.form = OptionForm(Budget.options(), self._values, titles=_TITLES)
        self.form.changed.connect(self._values.__setitem__)
        self.form.problems_changed.connect(lambda: self.save.setEnabled(not self.form.problems))
        about = Label(
            "The more room a run has, the more of its steps can be looked at again. When all runs take more, "
            "the oldest without a star are offered for deletion; none is deleted unasked."
        )
        about.setObjectName("note")
        about.setWordWrap(True)
        self.problem = Label()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.save = QPushButton("&Save")
        self.save.setObjectName("primary")
        self.save.setDefault(True)
        self.save.clicked.connect(lambda _checked: self._save())
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        foot = in_row(None, cancel, self.save)
        in_column(self, about, self.form, self.problem, None, foot)
        self.setFixedWidth(400)

    def _save(self) -> None:
        try:
            Budget(**self._values).write(self._library.folder)
        except EngineError as error:
            self.problem.setText(str(error))
            self.problem.show()
        else:
            self.accept()
