"""Where the views look along a run: at its newest step, or at an earlier one whose weights are kept."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject, QTimer, pyqtSignal

from engine.errors import ModelFileError
from engine.model.history import History
from engine.runs.keeping import nearest
from gui.run.run import Run
from gui.run.session_bridge import SessionBridge

if TYPE_CHECKING:
    from engine.runs.moments import RecordedMoment

SPEEDS = (("Slow", 250, 1), ("Normal", 100, 1), ("Fast", 40, 1), ("Very fast", 40, 4))
"""Name, milliseconds from one step to the next, and how many kept steps are gone at once."""


class Travel(QObject):
    """The run and the step that all views look at; training goes on meanwhile.

    Attributes:
        run: the run that is looked at: the one in training, or a recorded one that was opened.
        step: the step whose weights are looked at; None for the newest of the run in training.
        loop: whether playing begins again at the end.
        speed: which of ``SPEEDS`` it plays with.
    """

    run_changed = pyqtSignal(object)
    """Another Run is looked at."""
    moved = pyqtSignal()
    """Another step is looked at."""
    playing_changed = pyqtSignal(bool)
    """Playing has begun or ended."""

    _numbers = count(-1, -1)  # those of runs with a session are positive

    def __init__(self, bridge: SessionBridge, parent: QObject) -> None:
        """Look at the newest step of the run of ``bridge``."""
        super().__init__(parent)
        self._bridge = bridge
        self.run = bridge.run
        self.step: int | None = None
        self.loop, self.speed = False, 1
        self._first = bridge.config is None  # the run that the window begins by itself is still to come
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._play_on)
        self.ready: Callable[[], bool] = lambda: True
        """Says whether what was looked at last is there, so that playing never runs ahead of the views."""
        bridge.run_started.connect(lambda _config: self._begun())

    @property
    def live(self) -> bool:
        """Whether the newest step of the run in training is looked at."""
        return self.step is None and self.run is self._bridge.run

    @property
    def newest(self) -> int:
        """The last step of the run that is looked at; 0 before the first."""
        steps, kept = self.run.history.steps, self.kept
        told = int(steps.last("step")) if steps.length else 0
        return max(told, kept[-1]) if kept else told  # the curves may be damaged

    @property
    def at(self) -> int:
        """The step that is looked at."""
        return self.newest if self.step is None else self.step

    @property
    def kept(self) -> list[int]:
        """The steps that can be looked at, in order."""
        return self.run.kept_steps()

    @property
    def best(self) -> int | None:
        """The kept step with the best validation, or nearest to it; None while there is none."""
        row = self.run.history.best()
        return (
            None if row is None else nearest(self.kept, int(self.run.history.validations.column("step")[row]))
        )

    @property
    def playing(self) -> bool:
        """Whether one kept step after the other is shown."""
        return self._timer.isActive()

    def near(self) -> list[int]:
        """Return the kept steps that are likely to be looked at next, the likeliest first."""
        kept = self.kept
        if self.step is None or not kept:
            return []
        here, stride = bisect_left(kept, self.step), SPEEDS[self.speed][2] if self.playing else 1
        places = [here + stride, here - 1, here + 2 * stride, here - 2]
        return [kept[place] for place in places if 0 <= place < len(kept)]

    # --- going somewhere ----------------------------------------------------------------------------

    def go(self, step: int) -> None:
        """Look at the kept step that is nearest to ``step``."""
        if (kept := nearest(self.kept, step)) is not None:
            self._look_at(kept)

    def go_live(self) -> None:
        """Look at the newest step of the run in training again, and follow it."""
        self.stop()
        if self.run is not self._bridge.run:
            self._turn_to(self._bridge.run, None)
        elif self.step is not None:
            self.step = None
            self.moved.emit()

    def go_by(self, steps: int) -> None:
        """Look ``steps`` kept steps further on, or back; past the newest one lies the present."""
        kept = self.kept
        if not kept:
            return
        if self.step is None:
            place = len(kept) + min(steps, 0) - (steps < 0 and kept[-1] == self.newest)
        elif steps > 0:
            place = bisect_right(kept, self.step) + steps - 1
        else:
            place = bisect_left(kept, self.step) + steps
        if place < len(kept):
            self._look_at(kept[max(place, 0)])
        elif self.run is self._bridge.run:
            self.go_live()
        else:
            self._look_at(kept[-1])

    def go_first(self) -> None:
        """Look at the first kept step."""
        self.go(0)

    def go_last(self) -> None:
        """Look at the end: the present of the run in training, the last kept step of another one."""
        if self.run is self._bridge.run:
            self.go_live()
        else:
            self.go(self.newest)

    def go_best(self) -> None:
        """Look at the best validated step."""
        if (best := self.best) is not None:
            self._look_at(best)

    def open(self, path: Path) -> Run:
        """Look at the recorded run in ``path``; raises ModelFileError.

        The run in training is not touched; if it is the one in ``path``, that is looked at.
        """
        folder = self._bridge.run.folder
        if folder is not None and folder.exists() and path.exists() and folder.samefile(path):
            self.go_live()
            return self.run
        run = Run.opened(next(self._numbers), path)
        kept = run.kept_steps()
        self.stop()
        self._turn_to(run, kept[-1] if kept else None)
        return run

    def recorded(self) -> RecordedMoment:
        """Return the recorded moment that is looked at; of the present the last kept one.

        Raises:
            ModelFileError: nothing is recorded yet.
        """
        kept = self.kept
        if not kept:
            raise ModelFileError("No step of this run has been recorded yet.")
        from engine.runs.moments import RecordedMoment

        return RecordedMoment(self.run.reader(), kept[-1] if self.step is None else self.step)

    def history_before(self) -> Callable[[], History | None]:
        """Return what reads the curves of the run that this one was branched off from, up to there.

        Any thread may call that; it raises ModelFileError if that run is not there any more.
        """
        parent, library = self.run.parent, self._bridge.library
        if parent is None or library is None:
            return lambda: None
        from engine.runs.folder import RunFolder

        return lambda: RunFolder(library.find(parent.run)).history().until(parent.step)

    # --- playing --------------------------------------------------------------------------------------

    def play(self) -> None:
        """Show one kept step after the other, from here, or from the first one if this is the last."""
        kept = self.kept
        if kept:
            if self.step is None or self.step >= kept[-1]:
                self._look_at(kept[0])
            self._timer.start(SPEEDS[self.speed][1])
            self.playing_changed.emit(True)

    def stop(self) -> None:
        """Stay where it is."""
        if self._timer.isActive():
            self._timer.stop()
            self.playing_changed.emit(False)

    def set_speed(self, speed: int) -> None:
        """Play with another of ``SPEEDS``."""
        self.speed = speed
        self._timer.setInterval(SPEEDS[speed][1])

    def _play_on(self) -> None:
        kept = self.kept
        if not self.ready() or not kept:
            return
        if self.step is not None and self.step < kept[-1]:
            place = bisect_right(kept, self.step) + SPEEDS[self.speed][2] - 1
            self._look_at(kept[min(place, len(kept) - 1)])
        elif self.loop:
            self._look_at(kept[0])
        else:
            self.stop()

    def _look_at(self, step: int) -> None:
        if step != self.step:
            self.step = step
            self.moved.emit()

    def _turn_to(self, run: Run, step: int | None) -> None:
        self.run, self.step = run, step
        self.run_changed.emit(run)
        self.moved.emit()

    def _begun(self) -> None:
        """Look at the run that has just begun; not at the window's first one if another was opened before."""
        first, self._first = self._first, False
        if first and self.run.number < 0:
            return
        self.stop()
        self._turn_to(self._bridge.run, None)
