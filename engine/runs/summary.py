"""One line in the list of runs, read from a run's small files."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, fields
from functools import cache
from pathlib import Path
from stat import S_ISREG
from typing import Any

from engine.data.augment import AUGMENTATIONS
from engine.errors import EngineError, ModelFileError
from engine.io.gate import CONFIG
from engine.io.json_file import json_file
from engine.records import dataclass
from engine.runs import names
from engine.runs.hold import is_held
from engine.text import name as clean
from engine.text import plain, shortened

_NOTE = 200
"""Characters of the notes that the list knows."""


@dataclass(frozen=True)
class Summary:
    """A line in the list of runs.

    Attributes:
        name: the name of its folder, by which commands know it.
        path: the folder.
        created: when it began, ISO 8601 in UTC.
        changed: when something was last recorded.
        title: the name that its user gave it, or that it has in a race, or "".
        note: how its notes begin, on one line, or "".
        data: its data set.
        network: its network.
        unusual: its settings that are not the usual ones.
        state: ``training``, ``interrupted``, ``paused``, ``finished`` or ``failed``.
        steps: steps done.
        seconds: time spent training.
        best_accuracy: of the best validation, 0 to 1.
        last_accuracy: of the last validation.
        test_accuracy: on the test images, where it was measured.
        parent: the recorded moment that it was branched off from, ``RUN@STEP``, or "".
        sweep: the sweep that it is a trial of, or "".
        star: whether its user has marked it.
        closed: whether its user was done with it.
        bytes: what it takes on the disk.
    """

    name: str
    path: str
    created: str
    changed: str
    title: str
    note: str
    data: str
    network: str
    unusual: dict[str, Any]
    state: str
    steps: int
    seconds: float
    best_accuracy: float | None
    last_accuracy: float | None
    test_accuracy: float | None
    parent: str
    sweep: str
    star: bool
    closed: bool
    bytes: int

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Summary:
        """Build it from what ``dataclasses.asdict`` gave; raises TypeError for anything else."""
        summary = cls(**data)
        for field in fields(cls):
            if not isinstance(getattr(summary, field.name), _TYPES[str(field.type)]):
                raise TypeError(field.name)
        return summary


_TYPES: dict[str, Any] = {
    "str": str,
    "int": int,
    "float": (int, float),
    "float | None": (int, float, type(None)),
    "bool": bool,
    "dict[str, Any]": dict,
}
"""What the fields of a summary are, by their annotation."""


def key_of(path: Path) -> list[int]:
    """Return what changes when the summary of a run does."""
    key = []
    for name in (names.RUN, names.STATUS, names.NOTES):
        try:
            found = (path / name).stat()
            key += [found.st_mtime_ns, found.st_size]
        except OSError:
            key += [0, 0]
    return key


def summary_of(path: Path) -> Summary:
    """Read a run's small files; raises ModelFileError if there is no saying what it is."""
    record, status, notes = (_object(path / name) for name in (names.RUN, names.STATUS, names.NOTES))
    config, parent, trial = (record.get(name) for name in ("config", "parent", "trial"))
    if not isinstance(config, dict) or record.get("format") != names.FORMAT:
        raise ModelFileError(f"{path / names.RUN} is damaged, or it is not the record of a run.")
    data, network = record.get("data"), config.get("network")
    number = (int, float)
    accuracies = {
        name: float(status[name]) if isinstance(status.get(name), number) else None
        for name in ("best_accuracy", "last_accuracy", "test_accuracy")
    }
    return Summary(
        name=path.name,
        path=str(path),
        created=clean(str(record.get("created", ""))),
        changed=clean(str(status.get("changed", ""))),
        title=clean(str(notes.get("name", ""))) or _in_race(record),
        note=shortened(" ".join(plain(str(notes.get("text", ""))).split()), _NOTE),
        data=clean(str(data.get("title", "")) if isinstance(data, dict) else ""),
        network=clean(str(network.get("name", "")) if isinstance(network, dict) else str(network)),
        unusual=_unusual(config),
        state=clean(str(status.get("state", "interrupted"))),
        steps=int(status["step"]) if isinstance(status.get("step"), number) else 0,
        seconds=float(status["seconds"]) if isinstance(status.get("seconds"), number) else 0.0,
        parent=f"{parent.get('run')}@{parent.get('step')}" if isinstance(parent, dict) else "",
        sweep=clean(str(trial.get("sweep", ""))) if isinstance(trial, dict) else "",
        star=notes.get("star") is True,
        closed=status.get("closed") is True,
        bytes=size_of(path),
        **accuracies,
    )


def _in_race(record: dict[str, Any]) -> str:
    try:
        from engine.runs.record import RaceEntry

        race = RaceEntry.from_json(record.get("race"))
    except (KeyError, TypeError, ValueError):
        return ""
    return clean(race.title) if race else ""


def size_of(path: Path) -> int:
    """Return the bytes of all files in the folder ``path``; one that goes meanwhile counts no more."""
    total = 0
    for file in path.rglob("*"):
        with suppress(OSError):
            found = file.lstat()
            total += found.st_size if S_ISREG(found.st_mode) else 0
    return total


def _object(path: Path) -> dict[str, Any]:
    try:
        data = json_file(path, CONFIG)
    except EngineError as error:
        if path.name == names.RUN:
            raise ModelFileError(str(error)) from None
        return {}
    return data if isinstance(data, dict) else {}


def _unusual(config: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that are not the usual ones; parts that have a name by that name."""
    found = {}
    for name, value in config.items():
        if name not in ("network", "data", "threads") and value != _usual().get(name):
            word = value.get("kind") or value.get("name") if isinstance(value, dict) else value
            if name == "augmentation":
                named = (each for each, made in AUGMENTATIONS.items() if made.to_json() == value)
                word = next(named, "custom")
            found[clean(name)] = clean(word) if isinstance(word, str) else word
    return found


@cache
def _usual() -> dict[str, Any]:
    from engine.model.spec import preset  # only where there is a run to be listed
    from engine.training.config import RunConfig

    return RunConfig(network=preset("classic")).to_json()


def as_it_stands(summary: Summary, path: Path) -> Summary:
    """Return the summary with the state that it has now: what says it trains may have been killed."""
    if summary.state == "training" and not is_held(path):
        return Summary(**{**asdict(summary), "state": "interrupted"})
    return summary
