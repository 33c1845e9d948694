"""Which network is meant: the run that is looked at, a step of one, a shipped model, or a file."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from engine.records import dataclass


@dataclass(frozen=True)
class TheRun:
    """The run that is looked at, at the step that is looked at: the newest one, or an earlier one."""

    @property
    def key(self) -> str:
        """The word for it in files and commands."""
        return "training"


@dataclass(frozen=True)
class RunStep:
    """A run at one of its steps.

    Attributes:
        run: the number of the run in this process.
        step: training steps done.
    """

    run: int
    step: int

    @property
    def key(self) -> str:
        """The word for it in files and commands."""
        return f"{self.run}@{self.step}"


@dataclass(frozen=True)
class Shipped:
    """A model that comes with the program."""

    name: str

    @property
    def key(self) -> str:
        """The word for it in files and commands."""
        return self.name


@dataclass(frozen=True)
class TaughtModel:
    """A model that was taught here; it has the name of its file."""

    name: str

    @property
    def key(self) -> str:
        """The word for it in files and commands."""
        return self.name


@dataclass(frozen=True)
class Opened:
    """A model in a file that was opened."""

    path: Path

    @property
    def key(self) -> str:
        """The word for it in files and commands."""
        return f"file:{self.path}"


@dataclass(frozen=True)
class Damaged:
    """A copy of a network that is broken to see what it still does; each change makes another version.

    Attributes:
        version: which one.
    """

    version: int

    @property
    def key(self) -> str:
        """The word for it in files and commands."""
        return f"broken:{self.version}"


Reference: TypeAlias = TheRun | RunStep | Shipped | TaughtModel | Opened | Damaged

THE_RUN = TheRun()
