"""Optimisers against their equations, worked one number at a time in plain Python."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.errors import ConfigError
from engine.optimisers import OPTIMISERS, UpdateSettings, optimiser_from_json

LR, MU, DECAY = 0.1, 0.8, 0.05
RHO, B2, EPS = 0.99, 0.999, 1e-8


def scalar(kind: str, w: float, grads: list[float], decayed: bool) -> float:
    """Return the weight after the given gradients, by the equations of the docstrings."""
    v = s = 0.0
    decay = DECAY if decayed else 0.0
    for t, g in enumerate(grads, 1):
        if kind == "adamw":
            w = w - LR * decay * w
        else:
            g = g + decay * w
        if kind == "sgd":
            w -= LR * g
        elif kind == "momentum":
            v = MU * v + g
            w -= LR * v
        elif kind == "nesterov":
            v = MU * v + g
            w -= LR * (g + MU * v)
        elif kind == "rmsprop":
            s = RHO * s + (1 - RHO) * g * g
            v = MU * v + g / (math.sqrt(s) + EPS)
            w -= LR * v
        else:
            v = MU * v + (1 - MU) * g
            s = B2 * s + (1 - B2) * g * g
            w -= LR * (v / (1 - MU**t)) / (math.sqrt(s / (1 - B2**t)) + EPS)
    return w


@pytest.mark.parametrize("kind", OPTIMISERS)
def test_follows_its_equation(kind: str) -> None:
    rng = np.random.default_rng(3)
    start, grads = rng.normal(size=6), rng.normal(size=(5, 6))
    mask = np.array([1.0, 1, 1, 0, 0, 0])
    optimiser = OPTIMISERS[kind]()
    values, state = start.copy(), optimiser.new_state(start)
    for step, grad in enumerate(grads, 1):
        optimiser.update(values, grad.copy(), mask, state, step, UpdateSettings(LR, MU, DECAY))
    expected = [scalar(kind, w, list(grads[:, i]), bool(mask[i])) for i, w in enumerate(start)]
    np.testing.assert_allclose(values, expected, rtol=1e-12)


@pytest.mark.parametrize("kind", OPTIMISERS)
def test_finds_the_bottom_of_a_bowl(kind: str) -> None:
    optimiser = OPTIMISERS[kind]()
    values = np.array([3.0, -2.0])
    state = optimiser.new_state(values)
    for step in range(1, 400):
        rate = 0.03 * (1 - step / 400)
        optimiser.update(values, 2 * values, np.ones(2), state, step, UpdateSettings(rate, 0.9, 0.0))
    assert np.abs(values).max() < 0.1


def test_adam_corrects_its_bias_when_momentum_changes() -> None:
    optimiser = OPTIMISERS["adam"]()
    values = np.zeros(1)
    state = optimiser.new_state(values)
    for step, momentum in enumerate((0.9, 0.5, 0.99), 1):
        optimiser.update(values, np.ones(1), np.zeros(1), state, step, UpdateSettings(0.1, momentum, 0.0))
    # The gradient is always 1, so its unbiased mean is 1 whatever the momentum was.
    np.testing.assert_allclose(values, [-0.3], rtol=1e-6)


def test_json_round_trip() -> None:
    for cls in OPTIMISERS.values():
        assert optimiser_from_json(cls().to_json()) == cls()
    with pytest.raises(ConfigError, match=r"no optimiser of kind 'magic'.*adam"):
        optimiser_from_json({"kind": "magic"})
    with pytest.raises(ConfigError, match=r"beta2 is 2.*0 to"):
        optimiser_from_json({"kind": "adam", "beta2": 2})


@pytest.mark.parametrize("kind", OPTIMISERS)
def test_what_is_remembered_before_the_first_step(kind: str) -> None:
    values = np.arange(5, dtype=np.float32)
    state = OPTIMISERS[kind]().new_state(values)
    names = {"momentum": ["velocity"], "nesterov": ["velocity"], "rmsprop": ["square", "velocity"], "sgd": []}
    assert list(state) == names.get(kind, ["mean", "square", "kept"])
    for name, value in state.items():
        assert value.tolist() == ([1] if name == "kept" else [0] * 5)
        assert value.dtype == (np.float64 if name == "kept" else np.float32)
