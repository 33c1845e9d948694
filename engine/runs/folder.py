"""A run's folder, read back: its settings, its curves, and its network at every kept step."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import EngineError, ModelFileError
from engine.io.gate import RUN, content, explained, is_there
from engine.io.json_file import json_file, parse_json
from engine.model.arrays import check_arrays
from engine.model.container import MOST_STEPS
from engine.model.history import Columns, History
from engine.model.model_file import Model
from engine.model.network import Network
from engine.model.tensors import read_tensors
from engine.runs import names
from engine.runs.record import Notes, RunRecord, Status
from engine.training.checkpoint import Checkpoint, load_checkpoint
from engine.training.config import RunConfig


class RunFolder:
    """Reads a run that is finished, was interrupted, or is being written.

    Attributes:
        path: the folder.
        record: what the run was started with.
        notices: what is missing or damaged, a sentence each; everything else can be read.
    """

    def __init__(self, path: Path) -> None:
        """Open the run in ``path``.

        Raises:
            ModelFileError: there is no run, its record is damaged, or it is of a newer version.
        """
        self.path = path
        self.notices: list[str] = []
        data = _json(path / names.RUN)
        if data.get("format") != names.FORMAT:
            raise ModelFileError(f"{path} holds no run of Kernelscope.")
        version = data.get("version")
        if not isinstance(version, int) or not 1 <= version <= names.VERSION:
            raise ModelFileError(
                f"{path} is a run of version {version!r}; this program reads up to {names.VERSION}. "
                "Update it."
            )
        with explained(path / names.RUN, RUN):
            self.record = RunRecord.from_json(data)

    # --- small files ------------------------------------------------------------------------------

    def status(self) -> Status:
        """Return how far the run is; the default with a notice if that cannot be read."""
        status: Status = self._small(names.STATUS, Status)
        return status

    def notes(self) -> Notes:
        """Return what the user says of the run; nothing if that is not there."""
        notes: Notes = self._small(names.NOTES, Notes)
        return notes

    def _small(self, name: str, kind: type[Any]) -> Any:
        if not (self.path / name).exists():
            return kind()
        try:
            data = _json(self.path / name)
            usual = kind()
            known = {field.name: getattr(usual, field.name) for field in fields(kind)}
            for key in data.keys() & known.keys():
                if not _is_like(data[key], known[key]):
                    raise ModelFileError(f"{self.path / name}: {key} is {str(data[key])[:40]!r}.")
            return kind(**{key: value for key, value in data.items() if key in known})
        except EngineError as error:
            self._notice(str(error))
            return kind()

    # --- curves -----------------------------------------------------------------------------------

    def history(self) -> History:
        """Return the curves; a line that was not written to its end is left out with a notice."""
        history = History()
        self._read(names.STEPS, history.steps)
        self._read(names.VALIDATIONS, history.validations)
        return history

    def validations(self) -> Columns:
        """Return the rows of all validations, as in ``history``."""
        return self._read(names.VALIDATIONS, History().validations)

    def changes(self) -> list[tuple[int, str, str]]:
        """Return the settings that were changed while the run trained: step, setting, new value."""
        found = []
        for row in self._rows(names.CHANGES, names.CHANGE_COLUMNS):
            try:
                found.append((int(row[0]), row[1], row[2]))
            except (IndexError, ValueError):
                self._notice(f"{self.path / names.CHANGES}: the line {','.join(row)!r} cannot be read.")
        return found

    def settings(self, step: int) -> RunConfig:
        """Return the settings of the run after ``step``, changes until then included."""
        changed = {}
        for at, name, value in self.changes():
            if at < step:
                with suppress(ModelFileError):
                    changed[name] = parse_json(value, RUN)
        with explained(self.path / names.CHANGES, RUN):
            return RunConfig.from_json({**self.record.config.to_json(), **changed})

    def _read(self, name: str, columns: Columns) -> Columns:
        rows, wrong = [], 0
        for row in self._rows(name, columns.names):
            try:
                values = [float(cell) for cell in row]
            except ValueError:
                values = []
            # Seconds may be unknown, and the loss beyond all numbers; where they belong may not.
            if len(values) == len(columns.names) and all(0 <= n < MOST_STEPS for n in values[:2]):
                rows.append(values)
            else:
                wrong += 1
        if wrong:
            lines = "1 line was" if wrong == 1 else f"{wrong:,} lines were"
            self._notice(f"{self.path / name}: {lines} left out because they cannot be read.")
        if rows:
            columns.extend(np.array(rows, np.float64).T)
        return columns

    def _rows(self, name: str, columns: tuple[str, ...]) -> list[list[str]]:
        path = self.path / name
        if not is_there(path):
            self._notice(f"There is no {path}; these figures are missing.")
            return []
        try:
            with explained(path, RUN):
                whole, newline, torn = content(path, RUN).decode("utf-8", "replace").rpartition("\n")
                rows = list(csv.reader(io.StringIO(whole + newline)))
        except ModelFileError as error:
            self._notice(str(error))
            return []
        if torn:
            self._notice(f"{path}: its last line was not written to its end and is left out.")
        if not rows or tuple(rows[0]) != columns:
            self._notice(f"{path} does not begin with the line {','.join(columns)!r}; it is left out.")
            return []
        return rows[1:]

    # --- weights ----------------------------------------------------------------------------------

    def steps(self) -> list[int]:
        """Return the steps whose weights are kept, in order."""
        return sorted(
            int(path.stem)
            for path in (self.path / names.WEIGHTS).glob("*.safetensors")
            if path.stem.isdecimal()
        )

    def torn(self) -> set[int]:
        """Return the kept steps whose files are too short: the newest ones may be, after a power cut."""
        least = Network.empty(self.record.config.network).state_vector.nbytes
        return {
            step
            for step in self.steps()
            if (self.path / names.WEIGHTS / names.weights_file(step)).stat().st_size < least
        }

    def network(self, step: int) -> Network:
        """Return the network as it was used after ``step``.

        Raises:
            ModelFileError: the weights of this step are not kept, or their file is damaged.
        """
        path = self.path / names.WEIGHTS / names.weights_file(step)
        spec = self.record.config.network
        if not is_there(path):
            raise ModelFileError(f"The weights of step {step:,} are not kept in {self.path}.")
        with explained(path, RUN):
            arrays = read_tensors(path)[1]
            check_arrays(spec, arrays)
            network = Network.empty(spec)
            network.load(arrays)
        return network

    def model(self, step: int) -> Model:
        """Return the network after ``step``, ready to be used; raises ModelFileError."""
        data = self.record.data
        about = {"config": self.record.config.to_json(), "steps": step, "run": self.record.id}
        return Model(self.network(step), data.preprocessing(), data.class_names, about)

    def checkpoint(self) -> Checkpoint:
        """Return the newest complete state, to go on from; raises ModelFileError if there is none."""
        return load_checkpoint(self.path / names.STATE)

    def _notice(self, sentence: str) -> None:
        if sentence not in self.notices:
            self.notices.append(sentence)


def _is_like(value: Any, usual: Any) -> bool:
    """Whether a value may stand where usually ``usual`` does; None stands for a number that is not known."""
    if usual is None or isinstance(usual, float):
        return (usual is None and value is None) or (
            isinstance(value, int | float) and not isinstance(value, bool)
        )
    return type(value) is type(usual)


def _json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; raises ModelFileError."""
    data = json_file(path, RUN)
    if not isinstance(data, dict):
        raise ModelFileError(f"{path} is damaged: it holds no object.")
    return data


def held_by(path: Path) -> str:
    """Return a sentence that names who writes the run in ``path``."""
    try:
        data = _json(path / names.STATUS)
        who = f"process {int(data['process'])} on {data['host']}"
    except (EngineError, ValueError, KeyError, TypeError):
        who = "another process"
    return f"The run in {path} is being written by {who}; it can be opened to look at."
