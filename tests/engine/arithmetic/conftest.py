"""Networks that have every kind of layer between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.data.preprocess import Preprocessing
from engine.layers import LAYERS
from engine.model.network import Network
from engine.model.spec import NetworkSpec

PREPROCESSING = Preprocessing((0.4, 0.5), (0.2, 0.3))
_STACKS: dict[str, list[dict[str, Any]]] = {
    "windows": [
        {"kind": "conv", "filters": 3, "kernel": [2, 3], "stride": [2, 1], "padding": [1, 2]},
        {"kind": "leaky_relu", "slope": 0.1},
        {"kind": "max_pool", "size": 3, "stride": 2, "padding": 1},
        {"kind": "conv", "filters": 4, "kernel": 3, "padding": "same", "bias": False},
        {"kind": "tanh"},
        {"kind": "average_pool", "size": [2, 3], "stride": 1, "padding": [1, 0]},
        {"kind": "flatten"},
        {"kind": "dropout", "rate": 0.25, "inverted": False},
        {"kind": "dense", "units": 5},
        {"kind": "sigmoid"},
        {"kind": "dense", "units": 3, "bias": False},
    ],
    "residual": [
        {"kind": "conv", "filters": 3, "kernel": 3, "padding": "same", "bias": False},
        {"kind": "batch_norm"},
        {"kind": "relu6", "ceiling": 1.5},
        {"kind": "residual", "filters": 3},
        {"kind": "max_pool", "size": 2},
        {"kind": "residual", "filters": 4, "stride": 2},
        {"kind": "global_average_pool"},
        {"kind": "dropout", "rate": 0.3},
        {"kind": "dense", "units": 4},
        {"kind": "batch_norm", "epsilon": 0.001},
        {"kind": "relu"},
        {"kind": "dense", "units": 3},
    ],
}
assert {layer["kind"] for stack in _STACKS.values() for layer in stack} == set(LAYERS)


@pytest.fixture(params=_STACKS, scope="session")
def network(request: pytest.FixtureRequest) -> Network:
    """Return a network whose biases, scales and running statistics are not those of the start."""
    layers = _STACKS[request.param]
    data = {"name": request.param, "in_shape": [2, 9, 8], "layers": layers}
    found = Network.new(NetworkSpec.from_json(data), 4)
    found.state_vector += 0.3 * np.random.default_rng(1).random(found.state_vector.size, np.float32)
    return found


@pytest.fixture(scope="session")
def image() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (2, 9, 8)).astype(np.uint8)
