"""What can be checked in a lesson: one class each, pure functions of a ``Situation``."""

from __future__ import annotations

from typing import Any

from engine.lessons.conditions.base import Condition
from engine.lessons.conditions.of_answers import Drawing, ImageChosen, ModelChosen, MyExamples, TaughtOne
from engine.lessons.conditions.of_run import (
    Diverged,
    Ended,
    LookAt,
    Loss,
    Overfits,
    Setting,
    Step,
    Validation,
    Warned,
)
from engine.lessons.conditions.of_window import DamageDone, FiltersOff, Shown, Used
from engine.options import from_json

CONDITIONS: dict[str, type[Condition]] = {
    cls.type_name: cls
    for cls in (
        Validation,
        Loss,
        Overfits,
        Step,
        Ended,
        Diverged,
        Drawing,
        Shown,
        Used,
        LookAt,
        Setting,
        FiltersOff,
        DamageDone,
        Warned,
        ModelChosen,
        ImageChosen,
        MyExamples,
        TaughtOne,
    )
}
"""Adding one: a class like these, and an entry here."""


def condition_from_json(data: Any) -> Condition:
    """Build a condition from a table with a ``kind``; raises ConfigError."""
    return from_json(CONDITIONS, data, "check")
