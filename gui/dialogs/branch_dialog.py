"""Continue from here: a new run from a recorded moment, with the same or other settings."""

from __future__ import annotations

import dataclasses

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QDialog, QHBoxLayout, QPushButton, QWidget

from engine.data.augment import AUGMENTATIONS
from engine.errors import ConfigError
from engine.formatting import grouped
from engine.optimisers import OPTIMISERS
from engine.runs.moments import RecordedMoment
from engine.training.config import RunConfig
from gui.style.theme import GRID
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.in_row import in_column, in_row
from gui.widgets.option_form import LABEL_WIDTH, KindChooser, OptionForm
from gui.widgets.plain import Label

_EDITED = ("learning_rate", "momentum", "weight_decay", "batch_size", "epochs")


class BranchDialog(QDialog):
    """Asks with which settings a new run goes on from a recorded moment.

    Attributes:
        config: the settings that are chosen now.
    """

    chosen = pyqtSignal(object)
    """The user wants the run with these settings (a RunConfig)."""

    def __init__(self, moment: RecordedMoment, name: str, parent: QWidget | None = None) -> None:
        """Offer the settings that the run ``name`` had at ``moment``; may raise an EngineError."""
        super().__init__(parent)
        self.setWindowTitle("Continue from here")
        self.config: RunConfig = moment.settings
        config = self.config
        about = Label(
            f"A new run begins with the weights of step {grouped(moment.step)} of {name}. Its layers and its "
            "data stay the same; what is chosen here may differ, and the rest as it was then."
        )
        about.setWordWrap(True)
        about.setMinimumWidth(400)
        self.optimiser = KindChooser(
            "Optimiser", OPTIMISERS, config.optimiser, "How the parameters follow the gradient."
        )
        self.optimiser.changed.connect(lambda part: self._edit("optimiser", part))
        options = {name: info for name, info in RunConfig.options().items() if name in _EDITED}
        self.form = OptionForm(options, {name: getattr(config, name) for name in options})
        self.form.changed.connect(self._edit)
        self.form.problems_changed.connect(self._refresh)
        self.augmentation = ChoiceBox(
            "Augmentation", "Every training image is varied a little each time it is shown."
        )
        for word, augmentation in AUGMENTATIONS.items():
            self.augmentation.addItem(word.capitalize(), augmentation)
        if self.augmentation.findData(config.augmentation) < 0:
            self.augmentation.insertItem(0, "As it was", config.augmentation)
        self.augmentation.setCurrentIndex(self.augmentation.findData(config.augmentation))
        self.augmentation.currentIndexChanged.connect(
            lambda _index: self._edit("augmentation", self.augmentation.currentData())
        )
        self.problem = Label()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.go = QPushButton("&Continue from here")
        self.go.setObjectName("primary")
        self.go.setDefault(True)
        self.go.clicked.connect(lambda _checked: self._go())
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        label = Label("&Augmentation", buddy=self.augmentation)
        label.setFixedWidth(LABEL_WIDTH)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(label)
        row.addWidget(self.augmentation, 1)
        foot = in_row(None, cancel, self.go)
        in_column(self, about, self.optimiser, self.form, row, self.problem, None, foot)
        self._refresh()

    def _edit(self, name: str, value: object) -> None:
        try:
            self.config = dataclasses.replace(self.config, **{name: value})  # type: ignore[arg-type]
        except ConfigError as error:
            self.problem.setText(str(error))
        else:
            self.problem.setText("")
        self._refresh()

    def _refresh(self) -> None:
        optimiser = self.optimiser.part
        self.form.enable("momentum", optimiser.uses_momentum, f"{optimiser.title} does not use momentum.")
        self.problem.setVisible(bool(self.problem.text()))
        self.go.setEnabled(not self.problem.text() and not self.form.problems)

    def _go(self) -> None:
        self.accept()
        self.chosen.emit(self.config)
