"""What can be asked of whoever stands for a run: the one in training, and the one that is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.dataset import Dataset
from engine.model.history import History
from engine.session.messages import State
from gui.run.run import Run

if TYPE_CHECKING:
    from engine.training.config import LiveSettings, RunConfig


class OfRun:
    """Passes on what is known of its run.

    Attributes:
        run: the run.
    """

    run: Run

    @property
    def history(self) -> History:
        """The curves of the run."""
        return self.run.history

    @property
    def config(self) -> RunConfig | None:
        """Its settings at the start."""
        return self.run.config

    @property
    def live(self) -> LiveSettings | None:
        """Its present settings."""
        return self.run.live

    @property
    def folder(self) -> Path | None:
        """Where it is recorded, once it has taken a step."""
        return self.run.folder

    @property
    def state(self) -> State:
        """What its session is doing."""
        return self.run.state

    @property
    def dataset(self) -> Dataset | None:
        """The data set in use, once it is loaded."""
        return self.run.dataset

    @property
    def epoch_size(self) -> int:
        """Images in one epoch; 0 while the data set is being loaded."""
        return self.run.channel.epoch_size

    @property
    def steps(self) -> int:
        """Training steps done."""
        return self.run.steps
