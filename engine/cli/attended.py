"""A training session that the terminal attends to: it runs in a thread, and signals end it well."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine import signals
from engine.cli import progress
from engine.data.dataset import Dataset
from engine.errors import EngineError
from engine.formatting import grouped, loss_figure, share
from engine.model.history import History
from engine.runs import names
from engine.runs.destination import Destination
from engine.session.channel import Channel
from engine.session.loop import run as run_session
from engine.session.messages import (
    Command,
    Finish,
    Keep,
    Kept,
    Notice,
    Play,
    Quit,
    Save,
    Saved,
    State,
    StateChanged,
    Validated,
)
from engine.training.checkpoint import Checkpoint
from engine.training.config import RunConfig

_PATIENCE_SECONDS = 1.0
"""How long a second signal waits for the state to be on the disk."""


class Attended:
    """The caller's end of a session.

    Attributes:
        channel: the way to it.
        state: what it was doing when it was last heard.
        message: why it is in that state, in words for the user.
    """

    def __init__(self, channel: Channel, thread: threading.Thread, folder: Path) -> None:
        self.channel = channel
        self.state, self.message = State.LOADING, ""
        self._thread = thread
        self._folder = folder
        self._answers: list[Saved | Kept] = []

    @property
    def alive(self) -> bool:
        """Whether it still answers, so that what it has learnt can be saved."""
        return self._thread.is_alive()

    @property
    def history(self) -> History:
        """The curves so far."""
        return self.channel.history

    def until_end(self, interruptions: signals.Interruptions, watch: Callable[[Channel], None]) -> None:
        """Train until the end of the run, or until the first interruption.

        It is then kept at once, and ends after a last validation. Another interruption ends the process.
        ``watch`` is called about ten times a second.
        """
        self.channel.send(Play())
        deadline: float | None = None
        while True:
            alive = self.alive
            self._hear()
            watch(self.channel)
            if self.state in (State.FINISHED, State.FAILED) or not alive:
                return
            if interruptions.count and deadline is None:
                deadline = time.monotonic() + _PATIENCE_SECONDS
                self._end_early()
            if interruptions.count > 1 and (self._answers or time.monotonic() > (deadline or 0)):
                self._leave()
            self._thread.join(0.1 if deadline is None else 0.02)

    def save(self, path: Path) -> None:
        """Write the model; raises EngineError."""
        self._ask(Save(path))

    def keep(self) -> None:
        """Have all of the run recorded; raises EngineError."""
        self._ask(Keep())

    def copy_record(self, path: Path) -> None:
        """Write the record of the run, but for its weights, elsewhere; raises OSError, EngineError."""
        if self.channel.recorder is not None:
            self.channel.recorder.copy_to(path)

    def note_test_accuracy(self, accuracy: float) -> None:
        """Have the accuracy on the test images recorded."""
        if self.channel.recorder is not None:
            self.channel.recorder.status(test_accuracy=accuracy)

    def _ask(self, command: Command) -> None:
        """Send what is answered, and wait for the answer; raises EngineError if that is a problem."""
        self._answers.clear()
        self.channel.send(command)
        while not self._answers:
            if not self.alive:
                raise EngineError(self.message or "The training has ended and cannot be saved.")
            self._thread.join(0.01)
            self._hear()
        if self._answers[-1].problem:
            raise EngineError(self._answers[-1].problem)

    def _end_early(self) -> None:
        if self.history.steps.length:
            self.channel.send(Keep())
        self.channel.send(Finish())

    def _leave(self) -> None:
        kept = self._answers and not self._answers[-1].problem
        goes_on = f"main.py resume {self._folder} resumes it"
        where = f"the run is kept, {goes_on}" if kept else "nothing is kept"
        if not kept and (self._folder / names.STATE).exists():
            where = f"the last complete state is kept, {goes_on}"
        signals.leave(f"kernelscope train: stopped at once; {where}")

    def _hear(self) -> None:
        for event in self.channel.events():
            if isinstance(event, StateChanged):
                self.state, self.message = event.state, event.message
                if event.message and event.state is State.RUNNING:
                    progress.say(event.message)
            elif isinstance(event, Validated):
                self._report(event.row)
            elif isinstance(event, Notice):
                progress.say(event.message)
            elif isinstance(event, Saved | Kept):
                self._answers.append(event)

    def _report(self, row: int) -> None:
        rows = self.history.validations
        accuracy, loss = rows.column("accuracy")[row], rows.column("loss")[row]
        step, epoch = rows.column("step")[row], rows.column("epoch")[row]
        progress.say(
            f"step {grouped(step)}, epoch {epoch:.2f}: "
            f"validation accuracy {share(accuracy, 2)}, loss {loss_figure(loss)}"
        )


@contextmanager
def attended(
    config: RunConfig, dataset: Dataset, record: Destination, resume: Checkpoint | None = None
) -> Iterator[Attended]:
    """Start a session in a thread, which ends with the block.

    Args:
        config: the settings.
        dataset: what it trains on.
        record: where it is recorded.
        resume: continue from this checkpoint.
    """
    channel = Channel(1)
    thread = threading.Thread(
        target=run_session,
        args=(config, channel, resume),
        kwargs={"record": record, "loader": lambda _: dataset},
        name="training",
    )
    thread.start()
    try:
        yield Attended(channel, thread, record.path)
    finally:
        channel.send(Quit())
        thread.join()
