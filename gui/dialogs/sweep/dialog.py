"""Sweep: train many runs whose settings are varied, beside the window."""

from __future__ import annotations

from typing import Any

from PyQt5.QtCore import QTimer, pyqtSignal
from PyQt5.QtGui import QShowEvent
from PyQt5.QtWidgets import QDialog, QLineEdit, QPushButton, QWidget

from engine.data.folders import sweeps_folder
from engine.errors import EngineError
from engine.formatting import percent
from engine.io.files import write_text
from engine.options import OptionInfo
from engine.sweeps.apart import lead
from engine.sweeps.cluster import missing
from engine.sweeps.estimate import seconds
from engine.sweeps.plan_file import as_toml
from engine.sweeps.state import Sweep, identity
from engine.task import Progress, Task
from engine.training.config import RunConfig
from engine.training.workers import default_threads
from gui.dialogs.sweep.plan_form import PlanForm
from gui.presenters.sweep import best_of, preview
from gui.presenters.time_left import Rate, time_left
from gui.run.runner import Runner
from gui.widgets.in_row import in_column, in_row
from gui.widgets.option_form import OptionForm
from gui.widgets.plain import Label
from gui.widgets.progress import ProgressBar
from gui.widgets.questions import Dialogs

_WIDE = (QLineEdit, OptionForm)
_PAUSE_MS = 400
"""Time after the last change before the preview is worked out."""


class SweepDialog(QDialog):
    """Asks what is varied, says what that comes to, and leads the sweep; closing it keeps what is done."""

    begun = pyqtSignal(str)
    """The trials of the sweep of this name are being trained."""

    def __init__(self, config: RunConfig, dialogs: Dialogs, parent: QWidget | None = None) -> None:
        """Offer to vary the settings ``config``."""
        super().__init__(parent)
        self.setWindowTitle("Sweep")
        self._closing = False
        self._previewer, self._leader, self._rate = Runner(self), Runner(self), Rate()
        self._build(config, dialogs)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_PAUSE_MS)
        self._late.timeout.connect(self._look)
        self._edited()

    # --- building ---------------------------------------------------------------------------------------

    def _build(self, config: RunConfig, dialogs: Dialogs) -> None:
        self.form = PlanForm(config, dialogs)
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
        self.start, self.stop, self.close_ = (
            QPushButton("&Start"),
            QPushButton("S&top"),
            QPushButton("&Close"),
        )
        self.start.setObjectName("primary")
        self._arrange()
        self.start.clicked.connect(lambda _checked: self._begin())
        self.stop.clicked.connect(lambda _checked: self._leader.cancel())
        self.close_.clicked.connect(lambda _checked: self.reject())
        self.form.changed.connect(self._edited)
        self.form.saved.connect(self.words.setText)
        self.form.failed.connect(self.problem.setText)
        self.processes.changed.connect(lambda _name, _value: self._edited())
        self.processes.problems_changed.connect(self._edited)
        self.scheduler.textEdited.connect(lambda _text: self._edited())
        self._leader.changed.connect(self._refresh)

    def _arrange(self) -> None:
        where = in_row(self.processes, self.scheduler, wide=_WIDE)
        foot = in_row(None, self.close_, self.stop, self.start)
        in_column(self, self.form, where, self.words, self.problem, self.bar, foot, tall=(self.form,))
        self.resize(640, 620)

    # --- what it comes to -------------------------------------------------------------------------------

    def _edited(self) -> None:
        self._previewer.drop()
        self._late.start()
        self._refresh()

    def _processes(self) -> int:
        return 1 if missing() else int(self.processes.fields["processes"].value)

    def _look(self) -> None:
        """Work out what the sweep comes to, beside the window."""
        try:
            plan = self.form.plan()
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
            known = [f"{each} as in the file" for each in self.form.table.kept]
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
            plan = self.form.plan()
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
        self.form.allow(change=not busy)
        for widget in (self.processes, self.scheduler):
            widget.setEnabled(not busy)
        self.stop.setEnabled(busy)
        right = not self.form.numbers.problems and not self.processes.problems and not self.problem.text()
        self.start.setEnabled(right and not busy)
