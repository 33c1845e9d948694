"""Records a run while it trains: the loop copies a vector, a thread does the writing.

When the disk fails, training goes on and says so; what could not be written is tried again, and nothing that
was written is lost.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.data.dataset import Dataset
from engine.errors import EngineError, ModelFileError
from engine.model.history import History
from engine.runs import names
from engine.runs.destination import Destination, make_free
from engine.runs.folder import RunFolder
from engine.runs.hold import Hold
from engine.runs.pending import Pending
from engine.runs.record import RunRecord, Status, fingerprint, now
from engine.runs.writer import Change, Writer
from engine.training.checkpoint import Checkpoint
from engine.training.config import RunConfig
from engine.types import Array

_log = logging.getLogger(__name__)

CURVES_SECONDS = 1.0
"""Time between two writings of the curves."""
STATUS_SECONDS = 5.0
"""Least time between two writings of the status while the run trains."""
AGAIN_SECONDS = 5.0
"""Time between two tries after the disk has failed."""


class Recorder:
    """Keeps one run in one folder, from a thread of its own, which starts when the run does.

    Attributes:
        path: the folder; that of a new run is certain when it has begun.
    """

    def __init__(
        self,
        to: Destination,
        config: RunConfig,
        dataset: Dataset,
        history: History,
        tell: Callable[[str], None] = lambda _: None,
        resumed: Checkpoint | None = None,
    ) -> None:
        """Claim the folder if it is there already; nothing is written before ``begin``.

        Args:
            to: the folder, empty or with the run that is gone on with.
            config: the settings at the start.
            dataset: what the run learns from.
            history: its curves, which only grow.
            tell: is given a sentence for the user, that recording stopped or goes on again, in any thread.
            resumed: the state that the run goes on from.

        Raises:
            ModelFileError: the folder holds another run, or another program writes it.
        """
        self.path = to.path
        self._to, self._config, self._dataset, self._tell = to, config, dataset, tell
        self._record: RunRecord | None = None
        self._status = Status()
        self._changes: list[Change] = []
        self._settings = {name: json.dumps(value) for name, value in config.to_json().items()}
        hold, kept = to.hold, list[int]()
        try:
            if hold is None and not to.numbered and self.path.is_dir():
                hold = Hold(self.path)
            if not to.numbered and (self.path / names.RUN).exists():
                if resumed is None:
                    raise ModelFileError(f"{self.path} already holds a run; choose another folder.")
                kept = self._remember(int(resumed.values["step"]))
        except OSError:  # it is told when the first step is to be recorded
            pass
        except BaseException:
            if hold is not None:
                hold.release()
            raise
        self._history = history
        self._writer = Writer(self.path, hold, history)
        self._weights = Pending(config.network, to.budget, kept)
        self._state: Checkpoint | None = None
        self._unnumbered = to.numbered
        self._made = self._failing = False
        self._problem = ""
        self._written: tuple[Checkpoint | None, Status | None] = None, None
        self._status_at = 0.0
        self._ending = threading.Event()
        self._wake = threading.Event()
        self._passes = threading.Condition()
        self._asked = self._answered = 0
        self._thread: threading.Thread | None = None

    # --- called by the loop -----------------------------------------------------------------------

    @property
    def is_safe(self) -> bool:
        """Whether the run can be gone on with from what lies in the folder, without a word from the loop."""
        return not self.begun and self._record is not None and (self.path / names.STATE).exists()

    @property
    def begun(self) -> bool:
        """Whether anything has been recorded since the run was begun or gone on with."""
        return self._thread is not None

    def kept(self) -> list[int]:
        """Return the steps whose weights are written, in order; any thread may ask."""
        return self._weights.written()

    def changes(self) -> list[Change]:
        """Return the settings that were changed so far; any thread may ask."""
        return list(self._changes)

    def begin(self, state: Checkpoint) -> None:
        """Begin to write, with ``state`` as what the run stands at; weights may come from now on."""
        self._state = state
        with suppress(OSError):  # which the thread will meet again, and tell
            self._take_number()
        self._thread = threading.Thread(target=self._run, name="recorder")
        self._thread.start()

    def wants(self, step: int) -> bool:
        """Return whether the weights after ``step`` are to be kept; asked after every step, so quick."""
        return self._weights.wants(step)

    def weights(self, step: int, state_vector: Array) -> None:
        """Keep the weights after ``step``; costs one copy of the vector.

        Args:
            step: steps done.
            state_vector: all that the network has learnt, as it is used.
        """
        self._weights.add(step, state_vector, self._status.best_step)
        self._wake.set()

    def settings(self, step: int, config: RunConfig) -> None:
        """Note which settings are others from the step after ``step`` on."""
        for name, value in config.to_json().items():
            if (written := json.dumps(value)) != self._settings[name]:
                self._settings[name] = written
                self._changes.append((step, name, written))

    def state(self, checkpoint: Checkpoint) -> None:
        """Let the thread write ``checkpoint``, whose arrays nobody changes any more; the newest one wins."""
        self._state = checkpoint
        self._wake.set()

    def status(self, **values: Any) -> None:
        """Change what is known of the run's progress."""
        self._status = replace(self._status, **values)

    def flush(self) -> str:
        """Wait until all is written that is known by now; returns why it is not, or ""."""
        if self._thread is not None:
            with self._passes:
                self._asked += 1
                asked = self._asked
                self._wake.set()
                self._passes.wait_for(lambda: self._answered >= asked)
        return self._problem

    def close(self) -> str:
        """Write what is left and let go of the folder; returns why something is not written, or ""."""
        if self._thread is not None:
            self._ending.set()
            self._wake.set()
            self._thread.join()
        self._writer.close()
        return self._problem

    def record(self) -> RunRecord:
        """Return what the run was started with; computed at the first call."""
        if self._record is None:
            to, data = self._to, self._dataset
            self._record = RunRecord.new(self.path.name, self._config, data, to.parent, to.race, to.trial)
        return self._record

    def copy_to(self, path: Path) -> None:
        """Write the run as it stands, but for its weights, to another folder; raises OSError, EngineError."""
        if self._state is not None:
            writer = Writer(path, None, self._history)
            try:
                writer.make(self.record(), self._changes, self._state)
                writer.status(replace(self._status, changed=now()), durable=True)
            finally:
                writer.close()

    # --- before the thread ------------------------------------------------------------------------

    def _remember(self, step: int) -> list[int]:
        """Take over what is known of the run that is gone on with from ``step``; returns the kept steps."""
        folder = RunFolder(self.path)
        self._record = folder.record
        self._status = replace(folder.status(), closed=False)
        self._changes = [change for change in folder.changes() if change[0] < step]
        self._settings |= {n: json.dumps(v) for n, v in folder.record.config.to_json().items()}
        self._settings |= {name: value for _, name, value in self._changes}
        if self._status.best_step is not None and self._status.best_step > step:
            self._status = replace(self._status, best_step=None, best_accuracy=None)
        torn = folder.torn()
        return [kept for kept in folder.steps() if kept <= step and kept not in torn]

    # --- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            ending, asked = self._ending.is_set(), self._asked
            try:
                self._write_all(whole=ending or asked > self._answered)
            except Exception as error:  # noqa: BLE001 - told; the training must not end for it
                self._fail(error)
            else:
                self._problem = ""
                if self._failing:
                    self._failing = False
                    self._tell("The run is recorded again.")
            with self._passes:
                self._answered = asked
                self._passes.notify_all()
            if ending:
                return
            self._wake.wait(AGAIN_SECONDS if self._failing else CURVES_SECONDS)
            self._wake.clear()

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, OSError | EngineError | MemoryError):
            _log.error("recording failed", exc_info=error)
        self._weights.give_up()  # the curves wait where they are
        self._problem = (
            _reason(error)
            if isinstance(error, EngineError)
            else (f"Cannot write to {self.path}: {_reason(error)}.")
        )
        if not self._failing:
            self._failing = True
            self._tell(f"The training goes on, but it cannot be recorded at present. {self._problem}")

    def _write_all(self, *, whole: bool) -> None:
        writer = self._writer
        state, status, changes = self._state, self._status, list(self._changes)
        assert state is not None  # noqa: S101 - for the type checker: it came with ``begin``
        if not writer.is_there():
            self._make(state, changes)
        self._weights.write(writer)
        grown = writer.curves()
        writer.changes(changes)
        written_state, written_status = self._written
        if state is not written_state:
            writer.state(state)
        late = grown and time.monotonic() - self._status_at > STATUS_SECONDS
        if whole or late or written_status is None or status.state != written_status.state:
            steps = self._history.steps
            if status.state == "training" and steps.length:  # else the loop has said where it stands
                status = replace(status, step=int(steps.last("step")), seconds=steps.last("seconds"))
            writer.status(replace(status, changed=now()), durable=whole)
            self._status_at = time.monotonic()
        self._written = state, status

    def _take_number(self) -> None:
        """Make a folder that nobody else has, once; raises OSError."""
        if self._unnumbered:
            self.path = self._writer.path = make_free(self.path)
            self._unnumbered = False

    def _make(self, state: Checkpoint, changes: list[Change]) -> None:
        self._take_number()
        if self._made:  # somebody has taken the folder away, and the weights with it
            self._weights.lose_all()
        elif (self.path / names.RUN).exists():
            if fingerprint(self._dataset) != self.record().data.fingerprint:
                self._tell(f"{self._dataset.title} is not the same as when the run began.")
            self._writer.drop_after(int(state.values["step"]))
        self._writer.make(self.record(), changes, state)
        self._written = state, None
        self._made = True


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error) or "there is not enough memory"
