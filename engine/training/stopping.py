"""When a run stops by itself: it no longer improves, or it has reached what it was to reach."""

from __future__ import annotations

from dataclasses import dataclass

from engine.formatting import counted, grouped, share
from engine.model.history import History
from engine.training.config import RunConfig


@dataclass(frozen=True)
class Stop:
    """The end of a run that stopped by itself.

    Attributes:
        reason: in words for the user.
        best_step: the step whose weights are the best ones, to go back to; None where the last ones stay.
    """

    reason: str
    best_step: int | None = None


def stop(config: RunConfig, history: History) -> Stop | None:
    """Return why a run with these curves is to stop now, if it is.

    It depends on the curves alone, so a run that is continued stops where an unbroken one does. Loss,
    accuracy and improvement are those of the validations: a validation is better than another if its
    accuracy is higher, or with equal accuracy its loss is lower.
    """
    if not history.steps.length:
        return None
    step, seconds = history.steps.last("step"), history.steps.last("seconds")
    if config.stop_minutes and seconds >= 60 * config.stop_minutes:
        return Stop(f"Stopped at step {grouped(step)}: {config.stop_minutes:g} min of training are over.")
    rows = history.validations
    if not rows.length or rows.last("step") != step:
        return None
    loss, accuracy = rows.last("loss"), rows.last("accuracy")
    if config.stop_loss and loss <= config.stop_loss:
        return Stop(
            f"Stopped at step {grouped(step)}: the validation loss is {loss:.4g}, "
            f"and {config.stop_loss:g} was to be reached."
        )
    if config.stop_accuracy and accuracy >= config.stop_accuracy:
        return Stop(
            f"Stopped at step {grouped(step)}: the validation accuracy is {share(accuracy, 2)}, "
            f"and {share(config.stop_accuracy, 2)} was to be reached."
        )
    best = history.best()
    since = 0 if best is None else rows.length - 1 - best
    if best is None or not config.patience or since < config.patience:
        return None
    at, reached = int(rows.column("step")[best]), share(float(rows.column("accuracy")[best]), 2)
    return Stop(
        f"Stopped at step {grouped(step)}: {counted(since, 'validation')} brought no improvement. "
        f"The weights of step {grouped(at)}, the best ones ({reached}), are kept.",
        at,
    )
