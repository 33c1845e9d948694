"""Training: it learns, the same seed gives the same losses, and a continued run equals an unbroken one."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pytest

from engine.data.augment import AUGMENTATIONS
from engine.data.dataset import Dataset
from engine.errors import ConfigError, ModelFileError, TrainingError
from engine.model.container import MOST_STEPS
from engine.model.spec import NetworkSpec, preset
from engine.optimisers import OPTIMISERS
from engine.training import trainer as module
from engine.training.config import LiveSettings, RunConfig
from engine.training.micro_batches import micro_batch_bounds
from engine.training.restore_point import Counters
from engine.training.trainer import Trainer
from engine.training.workers import Workers


def losses(config: RunConfig, dataset: Dataset, steps: int = 12) -> list[float]:
    """Return the losses of the first steps of a new run."""
    with Workers(config.threads) as workers:
        trainer = Trainer(config, dataset, workers)
        return [trainer.step().loss for _ in range(steps)]


def test_it_learns(config: RunConfig, dataset: Dataset) -> None:
    with Workers(2) as workers:
        trainer = Trainer(config, dataset, workers)
        before = trainer.validate()
        while not trainer.done:
            last = trainer.step()
        after = trainer.validate()
    assert before is not None and after is not None
    assert last.step == 30 and last.epoch == 2
    assert before.accuracy < 0.7 < 0.9 < after.accuracy
    assert after.mean_loss < before.mean_loss


def test_a_network_for_other_data_is_refused(config: RunConfig, dataset: Dataset) -> None:
    with Workers(1) as workers:
        with pytest.raises(ConfigError, match=r"takes images of shape \(1, 28, 28\), but those of Stripes"):
            Trainer(dataclasses.replace(config, network=preset("classic")), dataset, workers)
        with pytest.raises(ConfigError, match="gives 10 answers, but Stripes has 3 classes"):
            Trainer(
                dataclasses.replace(config, network=config.network.fitted((1, 10, 10), 10)), dataset, workers
            )


def test_it_can_learn_32_images_by_heart(config: RunConfig, dataset: Dataset) -> None:
    config = dataclasses.replace(config, training_images=32, batch_size=32, epochs=200)
    with Workers(2) as workers:
        trainer = Trainer(config, dataset, workers)
        loss = [trainer.step().loss for _ in range(120)][-1]
    assert loss < 0.05


def test_the_same_seed_gives_the_same_losses_bit_for_bit(config: RunConfig, dataset: Dataset) -> None:
    config = dataclasses.replace(config, augmentation=AUGMENTATIONS["strong"])
    first = losses(config, dataset)
    assert losses(config, dataset) == first
    assert losses(dataclasses.replace(config, seed=2), dataset) != first


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_changes_nothing(config: RunConfig, dataset: Dataset, threads: int) -> None:
    assert losses(dataclasses.replace(config, threads=threads), dataset) == losses(config, dataset)


@pytest.mark.parametrize("kind", OPTIMISERS)
def test_a_continued_run_equals_an_unbroken_one(kind: str, config: RunConfig, dataset: Dataset) -> None:
    config = dataclasses.replace(
        config,
        optimiser=OPTIMISERS[kind](),
        learning_rate=0.001,
        averaging=0.9,
        augmentation=AUGMENTATIONS["light"],
    )
    with Workers(2) as workers:
        whole = Trainer(config, dataset, workers)
        for _ in range(10):
            whole.step()
        arrays, values = whole.state()
        arrays = {name: value.copy() for name, value in arrays.items()}
        rest = [whole.step().loss for _ in range(15)]
        continued = Trainer(config, dataset, workers)
        continued.restore(arrays, values)
        assert [continued.step().loss for _ in range(15)] == rest
        np.testing.assert_array_equal(continued.best_network().vector, whole.best_network().vector)


def test_a_damaged_state_changes_nothing(config: RunConfig, dataset: Dataset) -> None:
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        trainer.step()
        before = trainer.network.vector.copy()
        arrays, values = trainer.state()
        arrays = {name: value.copy() * 0 for name, value in arrays.items()}
        for broken in ({}, {**values, "live": {}}, {**values, "step": "x"}):
            with pytest.raises(ModelFileError, match="damaged"):
                trainer.restore(arrays, broken)
        with pytest.raises(ModelFileError, match="lacks array"):
            trainer.restore({n: v for n, v in arrays.items() if n != "network.0.bias"}, values)
    np.testing.assert_array_equal(trainer.network.vector, before)


@pytest.mark.parametrize("which", ["now", "good"])
@pytest.mark.parametrize(
    ("place", "possible"),
    [
        ((3, 0, 299), True),
        ((MOST_STEPS, 0, 0), True),
        ((MOST_STEPS + 1, 0, 0), False),
        ((3, 0, 300), False),
        ((3, 0, -1), False),
        ((3, -1, 0), False),
        ((-1, 0, 0), False),
    ],
)
def test_a_state_that_stands_where_no_run_can_is_refused(
    config: RunConfig, dataset: Dataset, which: str, place: tuple[int, int, int], possible: bool
) -> None:
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        arrays, values = trainer.state()
        where = {"good": list(place)} if which == "good" else Counters(*place)._asdict()
        state = {**values, **where, "settings": []}
        if possible:
            trainer.restore(arrays, state)
            assert trainer.counters == (place if which == "now" else (0, 0, 0))
            assert trainer.state()[1]["good"] == (list(place) if which == "good" else [0, 0, 0])
        else:
            with pytest.raises(ModelFileError, match="stands where no run can"):
                trainer.restore(arrays, state)
            assert trainer.counters == (0, 0, 0)


@pytest.mark.parametrize("name", ["average", "good.average", "optimiser.velocity"])
def test_an_array_of_another_size_changes_nothing(config: RunConfig, dataset: Dataset, name: str) -> None:
    with Workers(1) as workers:
        first, second = (
            Trainer(dataclasses.replace(config, averaging=0.9), dataset, workers) for _ in range(2)
        )
        first.step()
        arrays, values = first.state()
        arrays = {each: value.copy() for each, value in arrays.items()}
        assert "network" not in arrays  # its parts are there by name
        before = second.network.state_vector.copy()
        with pytest.raises(ModelFileError, match="damaged"):
            second.restore({**arrays, name: arrays[name][:-1]}, values)
        np.testing.assert_array_equal(second.network.state_vector, before)
        second.restore({**arrays, name: arrays[name][:, None]}, values)  # the same values, laid out otherwise
        assert second.step() == first.step()


def test_live_settings_act_on_the_next_step(config: RunConfig, dataset: Dataset) -> None:
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        trainer.step()
        trainer.live = LiveSettings(
            learning_rate=1e-9, momentum=0.0, weight_decay=0.0, batch_size=7, epochs=3
        )
        before = trainer.network.vector.copy()
        result = trainer.step()
        assert result.images == 7
        assert result.learning_rate == 1e-9
        assert np.abs(trainer.network.vector - before).max() < 1e-6
        assert trainer.steps_left == 2 * -(-300 // 7) + -(-(300 - 27) // 7)


def test_every_image_is_seen_once_an_epoch(config: RunConfig, dataset: Dataset) -> None:
    config = dataclasses.replace(config, batch_size=64)
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        images = [trainer.step().images for _ in range(5)]
        assert images == [64, 64, 64, 64, 44]
        assert (trainer.epoch, trainer.offset) == (1, 0)


def test_a_loss_that_is_not_finite_stops_with_the_last_good_weights(
    config: RunConfig, dataset: Dataset
) -> None:
    config = dataclasses.replace(config, learning_rate=100.0, momentum=0.0)
    spec = dataclasses.replace(
        config.network, layers=tuple(x for x in config.network.layers if x.type_name != "batch_norm")
    )
    config = dataclasses.replace(config, network=spec, epochs=1000)
    with Workers(2) as workers:
        trainer = Trainer(config, dataset, workers)

        weights = {0: trainer.network.vector.copy()}

        def train_on() -> None:
            for step in range(1, 2000):
                trainer.step()
                weights[step] = trainer.network.vector.copy()

        told = (
            r"loss became (nan|inf) at step \d+.*learning rate below 100.*The weights of step (\d+) are kept"
        )
        with pytest.raises(TrainingError, match=told) as raised:
            train_on()
        kept = int(re.search(told, str(raised.value))[2])
        assert trainer.step_count == kept
        np.testing.assert_array_equal(trainer.network.vector, weights[kept])
        assert np.isfinite(weights[kept]).all()


def test_averaged_weights_are_the_ones_that_are_used(config: RunConfig, dataset: Dataset) -> None:
    with Workers(1) as workers:
        trainer = Trainer(dataclasses.replace(config, averaging=0.99), dataset, workers)
        expected = trainer.network.vector.astype(np.float64)
        for step in range(1, 6):
            trainer.step()
            keep = min(0.99, step / (step + 10))
            expected += (1 - keep) * (trainer.network.vector - expected)
        np.testing.assert_allclose(trainer.best_network().vector, expected, rtol=1e-5, atol=1e-6)
        assert not np.array_equal(trainer.best_network().vector, trainer.network.vector)


@pytest.mark.parametrize("batch", [1, 7, 20, 299, 300, 1000])
@pytest.mark.parametrize(
    ("epoch", "offset", "epochs"), [(0, 0, 2), (0, 27, 1), (1, 299, 2), (1, 1, 3), (2, 0, 2), (3, 0, 2)]
)
def test_the_steps_left_are_those_that_will_be_taken(
    config: RunConfig, dataset: Dataset, batch: int, epoch: int, offset: int, epochs: int
) -> None:
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        trainer.live = dataclasses.replace(trainer.live, batch_size=batch, epochs=epochs)
        trainer.epoch, trainer.offset = epoch, offset
        taken = 0
        while epoch < epochs:
            taken, offset = taken + 1, offset + batch
            if offset >= 300:
                epoch, offset = epoch + 1, 0
        assert trainer.steps_left == taken
        assert trainer.done == (taken == 0)


@pytest.mark.parametrize("validation_images", [0, 100])
@pytest.mark.parametrize("exploded", [False, True])
def test_after_a_loss_that_is_none_the_last_good_step_stands(
    config: RunConfig, dataset: Dataset, validation_images: int, exploded: bool
) -> None:
    config = dataclasses.replace(config, validation_images=validation_images, threads=1)
    with Workers(1) as workers, pytest.MonkeyPatch.context() as patch:
        trainer = Trainer(config, dataset, workers)
        weights = [trainer.network.vector.copy()]
        for _ in range(3):
            trainer.step()
            weights.append(trainer.network.vector.copy())
        real = trainer.pool.compute
        patch.setattr(
            trainer.pool,
            "compute",
            lambda *task: [dataclasses.replace(part, loss=np.nan) for part in real(*task)],
        )
        if exploded:
            patch.setattr("engine.training.trainer._EXPLODED", 0.0)
        # What step 3 left gave no loss; what step 2 left did. Or it goes further back.
        good = 0 if exploded else 2
        for step in (4, good + 1):
            told = rf"The loss became nan at step {step}: .*weights of step {good} are kept"
            with pytest.raises(TrainingError, match=told):
                trainer.step()
            assert (trainer.step_count, trainer.epoch, trainer.offset) == (good, 0, 20 * good)
            np.testing.assert_array_equal(trainer.network.vector, weights[good])
        patch.undo()
        assert trainer.step().step == good + 1


def test_a_run_that_is_continued_in_a_later_epoch_takes_its_order(
    config: RunConfig, dataset: Dataset
) -> None:
    config = dataclasses.replace(config, batch_size=150, threads=1, epochs=9)
    with Workers(1) as workers:
        whole = Trainer(config, dataset, workers)
        for _ in range(6):
            again = Trainer(config, dataset, workers)
            again.restore(*whole.state())
            assert whole.step() == again.step()


def test_back_at_its_best_moment_it_takes_the_same_steps_again(config: RunConfig, dataset: Dataset) -> None:
    with Workers(1) as workers:
        trainer, other = (Trainer(dataclasses.replace(config, threads=1), dataset, workers) for _ in range(2))
        trainer.return_to_best()  # there is none
        expected = [other.step() for _ in range(5)]
        assert [trainer.step() for _ in range(3)] == expected[:3]
        trainer.keep_best()
        trainer.step()
        trainer.step()
        trainer.return_to_best()
        assert [trainer.step() for _ in range(2)] == expected[3:]


def test_every_other_processor_helps(
    config: RunConfig, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    helpers: list[int] = []
    real = module.worker_pool

    def watched(*arguments: Any) -> Any:
        helpers.append(arguments[-1])
        return real(*arguments)

    monkeypatch.setattr(module, "worker_pool", watched)
    for threads in (1, 2, 4):
        with Workers(threads) as workers:
            Trainer(config, dataset, workers)
    assert helpers == [0, 1, 3]


def test_a_moment_to_fall_back_on_is_kept_now_and_then_if_it_is_of_use(
    config: RunConfig, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ANCHOR_STEPS", 3)
    tried: list[int] = []
    evaluate = Trainer._evaluate

    def watched(trainer: Trainer, chosen: np.ndarray) -> Any:
        tried.append(len(chosen))
        return evaluate(trainer, chosen)

    monkeypatch.setattr(Trainer, "_evaluate", watched)
    with Workers(1) as workers:
        trainer = Trainer(dataclasses.replace(config, threads=1, batch_size=40), dataset, workers)
        anchors = []
        for step in range(12):
            monkeypatch.setattr(module, "_EXPLODED", 0.0 if step in (6, 7) else 1000.0)
            trainer.step()
            anchors.append(trainer._anchor.counters)
    assert [at.step for at in anchors] == [0, 0, 0, 3, 3, 3, 3, 3, 8, 8, 8, 11]
    assert anchors[-1] == (11, 1, 3 * 40) and tried == [32, 32, 20, 32, 32]


def test_batches_are_cut_by_the_bytes_of_all_feature_maps(
    config: RunConfig, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = [{"kind": "conv", "filters": 400, "kernel": 3, "padding": 1}, {"kind": "flatten"}]
    spec = NetworkSpec.from_json(
        {"name": "wide", "in_shape": [1, 10, 10], "layers": [*layers, {"kind": "dense", "units": 3}]}
    )
    config = dataclasses.replace(config, network=spec, batch_size=290, threads=1)
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        values = sum(int(np.prod(shape)) for shape in trainer.network.shapes)
        cut = {size: micro_batch_bounds(290, size * values) for size in (3, 4, 5)}
        assert trainer.batch(1).micro_batches == cut[4] and cut[3] != cut[4] != cut[5]
        parts: list[int] = []

        def refuse(_step: int, micro_batches: list[tuple[int, np.ndarray]], _following: object) -> None:
            parts.extend(len(chosen) for _, chosen in micro_batches)
            raise MemoryError

        monkeypatch.setattr(trainer.pool, "compute", refuse)
        with pytest.raises(MemoryError):
            trainer.step()
        assert parts == [stop - start for start, stop in cut[4]]
