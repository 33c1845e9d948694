"""Any step can be looked at again, exactly, without touching the training."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.data.augment import AUGMENTATIONS
from engine.data.dataset import Dataset
from engine.optimisers import OPTIMISERS
from engine.schedules import SCHEDULES
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers
from tests.engine.training.twin import AUGMENT


def moment(trainer: Trainer) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return copies of what a replay begins with."""
    state = {name: value.copy() for name, value in trainer.optimiser_state.items()}
    return trainer.network.state_vector.copy(), state


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(sorted(OPTIMISERS)),
    schedule=st.sampled_from(sorted(SCHEDULES)),
    sizes=st.lists(st.integers(1, 300), min_size=1, max_size=5),
    rates=st.lists(st.floats(1e-4, 1e-2), min_size=1, max_size=5),
    steps=st.integers(1, 30),
)
def test_every_step_is_replayed_bit_for_bit_whatever_was_changed_meanwhile(
    config: RunConfig,
    dataset: Dataset,
    kind: str,
    schedule: str,
    sizes: list[int],
    rates: list[float],
    steps: int,
) -> None:
    config = dataclasses.replace(
        config,
        optimiser=OPTIMISERS[kind](),
        schedule=SCHEDULES[schedule](),
        augmentation=AUGMENTATIONS["strong"],
        learning_rate=0.001,
        weight_decay=0.01,
        smoothing=0.1,
        epochs=50,
        threads=1,
    )
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        moments, results = [moment(trainer)], []
        for step in range(steps):
            if step % 3 == 2:  # settings change in the middle of epochs
                trainer.live = dataclasses.replace(
                    trainer.live,
                    batch_size=sizes[step % len(sizes)],
                    learning_rate=rates[step % len(rates)],
                    momentum=0.5 + step / 100,
                    epochs=50 + step,
                )
            results.append(trainer.step())
            moments.append(moment(trainer))
            if step == steps // 2:  # a continued run knows its past
                arrays, values = trainer.state()
                trainer = Trainer(config, dataset, workers)
                trainer.restore(arrays, values)
        for step, result in enumerate(results, 1):
            weights, state = moments[step - 1]
            replay = trainer.replay(step, weights, state)
            assert (replay.loss, replay.accuracy) == (result.loss, result.accuracy)
            assert replay.learning_rate == result.learning_rate
            assert len(replay.batch.indices) == result.images
            np.testing.assert_array_equal(replay.state_vector, moments[step][0])
            for name, value in replay.optimiser_state.items():
                np.testing.assert_array_equal(value, moments[step][1][name])
        np.testing.assert_array_equal(trainer.network.state_vector, moments[-1][0])


def test_looking_changes_nothing_and_the_future_is_known(config: RunConfig, dataset: Dataset) -> None:
    config = dataclasses.replace(config, augmentation=AUGMENTATIONS["strong"], epochs=4)
    with Workers(1) as workers:
        quiet, watched = (Trainer(config, dataset, workers) for _ in range(2))
        expected = [quiet.step() for _ in range(40)]
        foreseen: dict[int, Any] = {}
        for number in range(1, 41):
            if number in (1, 7, 20):
                foreseen |= {ahead: watched.batch(ahead) for ahead in (number, number + 9)}
                watched.replay(number, watched.network.state_vector)
                watched.replay(3, watched.network.state_vector)
            assert watched.step() == expected[number - 1]
        for number, batch in foreseen.items():
            after = watched.batch(number)
            np.testing.assert_array_equal(batch.indices, after.indices)
            np.testing.assert_array_equal(batch.images, after.images)
            np.testing.assert_array_equal(batch.labels, dataset.train_labels[batch.indices])
            assert batch.micro_batches == after.micro_batches and batch.micro_batches[-1][1] == 20
            assert batch.epoch == pytest.approx((number - 1) / 15)
            for index, (start, stop) in enumerate(batch.micro_batches):
                named = np.random.default_rng([config.seed, AUGMENT, number - 1, index])
                pixels = config.augmentation.apply(dataset.train_images[batch.indices[start:stop]], named)
                np.testing.assert_array_equal(batch.images[start:stop], pixels)
            assert (batch.images != dataset.train_images[batch.indices]).any()


@pytest.mark.parametrize("averaging", [0.0, 0.9])
def test_what_determined_the_newest_step_is_known(
    config: RunConfig, dataset: Dataset, averaging: float
) -> None:
    config = dataclasses.replace(config, averaging=averaging, threads=1)
    with Workers(1) as workers:
        trainer, again = (Trainer(config, dataset, workers) for _ in range(2))
        assert trainer.last_step() is None
        for step in (1, 2, 3):
            weights, state = moment(trainer)
            average = trainer.best_network().vector.copy()
            trainer.step()
            start = trainer.last_step()
            assert start is not None and start.config is config
            assert start.preprocessing is trainer.preprocessing
            assert start.batch.step == step and start.batch.live == trainer.live
            np.testing.assert_array_equal(start.batch.indices, trainer.batch(step).indices)
            np.testing.assert_array_equal(start.weights, weights)
            assert start.optimiser_state is not None and set(start.optimiser_state) == set(state)
            for name, value in state.items():
                np.testing.assert_array_equal(start.optimiser_state[name], value)
            if averaging:
                np.testing.assert_array_equal(start.average, average)
            else:
                assert start.average is None
        trainer.step()
        np.testing.assert_array_equal(start.weights, weights)  # a copy
        arrays, values = trainer.state()
        again.restore(arrays, values)
        assert again.last_step() is not None
        old = {name: values[name] for name in ("step", "epoch", "offset")}
        again.restore(arrays, {**old, "live": {**values["live"], "batch_size": 7}, "good": [3, 0, 60]})
        assert again.last_step() is None  # its settings were not noted
        again.restore(arrays, {**values, "good": [2, 0, 40]})
        assert again.last_step() is None


def test_settings_that_were_changed_and_changed_back_are_remembered(
    config: RunConfig, dataset: Dataset
) -> None:
    with Workers(1) as workers:
        first, second = (Trainer(config, dataset, workers) for _ in range(2))
        for size in (20, 10, 30, 20):
            first.live = dataclasses.replace(first.live, batch_size=size)
            first.step()
        second.restore(*first.state())
        assert [len(second.batch(step).indices) for step in (1, 2, 3, 4, 5)] == [20, 10, 30, 20, 20]
        for step in (1, 2, 3, 4, 5):
            np.testing.assert_array_equal(second.batch(step).indices, first.batch(step).indices)


def test_the_gradient_is_the_one_that_the_step_used(config: RunConfig, dataset: Dataset) -> None:
    config = dataclasses.replace(config, optimiser=OPTIMISERS["sgd"](), learning_rate=0.5)
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        before = trainer.network.state_vector.copy()
        replay = trainer.replay(1, before)
        trainer.step()
        trained = len(replay.gradient)
        np.testing.assert_array_equal(
            trainer.network.vector, before[:trained] - np.float32(0.5) * replay.gradient
        )
        other = trainer.replay(1, trainer.network.state_vector)
        assert other.loss != replay.loss and not np.array_equal(other.gradient, replay.gradient)


def test_steps_that_cannot_be_known_are_refused_in_words(config: RunConfig, dataset: Dataset) -> None:
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        for _ in range(3):
            trainer.step()
        with pytest.raises(ValueError, match="The step is 0; steps are counted from 1"):
            trainer.batch(0)
        with pytest.raises(ValueError, match="sizes are"):
            trainer.replay(1, np.zeros(3))
        with pytest.raises(ValueError, match="sizes are"):
            trainer.replay(1, trainer.network.state_vector, {})
        arrays, values = trainer.state()
        # An early checkpoint of a run whose batch size was changed: its past is not written down.
        old = {name: values[name] for name in ("step", "epoch", "offset")}
        later = Trainer(config, dataset, workers)
        later.restore(arrays, {**old, "live": {**values["live"], "batch_size": 7}})
        with pytest.raises(ValueError, match="The step is 3; the settings are known from step 4 on"):
            later.batch(3)
        assert len(later.batch(4).indices) == 7
        for broken in ([[5, 0, 0, values["live"]]], [[0, 0, 999, values["live"]]], [[0, 0, 0, {}]], 3):
            with pytest.raises(Exception, match="The checkpoint is damaged"):
                later.restore(arrays, {**values, "settings": broken})
