"""When a run stops by itself, and that the best weights are then the ones it stands at."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.errors import ConfigError
from engine.model.history import History
from engine.training.batches import BatchPlan
from engine.training.config import RunConfig
from engine.training.restore_point import Counters
from engine.training.stopping import stop
from engine.training.trainer import Trainer
from engine.training.workers import Workers


def history(validations: list[tuple[float, float]], seconds: float = 1.0, more: int = 0) -> History:
    """Return curves with a validation (loss, accuracy) every 10 steps, and ``more`` steps after the last."""
    found = History()
    for step in range(1, 10 * len(validations) + more + 1):
        found.steps.append(step, step / 100, seconds, 1.0, 0.5, 0.01)
        if step % 10 == 0 and step // 10 <= len(validations):
            found.validations.append(step, step / 100, seconds, *validations[step // 10 - 1])
    return found


def settings(config: RunConfig, **changes: float) -> RunConfig:
    return dataclasses.replace(config, **changes)


WORSE = [(1.0, 0.5), (0.8, 0.7), (0.9, 0.7), (0.8, 0.6)]


@pytest.mark.parametrize(("patience", "best"), [(0, None), (1, 20), (2, 20), (3, None)])
def test_patience_counts_validations_since_the_best(config: RunConfig, patience: int, best: int) -> None:
    found = stop(settings(config, patience=patience), history(WORSE))
    assert (found.best_step if found else None) == best
    if found:
        assert "step 40" in found.reason and "2 validations" in found.reason and "step 20" in found.reason


def test_an_equal_accuracy_with_a_lower_loss_is_better(config: RunConfig) -> None:
    one = settings(config, patience=1)
    assert stop(one, history([(1.0, 0.5), (0.9, 0.5)])) is None
    assert stop(one, history([(0.9, 0.5), (0.9, 0.5)])) is not None


def test_only_a_validation_just_made_counts(config: RunConfig) -> None:
    assert stop(settings(config, patience=1, stop_loss=5.0), history(WORSE, more=3)) is None


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"stop_loss": 0.8}, "loss is 0.8"),
        ({"stop_loss": 0.79}, ""),
        ({"stop_accuracy": 0.6}, "60.00 %"),
        ({"stop_accuracy": 0.61}, ""),
        ({"stop_minutes": 0.5}, "0.5 min"),
        ({"stop_minutes": 0.51}, ""),
    ],
)
def test_targets(config: RunConfig, changes: dict[str, float], word: str) -> None:
    found = stop(settings(config, **changes), history(WORSE, seconds=30.0))
    assert (found is not None and word in found.reason) if word else found is None


def test_what_needs_validations_says_so_without_any(config: RunConfig) -> None:
    with pytest.raises(ConfigError, match="patience is 2, but no validation images"):
        settings(config, patience=2, validation_images=0)
    settings(config, stop_minutes=2, validation_images=0)


def test_the_best_moment_comes_back_whole_also_through_a_checkpoint(
    config: RunConfig, dataset: Dataset
) -> None:
    config = settings(config, threads=1, averaging=0.9)
    with Workers(1) as workers:
        trainer, other = (Trainer(config, dataset, workers) for _ in range(2))
        for _ in range(5):
            trainer.step()
        trainer.keep_best()
        best = {name: value.copy() for name, value in trainer.state()[0].items()}
        trainer.live = dataclasses.replace(trainer.live, batch_size=7)
        for _ in range(4):
            trainer.step()
        other.restore(*trainer.state())
        for each in (trainer, other):
            each.return_to_best()
            assert each.counters.step == 5
            for name, value in each.state()[0].items():
                if name.startswith(("network.", "optimiser.", "average")):
                    np.testing.assert_array_equal(value, best[name])
        third = Trainer(config, dataset, workers)
        third.restore(*trainer.state())  # what was noted of later steps is no obstacle
        assert third.step().step == 6


def test_a_plan_forgets_the_settings_of_later_steps_only(config: RunConfig) -> None:
    plan = BatchPlan(np.arange(100), 1)
    live = config.live()
    plan.note(Counters(0, 0, 0), live)
    plan.note(Counters(3, 0, 60), dataclasses.replace(live, batch_size=5))
    plan.forget_after(Counters(3, 0, 60))
    assert len(plan.to_json()) == 2
    plan.forget_after(Counters(2, 0, 40))
    assert len(plan.to_json()) == 1
