"""What lies in a run's folder while it is written, and how it gets there; used by one thread.

Files are complete or absent: they are written beside their place and renamed. Only the curves grow line by
line; a line that a killed program did not write to its end is dropped by ``RunFolder``. What is missing or
has another length than was written, because somebody cleared the folder or the disk was full, is written
anew from memory.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from engine.errors import ModelFileError
from engine.io.files import staging, write_text
from engine.model.history import Columns, History
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.runs import names
from engine.runs.folder import RunFolder
from engine.runs.hold import Hold
from engine.runs.record import RunRecord, Status
from engine.training.checkpoint import Checkpoint, save_checkpoint
from engine.types import Array

Change = tuple[int, str, str]
"""Step after which a setting changed, its name, and the new value as JSON."""


class Writer:
    """Writes one run to one folder.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: Path, hold: Hold | None, history: History) -> None:
        """Write nothing yet.

        Args:
            path: the folder.
            hold: the claim on it, if it is claimed already; it is taken over.
            history: the curves, which only grow.
        """
        self.path = path
        self._hold = hold
        self._tables: tuple[tuple[str, Columns], ...] = (
            (names.STEPS, history.steps),
            (names.VALIDATIONS, history.validations),
        )
        self._rows: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        self._identity: tuple[int, int] | None = None
        self._staging = ExitStack()
        self._place = path

    def is_there(self) -> bool:
        """Return whether the run that was made lies in the folder.

        Raises:
            ModelFileError: another one does.
        """
        try:
            found = (self.path / names.RUN).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        if self._identity is None:
            return False
        if self._identity != (found.st_dev, found.st_ino):
            raise ModelFileError(f"{self.path} holds another run now.")
        return True

    def make(self, record: RunRecord, changes: Iterable[Change], state: Checkpoint) -> None:
        """Lay out the folder; what says that a run is there comes last.

        Raises:
            ModelFileError: another program writes there, or the state cannot be written.
            OSError: the folder cannot be written.
        """
        self._staging.close()
        (self.path / names.WEIGHTS).mkdir(parents=True, exist_ok=True)
        if self._hold is None:
            self._hold = Hold(self.path)
        elif not (self.path / names.LOCK).exists():
            self._hold.renew()
        self._place = self._staging.enter_context(staging(self.path / names.WEIGHTS))
        for name, columns in self._tables:
            self._rewrite(name, columns)
        self.changes(list(changes), anew=True)
        self.state(state)
        run = self.path / names.RUN
        if run.exists():
            if RunFolder(self.path).record.id != record.id:
                raise ModelFileError(f"{self.path} holds another run now.")
        else:
            write_text(run, json.dumps(record.to_json(), indent=2) + "\n")
        found = run.stat()
        self._identity = found.st_dev, found.st_ino

    def drop_after(self, step: int) -> None:
        """Drop the weights after ``step``, where the run goes on, and those that are torn."""
        folder = RunFolder(self.path)
        torn = folder.torn()
        for there in folder.steps():
            if there > step or there in torn:
                self.remove_weights(there)

    def curves(self) -> bool:
        """Append what has come since; returns whether there was anything."""
        grown = False
        for name, columns in self._tables:
            start, stop = self._rows[name], columns.length
            if stop > start or self._is_torn(name):
                if self._extend(name, columns.csv_lines(start, stop)):
                    self._rows[name] = stop
                else:
                    self._rewrite(name, columns)
                grown = True
        return grown

    def changes(self, changes: list[Change], *, anew: bool = False) -> None:
        """Append those of ``changes``, which are all so far, that were not written yet."""
        start = 0 if anew else self._rows[names.CHANGES]
        if anew:
            text = ",".join(names.CHANGE_COLUMNS) + "\n" + _lines(changes)
            write_text(self.path / names.CHANGES, text)
            self._sizes[names.CHANGES] = len(text.encode())
        elif (len(changes) > start or self._is_torn(names.CHANGES)) and not self._extend(
            names.CHANGES, _lines(changes[start:])
        ):
            self.changes(changes, anew=True)
        self._rows[names.CHANGES] = len(changes)

    def weights(self, step: int, spec: NetworkSpec, vector: Array) -> None:
        """Write the weights after ``step``; they reach the disk when the system writes them."""
        arrays = Network.empty(spec, vector).named()
        tensors = {name: np.ascontiguousarray(value) for name, value in arrays.items()}
        staged = self._place / "weights"
        staged.write_bytes(save(tensors, {"step": str(step)}))
        staged.replace(self.path / names.WEIGHTS / names.weights_file(step))

    def remove_weights(self, step: int) -> None:
        """Remove the weights after ``step``, if they are there."""
        (self.path / names.WEIGHTS / names.weights_file(step)).unlink(missing_ok=True)

    def state(self, state: Checkpoint) -> None:
        """Write the newest complete state."""
        history = state.history.until(int(state.values["step"]))  # it may have grown since
        save_checkpoint(self.path / names.STATE, replace(state, history=history))

    def status(self, status: Status, *, durable: bool) -> None:
        """Write how the run stands; ``durable`` waits until it is on the disk."""
        data = asdict(status) | {"process": os.getpid(), "host": platform.node()}
        text = json.dumps(data, indent=2) + "\n"
        if durable:
            write_text(self.path / names.STATUS, text)
        else:
            staged = self._place / "status"
            staged.write_text(text, encoding="utf-8")
            staged.replace(self.path / names.STATUS)

    def close(self) -> None:
        """Let go of the folder."""
        self._staging.close()
        if self._hold is not None:
            self._hold.release()

    def _rewrite(self, name: str, columns: Columns) -> None:
        stop = columns.length
        text = ",".join(columns.names) + "\n" + columns.csv_lines(0, stop)
        write_text(self.path / name, text)
        self._rows[name], self._sizes[name] = stop, len(text.encode())

    def _is_torn(self, name: str) -> bool:
        try:
            return (self.path / name).stat().st_size != self._sizes[name]
        except FileNotFoundError:
            return True

    def _extend(self, name: str, text: str) -> bool:
        """Append ``text``; returns False if the file is not as it was left, and has to be written anew."""
        if self._is_torn(name):
            return False
        with (self.path / name).open("ab", buffering=0) as file:
            rest = memoryview(text.encode())
            try:
                while rest:
                    rest = rest[file.write(rest) :]
            except OSError:
                with suppress(OSError):  # a part of it would be a torn line
                    os.truncate(file.fileno(), self._sizes[name])
                raise
        self._sizes[name] += len(text.encode())
        return True


def _lines(changes: Iterable[Change]) -> str:
    return "".join(f"{step},{name},{value}\n" for step, name, value in changes)
