"""Sweep: train many runs whose settings are varied, beside the window."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from PyQt5.QtCore import Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QShowEvent
from PyQt5.QtWidgets import QDialog, QLineEdit, QPushButton, QVBoxLayout, QWidget

from engine.data.folders import sweeps_folder
from engine.errors import EngineError
from engine.formatting import percent
from engine.io.files import write_text
from engine.options import OptionInfo
from engine.sweeps.apart import lead
from engine.sweeps.cluster import missing
from engine.sweeps.estimate import seconds
from engine.sweeps.plan import Plan
from engine.sweeps.plan_file import as_toml, read_plan, write_plan
from engine.sweeps.sampling import METHODS
from engine.sweeps.space import Dimension
from engine.sweeps.state import Sweep, identity
from engine.task import Progress, Task
from engine.training.config import RunConfig
from engine.training.workers import default_threads
from gui.dialogs.sweep.space_table import SpaceTable
from gui.presenters.sweep import best_of, preview, settings_of
from gui.presenters.time_left import Rate, time_left
from gui.run.runner import Runner
from gui.style.theme import GRID
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.in_row import in_row
from gui.widgets.option_form import OptionForm
from gui.widgets.plain import Label
from gui.widgets.progress import ProgressBar
from gui.widgets.questions import Dialogs

_FILES = "Sweeps (*.toml)"
_WIDE = (QLineEdit, ChoiceBox, OptionForm)
_PAUSE_MS = 400
"""Time after the last change before the preview is worked out."""
_SEEDS = OptionInfo("Each combination is trained with so many seeds, and judged by the mean.", 1, 100)
_NUMBERS = ("trials", "steps", "eta", "min_steps")
_TITLES = {"trials": "Trials", "steps": "Most steps", "eta": "One of \N{HORIZONTAL ELLIPSIS} goes on",
           "min_steps": "First rung", "seeds": "Seeds"}  # fmt: skip
_BEGIN = Dimension("learning_rate", (), 0.001, 0.1, "log_uniform")


class SweepDialog(QDialog):
    """Asks what is varied, says what that comes to, and leads the sweep; closing it keeps what is done."""

    begun = pyqtSignal(str)
    """The trials of the sweep of this name are being trained."""

    def __init__(self, config: RunConfig, dialogs: Dialogs, parent: QWidget | None = None) -> None:
        """Offer to vary the settings ``config``."""
        super().__init__(parent)
        self.setWindowTitle("Sweep")
        self._closing = False
        self._config, self._dialogs = config, dialogs
        self._plan = Plan("sweep", config.to_json(), (_BEGIN,), seeds=(config.seed,))
        self._previewer, self._leader, self._rate = Runner(self), Runner(self), Rate()
        self._build()
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_PAUSE_MS)
        self._late.timeout.connect(self._look)
        self._show_plan(self._plan)

    # --- building ---------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.about = Label()
        self.about.setObjectName("about")
        self.about.setWordWrap(True)
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the sweep")
        self.name.setMaxLength(60)
        self.table = SpaceTable(settings_of(self._config))
        self.method, self.figure = ChoiceBox("Method"), ChoiceBox("Judged by")
        for key, about in METHODS.items():
            self.method.addItem({"latin": "Latin hypercube"}.get(key, key.capitalize()), key)
            self.method.setItemData(self.method.count() - 1, about, Qt.ToolTipRole)
        for key in ("accuracy", "loss"):
            self.figure.addItem(f"Validation {key}", key)
        options = {name: info for name, info in Plan.options().items() if name in _NUMBERS}
        values: dict[str, Any] = {n: Plan.__dataclass_fields__[n].default for n in options} | {"seeds": 1}
        self.form = OptionForm({**options, "seeds": _SEEDS}, values, titles=_TITLES)
        self.processes = OptionForm(
            {"processes": OptionInfo("Processes of this computer; each trains one run at a time.", 1, 256)},
            {"processes": default_threads()},
        )
        self.scheduler = QLineEdit()
        self.scheduler.setAccessibleName("Scheduler of a cluster")
        self.scheduler.setPlaceholderText("or a cluster you trust: tcp://host:port")
        self.words, self.problem = Label(), Label()
        for label, kind in ((self.words, "note"), (self.problem, "problem")):
            label.setObjectName(kind)
            label.setWordWrap(True)
        self.bar = ProgressBar("How far the sweep is")
        self.bar.hide()
        self.open_button, self.save_button = QPushButton("&Open\u2026"), QPushButton("Sa&ve\u2026")
        self.start, self.stop, self.close_ = (
            QPushButton("&Start"),
            QPushButton("S&top"),
            QPushButton("&Close"),
        )
        self.start.setObjectName("primary")
        self._arrange()
        self.open_button.clicked.connect(lambda _checked: self._open())
        self.save_button.clicked.connect(lambda _checked: self._save())
        self.start.clicked.connect(lambda _checked: self._begin())
        self.stop.clicked.connect(lambda _checked: self._leader.cancel())
        self.close_.clicked.connect(lambda _checked: self.reject())
        self.table.changed.connect(self._edited)
        for box in (self.method, self.figure):
            box.activated.connect(lambda _index: self._edited())
        for form in (self.form, self.processes):
            form.changed.connect(lambda _name, _value: self._edited())
            form.problems_changed.connect(self._edited)
        for edit in (self.name, self.scheduler):
            edit.textEdited.connect(lambda _text: self._edited())
        self._leader.changed.connect(self._refresh)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(self.about)
        column.addLayout(
            in_row(_labelled("&Name", self.name), self.name, self.open_button, self.save_button, wide=_WIDE)
        )
        column.addWidget(self.table, 1)
        column.addLayout(
            in_row(
                _labelled("&Method", self.method),
                self.method,
                _labelled("&Judged by", self.figure),
                self.figure,
                wide=_WIDE,
            )
        )
        column.addWidget(self.form)
        column.addLayout(in_row(self.processes, self.scheduler, wide=_WIDE))
        for widget in (self.words, self.problem, self.bar):
            column.addWidget(widget)
        column.addLayout(in_row(None, self.close_, self.stop, self.start, wide=_WIDE))
        self.resize(640, 620)

    # --- the plan ---------------------------------------------------------------------------------------

    def _show_plan(self, plan: Plan, whence: str = "the settings of the Experiment panel") -> None:
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
        self.form.set_values({name: getattr(plan, name) for name in _NUMBERS} | {"seeds": len(plan.seeds)})
        self._edited()

    def plan(self) -> Plan:
        """Return the sweep that is asked for; raises ConfigError."""
        values = {name: field.value for name, field in self.form.fields.items()}
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

    def _edited(self) -> None:
        self._previewer.drop()
        self._late.start()
        self._refresh()

    def _processes(self) -> int:
        return 1 if missing() else int(self.processes.fields["processes"].value)

    def _look(self) -> None:
        """Work out what the sweep comes to, beside the window."""
        try:
            plan = self.plan()
        except EngineError as error:
            self.words.setText("")
            self.problem.setText(str(error))
            self._refresh()
            return
        processes = self._processes()

        def work(task: Task) -> tuple[Sweep, float]:
            sweep = Sweep(plan, sweeps_folder() / identity(plan), task)
            return sweep, seconds(sweep, processes, task)

        def done(found: tuple[Sweep, float]) -> None:
            sweep, time = found
            self.problem.setText("")
            known = [f"{each} as in the file" for each in self.table.kept]
            told = preview(sweep.runs, sweep.steps, sweep.rungs, time, processes)
            alone = [f"{missing()} Until then runs are trained one after another"] if missing() else []
            self.words.setText(". ".join([told, *known, *alone]))
            self._refresh()

        def failed(sentence: str) -> None:
            self.words.setText("")
            self.problem.setText(sentence)
            self._refresh()

        self._previewer.ask(work, done, failed)

    # --- leading ----------------------------------------------------------------------------------------

    def _begin(self) -> None:
        try:
            plan = self.plan()
            file = sweeps_folder() / f"{identity(plan)}.toml"
            file.parent.mkdir(parents=True, exist_ok=True)
            write_text(file, as_toml(plan))
        except EngineError as error:
            self.problem.setText(str(error))
            return
        except OSError as error:
            self.problem.setText(f"Cannot write to {sweeps_folder()}: {error.strerror or error}.")
            return
        address = self.scheduler.text().strip()
        options = ["--scheduler", address] if address else ["--workers", str(self._processes())]
        if not address and missing():
            options = ["--in-process"]
        self._late.stop()
        self._previewer.drop()
        self.problem.setText("")
        self.words.setText("Starting processes\N{HORIZONTAL ELLIPSIS}")
        self.bar.setRange(0, 0)
        self.bar.show()
        self._rate = Rate()
        self._leader.ask(
            lambda task: lead(file, options, task),
            self._done,
            self._failed,
            moved=self._moved,
            cancelled=self._cancelled,
        )
        self.begun.emit(identity(plan))

    def _moved(self, now: Progress) -> None:
        part = now.done / max(now.total, 1e-9)
        left = time_left(self._rate.seconds_left(Progress(part, 1.0)))
        self.words.setText(f"{now.message[:1].upper()}{now.message[1:]}: {percent(min(1.0, part))}, {left}")
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(1000 * part))

    def _done(self, results: dict[str, Any]) -> None:
        self.bar.hide()
        self.words.setText(best_of(results))

    def _failed(self, sentence: str) -> None:
        self.bar.hide()
        self.words.setText("")
        self.problem.setText(sentence)

    def _cancelled(self) -> None:
        self.bar.hide()
        self.words.setText("Stopped; what is done is kept. Start goes on.")

    def reject(self) -> None:
        """Close; a sweep is stopped first, and the dialog is there unseen until its process has ended."""
        self._closing = True
        self._late.stop()
        self._previewer.drop()
        self._leader.cancel()
        super().reject()
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Be used again, if it was closed a moment ago."""
        super().showEvent(event)
        self._closing = False

    def _refresh(self) -> None:
        busy = self._leader.busy
        if self._closing and not busy:
            self.deleteLater()
        asked = (self.table, self.name, self.method, self.figure, self.form, self.processes, self.scheduler)
        for widget in (*asked, self.open_button, self.save_button):
            widget.setEnabled(not busy)
        self.stop.setEnabled(busy)
        right = not self.form.problems and not self.processes.problems and not self.problem.text()
        self.start.setEnabled(right and not busy)

    # --- files ------------------------------------------------------------------------------------------

    def _open(self) -> None:
        path = self._dialogs.open_file("Open a sweep", _FILES)
        if path is not None:
            self.open_file(path)

    def open_file(self, path: Path) -> None:
        """Take the sweep in a file."""
        try:
            self._show_plan(read_plan(path), path.name)
        except EngineError as error:
            self.problem.setText(str(error))

    def _save(self) -> None:
        path = self._dialogs.save_file("Save the sweep", f"{self.name.text() or 'sweep'}.toml", _FILES)
        if path is None:
            return
        try:
            write_plan(path, self.plan())
        except EngineError as error:
            self.problem.setText(str(error))
        except OSError as error:
            self.problem.setText(f"Cannot write {path}: {error.strerror or error}.")
        else:
            self.words.setText(f"Saved {path.name} in {path.parent}.")


def _labelled(text: str, widget: QWidget) -> Label:
    label = Label(text)
    label.setBuddy(widget)
    return label
