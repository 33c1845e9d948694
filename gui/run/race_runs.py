"""The runs of one heat of a race, in the place of the one run in training."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PyQt5.QtCore import QObject, pyqtSignal

from engine.races.heat import ENDED
from engine.races.race import Race
from engine.runs.library import Library
from engine.session.lockstep import Lockstep
from engine.session.messages import (
    Advance,
    Command,
    Event,
    Finish,
    Keep,
    Kept,
    Notice,
    Pace,
    Pause,
    Play,
    Request,
    Save,
    State,
    StateChanged,
)
from engine.types import Bytes
from gui.run.run import CURVES_SECONDS, Run

_ALL = (Play, Advance, Pause, Finish, Pace)
"""What all do together; saving a file is for one, and settings stay what they are."""
_ORDER = (State.RUNNING, State.LOADING, State.PAUSED, State.FINISHED, State.FAILED)


class RaceRuns(QObject):
    """What the bridge needs to know of a race: whom to tell what, and what all of them say.

    Attributes:
        race: what is raced.
        heat: which heat this is, from 1.
        runs: one for each entrant.
        finished_early: whether the user has ended it.
        watched: whether anybody looks at the pictures of all.
    """

    moved = pyqtSignal()
    """An entrant is in another state."""
    grew = pyqtSignal()
    """The curves have new rows; at most about three times a second."""
    pictured = pyqtSignal(object)
    """What all look like: a Snapshot or None for each, all of the same step but for those that have ended."""
    ended = pyqtSignal(object)
    """Nobody takes a further step; the last such pictures, with the networks."""
    told = pyqtSignal(str)
    """Something that the user should know, in words."""
    kept = pyqtSignal(str)
    """All are recorded as they stand, or why not, in words."""

    def __init__(self, race: Race, heat: int, numbers: Iterator[int]) -> None:
        """Make the runs of a heat, which get the next ``numbers``; ``begin`` starts them."""
        super().__init__()
        self.race, self.heat = race, heat
        self.runs = tuple(Run(next(numbers), race.config(lane, heat)) for lane in range(len(race.entrants)))
        self.messages = [""] * len(self.runs)
        self.lockstep = Lockstep([run.channel for run in self.runs], race.steps)
        self.finished_early = self.watched = False
        self._answers: dict[int, str] = {}
        self._awaited = False
        self._rows, self._grown_at = 0, 0.0
        self._ending = self._over = False
        self._asked: tuple[int, Bytes | None] | None = None
        self._image: Bytes | None = None

    def begin(self, library: Library | None) -> None:
        """Start the sessions, standing still before their first step, recorded in ``library``."""
        for lane, run in enumerate(self.runs):
            record = self.race.destination(library, lane, self.heat) if library is not None else None
            run.begin(None, record, self.lockstep.lane(lane))

    @property
    def state(self) -> State:
        """What the race does, which is what any of its runs still does."""
        states = {run.state for run in self.runs}
        return next(state for state in _ORDER if state in states)

    @property
    def over(self) -> bool:
        """Whether nobody takes a further step."""
        return all(run.state in ENDED for run in self.runs)

    def send(self, command: Command, shown: Run) -> None:
        """Give a command to all, or where only one can be meant to the run that is shown."""
        if self.over and isinstance(command, Play | Advance):
            self.told.emit("The race is over; begin another run, then resume one of its runs from Runs.")
        elif isinstance(command, _ALL):
            self.finished_early |= isinstance(command, Finish)
            self.lockstep.send(command)
        elif isinstance(command, Save):
            shown.send(command)
        elif isinstance(command, Keep):
            self._answers, self._awaited = {}, True
            for run in self.runs:
                if run.steps:
                    run.send(command)
                else:
                    self._answers[run.number] = ""

    def ask(self, image: Bytes | None) -> None:
        """Ask for pictures of all, if anybody looks at them and they can be others than the last ones.

        ``image``, ``(C, H, W)``, is what the networks are given; None for none.
        """
        self._image = image
        if not self.watched or self._ending != self._over:  # the last pictures are on their way
            return
        asked = (self.lockstep.step, image)
        if asked != self._asked:
            self._asked = asked
            self.lockstep.ask(self._request())

    def _request(self) -> Request:
        return Request(kernels=True, maps=self._image is not None, image=self._image)

    def ask_again(self) -> None:
        """Let the next pictures be brought even if nothing has changed."""
        self._asked = None

    # --- what comes back ----------------------------------------------------------------------------

    def drain(self, shown: Run) -> None:
        """Take in pictures, and what all have said but ``shown``, whose events are heard elsewhere."""
        for run in self.runs:
            alive = run.alive
            if run is not shown:
                run.dataset = run.channel.dataset or run.dataset
                for event in run.channel.events():
                    self.hear(run, event)
            if not alive and run.begun:
                self._answers.setdefault(run.number, "The training has ended and holds nothing to save.")
        self._keep_on()
        pictures = self.lockstep.snapshots.take()
        if self._over_now() and not self._ending:
            self._ending, pictures = True, None  # what was taken before is not the last one
            self.lockstep.ask(self._request())
        if self._ending and not self._over and not any(run.alive for run in self.runs):
            pictures = tuple(None for _ in self.runs)  # nobody is left to take any
        if pictures is not None:
            self.pictured.emit(pictures)
            if self._ending and not self._over:
                self._over = True
                self.ended.emit(pictures)
        rows, now = sum(run.steps for run in self.runs), time.monotonic()
        if rows != self._rows and (now - self._grown_at > CURVES_SECONDS or self.over):
            self._rows, self._grown_at = rows, now
            self.grew.emit()

    def _over_now(self) -> bool:
        return self.over and all(run.begun for run in self.runs)

    def hear(self, run: Run, event: Event) -> None:
        """Note what one of the runs has said."""
        lane = self.runs.index(run)
        title = self.race.titles[lane]
        if isinstance(event, StateChanged):
            run.state, run.diverged = event.state, event.diverged
            self.messages[lane] = event.message
            if event.state is State.FAILED:
                self.told.emit(f"{title} drops out of the race: {event.message}")
            self.moved.emit()
        elif isinstance(event, Notice):
            self.told.emit(f"{title}: {event.message}")
        elif isinstance(event, Kept):
            self._answers[run.number] = event.problem

    def _keep_on(self) -> None:
        """Tell, once, what came of having all runs recorded."""
        if self._awaited and all(run.number in self._answers for run in self.runs):
            self._awaited = False
            problems = [self._answers[run.number] for run in self.runs]
            self.kept.emit(next(filter(None, problems), ""))
