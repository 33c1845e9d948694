"""What can be checked of the views, and of the copy that is broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.damage import CHANGES
from engine.formatting import counted, share
from engine.lessons.conditions.base import Condition
from engine.lessons.doer import Doer
from engine.lessons.places import PLACES
from engine.lessons.situation import Situation
from engine.options import option


@dataclass(frozen=True)
class Shown(Condition):
    """A view, or a page of one, is in sight."""

    type_name: ClassVar[str] = "shown"
    place: str = option("learn", "The view or page.", choices=tuple(PLACES))

    def met(self, now: Situation) -> bool:
        """Look whether it is."""
        return self.place in now.shown

    @property
    def sees(self) -> str:
        """Its place."""
        return self.place

    def words(self) -> str:
        """Name it."""
        return f"You see {PLACES[self.place].partition(',')[0]}"

    def demonstrate(self, doer: Doer) -> bool:
        """Show it."""
        doer.show(self.place)
        return True


@dataclass(frozen=True)
class Used(Condition):
    """Something was clicked or typed at a place while the step is shown."""

    type_name: ClassVar[str] = "used"
    place: str = option("learn.charts", "The place.", choices=tuple(PLACES))

    def met(self, now: Situation) -> bool:
        """Look whether it was."""
        return self.place in now.marks

    @property
    def uses(self) -> str:
        """Its place."""
        return self.place

    def words(self) -> str:
        """Name it."""
        return f"You used {PLACES[self.place].partition(',')[0]}"

    def demonstrate(self, doer: Doer) -> bool:
        """Press it."""
        doer.open(self.place)
        return True


@dataclass(frozen=True)
class FiltersOff(Condition):
    """Filters of a broken copy are switched off."""

    type_name: ClassVar[str] = "filters_off"
    at_least: int = option(1, "How many.", low=1, high=10_000)

    def met(self, now: Situation) -> bool:
        """Count them."""
        return now.off >= self.at_least

    def words(self) -> str:
        """Say how many."""
        return f"{counted(self.at_least, 'filter')} switched off"

    def so_far(self, now: Situation) -> str:
        """Say the accuracy of the copy."""
        return "" if now.copy_accuracy is None or not now.off else f"accuracy {share(now.copy_accuracy)}"

    def demonstrate(self, doer: Doer) -> bool:
        """Switch them off."""
        doer.switch_off(self.at_least)
        return True


@dataclass(frozen=True)
class DamageDone(Condition):
    """A change of some kind was made to the broken copy, or to what it sees."""

    type_name: ClassVar[str] = "damage"
    change: str = option("shift", "The kind of change.", choices=tuple(CHANGES))
    above: float = option(0.0, "Least accuracy of the copy, 0 to 1.", low=0.0, high=1.0)
    below: float = option(1.0, "Greatest accuracy of the copy, 0 to 1.", low=0.0, high=1.0)

    def met(self, now: Situation) -> bool:
        """Look for it, and compare the accuracy."""
        if self.change not in now.damaged:
            return False
        asked = self.above > 0 or self.below < 1
        return not asked or (now.copy_accuracy is not None and self.above <= now.copy_accuracy <= self.below)

    def words(self) -> str:
        """Name it."""
        name = CHANGES[self.change].title
        if self.below < 1:
            return f"{name}: accuracy at most {share(self.below, 0)}"
        return (
            f"{name}: accuracy at least {share(self.above, 0)}" if self.above else f"Applied: {name.lower()}"
        )

    def so_far(self, now: Situation) -> str:
        """Say the accuracy of the copy."""
        known = now.copy_accuracy is not None and now.damaged
        return f"accuracy {share(now.copy_accuracy or 0)}" if known else ""

    def demonstrate(self, doer: Doer) -> bool:
        """Make it, as it comes."""
        doer.damage(self.change, {})
        return True
