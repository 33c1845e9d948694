"""Settings of a run: one form, checked in one place."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from engine.data.augment import AUGMENTATIONS
from engine.errors import ConfigError, ShapeError
from engine.model.spec import preset
from engine.optimisers import OPTIMISERS
from engine.resources import RESOURCES
from engine.schedules import SCHEDULES
from engine.training.config import LiveSettings, RunConfig


def test_json_round_trip() -> None:
    config = RunConfig(
        network=preset("lenet5"),
        optimiser=OPTIMISERS["adamw"](beta2=0.9),
        schedule=SCHEDULES["one_cycle"](peak=0.2),
        augmentation=AUGMENTATIONS["strong"],
        learning_rate=0.5,
        averaging=0.9,
    )
    assert RunConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_parts_that_are_left_out_get_their_defaults() -> None:
    assert RunConfig.from_json({}) == RunConfig(network=preset("classic"))
    assert RunConfig.from_json({"network": "deep", "epochs": 3}) == RunConfig(
        network=preset("deep"), epochs=3
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"speed": 3}, "no setting 'speed'; there are augmentation"),
        ({"learning_rate": -1}, "learning rate is -1; allowed is more than 0 and at most 100"),
        ({"learning_rate": "fast"}, "learning rate is 'fast'"),
        ({"batch_size": 0.5}, "batch size is 0.5; allowed is a whole number"),
        ({"data": 7}, "The data set is 7"),
        ({"optimiser": "adam"}, "described by an object"),
        ({"network": "huge"}, "no network called 'huge'"),
        ([], "described by an object"),
    ],
)
def test_settings_that_are_not_allowed_are_refused(data: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        RunConfig.from_json(data)


def test_a_network_that_cannot_be_built_is_refused() -> None:
    spec = preset("classic")
    with pytest.raises(ShapeError, match="Layer 1"):
        RunConfig(network=dataclasses.replace(spec, in_shape=(1, 3, 3)))


def test_the_live_part_can_be_replaced() -> None:
    config = RunConfig(network=preset("classic"))
    live = dataclasses.replace(config.live(), momentum=0.5, epochs=9)
    assert isinstance(live, LiveSettings)
    assert config.changed(live).live() == live
    assert dataclasses.replace(config.changed(live), momentum=0.95, epochs=2) == config


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Cannot read .*none\.json: No such file"):
        RunConfig.from_file(tmp_path / "none.json")
    (tmp_path / "x.json").write_text("{")
    with pytest.raises(ConfigError, match=r"x\.json is not valid JSON"):
        RunConfig.from_file(tmp_path / "x.json")


def test_shipped_recipes_are_valid() -> None:
    folder = RESOURCES / "recipes"
    recipes = sorted(folder.glob("*.json"))
    assert recipes
    for path in recipes:
        RunConfig.from_file(path)
