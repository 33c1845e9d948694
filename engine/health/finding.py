"""What a warning looks at, and what it says."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from engine.health.measure import Health
from engine.model.history import History
from engine.training.config import LiveSettings, RunConfig
from engine.training.evaluation import Evaluation
from engine.types import Labels


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that is known of a run.

    Attributes:
        config: its settings, as they are now.
        history: its curves.
        moments: the network at some of its steps, in order.
        class_names: one for each class.
        class_images: images of each class that the run trains on, ``(K,)``.
        answers: the newest answers to images that it does not train on, if there are any.
        training: its newest answers to training images, ``indices`` are those of the data set; if there are.
        failed: what the run said when it failed, or "".
    """

    config: RunConfig
    history: History
    moments: tuple[Health, ...]
    class_names: tuple[str, ...]
    class_images: npt.NDArray[np.int64]
    answers: Evaluation | None = None
    training: Evaluation | None = None
    failed: str = ""

    @property
    def step(self) -> int:
        """The newest step that is known."""
        steps = self.history.steps
        newest = int(steps.last("step")) if steps.length else 0
        return max(newest, self.moments[-1].step if self.moments else 0)

    @property
    def guessing(self) -> float:
        """The loss of a network that gives every class the same probability, ``ln K``."""
        return float(np.log(len(self.class_names)))

    def since(self, ill: Callable[[Health], bool]) -> int | None:
        """Return the first step of those, up to the newest moment, at which it was ``ill`` throughout."""
        first = None
        for moment in reversed(self.moments):
            if not ill(moment):
                break
            first = moment.step
        return first


@dataclass(frozen=True)
class Remedy:
    """Something to try that can be applied.

    Attributes:
        words: what a button says.
        changes: settings of the run and their new values.
    """

    words: str
    changes: dict[str, Any]

    def applied(self, config: RunConfig) -> RunConfig:
        """Return ``config`` with the changes; raises ConfigError."""
        return dataclasses.replace(config, **self.changes)

    @property
    def live(self) -> bool:
        """Whether it can be applied to a run that goes on, instead of only to a new one."""
        return set(self.changes) <= set(LiveSettings.__dataclass_fields__)


@dataclass(frozen=True)
class Finding:
    """An illness of a run.

    Attributes:
        name: of the warning, a word.
        title: what it is.
        seen: what was seen, with figures, a sentence.
        where: the layer, the class or the curve.
        since: the step since which it is so.
        advice: what to try, a sentence.
        remedy: that, to be applied.
        images: training images that show it, the clearest ones first.
    """

    name: str
    title: str
    seen: str
    where: str
    since: int
    advice: str
    remedy: Remedy
    images: tuple[int, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        network = {"network": spec.to_json()} if (spec := self.remedy.changes.get("network")) else {}
        return {**dataclasses.asdict(self), "remedy": {**self.remedy.changes, **network}}


class HealthWarning(ABC):
    """Looks for one illness.

    Attributes:
        name: names it in JSON.
        title: names it in the window.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    @abstractmethod
    def look(self, evidence: Evidence) -> Finding | None:
        """Return what is wrong, or None if this illness is not to be seen."""

    def found(
        self, seen: str, where: str, since: int, advice: str, remedy: Remedy, images: Labels | None = None
    ) -> Finding:
        """Return a finding of this warning."""
        shown = () if images is None else tuple(int(index) for index in images)
        return Finding(self.name, self.title, seen, where, since, advice, remedy, shown)


def slower(config: RunConfig, divisor: float) -> Remedy:
    """Return the remedy of a smaller learning rate."""
    rate = float(f"{config.learning_rate / divisor:.2g}")
    return Remedy(f"Learning rate {rate:g}", {"learning_rate": rate})
