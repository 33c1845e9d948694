"""What the user can ask of a session, in words of the program."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from engine.session.messages import Advance, Change, Command, Finish, Pace, Pause, Play

if TYPE_CHECKING:
    from engine.training.config import LiveSettings


class Commands:
    """Each wish is one command, which the session acts on between two steps."""

    @abstractmethod
    def _send(self, command: Command) -> None:
        """Give the session a command."""

    def play(self) -> None:
        """Train until the end of the run."""
        self._send(Play())

    def advance(self, steps: int) -> None:
        """Train ``steps`` steps, or with 0 to the end of the epoch, then pause."""
        self._send(Advance(steps))

    def pause(self) -> None:
        """Stand still after the current step."""
        self._send(Pause())

    def change(self, live: LiveSettings) -> None:
        """Use other settings from the next step on."""
        self._send(Change(live))

    def pace(self, steps_per_second: float) -> None:
        """Take at most this many steps per second; 0 is full speed."""
        self._send(Pace(steps_per_second))

    def finish(self) -> None:
        """End the run early, validated."""
        self._send(Finish())
