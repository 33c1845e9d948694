"""A training session: the loop that trains, obeys commands and has what is asked for shown.

``run`` is a plain function over a channel, so where it runs is its caller's affair: a thread of
the window, the terminal, a test.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.data.catalogue import load
from engine.data.dataset import Dataset
from engine.errors import ConfigError, TrainingError
from engine.runs.destination import Destination
from engine.runs.recorder import Recorder
from engine.session.channel import Channel
from engine.session.kept import save
from engine.session.lockstep import Lane
from engine.session.messages import (
    Advance,
    Change,
    Command,
    Finish,
    Keep,
    Kept,
    Notice,
    Pace,
    Pause,
    Play,
    Quit,
    Save,
    Saved,
    SettingsChanged,
    State,
    StateChanged,
    Validated,
)
from engine.session.problems import in_words
from engine.session.recording import Recording
from engine.session.showing import Showing
from engine.training.checkpoint import Checkpoint
from engine.training.config import LiveSettings, RunConfig
from engine.training.stopping import Stop, stop
from engine.training.trainer import Trainer
from engine.training.workers import Workers


def run(
    config: RunConfig,
    channel: Channel,
    resume: Checkpoint | None = None,
    *,
    record: Destination | None = None,
    loader: Callable[[str], Dataset] = load,
    lane: Lane | None = None,
) -> None:
    """Carry out a run until ``Quit``. It begins paused, before its first step.

    Args:
        config: the settings.
        channel: commands and requests come from it; history, events and pictures go to it.
        resume: continue from this checkpoint.
        record: where to record the run.
        loader: finds the data set by its name.
        lane: its place among other sessions, where several go in lockstep.
    """

    def fail(message: str) -> None:
        channel.emit(StateChanged(channel.run_id, State.FAILED, message))

    try:
        channel.emit(StateChanged(channel.run_id, State.LOADING))
        channel.dataset = dataset = loader(config.data)
        with Workers(config.threads if lane is None else lane.threads(config.threads)) as workers:
            _Session(config, channel, dataset, workers, resume, record, lane).loop()
    except Exception as error:  # noqa: BLE001 - reported to the user, and logged in full
        # The thread is about to end: without this the window would wait for ever.
        fail(in_words(error))
    finally:
        if lane is not None:
            lane.leave()
        if record is not None and record.hold is not None:
            record.hold.release()


class _Session:
    """The state of the loop."""

    def __init__(
        self,
        config: RunConfig,
        channel: Channel,
        dataset: Dataset,
        workers: Workers,
        resume: Checkpoint | None,
        record: Destination | None,
        lane: Lane | None = None,
    ) -> None:
        self.trainer = Trainer(config, dataset, workers)
        self.channel = channel
        channel.epoch_size = self.trainer.epoch_size
        self.state = State.LOADING
        self.seconds = 0.0
        self.pause_at: int | None = None  # step after which to pause; 0 stands for the epoch's end
        self.pace = self.due = 0.0
        self.hold_ends: float | None = None  # as seen since the last step: holding again does not move it
        self.stops = True  # by itself, when its settings say so
        self.went_back = False  # to its best step, so that its curves are ahead of it
        self.showing = Showing(channel, self.trainer, dataset, workers, lambda: self.state)
        if resume is not None:
            self.trainer.restore(resume.arrays, resume.values)
            channel.history.steps.extend(resume.history.steps.table())
            channel.history.validations.extend(resume.history.validations.table())
            if channel.history.steps.length:
                self.seconds = channel.history.steps.last("seconds")
        if record is not None:
            channel.recorder = Recorder(record, config, dataset, channel.history, self._tell, resume)
        self.recording = Recording(channel.recorder, self.trainer, channel)
        self.lane = lane
        if lane is not None:
            lane.join(self.trainer)

    def loop(self) -> None:
        """Train, obey and serve until ``Quit``.

        An error ends the training, not the loop: what was learnt until then can still be saved.
        """
        kept = True  # unless the watcher says otherwise
        try:
            self._enter(State.FINISHED if self.trainer.done else State.PAUSED)
            while True:
                while (command := self.channel.command()) is not None:
                    if isinstance(command, Quit):
                        kept = command.kept
                        return
                    with self._failing():
                        self._obey(command)
                with self._failing():
                    self._turn()
        finally:
            self.recording.close(kept=kept)

    def _tell(self, sentence: str) -> None:
        self.channel.emit(Notice(self.channel.run_id, sentence))

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Turn an exception in the block into the state FAILED, once."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - reported to the user, and logged in full
            told, diverged = in_words(error), isinstance(error, TrainingError)
            if not diverged:
                told += f" The weights of step {self.trainer.step_count} are kept."
            self._enter(State.FAILED, told, diverged=diverged)

    def _turn(self) -> None:
        """Serve what was asked for, then take a step or wait."""
        with self.showing.attempt():
            self.showing.serve()
            if self.lane is not None:
                self.lane.serve()
        if self.state is not State.RUNNING:
            if not self.showing.standing():
                self.channel.wait(None)
            return
        if (seconds := self.channel.held()) > 0:
            if self.hold_ends is None:
                self.hold_ends = time.monotonic() + seconds
            if (left := self.hold_ends - time.monotonic()) > 0:
                self.channel.wait(min(left, seconds))
                return
        now = time.perf_counter()
        if self.pace and now < self.due:
            self.channel.wait(self.due - now)
            return
        if self.lane is not None and not self.lane.may_step():
            self.channel.wait(None)
            return
        self.due = now + (1 / self.pace if self.pace else 0.0)
        self.hold_ends = None
        try:
            self._step()
        finally:
            if self.lane is not None:
                self.lane.stepped()

    # --- commands -------------------------------------------------------------------------------

    def _obey(self, command: Command) -> None:
        if isinstance(command, Play | Advance):
            self._go_on(command)
        elif isinstance(command, Pause):
            if self.state is State.RUNNING:
                self._enter(State.PAUSED)
        elif isinstance(command, Change):
            self._change(command.live)
        elif isinstance(command, Pace):
            self.pace = max(0.0, command.steps_per_second)
        elif isinstance(command, Finish):
            if self.state is not State.FAILED and not self.went_back:  # it has ended in another way
                if self.trainer.step_count:
                    self._validate()
                self._enter(State.FINISHED, "Ended early.")
        elif isinstance(command, Save):
            problem = save(command, self.trainer, self.channel.history, self.seconds)
            self.channel.emit(Saved(self.channel.run_id, command.path, problem))
        elif isinstance(command, Keep):
            self.channel.emit(Kept(self.channel.run_id, self.recording.keep()))

    def _go_on(self, command: Play | Advance) -> None:
        if self.state is State.FAILED:
            told = "This run cannot be resumed; save it and continue from the file, or start a new one."
            self._enter(State.FAILED, told)
            return
        if self.went_back:
            told = f"This run stopped and went back to step {self.trainer.step_count}; save it and continue "
            self._enter(State.FINISHED, told + "from the file, or start a new one.")
            return
        if self.trainer.done:
            self._enter(State.FINISHED, "All epochs are done; raise the number of epochs to resume.")
            return
        self.pause_at = None
        if isinstance(command, Advance):
            self.pause_at = self.trainer.step_count + command.steps if command.steps else 0
        self._enter(State.RUNNING)

    def _change(self, live: LiveSettings) -> None:
        try:
            self.trainer.config.changed(live)  # checks the values
        except ConfigError as error:
            self.channel.emit(StateChanged(self.channel.run_id, self.state, str(error)))
        else:
            self.trainer.live = live
            self.recording.changed()
            if self.state is State.FINISHED and not self.trainer.done and not self.went_back:
                self._enter(State.PAUSED)
        self.channel.emit(SettingsChanged(self.channel.run_id, self.trainer.live))

    # --- training -------------------------------------------------------------------------------

    def _step(self) -> None:
        trainer = self.trainer
        self.recording.before_step()
        began = time.perf_counter()
        epoch = trainer.epoch
        result = trainer.step()
        self.seconds += time.perf_counter() - began
        self.channel.history.steps.append(
            result.step, result.epoch, self.seconds, result.loss, result.accuracy, result.learning_rate
        )
        every = trainer.config.validation_every
        if trainer.epoch != epoch or (every and result.step % every == 0):
            self._validate()
        self.showing.beside(time.perf_counter() - began)
        found = stop(trainer.config, self.channel.history) if self.stops else None
        if found is not None:
            self._stop(found)
        elif trainer.done:
            self._enter(State.FINISHED)
        elif self.pause_at is not None and (
            result.step == self.pause_at or (not self.pause_at and epoch != trainer.epoch)
        ):
            self._enter(State.PAUSED)
        self.recording.after_step(result.step)

    def _stop(self, found: Stop) -> None:
        """End the run because its settings say so; who lets it go on then lets it go to its end."""
        self.stops = False
        if found.best_step is None:
            self._validate()
        else:
            self.trainer.return_to_best()
            self.went_back = True
        self._enter(State.FINISHED, found.reason)

    def _validate(self) -> None:
        rows = self.channel.history.validations
        if rows.length and rows.last("step") == self.trainer.step_count:
            return
        evaluation = self.trainer.validate()
        if evaluation is None:
            return
        rows.append(
            self.trainer.step_count,
            self.trainer.progress,
            self.seconds,
            evaluation.mean_loss,
            evaluation.accuracy,
        )
        if self.trainer.config.patience and self.channel.history.best() == rows.length - 1:
            self.trainer.keep_best()
        self.channel.emit(Validated(self.channel.run_id, rows.length - 1))
        self.recording.validated()

    def _enter(self, state: State, message: str = "", *, diverged: bool = False) -> None:
        self.state = state
        self.recording.entered(state, message)
        self.channel.emit(StateChanged(self.channel.run_id, state, message, diverged))
        if self.lane is not None and state in (State.FINISHED, State.FAILED):
            self.lane.leave()
