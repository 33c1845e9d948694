"""What every condition of a lesson is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from engine.lessons.doer import Doer
from engine.lessons.situation import Situation
from engine.options import Configurable, option


@dataclass(frozen=True)
class Condition(Configurable, ABC):
    """Something that is or is not so.

    Attributes:
        says: what the learner reads beside the tick; empty for the usual words.
    """

    says: str = option("", "What the learner reads beside the tick; empty: the usual words.", letters=160)

    @abstractmethod
    def met(self, now: Situation) -> bool:
        """Return whether it is so."""

    @abstractmethod
    def words(self) -> str:
        """Return what has to be so, as a line beside a tick."""

    def so_far(self, now: Situation) -> str:
        """Return how it stands, in a few words; empty if there is nothing to say."""
        return ""

    @property
    def sees(self) -> str:
        """The place of which it asks whether it is in sight; empty for none."""
        return ""

    @property
    def uses(self) -> str:
        """The place of which it asks whether it was used; empty for none."""
        return ""

    @property
    def judges(self) -> bool:
        """Whether it asks what a drawing shows."""
        return False

    def demonstrate(self, doer: Doer) -> bool:
        """Let ``doer`` do what makes it so; returns whether that can be done for the learner."""
        return False
