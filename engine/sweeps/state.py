"""A sweep's folder: the plan, and what came of each run so far; whatever ends the program, it can go on.

``sweep.json`` is written once. ``outcomes.jsonl`` grows by a line for each rung of each run; a line that a
killed program did not write to its end is dropped, and that rung is done again, from what the run's own
folder holds.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from engine.data.catalogue import load
from engine.data.dataset import Dataset
from engine.errors import ConfigError, EngineError
from engine.io.files import write_text
from engine.io.gate import RUN, content, explained, is_there
from engine.io.json_file import json_file, parse_json
from engine.io.locks import Held, lock
from engine.runs.record import Trial, fingerprint
from engine.sweeps.halving import rungs, survivors
from engine.sweeps.plan import Plan
from engine.sweeps.space import Value
from engine.sweeps.trial import Outcome
from engine.task import Task
from engine.training.config import RunConfig

FORMAT, VERSION = "kernelscope-sweep", 1
PLAN, OUTCOMES, TOKEN, LOCK = "sweep.json", "outcomes.jsonl", "token", "sweep.lock"
_KEPT = tuple(
    field.name for field in fields(Outcome) if field.name not in ("wants", "refused", "stopped", "folder")
)


@dataclass(frozen=True)
class SweepRun:
    """A run of a sweep: one combination of settings with one seed.

    Attributes:
        name: of the run, and of its folder.
        mark: which trial it belongs to.
        config: its settings.
        steps: how many it has when it comes to its end.
        data: the fingerprint of its data set.
    """

    name: str
    mark: Trial
    config: RunConfig
    steps: int
    data: str


class Sweep:
    """A sweep as it stands.

    Attributes:
        plan: what it is to do.
        id: its name and the key of its plan, which is also the name of its folder.
        folder: where this is kept.
        trials: the runs of each combination of settings, one for each seed.
        rungs: up to which step, and how many trials.
        outcomes: what came of the runs, by name and rung.
        datasets: by fingerprint.
    """

    def __init__(self, plan: Plan, folder: Path, task: Task, loader: Callable[[str], Dataset] = load) -> None:
        """Work out all runs; nothing is written.

        Raises:
            ConfigError: a combination of settings is not allowed.
            DataError: there is no such data set.
        """
        self.plan, self.folder, self.id = plan, folder, identity(plan)
        self.datasets: dict[str, Dataset] = {}
        self.outcomes: dict[tuple[str, int], Outcome] = {}
        keys: dict[str, str] = {}

        def known(name: str) -> Dataset:
            if name not in keys:
                dataset = loader(name)
                keys[name] = fingerprint(dataset)
                self.datasets[keys[name]] = dataset
            return self.datasets[keys[name]]

        settings = plan.settings()
        self.trials: list[list[SweepRun]] = []
        for number, chosen in enumerate(settings, 1):
            task.report(number, len(settings), "settings")
            trial = Trial(self.id, number, {name: _brief(value) for name, value in chosen.items()})
            self.trials.append(
                [
                    SweepRun(
                        _run_name(self.id, number, config.seed if len(plan.seeds) > 1 else None),
                        trial,
                        config,
                        steps_of(config, known(config.data), plan.steps),
                        keys[config.data],
                    )
                    for config in plan.configs(chosen, known)
                ]
            )
        longest = max(run.steps for trial in self.trials for run in trial)
        self.rungs = rungs(len(self.trials), plan.eta, plan.min_steps, longest)

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return sum(len(trial) for trial in self.trials)

    @property
    def steps(self) -> int:
        """How many steps all rungs have, where the longest trials are the ones that go on."""
        total, before = 0, 0
        for until, count in self.rungs:
            found = sorted(
                sum(max(0, min(until, run.steps) - before) for run in trial) for trial in self.trials
            )
            total += sum(found[-count:])
            before = until
        return total

    def score(self, trial: int, rung: int) -> float | None:
        """Return the score of a trial at a rung, the mean over its seeds; None if one of them failed."""
        scores = []
        for run in self.trials[trial]:
            outcome = self.outcomes.get((run.name, rung))
            if outcome is None or outcome.problem or outcome.accuracy is None or outcome.loss is None:
                return None
            scores.append(self.plan.better(outcome.accuracy, outcome.loss))
        return sum(scores) / len(scores)

    def going_on(self, rung: int) -> list[int]:
        """Return which trials are trained at ``rung``, for which those before must be complete."""
        going = list(range(len(self.trials)))
        for before in range(rung):
            kept = survivors([self.score(trial, before) for trial in going], self.rungs[before + 1][1])
            going = [going[place] for place in kept]
        return going

    def ranking(self) -> list[tuple[int, int, float | None]]:
        """Return trials, the best first: which, how many rungs it has done, and its score at the last one.

        Those that went further come first, as they were the better ones where they were compared.
        """
        found = []
        for trial in range(len(self.trials)):
            done = [rung for rung in range(len(self.rungs)) if self.score(trial, rung) is not None]
            last = max(done, default=-1)
            found.append((trial, last + 1, self.score(trial, last) if done else None))
        return sorted(found, key=lambda each: (-each[1], -(each[2] if each[2] is not None else 0.0), each[0]))

    def left(self) -> bool:
        """Whether anything is still to be trained."""
        last = len(self.rungs) - 1
        return any(
            (run.name, rung) not in self.outcomes
            for rung in range(last + 1)
            for trial in self.going_on(rung)
            for run in self.trials[trial]
        )

    # --- the folder -----------------------------------------------------------------------------------

    @contextmanager
    def held(self) -> Iterator[None]:
        """Claim the folder, which is made if needed, and read what is there.

        Raises:
            ConfigError: another program leads this sweep.
            EngineError: the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with lock(self.folder / LOCK):
                self._begin()
                yield
        except Held:
            raise ConfigError(f"The sweep in {self.folder} is being trained by another process.") from None

    def _begin(self) -> None:
        try:
            if not is_there(self.folder / PLAN):
                data = {"format": FORMAT, "version": VERSION, "id": self.id, "plan": self.plan.to_json()}
                write_text(self.folder / PLAN, json.dumps(data, indent=2) + "\n")
            write_text(self.folder / TOKEN, secrets.token_hex(16))
            self._read()
        except OSError as error:
            raise EngineError(f"Cannot write to {self.folder}: {error.strerror or error}.") from None

    @property
    def token(self) -> tuple[str, str]:
        """The file that who sees the same disk can read, and the word in it."""
        path = (self.folder / TOKEN).absolute()
        return str(path), path.read_text(encoding="utf-8")

    def _read(self) -> None:
        path = self.folder / OUTCOMES
        if not is_there(path):
            return
        whole, newline, torn = content(path, RUN).decode("utf-8", "replace").rpartition("\n")
        if torn:
            write_text(path, whole + newline)
        with explained(path, RUN):
            for line in whole.splitlines():
                outcome = Outcome(**parse_json(line, RUN, str(path)))
                self.outcomes[outcome.run, outcome.rung] = outcome

    def record(self, outcome: Outcome) -> None:
        """Keep what came of a run; raises EngineError if that cannot be written."""
        outcome = replace(outcome, folder=None)
        kept = {name: getattr(outcome, name) for name in _KEPT}
        try:
            with (self.folder / OUTCOMES).open("a", encoding="utf-8") as file:
                file.write(json.dumps(kept) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise EngineError(f"Cannot write to {self.folder}: {error.strerror or error}.") from None
        self.outcomes[outcome.run, outcome.rung] = outcome


def identity(plan: Plan) -> str:
    """Return the name of a sweep's folder: another plan has another one, the same plan the same."""
    words = re.sub(r"[^a-z0-9]+", "-", plan.name.lower()).strip("-")[:40] or "sweep"
    return f"{words}-{plan.key}"


def plan_in(folder: Path) -> Plan:
    """Return the plan of the sweep in ``folder``; raises ConfigError, ModelFileError."""
    data = json_file(folder / PLAN, RUN)
    with explained(folder / PLAN, RUN):
        if data["format"] != FORMAT or data["version"] != VERSION:
            raise ConfigError(f"{folder / PLAN} is of a kind or version that this program does not know.")
        return Plan.from_json(data["plan"])


def steps_of(config: RunConfig, dataset: Dataset, most: int = 0) -> int:
    """Return how many steps a run has: its epochs, at most ``most`` unless that is 0."""
    images = len(dataset.train_images) - config.validation_images
    images = min(images, config.training_images or images)
    steps = config.epochs * -(-images // config.batch_size)
    return min(steps, most or steps)


def _run_name(sweep: str, number: int, seed: int | None) -> str:
    return f"{sweep}-{number:03d}" + ("" if seed is None else f"-seed{seed}")


def _brief(value: Value) -> Any:
    """Return a value as the record of a run has it: of a network or another part only its name."""
    if isinstance(value, dict):
        return str(value.get("name") or value.get("kind") or "own")
    return value
