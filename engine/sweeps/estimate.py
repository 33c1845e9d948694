"""How long a sweep will take, from a few steps of some of its runs."""

from __future__ import annotations

import time

from engine.errors import TrainingError
from engine.sweeps.state import Sweep
from engine.task import Task
from engine.training.trainer import Trainer
from engine.training.workers import Workers

_TRIED = 3
"""Trials of which steps are taken: the first, one in the middle, the last."""
_SECONDS = 0.4
"""Most time for the steps of one of them, after the first one."""
_STEPS = 20


def seconds(sweep: Sweep, processes: int, task: Task) -> float:
    """Return about how many seconds ``sweep`` takes with so many processes; raises Cancelled.

    Each image is taken to cost as much as those of the trials that were tried.
    """
    trials = sweep.trials
    tried = sorted({0, len(trials) // 2, len(trials) - 1})[:_TRIED]
    images = spent = 0.0
    for trial in tried:
        run = trials[trial][0]
        with Workers(1) as workers:
            trainer = Trainer(run.config, sweep.datasets[run.data], workers)
            try:
                trainer.step()  # reserves memory
                began = time.perf_counter()
                for _ in range(_STEPS):
                    task.check()
                    images += trainer.step().images
                    if time.perf_counter() - began > _SECONDS:
                        break
                spent += time.perf_counter() - began
            except TrainingError:  # a rate that is too large is the sweep's affair
                continue
    batch = sum(trial[0].config.batch_size for trial in trials) / len(trials)
    return sweep.steps * batch * spent / max(images, 1.0) / max(1, processes)
