"""Everything that determines a run, validated in one place; the only way to start one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.data.augment import Augmentation, augmentation_from_json
from engine.errors import ConfigError
from engine.io.gate import CONFIG, explained
from engine.io.json_file import json_file
from engine.model.spec import MOST_TRAINED, NetworkSpec, preset
from engine.optimisers import OPTIMISERS, Optimiser, optimiser_from_json
from engine.options import OptionInfo, checked, option
from engine.schedules import SCHEDULES, Schedule, schedule_from_json

SHARE = 6
"""At most one in n training images is held out for validation unless the user says otherwise."""
USUAL = 5000
"""Validation images where there are enough."""
STOPPING = ("patience", "stop_loss", "stop_accuracy", "stop_minutes")
"""The settings of when a run stops by itself; the first three need validation images."""


@dataclass(frozen=True)
class LiveSettings:
    """What may be changed while the network trains.

    Attributes are explained by ``RunConfig``, which has the same ones.
    """

    learning_rate: float
    momentum: float
    weight_decay: float
    batch_size: int
    epochs: int


@dataclass(frozen=True)
class RunConfig:
    """The settings of a run: the same ones give the same losses, every time.

    The numbers are options (see ``engine.options``), so the window, the terminal and the JSON
    form all know their range and explanation from here.
    """

    network: NetworkSpec
    data: str = "mnist"
    optimiser: Optimiser = dataclasses.field(default_factory=lambda: OPTIMISERS["momentum"]())
    schedule: Schedule = dataclasses.field(default_factory=lambda: SCHEDULES["constant"]())
    augmentation: Augmentation = dataclasses.field(default_factory=Augmentation)
    learning_rate: float = option(
        0.01, "Size of a step against the gradient.", low=0.0, high=100.0, above_low=True
    )
    momentum: float = option(0.95, "Share of the last step that is kept in the next.", low=0.0, high=0.9999)
    weight_decay: float = option(0.0, "Pull of every weight towards zero.", low=0.0, high=10.0)
    batch_size: int = option(20, "Images in one step.", low=1, high=4096)
    epochs: int = option(2, "Passes over all training images.", low=1, high=10000)
    seed: int = option(1, "Number from which all randomness of the run grows.", low=0, high=2**32 - 1)
    data_seed: int = option(
        -1,
        "Number from which all that is random about the images grows: which are held out, their order, their "
        "augmentation; -1: the seed.",
        low=-1,
        high=2**32 - 1,
    )
    smoothing: float = option(
        0.0, "Share of certainty taken from the true class and spread over all.", low=0.0, high=0.9
    )
    averaging: float = option(
        0.0, "How slowly the averaged weights follow; 0 uses the last weights.", low=0.0, high=0.99999
    )
    validation_images: int = option(
        USUAL, "Training images set aside to watch the progress on.", low=0, high=1000000
    )
    validation_every: int = option(
        500, "Steps between two validations; 0: only after each epoch.", low=0, high=10**9
    )
    patience: int = option(
        0, "Stop when this many validations in a row brought no improvement; 0: never.", low=0, high=10**6
    )
    stop_loss: float = option(
        0.0, "Stop when the validation loss is this low; 0: never.", low=0.0, high=1000.0
    )
    stop_accuracy: float = option(
        0.0, "Stop when the validation accuracy, 0 to 1, is this high; 0: never.", low=0.0, high=1.0
    )
    stop_minutes: float = option(
        0.0, "Stop after this many minutes of training; 0: never.", low=0.0, high=10**6
    )
    training_images: int = option(0, "Use only this many training images; 0: all of them.", low=0, high=10**9)
    threads: int = option(0, "Processors that share a batch; 0: all there are.", low=0, high=256)

    def __post_init__(self) -> None:
        """Check every number and that the network can be built; raises ConfigError or ShapeError."""
        for name, info in self.options().items():
            default = type(self).__dataclass_fields__[name].default
            title = name.replace("_", " ")
            object.__setattr__(self, name, checked(title, getattr(self, name), default, info))
        for name in STOPPING[:3]:
            if getattr(self, name) and not self.validation_images:
                raise ConfigError(
                    f"{name.replace('_', ' ')} is {getattr(self, name):g}, but no validation images are set "
                    "aside to judge it by; allowed is 0, or at least 1 validation image."
                )
        if self.network.trained > MOST_TRAINED:
            raise ConfigError(
                f"The network has {self.network.trained:,} values to train; allowed are {MOST_TRAINED:,}."
            )

    @property
    def seed_of_data(self) -> int:
        """The number from which all that is random about the images grows.

        Runs with the same one, of the same data set, see the same images in the same order, whatever their
        ``seed`` makes of the initialisation and of dropout.
        """
        return self.seed if self.data_seed < 0 else self.data_seed

    @classmethod
    def options(cls) -> dict[str, OptionInfo]:
        """Return the numeric settings by name with their explanations."""
        return {f.name: f.metadata["info"] for f in dataclasses.fields(cls) if "info" in f.metadata}

    def live(self) -> LiveSettings:
        """Return the part that may change during the run."""
        return LiveSettings(*(getattr(self, field.name) for field in dataclasses.fields(LiveSettings)))

    def changed(self, live: LiveSettings) -> RunConfig:
        """Return these settings with the live part replaced; raises ConfigError."""
        return dataclasses.replace(self, **dataclasses.asdict(live))

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain JSON values."""
        return {
            "data": self.data,
            "network": self.network.to_json(),
            "optimiser": self.optimiser.to_json(),
            "schedule": self.schedule.to_json(),
            "augmentation": self.augmentation.to_json(),
            **{name: getattr(self, name) for name in self.options()},
        }

    @classmethod
    def from_json(cls, data: Any) -> RunConfig:
        """Build settings from what ``to_json`` gave; parts that are left out get their defaults.

        ``network`` may also be the name of a preset.

        Raises:
            ConfigError: a setting is unknown or its value is not allowed.
            ShapeError: the network's layers do not fit together.
        """
        if not isinstance(data, dict):
            raise ConfigError(f"A run is described by an object, not by {data!r}.")
        builders = {
            "network": lambda v: preset(v) if isinstance(v, str) else NetworkSpec.from_json(v),
            "optimiser": optimiser_from_json,
            "schedule": schedule_from_json,
            "augmentation": augmentation_from_json,
        }
        known = {field.name for field in dataclasses.fields(cls)}
        for name in data:
            if name not in known:
                raise ConfigError(f"There is no setting {name!r}; there are {', '.join(sorted(known))}.")
        if not isinstance(data.get("data", "mnist"), str):
            raise ConfigError(f"The data set is {data['data']!r}; allowed is the name of a data set.")
        values: dict[str, Any] = {
            name: builders[name](v) if name in builders else v for name, v in data.items()
        }
        values.setdefault("network", preset("classic"))
        return cls(**values)

    @classmethod
    def from_file(cls, path: Path, base: RunConfig | None = None) -> RunConfig:
        """Read settings from a JSON file, on top of ``base``; raises ConfigError naming the file."""
        with explained(path, CONFIG):
            data = json_file(path, CONFIG)
            if base is not None and isinstance(data, dict):
                data = {**base.to_json(), **data}
            return cls.from_json(data)
