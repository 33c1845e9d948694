"""The evidence of a run, from its folder: recorded weights looked at again, one after the other."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.errors import EngineError, ModelFileError
from engine.health.finding import Evidence
from engine.health.measure import Health, measure, probe
from engine.model.history import History
from engine.model.network import Network
from engine.runs.folder import RunFolder
from engine.task import Task
from engine.training.batches import split
from engine.training.config import RunConfig
from engine.training.evaluation import Evaluation, Sweep
from engine.training.workers import Workers
from engine.types import Labels

MOMENTS = 16
"""Recorded moments that are looked at."""
LABELS = 2000
"""Training images whose labels are looked at, and images that the answers are judged by."""
_CHUNK = 250


class Checkup:
    """Looks at the moments of one run, each of them once.

    Attributes:
        moments: what was measured, by step.
    """

    def __init__(self, config: RunConfig, dataset: Dataset) -> None:
        """Look after a run with the settings ``config`` on ``dataset``.

        Raises:
            ConfigError: they do not fit together.
        """
        self.config = config
        self._dataset = dataset
        self._preprocessing = Preprocessing(dataset.mean, dataset.std)
        self._train, self._held = split(config, dataset)
        self._probe = probe(dataset.train_labels, self._train, len(dataset.class_names))
        self.moments: dict[int, Health] = {}

    def add(self, step: int, network: Network, before: tuple[int, Network] | None = None) -> Health:
        """Measure ``network``, which has learnt for ``step`` steps, unless that is done already."""
        if step not in self.moments:
            images, labels = self._dataset.train_images, self._dataset.train_labels
            self.moments[step] = measure(
                network, self._preprocessing, images[self._probe], labels[self._probe], step, before
            )
        return self.moments[step]

    def read(self, folder: RunFolder, task: Task, until: int | None = None, most: int = MOMENTS) -> None:
        """Measure ``most`` of the recorded moments of a run, spread over its steps; raises Cancelled.

        Steps whose weights cannot be read are left out.

        Args:
            folder: the run.
            task: how far this is.
            until: the last step to look at.
            most: how many moments to look at.
        """
        steps = [step for step in folder.steps() if until is None or step <= until]
        chosen = spread(steps, most)
        for number, step in enumerate(chosen):
            task.report(number, len(chosen), f"step {step:,}")
            if step in self.moments:
                continue
            try:
                earlier = steps[: steps.index(step)][-1:]
                before = [(each, folder.network(each)) for each in earlier]
                self.add(step, folder.network(step), before[0] if before else None)
            except ModelFileError:
                continue

    def evidence(
        self,
        history: History,
        network: Network | None,
        task: Task,
        *,
        until: int | None = None,
        failed: str = "",
    ) -> Evidence:
        """Return all that is known of the run.

        Args:
            history: its curves.
            network: the newest network, whose answers are to be judged; None leaves them out.
            task: how far this is; raises Cancelled.
            until: the last step to look at.
            failed: what the run said when it failed.
        """
        moments = tuple(self.moments[s] for s in sorted(self.moments) if until is None or s <= until)
        names = self._dataset.class_names
        answers = training = None
        if network is not None:
            held = self._held if len(self._held) else self._train
            answers = self._answers(network, held[:LABELS], task)
            training = self._answers(network, self._train[:LABELS], task)
        return Evidence(
            self.config,
            history if until is None else history.until(until),
            moments,
            names,
            np.bincount(self._dataset.train_labels[self._train], minlength=len(names)),
            answers,
            training,
            failed,
        )

    def _answers(self, network: Network, chosen: Labels, task: Task) -> Evaluation:
        sweep = Sweep(
            network, self._preprocessing, self._dataset.train_images, self._dataset.train_labels, chosen
        )
        with Workers(1) as workers:
            while not sweep.finished:
                task.check()
                sweep.advance(_CHUNK, workers)
        return sweep.result()


def spread(steps: list[int], most: int) -> list[int]:
    """Return at most ``most`` of the ascending ``steps``, evenly over their number, with first and last.

    Recorded steps lie evenly on a logarithmic axis, so these do.
    """
    if len(steps) <= most:
        return steps
    return [steps[index] for index in np.unique(np.linspace(0, len(steps) - 1, most).round().astype(int))]


def recorded(folder: RunFolder, dataset: Dataset, task: Task) -> Evidence:
    """Return all that is known of a recorded run, up to its last step.

    Raises:
        ConfigError: the data set is no longer the one that the run learnt from.
        ModelFileError: no weights of the run can be read.
        Cancelled: the task was cancelled.
    """
    status = folder.status()
    steps = folder.steps()
    if not steps:
        raise ModelFileError(f"No weights are kept in {folder.path}.")
    checkup = Checkup(folder.settings(steps[-1]), dataset)
    checkup.read(folder, task)
    network = None
    for step in reversed(steps):
        try:
            network = folder.network(step)
        except EngineError:
            continue
        break
    if network is None:
        raise ModelFileError(f"None of the weights in {folder.path} can be read.")
    failed = status.message if status.state == "failed" else ""
    return checkup.evidence(folder.history(), network, task, failed=failed)
