"""What stands on the screen while somebody goes through a lesson, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.model.history import History

RECENT = 20
"""The loss of a lesson is the mean of the last n batches: a single one says little."""


@dataclass(frozen=True)
class Situation:
    """All that conditions can ask about; whoever makes one leaves out what is not known.

    Attributes:
        steps: training steps done by the run that is looked at.
        looked_at: the step that is looked at.
        running: whether the network is being trained now.
        ended: whether the run has come to its end.
        diverged: whether it broke off because its steps were too large.
        loss: mean loss of the last batches; None before the first.
        validations: loss and accuracy, 0 to 1, of each validation, in order.
        settings: numeric settings of the run as they are now, by name.
        shown: keys of the views and pages in sight.
        strokes: strokes on the sheet of the Test panel.
        reads: the class that the current model takes the drawing for; empty if none, or in doubt.
        sure: the probability of that class.
        shows: the digit that the drawing shows, as far as the shipped model can tell; empty if it cannot.
        model: key of the current model.
        image_class: true class of the image that all views look at, if known.
        image_answer: class that the run answers for it, if known.
        off: filters that are switched off in the broken copy.
        damaged: kinds of change that were made to the copy, or to what it sees.
        copy_accuracy: accuracy of the broken copy, 0 to 1; None if it is not known.
        warnings: names of the warnings about the run.
        examples: how many examples of one's own the current model has.
        taught: whether the current model is one that was taught.
        marks: places that the user has used while the present step is shown.
    """

    steps: int = 0
    looked_at: int = 0
    running: bool = False
    ended: bool = False
    diverged: bool = False
    loss: float | None = None
    validations: tuple[tuple[float, float], ...] = ()
    settings: Mapping[str, float] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()
    strokes: int = 0
    reads: str = ""
    sure: float = 0.0
    shows: str = ""
    model: str = ""
    image_class: str = ""
    image_answer: str = ""
    off: int = 0
    damaged: frozenset[str] = frozenset()
    copy_accuracy: float | None = None
    warnings: frozenset[str] = frozenset()
    examples: int = 0
    taught: bool = False
    marks: frozenset[str] = frozenset()

    @property
    def accuracy(self) -> float | None:
        """The accuracy of the newest validation; None before the first."""
        return self.validations[-1][1] if self.validations else None


def recent_loss(history: History) -> float | None:
    """Return the mean loss of the last batches; None before the first."""
    loss = history.steps.column("loss")[-RECENT:]
    return float(loss.mean()) if len(loss) else None


def validations(history: History) -> tuple[tuple[float, float], ...]:
    """Return loss and accuracy of each validation."""
    rows = history.validations
    pairs = zip(rows.column("loss"), rows.column("accuracy"), strict=True)
    return tuple((float(loss), float(accuracy)) for loss, accuracy in pairs)
