"""What can be checked of drawings, images, and the networks that answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.errors import ConfigError
from engine.formatting import counted, share
from engine.lessons.conditions.base import Condition
from engine.lessons.doer import Doer
from engine.lessons.situation import Situation
from engine.options import option

_CLASS = 80
"""Letters of the name of a class or a model."""


@dataclass(frozen=True)
class Drawing(Condition):
    """Something is drawn, and read."""

    type_name: ClassVar[str] = "drawing"
    shows: str = option(
        "", "The digit that is drawn, as the shipped model sees it; empty: anything.", letters=1
    )
    reads: str = option("", "What the current model takes it for; empty: anything.", letters=_CLASS)
    not_as: str = option("", "What the current model does not take it for.", letters=_CLASS)
    sure: float = option(0.0, "Least probability of the answer, 0 to 1.", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        """Check that a digit is one."""
        super().__post_init__()
        if self.shows and self.shows not in "0123456789":
            raise ConfigError(f"drawing: shows is {self.shows!r}; allowed is a digit, or nothing.")

    @property
    def judges(self) -> bool:
        """Whether it asks what is drawn."""
        return bool(self.shows)

    def met(self, now: Situation) -> bool:
        """Compare what is drawn and what it is taken for."""
        if not now.strokes or (self.shows and now.shows != self.shows):
            return False
        if (self.reads or self.sure) and (not now.reads or now.sure < self.sure):
            return False
        if self.not_as and (not now.reads or now.reads == self.not_as):
            return False
        return not self.reads or now.reads == self.reads

    def words(self) -> str:
        """Say what is drawn and what it is taken for."""
        drawn = f"You drew a {self.shows}" if self.shows else "You drew something"
        if self.reads:
            return f"{drawn}, and the network takes it for {self.reads}"
        if self.not_as:
            return f"{drawn}, and the network does not take it for {self.not_as}"
        return drawn + (f", and the network is {share(self.sure, 0)} sure" if self.sure else "")

    def so_far(self, now: Situation) -> str:
        """Say what the network answers."""
        return f"now {now.reads}, {share(now.sure, 0)}" if now.strokes and now.reads else ""

    def demonstrate(self, doer: Doer) -> bool:
        """Draw."""
        doer.draw(self.shows or (self.reads if self.reads in "0123456789" else "") or "3")
        return True


@dataclass(frozen=True)
class ModelChosen(Condition):
    """A certain network answers in the Test panel."""

    type_name: ClassVar[str] = "model"
    key: str = option("training", "The network: training, digits, clothes or objects.", letters=_CLASS)

    def met(self, now: Situation) -> bool:
        """Compare the keys."""
        return now.model == self.key

    def words(self) -> str:
        """Name it."""
        name = "the network in training" if self.key == "training" else self.key
        return f"Drawings are answered by {name}"

    def demonstrate(self, doer: Doer) -> bool:
        """Choose it."""
        doer.choose(self.key)
        return True


@dataclass(frozen=True)
class ImageChosen(Condition):
    """All views look at an image of a class, which the network takes for another."""

    type_name: ClassVar[str] = "image"
    true: str = option("", "Its true class; empty: any.", letters=_CLASS)
    answer: str = option("", "What the network takes it for; empty: anything.", letters=_CLASS)

    def met(self, now: Situation) -> bool:
        """Compare classes."""
        if not now.image_class:
            return False
        right = not self.true or now.image_class == self.true
        return right and (not self.answer or now.image_answer == self.answer)

    def words(self) -> str:
        """Name the classes."""
        true = f"a {self.true}" if self.true else "an image"
        return f"You look at {true}" + (f" taken for a {self.answer}" if self.answer else "")

    def so_far(self, now: Situation) -> str:
        """Say what is looked at."""
        if not now.image_class:
            return ""
        return f"now a {now.image_class}" + (f", taken for {now.image_answer}" if now.image_answer else "")

    def demonstrate(self, doer: Doer) -> bool:
        """Look at one."""
        doer.look_at_confusion(self.true, self.answer)
        return True


@dataclass(frozen=True)
class MyExamples(Condition):
    """The current model has examples of one's own."""

    type_name: ClassVar[str] = "examples"
    at_least: int = option(1, "How many.", low=1, high=10_000)

    def met(self, now: Situation) -> bool:
        """Count them."""
        return now.examples >= self.at_least

    def words(self) -> str:
        """Say how many."""
        return f"My examples has {counted(self.at_least, 'drawing')} of yours"

    def so_far(self, now: Situation) -> str:
        """Say how many there are."""
        return f"now {now.examples}"


@dataclass(frozen=True)
class TaughtOne(Condition):
    """The current model is one that was taught here."""

    type_name: ClassVar[str] = "taught"

    def met(self, now: Situation) -> bool:
        """Look whether it is."""
        return now.taught

    def words(self) -> str:
        """Say so."""
        return "The network has learnt from your examples"
