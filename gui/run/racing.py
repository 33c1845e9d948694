"""What the bridge does for a race, in which several runs are in training and one of them is shown."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine.session.messages import State
from gui.run.run import Run

if TYPE_CHECKING:
    from engine.races.race import Race
    from engine.runs.library import Library
    from engine.training.config import RunConfig
    from gui.run.race_runs import RaceRuns


class Racing:
    """Begins the runs of a race, and says what all of them do.

    Attributes:
        run: the one that is shown, or the only one.
        race: the runs of a race, if one is in training.
    """

    run: Run
    race: RaceRuns | None
    library: Library | None
    state_changed: Any
    dataset_loaded: Any
    noticed: Any
    _numbers: Iterator[int]
    _rows: int
    _told: State

    @abstractmethod
    def _replace(self, run: Run, race: RaceRuns | None) -> None:
        """Let what is in training end, and ``run`` take its place."""

    @abstractmethod
    def _begun(self, config: RunConfig) -> None:
        """Say that another run is shown."""

    @abstractmethod
    def _all_kept(self, problem: str) -> None:
        """Say that all is recorded, or why not."""

    @property
    def runs(self) -> tuple[Run, ...]:
        """All that are in training: one, or those of a race."""
        return (self.run,) if self.race is None else self.race.runs

    @property
    def state(self) -> State:
        """What the session does, or the race."""
        return self.run.state if self.race is None else self.race.state

    def hold(self, seconds: float) -> None:
        """Let the training take no step for so long, or until ``release``: the user waits for an answer."""
        for run in self.runs:
            run.channel.hold(seconds)

    def release(self) -> None:
        """Let the training go on."""
        for run in self.runs:
            run.channel.release()

    def start_race(self, race: Race, heat: int) -> RaceRuns:
        """Begin the runs of a heat of ``race``, standing still, and show the first; the old run ends."""
        from gui.run.race_runs import RaceRuns  # most starts do without

        runs = RaceRuns(race, heat, self._numbers)
        runs.told.connect(self.noticed)
        runs.kept.connect(self._all_kept)
        runs.moved.connect(self._race_moved)
        shown = runs.runs[0]
        self._replace(shown, runs)
        runs.begin(self.library)
        self._begun(race.config(0, heat))
        return runs

    def show_entrant(self, number: int) -> None:
        """Let another one of those that race be the run that all views follow; all go on."""
        run = self.race.runs[number] if self.race is not None else self.run
        if run is self.run or run.config is None:
            return
        self.run, self._rows = run, 0
        self._begun(run.config)
        self.state_changed.emit(self.state, "")
        if run.dataset is not None:
            self.dataset_loaded.emit(run.dataset)

    def _race_moved(self) -> None:
        """Tell what the race does, where that is something else than before; it says itself why."""
        if self.state is not self._told:
            self._told = self.state
            self.state_changed.emit(self._told, "")
