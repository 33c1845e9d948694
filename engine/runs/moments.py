"""Recorded moments by name: ``RUN@STEP`` is the network that a run had after a step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.errors import ConfigError, ModelFileError
from engine.io.gate import is_there
from engine.model.model_file import Model, find_model
from engine.model.network import Network
from engine.runs.folder import RunFolder
from engine.runs.library import Library, split_moment
from engine.runs.record import Parent
from engine.training.config import RunConfig

HELP = "RUN@STEP, the network that a recorded run had after a step"
"""What commands say about moments."""


@dataclass(frozen=True)
class RecordedMoment:
    """A run and one of the steps whose weights it has kept.

    Attributes:
        folder: the run.
        step: the step.
    """

    folder: RunFolder
    step: int

    @property
    def settings(self) -> RunConfig:
        """The settings that the run had then."""
        return self.folder.settings(self.step)

    @property
    def parent(self) -> Parent:
        """How a run that is branched off here remembers it."""
        return Parent(self.folder.record.id, self.step)

    def network_for(self, config: RunConfig) -> Network:
        """Return the network, for a run with the settings ``config``.

        Raises:
            ConfigError: its network has other layers.
            ModelFileError: the weights cannot be read.
        """
        spec = self.folder.record.config.network
        if config.network != spec:
            raise ConfigError(
                f"The run {self.folder.record.id} has the network '{spec.name}', so what goes on from it "
                f"cannot have '{config.network.name}' with other layers."
            )
        return self.folder.network(self.step)


def moment(word: str) -> RecordedMoment:
    """Return the moment ``RUN@STEP``; without a step the last one that is kept.

    Raises:
        ModelFileError: there is no such run, or the weights of this step are not kept.
    """
    run, step = split_moment(word)
    folder = RunFolder(Library().find(run))
    kept = folder.steps()
    if not kept:
        raise ModelFileError(f"The run {run} has kept no weights.")
    if step is None:
        step = kept[-1]
    if step not in kept:
        near = min(kept, key=lambda each: abs(each - step))
        raise ModelFileError(
            f"The run {run} has not kept the weights of step {step:,}; the nearest that it has is {near}."
        )
    return RecordedMoment(folder, step)


def find(word: str) -> Model:
    """Return the model that ``word`` names: shipped, in a file, or a recorded moment.

    Raises:
        ModelFileError: there is none, or it cannot be read.
    """
    if split_moment(word)[1] is None or is_there(Path(word)):
        return find_model(word)
    at = moment(word)
    return at.folder.model(at.step)
