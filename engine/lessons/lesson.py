"""A lesson as it was read: what the screen shows, and its steps."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.lessons.conditions.base import Condition
from engine.lessons.situation import Situation
from engine.training.config import RunConfig


@dataclass(frozen=True)
class Scene:
    """What is set up; what is None, or empty, stays as it is.

    Attributes:
        config: settings of a run that is begun, standing before its first step.
        run: folder of a recorded run that is looked at, without training it.
        at: the step that is looked at.
        views: keys of the views in sight, the first in front.
        model: key of the network that answers.
        image: number of the test image that all views look at.
        picture: a picture that the Test panel opens.
    """

    config: RunConfig | None = None
    run: Path | None = None
    at: int | None = None
    views: tuple[str, ...] = ()
    model: str = ""
    image: int | None = None
    picture: Path | None = None

    def then(self, later: Scene) -> Scene:
        """Return what is set up when ``later`` follows this one."""
        usual = Scene()
        names = [each.name for each in dataclasses.fields(Scene)]
        changed = {name: value for name in names if (value := getattr(later, name)) != getattr(usual, name)}
        if "run" in changed or "config" in changed:  # one takes the place of the other
            changed = {"run": None, "config": None, "at": None, **changed}
        return dataclasses.replace(self, **changed)


@dataclass(frozen=True)
class Question:
    """A question whose answer is on the screen: one of several, or a number that is read off.

    Attributes:
        ask: the question, Markdown.
        answers: to choose from; empty if a number is asked for.
        right: the number of the right one, from 0.
        value: the number that is asked for.
        within: how far beside it is near enough.
        because: the explanation, Markdown, shown with the right answer.
        hint: what to look at, shown with a wrong one.
    """

    ask: str
    answers: tuple[str, ...] = ()
    right: int = 0
    value: float = 0.0
    within: float = 0.0
    because: str = ""
    hint: str = ""

    def is_right(self, answer: float) -> bool:
        """Return whether ``answer`` is: the number of a choice, or the number that was read off."""
        return answer == self.right if self.answers else abs(answer - self.value) <= self.within


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        title: its heading.
        text: what is said, Markdown.
        do: what to do, a sentence; empty if there is only something to read.
        point: the place that is pointed at; empty for none.
        scene: what is set up when the step is shown.
        checks: what has to be so before it goes on.
        question: what is asked.
    """

    title: str
    text: str
    do: str = ""
    point: str = ""
    scene: Scene = field(default_factory=Scene)
    checks: tuple[Condition, ...] = ()
    question: Question | None = None

    def ticks(self, now: Situation) -> tuple[bool, ...]:
        """Return which of the checks are so."""
        return tuple(check.met(now) for check in self.checks)


@dataclass(frozen=True)
class Lesson:
    """A lesson.

    Attributes:
        key: its name in files and commands: that of its folder if it is shipped, else the path of it.
        folder: where it lies.
        title: its name.
        about: what one learns in it, a sentence.
        minutes: how long it takes, about.
        scene: what the screen shows at the beginning.
        steps: its steps.
        settings: the settings of its run, as they were written.
    """

    key: str
    folder: Path
    title: str
    about: str
    minutes: int
    scene: Scene
    steps: tuple[Step, ...]
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def scene_at(self, step: int) -> Scene:
        """Return all that is set up by the time that a step is shown, for one who begins there."""
        scene = self.scene
        for each in self.steps[: step + 1]:
            scene = scene.then(each.scene)
        return scene

    def done_before(self, step: int) -> tuple[Condition, ...]:
        """Return what is checked from the last beginning of a run to ``step``: who begins there lacks it."""
        begins = [n for n in range(step + 1) if self.steps[n].scene.config or self.steps[n].scene.run]
        first = begins[-1] if begins else 0
        return tuple(check for each in self.steps[first:step] for check in each.checks)
