"""Looks at the run beside the window, as often as costs its training little."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from PyQt5.QtCore import QObject, QTimer, pyqtSignal

from engine.errors import EngineError, ModelFileError
from engine.health import findings
from engine.health.finding import Evidence, Finding
from engine.health.recorded import Checkup
from engine.model.history import History
from engine.model.reference import THE_RUN
from engine.runs.folder import RunFolder
from engine.session.messages import State
from engine.task import Task
from gui.run.moment import Moment
from gui.run.moments import Moments
from gui.run.runner import Runner

SHARE = 0.04
"""Share of the time that looking may take while the network trains."""
_PAUSE = 2.0
"""Least seconds between two looks."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What came of a look."""

    evidence: Evidence
    found: list[Finding]


class Looker(QObject):
    """Looks at the run that is looked at whenever ``ask`` finds it due, and tells what it saw.

    Attributes:
        runner: the work beside the window.
    """

    seen = pyqtSignal(object)
    """What it saw (``Seen``)."""
    failed = pyqtSignal(str)
    """The sentence why it saw nothing."""

    def __init__(self, moments: Moments, parent: QObject) -> None:
        """Look at the run of ``moments``."""
        super().__init__(parent)
        self.runner = Runner(self)
        self._moments = moments
        self._checkup: Checkup | None = None
        self._asked: tuple[int, State, int] | None = None
        self._due = 0.0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._wanted: Callable[[], bool] = lambda: True
        self._later.timeout.connect(lambda: self.ask() if self._wanted() else None)

    def begin(self) -> None:
        """Forget everything about the run before."""
        self.runner.drop()
        self._checkup, self._asked, self._due = None, None, 0.0

    def drop(self) -> None:
        """Stop looking."""
        self._later.stop()
        self.runner.drop()
        self._asked = None

    def ask(self, wanted: Callable[[], bool] | None = None) -> None:
        """Look, unless nothing is new, it is too early, or it is being done."""
        self._wanted = wanted or self._wanted
        moments = self._moments
        moment, dataset = moments.latest(THE_RUN), moments.dataset
        if moment is None or dataset is None or moments.config is None or self.runner.busy:
            return
        now = (moment.step or 0, moments.state, moments.steps)
        if now == self._asked:
            return
        early = self._due - time.monotonic()
        if moments.state is State.RUNNING and early > 0:
            if not self._later.isActive():
                self._later.start(int(1000 * early) + 1)
            return
        config = moments.config
        if moments.live is not None:
            config = config.changed(moments.live)
        try:
            self._checkup = self._checkup or Checkup(config, dataset)
        except EngineError as error:  # the data set is no longer the one that the run learnt from
            self._asked = now
            self.failed.emit(str(error))
            return
        self._checkup.config = config
        try:
            folder: RunFolder | None = moments.run.reader()
        except ModelFileError:  # it is not recorded, or not yet
            folder = None
        self._asked = now
        checkup, history = self._checkup, moments.history
        failed = "The run broke off." if moments.state is State.FAILED else ""
        self.runner.ask(
            lambda task: _look(checkup, folder, moment, history, failed, task), self._done, self.failed.emit
        )

    def _done(self, result: tuple[Seen, float]) -> None:
        seen, seconds = result
        self._due = time.monotonic() + max(_PAUSE, seconds * (1 / SHARE - 1))
        self.seen.emit(seen)
        if self._wanted():
            self.ask()  # what came meanwhile


def _look(
    checkup: Checkup, folder: RunFolder | None, moment: Moment, history: History, failed: str, task: Task
) -> tuple[Seen, float]:
    """Measure what is recorded up to the moment, and the moment itself; runs beside the window."""
    began, step = time.perf_counter(), moment.step or 0
    if folder is not None:
        checkup.read(folder, task, until=step)
    earlier = [each for each in checkup.moments if each < step]
    before = None
    if folder is not None and earlier:
        try:
            before = (max(earlier), folder.network(max(earlier)))
        except ModelFileError:  # it is gone by now
            before = None
    checkup.add(step, moment.network, before)
    evidence = checkup.evidence(history, moment.network, task, until=step, failed=failed)
    return Seen(evidence, findings(evidence)), time.perf_counter() - began
