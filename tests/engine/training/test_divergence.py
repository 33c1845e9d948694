"""When training diverges, all that was learnt goes back together to one moment that can be used."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.data.dataset import Dataset
from engine.errors import ModelFileError, TrainingError
from engine.optimisers import OPTIMISERS
from engine.training.config import RunConfig
from engine.training.train_state import TrainState
from engine.training.trainer import Trainer
from engine.training.workers import Workers


def everything(trainer: Trainer) -> dict[str, np.ndarray]:
    """Return copies of all arrays that a step changes."""
    arrays = trainer.state()[0]
    return {name: value.copy() for name, value in arrays.items() if not name.startswith("good.")}


def without(config: RunConfig, *kinds: str) -> RunConfig:
    """Return ``config`` with a network that lacks the layers of ``kinds``."""
    layers = tuple(layer for layer in config.network.layers if layer.type_name not in kinds)
    return dataclasses.replace(config, network=dataclasses.replace(config.network, layers=layers))


def kept_step(error: TrainingError) -> int:
    """Return the step that the message names."""
    found = re.search(r"The weights of step (\d+) are kept", str(error))
    assert found is not None, str(error)
    return int(found.group(1))


def train_until_it_diverges(trainer: Trainer, most: int = 200) -> tuple[int, list[dict[str, Any]]] | None:
    """Return the step that is said to be kept, and all moments; None if all goes well."""
    moments = [everything(trainer)]
    for _ in range(most):
        try:
            trainer.step()
        except TrainingError as error:
            return kept_step(error), moments
        moments.append(everything(trainer))
    return None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(sorted(OPTIMISERS)),
    averaging=st.sampled_from([0.0, 0.9, 0.99]),
    rate=st.sampled_from([1.0, 10.0, 100.0]),
    momentum=st.sampled_from([0.0, 0.95, 0.9999]),
    normalised=st.booleans(),
)
def test_all_goes_back_to_the_moment_that_is_named(
    config: RunConfig,
    dataset: Dataset,
    kind: str,
    averaging: float,
    rate: float,
    momentum: float,
    normalised: bool,
) -> None:
    config = dataclasses.replace(
        config if normalised else without(config, "batch_norm"),
        optimiser=OPTIMISERS[kind](),
        averaging=averaging,
        learning_rate=rate,
        momentum=momentum,
        epochs=100,
        threads=1,
    )
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        found = train_until_it_diverges(trainer, 40)
        if found is None:
            return
        step, moments = found
        assert trainer.step_count == step
        assert trainer.progress == pytest.approx(step / 15)
        for name, value in everything(trainer).items():
            np.testing.assert_array_equal(value, moments[step][name], err_msg=name)
            assert np.isfinite(value).all()
        result = trainer.validate()
        assert result is not None and result.mean_loss < 1000


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize(
    "what", ["network.1.running_mean", "network.1.running_var", "optimiser.velocity", "average"]
)
def test_what_leaves_the_loss_finite_is_found_too(
    config: RunConfig, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, what: str, value: float
) -> None:
    with Workers(1) as workers:
        trainer = Trainer(dataclasses.replace(config, averaging=0.9), dataset, workers)
        trainer.step()
        good = everything(trainer)

        update = TrainState.update

        def spoil(*args: Any) -> None:
            trainer.state()[0][what].reshape(-1)[0] = value
            update(*args)

        with monkeypatch.context() as patch:
            patch.setattr(TrainState, "update", spoil)
            with pytest.raises(TrainingError, match=r"no longer finite after step 2.*step 1 are kept"):
                trainer.step()
        assert trainer.step_count == 1
        for name, array in everything(trainer).items():
            np.testing.assert_array_equal(array, good[name])


@pytest.mark.parametrize(
    ("what", "told"),
    [("optimiser.velocity", "The optimiser's state"), ("average", "What was learnt")],
)
def test_what_is_no_longer_finite_is_named(
    config: RunConfig, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, what: str, told: str
) -> None:
    update = TrainState.update

    def spoil(*args: Any) -> None:
        update(*args)
        trainer.state()[0][what].reshape(-1)[-1] = np.nan

    monkeypatch.setattr(TrainState, "update", spoil)
    with Workers(1) as workers:
        trainer = Trainer(dataclasses.replace(config, averaging=0.9), dataset, workers)
        with pytest.raises(TrainingError, match=rf"^{told} was no longer finite after step 1: the steps are"):
            trainer.step()


def test_a_dead_unit_with_an_infinite_bias_is_noticed(config: RunConfig, dataset: Dataset) -> None:
    """A bias of minus infinity before a ReLU gives a finite loss for ever."""
    config = without(config, "batch_norm", "dropout")
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        trainer.step()
        update = type(config.optimiser).update

        def spoil(*args: Any) -> None:
            update(*args)
            trainer.network.params[0]["bias"][0] = -np.inf

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(config.optimiser), "update", spoil)
            before = everything(trainer)
            with pytest.raises(TrainingError, match=r"no longer finite after step 2.*weights of step 1 are"):
                trainer.step()
        for name, value in everything(trainer).items():
            np.testing.assert_array_equal(value, before[name])
        trainer.step()


@pytest.mark.parametrize("error", [MemoryError, KeyboardInterrupt, ZeroDivisionError])
def test_half_a_step_is_none(
    config: RunConfig, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    config = dataclasses.replace(config, averaging=0.9, optimiser=OPTIMISERS["adam"]())
    with Workers(2 if error is MemoryError else 1) as workers:  # with help, and without
        undisturbed, trainer = (Trainer(config, dataset, workers) for _ in range(2))
        expected = [undisturbed.step().loss for _ in range(8)]
        losses = [trainer.step().loss for _ in range(4)]
        trainer.pool.wait()
        before = everything(trainer)
        update = type(config.optimiser).update

        def fail(self: Any, values: np.ndarray, *rest: Any) -> None:
            update(self, values, *rest)
            raise error

        def break_off(*_: Any) -> None:
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(type(config.optimiser), "update", fail)
            with pytest.raises(error):
                trainer.step()
        with monkeypatch.context() as patch:
            patch.setattr(trainer.pool._own, "compute", break_off)
            with pytest.raises(error):
                trainer.step()
        for name, value in everything(trainer).items():
            np.testing.assert_array_equal(value, before[name])
        assert losses + [trainer.step().loss for _ in range(4)] == expected


def test_divergence_right_after_resuming_goes_back_as_without_a_break(
    config: RunConfig, dataset: Dataset
) -> None:
    """A checkpoint holds the last good moment too: its own weights have not met a batch yet."""
    config = dataclasses.replace(without(config, "batch_norm"), epochs=100, averaging=0.9)
    with Workers(1) as workers:
        whole = Trainer(config, dataset, workers)
        for _ in range(5):
            whole.step()
        good = everything(whole)
        whole.step()
        whole.network.vector[:] = 1e37  # finite, but no loss is
        arrays, values = whole.state()
        arrays = {name: value.copy() for name, value in arrays.items()}
        with pytest.raises(TrainingError, match="The weights of step 5 are kept"):
            whole.step()
        resumed = Trainer(config, dataset, workers)
        resumed.restore(arrays, values)
        assert resumed.step_count == 6
        with pytest.raises(TrainingError, match="The weights of step 5 are kept"):
            resumed.step()
        for trainer in (whole, resumed):
            assert trainer.step_count == 5
            for name, value in everything(trainer).items():
                np.testing.assert_array_equal(value, good[name])
        assert whole.step() == resumed.step()


def test_validation_is_a_proof_too(config: RunConfig, dataset: Dataset) -> None:
    """The weights of the last step of a run meet no further batch, only the validation images."""
    config = dataclasses.replace(without(config, "batch_norm"), averaging=0.0)
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        for _ in range(3):
            trainer.step()
        good = everything(trainer)
        trainer.live = dataclasses.replace(trainer.live, learning_rate=1e30)
        trainer.step()
        with pytest.raises(
            TrainingError, match=r"validation loss became (nan|inf) at step 4.*step 3 are kept"
        ):
            trainer.validate()
        for name, value in everything(trainer).items():
            np.testing.assert_array_equal(value, good[name])


def test_an_old_checkpoint_and_a_spoilt_one(config: RunConfig, dataset: Dataset) -> None:
    config = dataclasses.replace(config, averaging=0.9)
    with Workers(1) as workers:
        first = Trainer(config, dataset, workers)
        for _ in range(4):
            first.step()
        arrays, values = first.state()
        old = {name: value.copy() for name, value in arrays.items() if not name.startswith("good.")}
        numbers = {name: values[name] for name in ("step", "epoch", "offset", "live")}
        second = Trainer(config, dataset, workers)
        second.restore(old, numbers)
        assert second.step() == first.step()
        np.testing.assert_array_equal(second.batch(2).indices, first.batch(2).indices)
        before = everything(second)
        for name in ("average", "optimiser.velocity", "network.0.bias"):
            spoilt = {**old, name: np.full_like(old[name], np.nan)}
            with pytest.raises(ModelFileError, match="not finite"):
                second.restore(spoilt, numbers)
        for name, value in everything(second).items():
            np.testing.assert_array_equal(value, before[name])
