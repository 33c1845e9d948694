"""All recorded runs of a user: listed, and found by name."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.data.folders import runs_folder
from engine.errors import ConfigError, EngineError, ModelFileError
from engine.io.files import write_text
from engine.io.gate import RUN, is_folder
from engine.io.json_file import json_file
from engine.runs import names
from engine.runs.bin import Bin
from engine.runs.budget import Budget
from engine.runs.destination import Destination, free_path
from engine.runs.hold import is_held
from engine.runs.summary import Summary, as_it_stands, key_of, summary_of

_INDEX, _INDEX_VERSION = "index.json", 3


class Library:
    """The runs in one folder.

    Attributes:
        folder: where they lie, a folder each.
        bin: where deleted ones stay for a while.
        problems: what could not be read since the last listing began, a sentence each.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Look after ``folder``, by default that of the user; it need not be there yet."""
        self.folder = folder or runs_folder()
        self.bin = Bin(self.folder)
        self.problems: list[str] = []

    def destination(self, network: str, moment: float | None = None) -> Destination:
        """Return where a new run is recorded: a folder named after the time and the network.

        It is made when the run begins, and gets a number then if another run has begun in the same second.
        """
        word = re.sub(r"[^a-z0-9]+", "-", network.lower()).strip("-")[:40] or "run"
        stem = time.strftime("%Y-%m-%d-%H%M%S", time.localtime(moment)) + f"-{word}"
        return Destination(free_path(self.folder / stem), budget=self.budget().run_bytes, numbered=True)

    def find(self, word: str) -> Path:
        """Return the folder of the run that ``word`` names.

        It may be a folder, the name of a run or the beginning of it, or the name that its user gave a run.

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
        if word and not found:
            found = [Path(run.path) for run in self.runs() if run.title.casefold() == word.casefold()]
        if len(found) == 1:
            return found[0]
        if found:
            several = ", ".join(path.name for path in found[:3])
            raise ModelFileError(f"The runs {several}{', …' if len(found) > 3 else ''} are called {word!r}.")
        raise ModelFileError(f"There is no run {word!r}; main.py runs lists them.")

    def runs(self) -> list[Summary]:
        """Return all runs, the newest first; what the index does not know is read from the folders."""
        self.problems = []
        known = self._index()
        found: dict[str, dict[str, Any]] = {}
        summaries = []
        for path in self._folders():
            key = key_of(path)
            entry = known.get(path.name)
            if not isinstance(entry, dict) or entry.get("key") != key:
                try:
                    entry = {"key": key, "summary": asdict(summary_of(path))}
                except EngineError as error:
                    self.problems.append(str(error))
                    continue
            try:
                summary = Summary.from_json({**entry["summary"], "path": str(path)})
            except (KeyError, TypeError):
                summary = summary_of(path)
                entry = {"key": key, "summary": asdict(summary)}
            found[path.name] = entry
            summaries.append(as_it_stands(summary, path))
        changed = {name for name in found.keys() | known.keys() if found.get(name) != known.get(name)}
        # What trains is another at every look; it is written when it has come to its end.
        if any(name not in found or found[name]["summary"]["state"] != "training" for name in changed):
            self._keep_index(found)
        return sorted(summaries, key=lambda each: each.created, reverse=True)

    def unfinished(self) -> list[Summary]:
        """Return the runs that no program writes and their user is not done with, the last one first.

        Trials are none of them: the sweep they belong to goes on with them.
        """
        found = [
            run
            for run in self.runs()
            if not run.closed
            and not run.sweep
            and (Path(run.path) / names.STATE).exists()
            and not is_held(Path(run.path))
        ]
        return sorted(found, key=lambda run: (run.changed, run.created, run.name), reverse=True)

    def too_many(self, budget: int | None = None) -> list[Summary]:
        """Return the oldest runs without a star that would have to go so that the rest fit in ``budget``.

        Args:
            budget: bytes; None for what the user allows all runs together.
        """
        runs = self.runs()
        excess = sum(run.bytes for run in runs) - (self.budget().all_bytes if budget is None else budget)
        offered = []
        for run in reversed(runs):
            if excess <= 0:
                break
            if not run.star and run.state != "training":
                offered.append(run)
                excess -= run.bytes
        return offered

    def budget(self) -> Budget:
        """Return how much room the user gives to runs; the usual one and a problem if it cannot be read."""
        try:
            return Budget.read(self.folder)
        except ConfigError as error:
            if str(error) not in self.problems:
                self.problems.append(str(error))
            return Budget()

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
