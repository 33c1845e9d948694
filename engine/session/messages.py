"""What the window (or the terminal) and a training session say to each other."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from engine.records import dataclass
from engine.types import Array, Bytes

if TYPE_CHECKING:
    from engine.model.network import Network
    from engine.training.config import LiveSettings
    from engine.training.evaluation import Evaluation
    from engine.training.replay import StepStart


class State(Enum):
    """What a session is doing."""

    LOADING = "loading"
    PAUSED = "paused"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


# --- commands: to the session -----------------------------------------------------------------


@dataclass(frozen=True)
class Play:
    """Train until the end of the run; after the end, for as many epochs as were added."""


@dataclass(frozen=True)
class Advance:
    """Train ``steps`` steps, or to the end of the epoch when ``steps`` is 0, then pause."""

    steps: int = 1


@dataclass(frozen=True)
class Pause:
    """Stand still after the current step."""


@dataclass(frozen=True)
class Change:
    """Use other settings from the next step on."""

    live: LiveSettings


@dataclass(frozen=True)
class Pace:
    """Take at most this many steps per second; 0 is full speed."""

    steps_per_second: float


@dataclass(frozen=True)
class Finish:
    """End the run early: validate, keep the weights, be finished."""


@dataclass(frozen=True)
class Save:
    """Write the network as a model, or with all that is needed to go on as a checkpoint."""

    path: Path
    checkpoint: bool = False


@dataclass(frozen=True)
class Keep:
    """Have everything recorded by now, so that the run can be gone on with; answered by ``Kept``."""


@dataclass(frozen=True)
class Quit:
    """End the session's loop as soon as possible; ``kept`` marks the run as one to go on with."""

    kept: bool = False


Command: TypeAlias = Play | Advance | Pause | Change | Pace | Finish | Save | Keep | Quit


# --- the two ways back -----------------------------------------------------------------------


@dataclass(frozen=True)
class StateChanged:
    """The session is in another state; ``message`` says why, in words for the user.

    ``diverged``: it failed because its steps were too large, and stands at the last good one.
    """

    run_id: int
    state: State
    message: str = ""
    diverged: bool = False


@dataclass(frozen=True)
class Validated:
    """A row was added to ``History.validations``."""

    run_id: int
    row: int


@dataclass(frozen=True)
class SettingsChanged:
    """The session now uses these settings."""

    run_id: int
    live: LiveSettings


@dataclass(frozen=True)
class Saved:
    """A ``Save`` was carried out; ``problem`` says in words why not, or is empty."""

    run_id: int
    path: Path
    problem: str = ""


@dataclass(frozen=True)
class Kept:
    """A ``Keep`` was carried out; ``problem`` says in words why not, or is empty."""

    run_id: int
    problem: str = ""


@dataclass(frozen=True)
class Notice:
    """Something that the user should know and that changes no state, in words."""

    run_id: int
    message: str


Event: TypeAlias = StateChanged | Validated | SettingsChanged | Saved | Kept | Notice


@dataclass(frozen=True)
class Request:
    """What the window wants to see next; empty parts cost nothing.

    Attributes:
        kernels: the parameters of the layers (a copy of the network).
        maps: the outputs of all layers for ``image``.
        image: the sample, uint8 ``(C, H, W)``.
        evaluate: keep an evaluation of the test images going beside the training.
        start: what the newest step began with, with the kernels or maps; costs copies of all that was learnt.
    """

    kernels: bool = False
    maps: bool = False
    image: Bytes | None = None
    evaluate: bool = False
    start: bool = False

    def like(self, other: Request | None) -> bool:
        """Return whether ``other`` asks for the same, of the same image."""
        if other is None or self.image is not other.image:
            return False
        mine = (self.kernels, self.maps, self.evaluate, self.start)
        return mine == (other.kernels, other.maps, other.evaluate, other.start)


@dataclass(frozen=True)
class Snapshot:
    """The network at one moment; all arrays are copies and read-only.

    Attributes:
        run_id: the run it belongs to.
        step: training steps done.
        network: a copy of the network (None if kernels were not asked for). When weights are
            averaged, it holds the averaged ones.
        image: the sample of the maps.
        maps: output of each layer for the sample, ``(C, H, W)`` or ``(D,)``; empty if not asked.
        probabilities: ``(K,)`` for the sample, or None.
        start: what the newest step began with; None if not asked, or not known.
    """

    run_id: int
    step: int
    network: Network | None
    image: Bytes | None
    maps: tuple[Array, ...]
    probabilities: Array | None
    start: StepStart | None = None


@dataclass(frozen=True)
class EvaluationDone:
    """An evaluation of test images and the moment of the weights it used."""

    run_id: int
    step: int
    evaluation: Evaluation
