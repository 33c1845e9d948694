"""What a condition asks for when the learner is stuck and wants to be shown."""

from __future__ import annotations

from typing import Protocol


class Doer(Protocol):
    """Does in the window what the learner would do."""

    def show(self, place: str) -> None:
        """Bring a view, or a page of it, to the front."""

    def train(self, steps: int = 0) -> None:
        """Train until the run stands at ``steps``; 0: until all that is checked is there."""

    def look_at(self, step: int) -> None:
        """Take all views to a step of the run."""

    def set(self, name: str, value: float) -> None:
        """Change a numeric setting of the run in training."""

    def choose(self, model: str) -> None:
        """Make the model with this key the current one."""

    def draw(self, digit: str) -> None:
        """Draw a digit on the sheet of the Test panel."""

    def switch_off(self, filters: int) -> None:
        """Switch off the first filters of a broken copy of the network that is shown."""

    def damage(self, kind: str, options: dict[str, float]) -> None:
        """Make a change of this kind to a broken copy, or to what it sees."""

    def look_at_confusion(self, true: str, answer: str) -> None:
        """Look at a test image of class ``true`` that the network takes for ``answer``."""

    def open(self, place: str) -> None:
        """Press what is at a place."""
