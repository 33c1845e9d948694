"""The second half of a step: what a gradient changes, and what is used afterwards."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.optimisers import OPTIMISERS, UpdateSettings
from engine.schedules import SCHEDULES
from engine.training.config import RunConfig
from engine.training.train_state import TrainState, update_settings

NOW = UpdateSettings(0.1, 0.9, 0.5)


def statistics(spec: NetworkSpec, mean: float, variance: float) -> list[object]:
    """Return what the layers of ``spec`` have seen of one micro-batch."""
    return [
        (np.full(4, mean, np.float32), np.full(4, variance, np.float32)) if layer.statistics else None
        for layer in spec.layers
    ]


@pytest.mark.parametrize("averaging", [0.0, 0.25, 0.99])
def test_a_step_changes_all_that_is_learnt(spec: NetworkSpec, averaging: float) -> None:
    network = Network.new(spec, 1)
    state = TrainState(network, OPTIMISERS["momentum"](), *([averaging] if averaging else []))
    assert set(state.arrays) == {"network", "optimiser.velocity"} | ({"average"} if averaging else set())
    assert state.arrays["optimiser.velocity"] is state.optimiser_state["velocity"]
    assert np.shares_memory(state.arrays["network"], network.vector)
    expected, velocity = network.vector.astype(np.float64), 0.0
    average, decay = expected.copy(), network.decay_mask()
    running = {"running_mean": 0.0, "running_var": 1.0}
    rng = np.random.default_rng(0)
    for step in range(1, 6):
        grad = rng.normal(size=network.vector.size).astype(np.float32)
        velocity = 0.9 * velocity + grad + 0.5 * decay * expected
        expected = expected - 0.1 * velocity
        keep = min(averaging, step / (step + 10))
        average = keep * average + (1 - keep) * expected
        seen = [statistics(spec, 2.0, 3.0), statistics(spec, 4.0, 5.0)] if step != 3 else []
        if seen:
            running = {
                "running_mean": 0.9 * running["running_mean"] + 0.1 * 3.0,
                "running_var": 0.9 * running["running_var"] + 0.1 * 4.0,
            }
        state.update(grad, seen, NOW, step)
        np.testing.assert_allclose(network.vector, expected, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(state.arrays["optimiser.velocity"], velocity, rtol=1e-4, atol=1e-5)
        for name, value in running.items():
            np.testing.assert_allclose(network.params[1][name], value, rtol=1e-5)
        used = state.best_network(step)
        np.testing.assert_allclose(used.vector, average if averaging else expected, rtol=1e-4, atol=1e-5)
        np.testing.assert_array_equal(used.params[1]["running_mean"], network.params[1]["running_mean"])
        if averaging:
            np.testing.assert_array_equal(state.arrays["average"], used.vector)
        assert not np.shares_memory(used.vector, network.vector)


def test_before_the_first_step_the_network_itself_is_used(spec: NetworkSpec) -> None:
    network = Network.new(spec, 1)
    state = TrainState(network, OPTIMISERS["sgd"](), 0.9)
    network.vector[:] = 5  # as a restored one, whose average comes later
    assert (state.best_network(0).vector == 5).all()
    assert not (state.best_network(1).vector == 5).any()


def test_values_beyond_all_numbers_are_no_warning(spec: NetworkSpec) -> None:
    network = Network.new(spec, 1)
    state = TrainState(network, OPTIMISERS["adam"](), 0.9)
    for value in (3e38, np.inf, np.nan):
        network.vector[:] = -3e38
        grad = np.full_like(network.vector, value)
        state.update(grad, [statistics(spec, 3e38, 3e38)] * 2, UpdateSettings(3e38, 0.9, 3e38), 1)
        assert not np.isfinite(network.vector).all()


def test_the_settings_of_a_step_follow_the_schedule(config: RunConfig) -> None:
    schedule = SCHEDULES["one_cycle"]()
    config = dataclasses.replace(config, schedule=schedule)
    live = dataclasses.replace(config.live(), learning_rate=0.3, momentum=0.7, weight_decay=0.2, epochs=5)
    for epoch in (0.0, 1.25, 5.0):
        now = update_settings(config, live, epoch)
        assert now.learning_rate == pytest.approx(0.3 * schedule.factor(epoch, 5))
        assert (now.momentum, now.weight_decay) == (0.7, 0.2)
    assert len({update_settings(config, live, epoch).learning_rate for epoch in (0.0, 1.25, 5.0)}) == 3
