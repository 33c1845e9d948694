"""One run as the window knows it: its curves and its folder, and the session that trains it, if one does."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.data.catalogue import entries, is_present, load
from engine.data.dataset import Dataset
from engine.errors import MissingDataError, ModelFileError
from engine.io.gate import is_there
from engine.model.history import History
from engine.runs import names
from engine.session.channel import Channel
from engine.session.messages import Command, Quit, State

if TYPE_CHECKING:
    from engine.model.model_file import Model
    from engine.runs.destination import Destination
    from engine.runs.folder import RunFolder
    from engine.runs.record import Parent
    from engine.session.lockstep import Lane
    from engine.training.checkpoint import Checkpoint
    from engine.training.config import LiveSettings, RunConfig

CURVES_SECONDS = 0.28
"""While it trains the curves grow at most this often: nobody reads them faster."""


class Run:
    """A run and all that belongs to it; several can exist at once.

    Attributes:
        number: which run of this process it is; it stands on everything that its session sends.
        channel: the two ways to its session, if it has one.
        history: its curves.
        config: its settings at the start; ``live`` are the present ones.
        state: what its session is doing.
        diverged: whether it has failed because its steps were too large.
        dataset: its data set, once that is loaded.
        parent: the recorded moment that it was branched off from, if it was.
    """

    def __init__(self, number: int, config: RunConfig | None = None) -> None:
        """Make a run without a session; ``begin`` gives it one."""
        self.number = number
        self.channel = Channel(number)
        self.history: History = self.channel.history
        self.config = config
        self.live: LiveSettings | None = config.live() if config is not None else None
        self.state = State.LOADING
        self.diverged = False
        self.dataset: Dataset | None = None
        self.parent: Parent | None = None
        self._thread: threading.Thread | None = None
        self._reader: RunFolder | None = None
        self._kept: list[int] | None = None
        self._changes: list[tuple[int, str, str]] | None = None

    @classmethod
    def opened(cls, number: int, path: Path) -> Run:
        """Return the recorded run in the folder ``path``, to be looked at; raises ModelFileError."""
        from engine.runs.folder import RunFolder

        reader = RunFolder(path)
        made = cls(number, reader.record.config)
        made.history = reader.history()
        made.state = State.FINISHED
        made._reader = reader
        made.parent = reader.record.parent
        return made

    def begin(self, resume: Checkpoint | None, record: Destination | None, lane: Lane | None = None) -> None:
        """Start its session, standing still before its first step; in a race it has a ``lane``."""
        assert self.config is not None  # noqa: S101 - for the type checker
        if record is not None:
            self.parent = record.parent or _parent_of(record.path)
        self._thread = threading.Thread(
            target=_session,
            args=(self.config, self.channel, resume),
            kwargs={"record": record} | ({} if lane is None else {"lane": lane}),
            name="training",
        )
        self._thread.start()

    @property
    def thread(self) -> threading.Thread | None:
        """The thread of its session."""
        return self._thread

    @property
    def begun(self) -> bool:
        """Whether it has, or had, a session."""
        return self._thread is not None

    @property
    def alive(self) -> bool:
        """Whether its session goes on."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def folder(self) -> Path | None:
        """Where it is recorded, once it has taken a step; None for nowhere."""
        if self._reader is not None:
            return self._reader.path
        recorder = self.channel.recorder
        return recorder.path if recorder is not None else None

    @property
    def steps(self) -> int:
        """Training steps done."""
        return self.history.steps.length

    def send(self, command: Command) -> None:
        """Give its session a command; without one nothing comes of it."""
        self.channel.send(command)

    def end(self, *, kept: bool = False) -> None:
        """Let its session end soon; a run that is ``kept`` is offered again."""
        self.channel.send(Quit(kept))

    def join(self) -> None:
        """Wait until its session has ended."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    # --- what is recorded of it -------------------------------------------------------------------

    def reader(self) -> RunFolder:
        """Return what reads its folder; raises ModelFileError while there is nothing to read."""
        if self._reader is None:
            if self.folder is None:
                raise ModelFileError("The run is not recorded.")
            from engine.runs.folder import RunFolder

            self._reader = RunFolder(self.folder)
        return self._reader

    def kept_steps(self) -> list[int]:
        """Return the steps whose weights can be read, in order."""
        recorder = self.channel.recorder
        if recorder is not None:
            return recorder.kept()
        if self._kept is None and self._reader is not None:
            self._kept = self._reader.steps()
        return self._kept or []

    @property
    def title(self) -> str:
        """The name that its user gave it, or that of its folder."""
        if self._reader is None:
            return ""
        return self._reader.notes().name or self._reader.path.name

    def missing(self) -> list[str]:
        """Return what of its record cannot be read, a sentence each."""
        return list(self._reader.notices) if self._reader is not None else []

    def load_data(self) -> Dataset:
        """Load the data set of a recorded run; raises an EngineError that says why it is not there."""
        record = self.reader().record
        name = record.config.data
        if name not in entries() or not is_present(name):
            raise MissingDataError(f"The data set of this run, {record.data.title}, is not on this computer.")
        dataset = load(name)
        if dataset.in_shape != record.data.in_shape or dataset.class_names != record.data.class_names:
            raise MissingDataError(f"{record.data.title} is not the same as when this run learnt from it.")
        return dataset

    def changes(self) -> list[tuple[int, str, str]]:
        """Return the settings that were changed on the way: after which step, which one, the new value."""
        recorder = self.channel.recorder
        if recorder is not None:
            return recorder.changes()
        if self._changes is None and self._reader is not None:
            self._changes = self._reader.changes()
        return self._changes or []

    def model(self, step: int) -> Model:
        """Return its network as it was after ``step``; raises ModelFileError. Any thread may call it."""
        return self.reader().model(step)


def _parent_of(path: Path) -> Parent | None:
    """Return where the run in a folder was branched off, if one is there that was."""
    from engine.runs.folder import RunFolder

    if not is_there(path / names.RUN):
        return None
    try:
        return RunFolder(path).record.parent
    except ModelFileError:  # the session says so
        return None


def _session(*given: Any, **named: Any) -> None:
    from engine.session.loop import run  # here, so that no window waits for what trains

    run(*given, **named)
