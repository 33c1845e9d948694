"""A checkpoint comes back as it was, or a sentence says what is wrong with it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import ModelFileError
from engine.model.container import write
from engine.model.history import History
from engine.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from engine.training.config import RunConfig


def history() -> History:
    there = History()
    there.steps.append(1, 0.1, 0.2, 2.3, 0.1, 0.01)
    there.validations.append(1, 0.1, 0.2, 2.2, 0.2)
    return there


def test_everything_comes_back(config: RunConfig, tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    arrays = {"network.x": np.arange(3.0, dtype=np.float32), "optimiser.y": np.ones((2, 2))}
    values: dict[str, Any] = {"step": 2, "live": {"momentum": 0.5}}
    save_checkpoint(path, Checkpoint(config, arrays, values, history()))
    back = load_checkpoint(path)
    assert (back.config, back.values) == (config, values)
    assert set(back.arrays) == set(arrays)
    for name, value in arrays.items():
        np.testing.assert_array_equal(back.arrays[name], value)
        assert back.arrays[name].dtype == value.dtype
    np.testing.assert_array_equal(back.history.steps.table(), history().steps.table())
    np.testing.assert_array_equal(back.history.validations.table(), history().validations.table())


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ({}, r"c\.safetensors is damaged"),
        ({"config": {}}, r"c\.safetensors is damaged"),
        ({"config": {}, "values": 3}, r"c\.safetensors is damaged"),
        (
            {"config": {"speed": 3}, "values": {}},
            r"c\.safetensors cannot be used: There is no setting 'speed'",
        ),
        ({"config": [], "values": {}}, r"c\.safetensors cannot be used: A run is described by an object"),
    ],
)
def test_a_description_that_is_wrong_is_told(
    description: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "c.safetensors"
    write(path, "checkpoint", {"a": np.zeros(2, np.float32)}, history(), description)
    with pytest.raises(ModelFileError, match=message):
        load_checkpoint(path)


def test_a_model_is_no_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    write(path, "model", {"a": np.zeros(2, np.float32)}, history(), {"config": {}, "values": {}})
    with pytest.raises(ModelFileError, match="is a model, not a checkpoint"):
        load_checkpoint(path)


def test_a_file_that_is_there_is_kept_when_the_new_one_cannot_be_written(
    config: RunConfig, tmp_path: Path
) -> None:
    path = tmp_path / "c.safetensors"
    save_checkpoint(path, Checkpoint(config, {}, {"step": 1}, history()))
    before = path.read_bytes()
    with pytest.raises(ValueError, match="not JSON compliant"):
        save_checkpoint(path, Checkpoint(config, {}, {"step": float("nan")}, history()))
    assert path.read_bytes() == before


def test_it_knows_the_settings_in_use_and_can_go_on_with_others(config: RunConfig) -> None:
    live = dataclasses.replace(config.live(), momentum=0.25)
    arrays = {"network.x": np.arange(3.0)}
    values = {"step": 7, "live": dataclasses.asdict(live)}
    there = Checkpoint(config, arrays, values, history())
    assert there.live == live
    other = dataclasses.replace(config, batch_size=9, epochs=5)
    changed = there.changed(other)
    assert (changed.config, changed.live) == (other, other.live())
    assert changed.values["step"] == 7 and changed.arrays is arrays and changed.history is there.history
    assert there.live == live


@pytest.mark.parametrize("values", [{}, {"live": {"momentum": 1}}, {"live": 3}])
def test_settings_in_use_that_are_damaged_are_told(config: RunConfig, values: dict[str, Any]) -> None:
    with pytest.raises(ModelFileError, match="The checkpoint is damaged: "):
        _ = Checkpoint(config, {}, values, history()).live
