"""One rung of one run, wherever it is trained: a plain function from a job to an outcome."""

from __future__ import annotations

import io
import os
import platform
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine import VERSION
from engine.data.catalogue import load
from engine.data.dataset import Dataset
from engine.errors import EngineError
from engine.io.gate import SHARED, explained
from engine.publish.share import SUFFIX, share, unpack
from engine.runs import names
from engine.runs.destination import Destination
from engine.runs.folder import RunFolder
from engine.runs.hold import is_held
from engine.runs.record import Trial, fingerprint
from engine.session.channel import Channel
from engine.session.loop import run as run_session
from engine.session.messages import (
    Advance,
    Command,
    Event,
    Finish,
    Keep,
    Pause,
    Quit,
    State,
    StateChanged,
)
from engine.task import Task
from engine.training.checkpoint import Checkpoint, load_checkpoint
from engine.training.config import RunConfig

_HELD_SECONDS = 20.0
"""How long to wait for a process that still writes the run, because it was given up too early."""
DATA = "data"
FOLDER = "folder"
"""What an outcome may ask for: the data set, or what was recorded of the run so far."""


@dataclass(frozen=True)
class Job:
    """What a process is given to do.

    Attributes:
        run: the name of the run, and of its folder.
        rung: which rung this is, from 0.
        until: the step at which it ends, unless the run ends before.
        config: the settings of the run, as JSON.
        trial: what it is a trial of.
        data: the fingerprint of its data set.
        runs: the folder of the runs, on the computer that leads the sweep.
        token: a file that lies there, and the word in it: who can read it sees the same disk.
        room: bytes that the weights may take.
        folder: what was recorded of the run so far, for a process that sees another disk.
        version: of the program that leads the sweep.
    """

    run: str
    rung: int
    until: int
    config: dict[str, Any]
    trial: Trial
    data: str
    runs: str
    token: tuple[str, str]
    room: int
    folder: bytes | None = None
    version: str = VERSION


@dataclass(frozen=True)
class Outcome:
    """What came of a job.

    Attributes:
        run: the name of the run.
        rung: which rung it was.
        step: steps done.
        accuracy: of the validation at the end; None if there was none.
        loss: of the same validation.
        best: accuracy of the best validation so far.
        seconds: time spent training, since the first step.
        ended: whether the run has come to an end of its own, so that there is nothing to go on with.
        problem: why it failed, a sentence, or "".
        stopped: whether it was interrupted before the rung's end.
        wants: ``DATA`` or ``FOLDER``, which the process needs first; nothing was trained then.
        refused: why this process can train nothing at all, a sentence, or "".
        worker: the process, in words.
        work_seconds: time that the job took, all in all.
        folder: what was recorded, where the process sees another disk.
    """

    run: str
    rung: int
    step: int = 0
    accuracy: float | None = None
    loss: float | None = None
    best: float | None = None
    seconds: float = 0.0
    ended: bool = False
    problem: str = ""
    stopped: bool = False
    wants: str = ""
    refused: str = ""
    worker: str = ""
    work_seconds: float = 0.0
    folder: bytes | None = None


def carry_out(
    job: Job,
    given: Callable[[str], Dataset | None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Train the run of ``job`` up to the end of its rung; it goes on from what is recorded of it.

    Args:
        job: what to do.
        given: returns the data set of a fingerprint, if it was sent to this process.
        stop: whether to end soon; what was trained until then is kept.

    Returns:
        What came of it; a run that fails is an outcome, too.
    """
    began = time.monotonic()
    found = replace(
        _carried_out(job, given, stop),
        worker=f"process {os.getpid()} on {platform.node() or 'this computer'}",
    )
    return replace(found, work_seconds=time.monotonic() - began)


def _carried_out(job: Job, given: Callable[[str], Dataset | None], stop: Callable[[], bool]) -> Outcome:
    nothing = Outcome(job.run, job.rung)
    if job.version != VERSION:
        told = f"The sweep is led by Kernelscope {job.version}, but {platform.node()} has {VERSION}"
        return replace(nothing, refused=f"{told}; install the same version on all computers.")
    try:
        config = RunConfig.from_json(job.config)
        dataset = _dataset(config.data, job.data, given)
        if dataset is None:
            return replace(nothing, wants=DATA)
        if _same_disk(job.token):
            return _train(job, config, dataset, Path(job.runs) / job.run, stop)
        if job.rung and job.folder is None:
            return replace(nothing, wants=FOLDER)
        return _train_elsewhere(job, config, dataset, stop)
    except EngineError as error:
        return replace(nothing, problem=str(error))
    except OSError as error:
        return replace(nothing, problem=f"Cannot write the run {job.run}: {error.strerror or error}.")


def _train_elsewhere(job: Job, config: RunConfig, dataset: Dataset, stop: Callable[[], bool]) -> Outcome:
    """Train in a folder of this computer, and hand over what is recorded there."""
    with tempfile.TemporaryDirectory(prefix="kernelscope-") as place:
        path = Path(place) / job.run
        if job.folder:
            from_bytes(job.folder, path)
        outcome = _train(job, config, dataset, path, stop)
        return replace(outcome, folder=as_bytes(path))


def _same_disk(token: tuple[str, str]) -> bool:
    path, word = token
    try:
        return Path(path).read_text(encoding="utf-8") == word
    except (OSError, ValueError):
        return False


def _dataset(name: str, wanted: str, given: Callable[[str], Dataset | None]) -> Dataset | None:
    """Return the data set with the fingerprint ``wanted``: what was sent, or what lies on this computer."""
    found = given(wanted)
    if found is None:
        with suppress(EngineError):
            found = load(name)
            if fingerprint(found) != wanted:
                return None
    return found


def as_bytes(path: Path) -> bytes | None:
    """Return what is recorded in the folder ``path`` as a shared run; None if nothing is."""
    if not (path / names.RUN).exists():
        return None
    packed = path.with_name(path.name + SUFFIX)
    share(RunFolder(path), packed, Task())
    try:
        return packed.read_bytes()
    finally:
        packed.unlink()


def from_bytes(packed: bytes, path: Path) -> None:
    """Make the folder ``path`` of what ``as_bytes`` gave; raises ModelFileError."""
    with explained("The record of a trial", SHARED):
        unpack(io.BytesIO(packed), len(packed), path, Task())


def _train(job: Job, config: RunConfig, dataset: Dataset, path: Path, stop: Callable[[], bool]) -> Outcome:
    """Train in the folder ``path``, from what is recorded there."""
    to = Destination(path, trial=job.trial, budget=job.room)
    deadline = time.monotonic() + _HELD_SECONDS
    while is_held(path) and time.monotonic() < deadline and not stop():
        time.sleep(0.2)
    kept: Checkpoint | None = None
    if (path / names.RUN).exists():
        kept = load_checkpoint(path / names.STATE)
        if (found := _known(job, kept)) is not None:
            return found
    channel = _Rung(job.until, 0 if kept is None else int(kept.values["step"]), stop)
    run_session(config, channel, kept, record=to, loader=lambda _: dataset)
    return channel.outcome(job)


def _known(job: Job, kept: Checkpoint) -> Outcome | None:
    """Return what the run had at the end of the rung, if it has been trained further already."""
    rows = kept.history.validations
    place = np.flatnonzero(rows.column("step") == job.until)
    if int(kept.values["step"]) <= job.until or not len(place):
        return None
    row = int(place[0])
    accuracy, loss, seconds = (rows.column(name) for name in ("accuracy", "loss", "seconds"))
    return Outcome(
        job.run,
        job.rung,
        job.until,
        float(accuracy[row]),
        float(loss[row]),
        float(accuracy[: row + 1].max()),
        float(seconds[row]),
    )


class _Rung(Channel):
    """Leads a session through one rung, in the thread of the session: there is nobody else to wait for."""

    def __init__(self, until: int, step: int, stop: Callable[[], bool]) -> None:
        """Train from ``step`` to ``until``."""
        super().__init__()
        self._until, self._step, self._stop = until, step, stop
        self._state, self._problem = State.LOADING, ""
        self._ended = self._stopped = self._leaving = False

    def emit(self, event: Event) -> None:
        """Hear what the session does, and say what comes next when it stands still."""
        if not isinstance(event, StateChanged):
            return
        first, self._state = self._state is State.LOADING, event.state
        if event.state is State.FAILED:
            self._problem = self._problem or event.message or "Nothing was trained."
        if event.state in (State.LOADING, State.RUNNING) or self._leaving:
            return
        paused = event.state is State.PAUSED
        if first and paused and self._step < self._until:
            self.send(Advance(self._until - self._step))
            return
        self._leaving, self._ended = True, not paused
        if paused and not self._stopped:
            self.send(Finish())  # which validates
        self.send(Keep())
        self.send(Quit(kept=self._stopped))

    def command(self) -> Command | None:
        """Return the next command; a wish to end comes before the others."""
        if self._state is State.RUNNING and not self._stopped and self._stop():
            self._stopped = True
            return Pause()
        return super().command()

    def outcome(self, job: Job) -> Outcome:
        """Return what came of it."""
        steps, rows = self.history.steps, self.history.validations
        found = Outcome(
            job.run,
            job.rung,
            step=int(steps.last("step")) if steps.length else 0,
            seconds=steps.last("seconds") if steps.length else 0.0,
            ended=self._ended,
            problem=self._problem,
            stopped=self._stopped and not self._ended,
        )
        if not rows.length:
            return found
        accuracy, loss = rows.last("accuracy"), rows.last("loss")
        return replace(found, accuracy=accuracy, loss=loss, best=float(rows.column("accuracy").max()))
