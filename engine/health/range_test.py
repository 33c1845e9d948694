"""The learning rate range test: which learning rates a network learns with."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Dataset
from engine.errors import TrainingError
from engine.schedules import SCHEDULES
from engine.task import Task
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers

STEPS = 100
LOWEST, HIGHEST = 1e-5, 10.0
_BEYOND = 4.0
"""The test ends when the loss is so many times its lowest value."""
_KEEP = 0.9
"""Share of the running average that stays at each step."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RangeTest:
    """The loss of a network whose learning rate grows at every step.

    Source: Smith, *Cyclical learning rates for training neural networks*, 2017.

    Attributes:
        rates: learning rate of each step, ``(N,)``, ascending.
        losses: mean cross-entropy of its batch before the update, ``(N,)``.
        means: their exponential moving average without the bias of its start, ``(N,)``.
        suggested: the rate at which the average falls fastest, for each tenfold growth of the rate, before it
            is at its lowest; None if it never falls clearly.
        limit: the rate at which the average is lowest: beyond it, the network learns worse.
    """

    rates: Values
    losses: Values
    means: Values
    suggested: float | None
    limit: float


def range_test(
    config: RunConfig,
    dataset: Dataset,
    task: Task,
    *,
    lowest: float = LOWEST,
    highest: float = HIGHEST,
    steps: int = STEPS,
) -> RangeTest:
    """Train a new network of ``config`` with a rate that grows from ``lowest`` to ``highest``, geometrically.

    It has the settings of the run but for rate and schedule, and ends early when the loss is beyond four
    times its lowest average.

    Raises:
        ConfigError: network and data set do not fit together, or the rates are not allowed.
        Cancelled: the task was cancelled.
    """
    plain = dataclasses.replace(
        config, schedule=SCHEDULES["constant"](), learning_rate=lowest, epochs=10000, threads=1, averaging=0.0
    )
    rates = np.geomspace(lowest, highest, steps)
    losses: list[float] = []
    means: list[float] = []
    with Workers(1) as workers:
        trainer = Trainer(plain, dataset, workers)
        average = 0.0
        for number, rate in enumerate(rates):
            task.report(number, steps, f"learning rate {rate:.2g}")
            trainer.live = dataclasses.replace(trainer.live, learning_rate=float(rate))
            try:
                loss = trainer.step().loss
            except TrainingError:  # it is what the test looks for
                break
            losses.append(loss)
            average = _KEEP * average + (1 - _KEEP) * loss
            means.append(average / (1 - _KEEP ** (number + 1)))
            if number > 10 and means[-1] > _BEYOND * min(means):
                break
    task.report(steps, steps)
    return judged(rates[: len(losses)], np.array(losses), np.array(means))


def judged(rates: Values, losses: Values, means: Values) -> RangeTest:
    """Return what a range test with these averages says."""
    if not len(means):
        return RangeTest(rates, losses, means, None, float("nan"))
    low = int(np.argmin(means))
    suggested = None
    span = max(2, len(means) // 10)  # the first averages are of too few batches to compare
    if low >= 2 * span and means[low] < 0.95 * means[:span].mean():
        falls = means[span : low + 1 - span] - means[2 * span : low + 1]
        suggested = float(f"{rates[span + int(np.argmax(falls)) + span // 2]:.2g}")
    return RangeTest(rates, losses, means, suggested, float(rates[low]))
