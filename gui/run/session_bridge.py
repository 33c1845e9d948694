"""The window's end of a training session: starts it, asks for pictures, hands out what comes back.

The session runs in a thread and never calls the window. A timer here drains the channel and emits
Qt signals, all in the GUI thread. New pictures are asked for only after the last ones were drawn,
and the pause between them grows with what drawing costs.
"""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject, Qt, QTimer, pyqtSignal

from engine.session.messages import (
    Command,
    Event,
    Keep,
    Kept,
    Notice,
    Request,
    Save,
    Saved,
    SettingsChanged,
    State,
    StateChanged,
    Validated,
)
from gui.run.commands import Commands
from gui.run.of_run import OfRun
from gui.run.racing import Racing
from gui.run.run import CURVES_SECONDS, Run
from gui.run.wants import Wants, Watcher
from gui.state.selection import Selection

if TYPE_CHECKING:
    from engine.runs.destination import Destination
    from engine.runs.library import Library
    from engine.training.checkpoint import Checkpoint
    from engine.training.config import RunConfig
    from gui.run.race_runs import RaceRuns

FRAME_MS = 96
"""Time from one drawing to the next while nothing is expensive."""
REST_MS = 500
"""The same where nothing has happened for ``CALM_SECONDS`` to a run that stands still."""
CALM_SECONDS = 1.0
_END_MS = 20
"""Time from one look whether the session has ended to the next."""
DRAWING_SHARE = 0.1
"""Share of the time that drawing may take while the network trains."""


class SessionBridge(Commands, Racing, OfRun, QObject):
    """Drains the channel of the run in training, and asks for what is to be drawn.

    Attributes:
        run: the run in training, or about to be.
        watchers: who draws what the session sends.
        drawing_share: share of the time that drawing may take while the network trains.
        library: where runs are recorded; None for nowhere.
        ending: whether what is in training was told to end, and nothing else has begun.
    """

    run_started = pyqtSignal(object)
    """A new run exists (its RunConfig); all earlier curves and pictures are old."""
    dataset_loaded = pyqtSignal(object)
    """The data set is there (a Dataset)."""
    history_grew = pyqtSignal()
    """``history.steps`` has new rows; at most about three times a second."""
    validated = pyqtSignal(int)
    """``history.validations`` has this new row."""
    state_changed = pyqtSignal(object, str)
    """The session's State, and why, in words (may be empty)."""
    settings_changed = pyqtSignal(object)
    """The LiveSettings that are used from now on."""
    snapshot_ready = pyqtSignal(object)
    """A Snapshot that was asked for."""
    evaluation_ready = pyqtSignal(object)
    """An EvaluationDone of the test images, while some view wants it."""

    saved = pyqtSignal(object, str)
    """A file asked for with ``save`` is written (its Path), or why not, in words."""
    kept = pyqtSignal(str)
    """What was asked for with ``keep`` is done, or why not, in words."""
    noticed = pyqtSignal(str)
    """Something that the user should know, in words."""
    ended = pyqtSignal()
    """No session is left of those that ``end`` was to end."""

    def __init__(
        self, selection: Selection, library: Library | None = None, parent: QObject | None = None
    ) -> None:
        """Make a bridge without a session; ``start`` begins one.

        Args:
            selection: the image whose feature maps are asked for.
            library: where runs are recorded; None for nowhere.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self.library = library
        self._numbers = count()
        self.run = Run(next(self._numbers))
        self.race = None
        self._told = State.LOADING
        self.ending = False
        self.drawing_share = DRAWING_SHARE
        self._selection = selection
        self.watchers: list[Watcher] = []
        self._old: list[Run] = []
        self._rows = 0
        self._unwritten: list[Path] = []
        self._keeping = False
        self._curves_at = self._news_at = 0.0
        self._asked: Request | None = None
        self._drawing = 0.0
        self._put_off = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        selection.changed.connect(lambda _: self._soon())

    # --- what the user does ---------------------------------------------------------------------

    def start(
        self, config: RunConfig, resume: Checkpoint | None = None, record: Destination | None = None
    ) -> None:
        """Begin a new run, standing still before its first step; the old run ends.

        Args:
            config: its settings.
            resume: the state that it goes on from.
            record: where it is recorded; None for a new folder among the runs.
        """
        if record is None and self.library is not None:
            record = self.library.destination(config.network.name)
        run = Run(next(self._numbers), config)
        self._replace(run, None)
        run.begin(resume, record)
        self._begun(config)

    def _replace(self, run: Run, race: RaceRuns | None) -> None:
        """Let what is in training end, and ``run`` take its place."""
        before = self.run
        for old in self.runs:
            old.end()
        self._old = [old for old in (*self._old, *self.runs) if old.alive]
        self._rows = 0
        self._unwritten.clear()
        self.run, self.race, self.ending = run, race, False
        for each in self.runs:
            each.dataset = before.dataset  # until the new one is there
        self._set_state(State.LOADING, "")

    def _begun(self, config: RunConfig) -> None:
        self.run_started.emit(config)
        self._asked = None
        self._timer.start(FRAME_MS)

    def save(self, path: Path, *, checkpoint: bool = False) -> None:
        """Write the network as a model, or all that is needed to go on; ``saved`` tells the outcome."""
        self._unwritten.append(path)
        self._send(Save(path, checkpoint))

    def keep(self) -> None:
        """Have the run recorded as it stands, to go on with later; ``kept`` tells the outcome."""
        self._keeping = True
        self._send(Keep())

    def add_watcher(self, watcher: Watcher) -> None:
        """Let ``watcher`` say what it needs before every request."""
        self.watchers.append(watcher)

    def refresh(self) -> None:
        """Ask for new pictures soon; call when a view becomes visible or wants something else."""
        self._asked = None
        self._soon()

    def end(self, *, kept: bool = False) -> None:
        """Let the session end, after one step at most; ``ended`` tells. A ``kept`` run is offered again."""
        self._timer.stop()
        self.ending = True
        for run in self.runs:
            run.end(kept=kept)
        self._await_end()

    def _await_end(self) -> None:
        if any(run.alive for run in (*self._old, *self.runs)):
            QTimer.singleShot(_END_MS, self._await_end)
        else:
            self.ended.emit()

    def shutdown(self, *, kept: bool = False) -> None:
        """End the session and wait for its thread (one step at most); a ``kept`` run is offered again."""
        self._timer.stop()
        for run in self.runs:
            run.end(kept=kept)
        for run in (*self._old, *self.runs):
            run.join()
        self._old = []

    # --- what comes back ------------------------------------------------------------------------

    def _send(self, command: Command) -> None:
        if self.race is None:
            self.run.send(command)
        else:
            self.race.send(command, self.run)
        self._asked = None
        self._soon()

    def _soon(self) -> None:
        self._news_at = time.monotonic()
        if self.run.begun and self._timer.remainingTime() > 15:
            self._timer.start(15)

    def _tick(self) -> None:
        if not self._put_off and (seconds := self.run.channel.held()) > 0:
            self._put_off = True  # the user waits for something else; not again, or a pen would stop it all
            self._timer.start(1 + round(1000 * seconds))
            return
        self._put_off = False
        began = time.perf_counter()
        self._drain()
        # What was emitted is painted when control returns to Qt, so look again after that.
        QTimer.singleShot(0, lambda: self._ask(began))

    def _drain(self) -> None:
        run, channel = self.run, self.run.channel
        alive = run.alive
        if channel.dataset is not None and channel.dataset is not run.dataset:
            run.dataset = channel.dataset
            self.dataset_loaded.emit(run.dataset)
        rows, now = self.history.steps.length, time.monotonic()
        calm = self.state is State.RUNNING and now - self._curves_at < CURVES_SECONDS
        if rows != self._rows and not calm:
            self._rows, self._curves_at = rows, now
            self.history_grew.emit()
        events, snapshot, evaluation = channel.events(), channel.snapshot.take(), channel.evaluation.take()
        if events or snapshot is not None or evaluation is not None:
            self._news_at = now
        if events:
            self._asked = None
        for event in events:
            if event.run_id == run.number:
                self._pass_on(event)
        if not alive:  # it was looked at before the events, so none of them is missing
            self._hold_nothing()
        if snapshot is not None and snapshot.run_id == run.number:
            self.snapshot_ready.emit(snapshot)
        if evaluation is not None and evaluation.run_id == run.number:
            self.evaluation_ready.emit(evaluation)
        if self.race is not None:
            self.race.drain(run)

    def _hold_nothing(self) -> None:
        """Say of all that waits for a session which has ended that nothing comes of it."""
        for path in self._unwritten:
            self.saved.emit(path, f"Cannot write {path}: the training has ended and holds nothing to save.")
        self._unwritten.clear()
        if self._keeping and self.race is None:
            self._keeping = False
            self.kept.emit("The training has ended and holds nothing to save.")

    def _pass_on(self, event: Event) -> None:
        if self.race is not None and isinstance(event, StateChanged | Notice | Kept):
            self.race.hear(self.run, event)
        elif isinstance(event, StateChanged):
            self.run.diverged = event.diverged
            self._set_state(event.state, event.message)
        elif isinstance(event, Validated):
            self.validated.emit(event.row)
        elif isinstance(event, SettingsChanged):
            self.run.live = event.live
            self.settings_changed.emit(event.live)
        elif isinstance(event, Saved):
            if event.path in self._unwritten:
                self._unwritten.remove(event.path)
            self.saved.emit(event.path, event.problem)
        elif isinstance(event, Kept):
            self._all_kept(event.problem)
        elif isinstance(event, Notice):
            self.noticed.emit(event.message)

    def _all_kept(self, problem: str) -> None:
        self._keeping = False
        self.kept.emit(problem)

    def _ask(self, began: float) -> None:
        """Ask for the next pictures; called once the last ones are painted."""
        spent = time.perf_counter() - began
        self._drawing += 0.2 * (spent - self._drawing)
        if not self.run.begun:
            return
        wants = Wants()
        for watcher in self.watchers:
            wants = wants | watcher.wants()
        sample = self._selection.sample
        image = sample.image if sample is not None else None
        request = Request(wants.kernels, wants.maps, image, wants.evaluate, wants.start)
        period = FRAME_MS / 1000
        standing = self.state not in (State.LOADING, State.RUNNING)
        if self.state is State.RUNNING:
            period = max(period, min(self._drawing / self.drawing_share, 1.0))
        elif standing and time.monotonic() - self._news_at > CALM_SECONDS:
            period = REST_MS / 1000
        # A run that stands still gives the same answer to the same question.
        if not (standing and request.like(self._asked)):
            self.run.channel.ask(request)
            self._asked = request if standing else None
        if self.race is not None:
            self.race.ask(image)
        self._timer.start(max(5, round(1000 * (period - spent))))

    def _set_state(self, state: State, message: str) -> None:
        self.run.state = self._told = state
        self.state_changed.emit(state, message)
