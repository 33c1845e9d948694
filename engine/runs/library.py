"""All recorded runs of a user: listed, found by name, deleted to a bin and brought back."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.data.folders import runs_folder
from engine.errors import EngineError, ModelFileError
from engine.io.files import write_text
from engine.io.gate import CONFIG, RUN, is_folder
from engine.io.json_file import json_file
from engine.model.spec import preset
from engine.runs import names
from engine.runs.hold import Hold, is_held
from engine.text import name as clean
from engine.training.config import RunConfig

TOTAL_BUDGET = 5 << 30
"""Bytes that all runs together may take before the oldest ones are offered for deletion."""
BIN_DAYS = 30
"""How long a deleted run can be brought back."""
_INDEX, _BIN, _DAY = "index.json", ".bin", 86400.0
_INDEX_VERSION = 1


@dataclass(frozen=True)
class Summary:
    """A line in the list of runs.

    Attributes:
        name: the name of its folder, by which commands know it.
        path: the folder.
        created: when it began, ISO 8601 in UTC.
        changed: when something was last recorded.
        title: the name that its user gave it, or "".
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
        star: whether its user has marked it.
        closed: whether its user was done with it.
        bytes: what it takes on the disk.
    """

    name: str
    path: str
    created: str
    changed: str
    title: str
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
    star: bool
    closed: bool
    bytes: int


class Library:
    """The runs in one folder.

    Attributes:
        folder: where they lie, a folder each.
        problems: what could not be read at the last listing, a sentence each.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Look after ``folder``, by default that of the user; it need not be there yet."""
        self.folder = folder or runs_folder()
        self.problems: list[str] = []

    def new_path(self, network: str, moment: float | None = None) -> Path:
        """Return a folder for a new run, which is named after the time and the network and not there yet."""
        word = re.sub(r"[^a-z0-9]+", "-", network.lower()).strip("-")[:40] or "run"
        stem = time.strftime("%Y-%m-%d-%H%M%S", time.localtime(moment)) + f"-{word}"
        path, number = self.folder / stem, 2
        while path.exists():
            path, number = self.folder / f"{stem}-{number}", number + 1
        return path

    def find(self, word: str) -> Path:
        """Return the folder of the run that ``word`` names: a folder, or the name of a run or its beginning.

        Raises:
            ModelFileError: there is no such run, or there are several.
        """
        with suppress(OSError, ValueError):
            if (Path(word) / names.RUN).is_file():
                return Path(word)
            if not _is_plain(word):
                raise ModelFileError(f"There is no run in {word}.")
            if (self.folder / word / names.RUN).is_file():
                return self.folder / word
        found = [path for path in self._folders() if path.name.startswith(word)] if word else []
        if len(found) == 1:
            return found[0]
        if found:
            several = ", ".join(path.name for path in found[:3])
            raise ModelFileError(f"The runs {several}{', …' if len(found) > 3 else ''} begin with {word!r}.")
        raise ModelFileError(f"There is no run {word!r}; main.py runs lists them.")

    def runs(self) -> list[Summary]:
        """Return all runs, the newest first; what the index does not know is read from the folders."""
        self.problems = []
        known = self._index()
        found: dict[str, dict[str, Any]] = {}
        summaries = []
        for path in self._folders():
            key = _key(path)
            entry = known.get(path.name)
            if not isinstance(entry, dict) or entry.get("key") != key:
                try:
                    entry = {"key": key, "summary": asdict(_summary(path))}
                except EngineError as error:
                    self.problems.append(str(error))
                    continue
            try:
                summary = Summary(**{**entry["summary"], "path": str(path)})
            except (KeyError, TypeError):
                summary = _summary(path)
                entry = {"key": key, "summary": asdict(summary)}
            found[path.name] = entry
            summaries.append(_as_it_stands(summary, path))
        if found != known:
            self._keep_index(found)
        return sorted(summaries, key=lambda each: each.created, reverse=True)

    def unfinished(self) -> list[Summary]:
        """Return the runs that no program writes and their user is not done with, the last one first."""
        found = [
            run
            for run in self.runs()
            if not run.closed and (Path(run.path) / names.STATE).exists() and not is_held(Path(run.path))
        ]
        return sorted(found, key=lambda run: (run.changed, run.created, run.name), reverse=True)

    def too_many(self, budget: int = TOTAL_BUDGET) -> list[Summary]:
        """Return the oldest runs without a star that would have to go so that the rest fit in ``budget``."""
        runs = self.runs()
        excess = sum(run.bytes for run in runs) - budget
        offered = []
        for run in reversed(runs):
            if excess <= 0:
                break
            if not run.star and run.state != "training":
                offered.append(run)
                excess -= run.bytes
        return offered

    def delete(self, path: Path) -> str:
        """Move the run in ``path`` to the bin; returns the name by which it can be brought back.

        Raises:
            ModelFileError: a program writes it, or it cannot be moved.
        """
        path = Path(path)
        try:
            hold = Hold(path)
            hold.release()
            name = path.resolve().name
            place = self.folder / _BIN / f"{int(time.time())}~{name}"
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, place)
        except OSError as error:
            raise ModelFileError(f"Cannot delete {path}: {error.strerror or error}.") from None
        self.empty_bin()
        return name

    def deleted(self) -> list[str]:
        """Return the names of the runs in the bin, the last deleted one first."""
        return [path.name.split("~", 1)[1] for _, path in sorted(self._in_bin(), reverse=True)]

    def restore(self, name: str) -> Path:
        """Bring the run called ``name``, the last deleted one of that name, back; returns its folder.

        Raises:
            ModelFileError: it is not in the bin, or its place is taken.
        """
        self.empty_bin()
        for _, path in sorted(self._in_bin(), reverse=True):
            if path.name.split("~", 1)[1] == name:
                target = self.folder / name
                if target.exists():
                    raise ModelFileError(f"There is a run {name!r} again; rename its folder first.")
                try:
                    path.rename(target)
                except OSError as error:
                    raise ModelFileError(f"Cannot restore {name!r}: {error.strerror or error}.") from None
                return target
        raise ModelFileError(f"There is no run {name!r} in the bin; runs stay there for {BIN_DAYS} days.")

    def empty_bin(self) -> None:
        """Remove for good what was deleted longer ago than ``BIN_DAYS``."""
        for deleted, path in self._in_bin():
            if time.time() - deleted > BIN_DAYS * _DAY:
                shutil.rmtree(path, ignore_errors=True)

    def _in_bin(self) -> Iterator[tuple[int, Path]]:
        with suppress(OSError):
            for path in (self.folder / _BIN).iterdir():
                moment, separator, _ = path.name.partition("~")
                if separator and moment.isdecimal():
                    yield int(moment), path

    def _folders(self) -> list[Path]:
        try:
            return sorted(p for p in self.folder.iterdir() if p.name[0] != "." and (p / names.RUN).exists())
        except OSError:
            return []

    def _index(self) -> dict[str, Any]:
        try:
            data = json_file(self.folder / _INDEX, RUN)
            runs = data["runs"] if data["version"] == _INDEX_VERSION else {}
        except (ModelFileError, KeyError, TypeError):
            return {}
        return runs if isinstance(runs, dict) else {}

    def _keep_index(self, runs: dict[str, Any]) -> None:
        with suppress(OSError):  # it is only there to be quicker
            write_text(self.folder / _INDEX, json.dumps({"version": _INDEX_VERSION, "runs": runs}))


def split_moment(word: str) -> tuple[str, int | None]:
    """Return the run and the step that ``RUN@STEP`` names; without a step, or where ``@`` is none, None."""
    run, separator, step = word.rpartition("@")
    return (run, int(step)) if separator and step.isdecimal() and len(step) < 13 else (word, None)


def _is_plain(word: str) -> bool:
    return "/" not in word and "\\" not in word and not word.startswith(".") and not is_folder(Path(word))


def _key(path: Path) -> list[int]:
    """Return what changes when the summary of a run does."""
    key = []
    for name in (names.RUN, names.STATUS, names.NOTES):
        try:
            found = (path / name).stat()
            key += [found.st_mtime_ns, found.st_size]
        except OSError:
            key += [0, 0]
    return key


def _summary(path: Path) -> Summary:
    """Read a run's small files; raises ModelFileError if there is no saying what it is."""
    record, status, notes = (_object(path / name) for name in (names.RUN, names.STATUS, names.NOTES))
    config, parent = record.get("config"), record.get("parent")
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
        title=clean(str(notes.get("name", ""))),
        data=clean(str(data.get("title", "")) if isinstance(data, dict) else ""),
        network=clean(str(network.get("name", "")) if isinstance(network, dict) else str(network)),
        unusual=_unusual(config),
        state=clean(str(status.get("state", "interrupted"))),
        steps=int(status["step"]) if isinstance(status.get("step"), number) else 0,
        seconds=float(status["seconds"]) if isinstance(status.get("seconds"), number) else 0.0,
        parent=f"{parent.get('run')}@{parent.get('step')}" if isinstance(parent, dict) else "",
        star=notes.get("star") is True,
        closed=status.get("closed") is True,
        bytes=sum(file.stat().st_size for file in path.rglob("*") if file.is_file()),
        **accuracies,
    )


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
    usual = RunConfig(network=preset("classic")).to_json()
    found = {}
    for name, value in config.items():
        if name not in ("network", "data", "threads") and value != usual.get(name):
            word = value.get("kind") or value.get("name") if isinstance(value, dict) else value
            found[clean(name)] = clean(word) if isinstance(word, str) else word
    return found


def _as_it_stands(summary: Summary, path: Path) -> Summary:
    """Return the summary with the state that it has now: what says it trains may have been killed."""
    if summary.state == "training" and not is_held(path):
        return Summary(**{**asdict(summary), "state": "interrupted"})
    return summary
