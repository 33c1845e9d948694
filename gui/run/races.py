"""A race in the window: one heat after the other, and who has won."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject, pyqtSignal

from engine.session.messages import Snapshot, State
from engine.task import Progress
from gui.run.runner import Runner
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices

if TYPE_CHECKING:  # most starts do without
    from engine.races.race import Race
    from engine.races.verdict import Outcome, Verdict
    from gui.run.race_runs import RaceRuns


class Races(QObject):
    """Begins races and judges them; the last one is remembered until the next.

    Attributes:
        race: what is raced, or was last; None before the first race.
        runs: the runs of the present heat, or of the last one.
        heats: what came of the heats that are over.
        verdict: who has won; None until that is known.
        words: the same in sentences that call the entrants by their letters.
        problem: why there is no verdict, in words, or "".
        done: how much of the answers to the test images is there, 0 to 1; None while nothing is asked.
    """

    begun = pyqtSignal()
    """Another heat has begun; all earlier curves and pictures are old."""
    moved = pyqtSignal()
    """An entrant is in another state, or the race is."""
    grew = pyqtSignal()
    """The curves have new rows."""
    pictured = pyqtSignal(object)
    """A Snapshot or None for each entrant, of the same step as long as they all race."""

    def __init__(self, bridge: SessionBridge, notices: Notices, parent: QObject | None = None) -> None:
        """Race in the place of the run of ``bridge``."""
        super().__init__(parent)
        self._bridge, self._notices = bridge, notices
        self._runner = Runner(self)
        self.race: Race | None = None
        self.runs: RaceRuns | None = None
        self.heats: list[list[Outcome]] = []
        self.verdict: Verdict | None = None
        self.words: tuple[str, ...] = ()
        self.problem = ""
        self.done: float | None = None
        self._watched = False
        bridge.run_started.connect(lambda _config: self._started())

    @property
    def present(self) -> bool:
        """Whether the race is what is in training, or stands at its end."""
        return self.runs is not None and self._bridge.race is self.runs

    @property
    def over(self) -> bool:
        """Whether the race has come to an end, good or not."""
        return self.verdict is not None or bool(self.problem)

    @property
    def shown(self) -> int | None:
        """Which entrant all views follow; None for none."""
        if self.runs is None or not self.present:
            return None
        return self.runs.runs.index(self._bridge.run)

    def begin(self, race: Race) -> None:
        """Race from the first heat on; the run that is in training ends."""
        self._runner.drop()
        self.race, self.heats, self.verdict, self.problem = race, [], None, ""
        self._heat(1)

    def watch(self, on: bool) -> None:
        """Say whether anybody looks at the pictures of all."""
        self._watched = on
        if self.runs is not None:
            self.runs.watched = on
            self.runs.ask_again()

    def show(self, entrant: int) -> None:
        """Let all views follow this entrant."""
        if self.present:
            self._bridge.show_entrant(entrant)
            self.moved.emit()

    # --- from heat to heat --------------------------------------------------------------------------

    def _heat(self, number: int) -> None:
        assert self.race is not None  # noqa: S101 - for the type checker
        self.done = None
        self.runs = None  # so that its beginning is not taken for the end of the one before
        runs = self._bridge.start_race(self.race, number)
        self.runs = runs
        runs.watched = self._watched
        runs.moved.connect(self.moved)
        runs.grew.connect(self.grew)
        runs.pictured.connect(self.pictured)
        runs.ended.connect(lambda pictures: self._judge(runs, pictures))
        self.begun.emit()
        self._bridge.play()

    def _started(self) -> None:
        """See whether another run has taken the place of the race."""
        if self.runs is not None and not self.present and not self.over:
            self._runner.drop()
            self.done, self.problem = None, "Another run has taken the place of the race before its end."
            self.moved.emit()

    def _judge(self, runs: RaceRuns, pictures: Sequence[Snapshot | None]) -> None:
        """Have the test images answered by the networks as they stand at the end."""
        from engine.races.heat import judged

        dataset = next((run.dataset for run in runs.runs if run.dataset is not None), None)
        if runs is not self.runs or dataset is None:
            if dataset is None:
                self._failed("No run of the race has begun.")
            return
        left = [
            picture if run.state is State.FINISHED and run.steps else None
            for picture, run in zip(pictures, runs.runs, strict=True)
        ]
        channels = [run.channel for run in runs.runs]
        self.done = 0.0
        self.moved.emit()
        self._runner.ask(
            lambda task: judged(left, runs.messages, channels, dataset, task),
            lambda outcomes: self._have(runs, outcomes),
            self._failed,
            moved=self._answered,
        )

    def _answered(self, now: Progress) -> None:
        self.done = now.done / max(now.total, 1)
        self.moved.emit()

    def _failed(self, sentence: str) -> None:
        self.done, self.problem = None, sentence
        self._notices.problem(sentence)
        self.moved.emit()

    def _have(self, runs: RaceRuns, outcomes: list[Outcome]) -> None:
        from engine.races.verdict import verdict

        if runs is not self.runs or self.race is None or self._bridge.ending:
            return
        self.done = None
        for run, outcome in zip(runs.runs, outcomes, strict=True):
            if run.channel.recorder is not None and outcome.accuracy is not None:
                run.channel.recorder.status(test_accuracy=outcome.accuracy)
        self.heats.append(outcomes)
        begun = any(outcome.steps for outcome in outcomes)
        if begun and runs.heat < self.race.heats and not runs.finished_early:
            self._heat(runs.heat + 1)
            return
        self.verdict = verdict(self.race.titles, self.heats)
        from gui.presenters.compare import letter  # with all that compares runs

        self.words = verdict([letter(number) for number in range(len(outcomes))], self.heats).sentences
        self._notices.tell(self.verdict.sentences[0])
        self.moved.emit()
