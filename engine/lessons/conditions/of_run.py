"""What can be checked of the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.formatting import counted, grouped, share
from engine.health import WARNINGS
from engine.lessons.conditions.base import Condition
from engine.lessons.doer import Doer
from engine.lessons.situation import Situation
from engine.options import option
from engine.training.config import RunConfig

_MOST = 10**9


@dataclass(frozen=True)
class Validation(Condition):
    """The newest validation is as accurate as this."""

    type_name: ClassVar[str] = "validation"
    accuracy: float = option(0.9, "Least accuracy of the newest validation, 0 to 1.", low=0.0, high=1.0)

    def met(self, now: Situation) -> bool:
        """Compare the newest one."""
        return now.accuracy is not None and now.accuracy >= self.accuracy

    def words(self) -> str:
        """Say the accuracy."""
        return f"The validation accuracy is at least {100 * self.accuracy:g} %"

    def so_far(self, now: Situation) -> str:
        """Say the newest one."""
        return "" if now.accuracy is None else f"now {share(now.accuracy)}"

    def demonstrate(self, doer: Doer) -> bool:
        """Train."""
        doer.train()
        return True


@dataclass(frozen=True)
class Loss(Condition):
    """The mean loss of the last batches lies in a range."""

    type_name: ClassVar[str] = "loss"
    above: float = option(0.0, "Least loss.", low=0.0, high=1e6)
    below: float = option(1e6, "Greatest loss.", low=0.0, high=1e6)
    after: int = option(1, "Only from this step on.", low=1, high=_MOST)

    def met(self, now: Situation) -> bool:
        """Compare the mean of the last batches."""
        return now.loss is not None and now.steps >= self.after and self.above <= now.loss <= self.below

    def words(self) -> str:
        """Say the range."""
        after = f" after step {grouped(self.after)}" if self.after > 1 else ""
        if self.above and self.below < 1e6:
            return f"The loss is between {self.above:g} and {self.below:g}{after}"
        return (
            f"The loss is above {self.above:g}{after}"
            if self.above
            else f"The loss is below {self.below:g}{after}"
        )

    def so_far(self, now: Situation) -> str:
        """Say the present loss."""
        return "" if now.loss is None else f"now {now.loss:.3g}"

    def demonstrate(self, doer: Doer) -> bool:
        """Train."""
        doer.train()
        return True


@dataclass(frozen=True)
class Overfits(Condition):
    """The validation loss has risen again."""

    type_name: ClassVar[str] = "overfits"
    by: float = option(0.1, "By what share of its lowest value it has risen.", low=0.0, high=100.0)

    def met(self, now: Situation) -> bool:
        """Compare the newest with the lowest."""
        losses = [loss for loss, _ in now.validations]
        return len(losses) > 1 and losses[-1] >= (1 + self.by) * min(losses)

    def words(self) -> str:
        """Say by how much."""
        return f"The validation loss has risen by {100 * self.by:g} % above its lowest value"

    def so_far(self, now: Situation) -> str:
        """Say lowest and newest."""
        losses = [loss for loss, _ in now.validations]
        return f"lowest {min(losses):.3g}, now {losses[-1]:.3g}" if losses else ""

    def demonstrate(self, doer: Doer) -> bool:
        """Train."""
        doer.train()
        return True


@dataclass(frozen=True)
class Step(Condition):
    """The run has done so many steps."""

    type_name: ClassVar[str] = "step"
    at_least: int = option(1, "Training steps.", low=1, high=_MOST)

    def met(self, now: Situation) -> bool:
        """Compare the steps."""
        return now.steps >= self.at_least

    def words(self) -> str:
        """Say the steps."""
        if self.at_least == 1:
            return "The training has begun"
        return f"The network has learnt for {counted(self.at_least, 'step')}"

    def so_far(self, now: Situation) -> str:
        """Say the present step."""
        return f"now {grouped(now.steps)}" if now.steps else ""

    def demonstrate(self, doer: Doer) -> bool:
        """Train so far."""
        doer.train(self.at_least)
        return True


@dataclass(frozen=True)
class Ended(Condition):
    """The run has come to its end."""

    type_name: ClassVar[str] = "ended"

    def met(self, now: Situation) -> bool:
        """Look whether it has."""
        return now.ended

    def words(self) -> str:
        """Say so."""
        return "The training has come to its end"

    def so_far(self, now: Situation) -> str:
        """Say the present step."""
        return f"step {grouped(now.steps)}" if now.steps else ""

    def demonstrate(self, doer: Doer) -> bool:
        """Train."""
        doer.train()
        return True


@dataclass(frozen=True)
class Diverged(Condition):
    """The run broke off because its steps were too large."""

    type_name: ClassVar[str] = "diverged"

    def met(self, now: Situation) -> bool:
        """Look whether it has."""
        return now.diverged

    def words(self) -> str:
        """Say so."""
        return "The training has diverged"

    def demonstrate(self, doer: Doer) -> bool:
        """Train."""
        doer.train()
        return True


@dataclass(frozen=True)
class LookAt(Condition):
    """All views look at a step of the run."""

    type_name: ClassVar[str] = "look_at"
    step: int = option(0, "The step.", low=0, high=_MOST)
    within: int = option(0, "How many steps beside it are near enough.", low=0, high=_MOST)

    def met(self, now: Situation) -> bool:
        """Compare the steps."""
        return abs(now.looked_at - self.step) <= self.within

    def words(self) -> str:
        """Name the step."""
        near = "near step" if self.within else "at step"
        return f"You look {near} {grouped(self.step)} of the run"

    def so_far(self, now: Situation) -> str:
        """Say the step that is looked at."""
        return f"now step {grouped(now.looked_at)}"

    def demonstrate(self, doer: Doer) -> bool:
        """Go there."""
        doer.look_at(self.step)
        return True


@dataclass(frozen=True)
class Setting(Condition):
    """A numeric setting of the run lies in a range."""

    type_name: ClassVar[str] = "setting"
    name: str = option("learning_rate", "The setting.", choices=tuple(RunConfig.options()))
    above: float = option(0.0, "Least value.", low=0.0, high=1e10)
    below: float = option(1e10, "Greatest value.", low=0.0, high=1e10)

    def met(self, now: Situation) -> bool:
        """Compare the value."""
        value = now.settings.get(self.name)
        return value is not None and self.above <= value <= self.below

    def words(self) -> str:
        """Say the range."""
        name = self.name.replace("_", " ").capitalize()
        if self.above == self.below:
            return f"{name} is {self.above:g}"
        if self.above and self.below < 1e10:
            return f"{name} is between {self.above:g} and {self.below:g}"
        return f"{name} is at least {self.above:g}" if self.above else f"{name} is at most {self.below:g}"

    def so_far(self, now: Situation) -> str:
        """Say the present value."""
        value = now.settings.get(self.name)
        return "" if value is None else f"now {value:g}"

    def demonstrate(self, doer: Doer) -> bool:
        """Set it."""
        doer.set(self.name, self.above or self.below)
        return True


@dataclass(frozen=True)
class Warned(Condition):
    """Health warns of something."""

    type_name: ClassVar[str] = "warning"
    name: str = option("dead", "The warning.", choices=tuple(each.name for each in WARNINGS))

    def met(self, now: Situation) -> bool:
        """Look for it."""
        return self.name in now.warnings

    def words(self) -> str:
        """Name it."""
        title = next(each.title for each in WARNINGS if each.name == self.name)
        return f"Health says: {title}"

    def demonstrate(self, doer: Doer) -> bool:
        """Show Health, which looks."""
        doer.show("learn.health")
        return True
