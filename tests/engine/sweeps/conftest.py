"""Sweeps so small that all of their runs take a moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.data.folders import sweeps_folder
from engine.sweeps.plan import Plan, planned
from engine.sweeps.state import Sweep
from engine.task import Task

LAYERS = [{"kind": "conv", "filters": 2, "kernel": 3}, {"kind": "relu"}, {"kind": "flatten"}]
NETWORK = {"name": "tiny", "in_shape": [1, 12, 12], "layers": [*LAYERS, {"kind": "dense", "units": 2}]}
BASE = {"network": NETWORK, "epochs": 2, "batch_size": 20, "validation_images": 20}


@pytest.fixture
def table(data: str) -> dict[str, Any]:
    """Return the content of a file: four trials of 14 steps, of which two go on after step 4."""
    return {
        "name": "Four rates",
        "method": "grid",
        "halving": {"eta": 2, "min_steps": 4},
        "base": {**BASE, "data": data},
        "space": {"learning_rate": [0.001, 0.01, 0.1, 0.3]},
    }


@pytest.fixture
def sweep(table: dict[str, Any]) -> Callable[..., Sweep]:
    """Return what makes the sweep, with some parts changed."""

    def make(folder: str = "", **changes: Any) -> Sweep:
        plan: Plan = planned({**table, **changes}, Path())
        return Sweep(plan, sweeps_folder() / (folder or "x"), Task())

    return make
