"""A session without a thread and without waiting: a watcher that acts on cue, and a clock that is set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest

from engine.data.dataset import Dataset
from engine.session import loop, recording, side_evaluation
from engine.session.channel import Channel
from engine.session.messages import Command, Event, Quit, State, StateChanged
from engine.training.config import RunConfig
from engine.training.trainer import StepResult, Trainer
from engine.training.workers import Workers

Act = Command | Callable[[], object]

P, R, F, L = State.PAUSED, State.RUNNING, State.FINISHED, State.LOADING


class Clock:
    """Stands for the module ``time``; passes only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def perf_counter(self) -> float:
        return self.now + 5000.0  # another zero, as in reality

    def pass_(self, seconds: float) -> None:
        self.now += seconds


class Scripted(Channel):
    """A channel whose watcher acts by a script.

    Attributes:
        clock: passes while the session sleeps.
        said: every event, in order.
        slept: for how long the session wanted to sleep each time; None for as long as nothing is sent.
    """

    def __init__(self, *script: Act, at: dict[int, Act] | None = None, run_id: int = 3) -> None:
        """Do an act of ``script`` at each sleep without end, and those ``at`` a step when it is done."""
        super().__init__(run_id)
        self.clock = Clock()
        self.said: list[Event] = []
        self.slept: list[float | None] = []
        self._script = [*script, Quit()]
        self._at = dict(at or {})

    def emit(self, event: Event) -> None:
        self.said.append(event)

    def command(self) -> Command | None:
        act = self._at.pop(self.history.steps.length, None)
        if act is not None:
            self._do(act)
        return super().command()

    def wait(self, seconds: float | None) -> None:
        self.slept.append(seconds)
        if seconds is None:
            self._do(self._script.pop(0))
        else:
            self.clock.pass_(seconds)

    def _do(self, act: Act) -> None:
        if callable(act):
            act()
        else:
            self.send(act)

    @property
    def states(self) -> list[State]:
        """The states it went through."""
        return [event.state for event in self.said if isinstance(event, StateChanged)]

    @property
    def messages(self) -> list[str]:
        """What was said in words."""
        return [event.message for event in self.said if isinstance(event, StateChanged) and event.message]


@contextmanager
def clocked(clock: Clock, step: float = 0.0) -> Iterator[pytest.MonkeyPatch]:
    """Let sessions read ``clock``; each training step takes ``step`` seconds of it."""
    real = Trainer.step

    def timed(trainer: Trainer) -> StepResult:
        clock.pass_(step)
        return real(trainer)

    with pytest.MonkeyPatch.context() as patch:
        modules: tuple[ModuleType, ...] = (loop, recording, side_evaluation)
        for module in modules:
            patch.setattr(module, "time", clock)
        patch.setattr(Trainer, "step", timed)
        yield patch


def carried_out(
    config: RunConfig, dataset: Dataset, channel: Scripted, step: float = 0.0, **options: object
) -> Scripted:
    """Carry out a run by the script of ``channel``, each step taking ``step`` seconds."""
    with clocked(channel.clock, step):
        loop.run(config, channel, loader=lambda _: dataset, **options)
    return channel


def weights_after(config: RunConfig, dataset: Dataset, steps: int) -> Trainer:
    """Return a trainer that has taken ``steps`` steps of ``config``."""
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        for _ in range(steps):
            trainer.step()
    return trainer
