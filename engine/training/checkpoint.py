"""Checkpoints: the arrays and values of ``Trainer.state`` and the settings of the run in one file."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import ModelFileError
from engine.io.gate import MODEL, explained
from engine.model.container import read, write
from engine.model.history import History
from engine.model.network import Network
from engine.model.tensors import Arrays
from engine.training.config import LiveSettings, RunConfig
from engine.training.train_state import TrainState


@dataclass(frozen=True)
class Checkpoint:
    """All that is needed to go on with a run as if it had never been interrupted."""

    config: RunConfig
    arrays: Arrays
    values: dict[str, Any]
    history: History

    @property
    def live(self) -> LiveSettings:
        """The settings that were in use; raises ModelFileError if they are damaged."""
        try:
            return LiveSettings(**self.values["live"])
        except (KeyError, TypeError) as error:
            raise ModelFileError(f"The checkpoint is damaged: {error}.") from None

    def changed(self, config: RunConfig) -> Checkpoint:
        """Return this state to go on from with the settings ``config``."""
        live = dataclasses.asdict(config.live())
        return dataclasses.replace(self, config=config, values={**self.values, "live": live})


def branched(config: RunConfig, network: Network) -> Checkpoint:
    """Return the state before the first step of a run that begins with what ``network`` has learnt."""
    learnt = TrainState(network.copy(), config.optimiser, config.averaging).arrays
    arrays: Arrays = {f"network.{name}": value for name, value in network.named().items()}
    arrays |= {name: value for name, value in learnt.items() if name != "network"}
    live = dataclasses.asdict(config.live())
    values: dict[str, Any] = {"step": 0, "epoch": 0, "offset": 0, "live": live, "settings": []}
    return Checkpoint(config, arrays, values, History())


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write ``checkpoint``; raises ModelFileError and then leaves an older file as it was."""
    description = {"config": checkpoint.config.to_json(), "values": checkpoint.values}
    write(path, "checkpoint", checkpoint.arrays, checkpoint.history, description)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint; raises ModelFileError as ``load_model`` does."""
    arrays, history, data = read(path, "checkpoint")
    with explained(path, MODEL):
        return Checkpoint(RunConfig.from_json(data["config"]), arrays, dict(data["values"]), history)
