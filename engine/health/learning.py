"""Illnesses of the curves: overfitting, and steps that are too large or too small."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.formatting import grouped
from engine.health.finding import Evidence, Finding, HealthWarning, Remedy, slower
from engine.health.layers import VanishingGradient

Values = npt.NDArray[np.float64]

_MOST = 1e3
_LEAST_STEPS = 40
"""Fewer steps say nothing about the learning rate."""
LARGE, SMALL = 1e-2, 3e-5
"""Weights that move by more than the first share of themselves in a step move fast, by less than the second
hardly at all; about 1e-3 is usual."""
STAYED = 1.05
"""Weights that have grown more than this have moved, even if they stand still now."""
GROWN = 2.0
"""Weights so many times as large as at first that still know nothing were thrown off by a large step."""


def smoothed(values: Values, span: int) -> Values:
    """Return the mean of every ``span`` values in a row, ``(N - span + 1,)``."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    means: Values = (sums[span:] - sums[:-span]) / span
    return means


def _losses(evidence: Evidence) -> Values:
    """Return the loss of each batch, a thousand at most: beside a huge one running sums lose all others."""
    loss: Values = np.clip(np.nan_to_num(evidence.history.steps.column("loss"), nan=_MOST), 0.0, _MOST)
    return loss


def _span(steps: int) -> int:
    return max(20, steps // 10)


def _speed(evidence: Evidence) -> float | None:
    """Return how far weights move in one step as a share of themselves, the middle one of all layers."""
    if not evidence.moments:
        return None
    ratios = [each.update_ratio for each in evidence.moments[-1].trained if each.update_ratio is not None]
    return float(np.median(ratios)) if ratios else None


def _grown(evidence: Evidence) -> float:
    """Return how many times their first size the weights have, the middle one of all layers."""
    if len(evidence.moments) < 2:
        return 1.0
    first, last = evidence.moments[0].trained, evidence.moments[-1].trained
    sizes = [
        (b.weight_norm or 0.0) / a.weight_norm for a, b in zip(first, last, strict=True) if a.weight_norm
    ]
    return float(np.median(sizes)) if sizes else 1.0


def risen(evidence: Evidence) -> bool:
    """Return whether the loss of the batches has clearly risen again, as a moving average."""
    loss = _losses(evidence)
    if len(loss) < _LEAST_STEPS:
        return False
    means = smoothed(loss, _span(len(loss)))
    return bool(means[-1] > 1.5 * means.min() + 0.15 * evidence.guessing)


class Overfitting(HealthWarning):
    """The loss goes on falling on what is learnt from, and rises on what is not."""

    name = "overfitting"
    title = "It overfits"

    def look(self, evidence: Evidence) -> Finding | None:
        """Compare validations and batches since the validation with the lowest loss."""
        rows, steps = evidence.history.validations, evidence.history.steps
        loss = rows.column("loss")
        if len(loss) < 4:
            return None
        low = int(np.argmin(loss))
        after = loss[low + 1 :]
        if len(after) < 2 or after[-1] < 1.1 * loss[low] + 0.01 or after.min() < 1.02 * loss[low]:
            return None
        at = int(rows.column("step")[low])
        train, place = steps.column("loss"), int(np.searchsorted(steps.column("step"), at))
        span = min(_span(len(train)), max(1, len(train) - place))
        then, now = train[max(0, place - span) : place].mean(), train[-span:].mean()
        if not now < then or now > loss[-1]:
            return None
        config = evidence.config
        decay = min(max(5e-4, 2 * config.weight_decay), 0.05)
        changes = {"weight_decay": decay} | ({} if config.patience else {"patience": 3})
        words = f"Weight decay {decay:g}" + ("" if config.patience else ", patience 3")
        seen = (
            f"The validation loss rose from {loss[low]:.3g} to {loss[-1]:.3g}, while the loss of the batches "
            f"fell from {then:.3g} to {now:.3g}."
        )
        advice = "More or more varied images, weight decay, or an end when the validation is at its best."
        return self.found(seen, "the validation curve", at, advice, Remedy(words, changes))


class RateTooHigh(HealthWarning):
    """Steps so large that the loss rises again, or never falls."""

    name = "rate_too_high"
    title = "The learning rate is too high"

    def look(self, evidence: Evidence) -> Finding | None:
        """Look at the loss of the batches and how fast the weights move."""
        steps = evidence.history.steps
        loss = _losses(evidence)
        if len(loss) < _LEAST_STEPS:
            return None
        means = smoothed(loss, span := _span(len(loss)))
        low, now = int(np.argmin(means)), float(means[-1])
        speed = _speed(evidence)
        rate = evidence.config.learning_rate
        advice = "A smaller learning rate; the range test says which ones work."
        remedy = slower(evidence.config, 3)
        if risen(evidence):
            since = int(steps.column("step")[low + span - 1])
            seen = (
                f"The loss had come down to {means[low]:.3g} and is {now:.3g} again, at a rate of {rate:g}."
            )
            return self.found(seen, "the loss of the batches", since, advice, remedy)
        if now <= 0.95 * evidence.guessing:
            return None
        seen = f"The loss is {now:.3g}, no better than guessing ({evidence.guessing:.3g}), and the weights "
        if speed is not None and speed > LARGE:
            seen += f"move by {100 * speed:.2g} % of themselves in a step."
            return self.found(seen, "the loss of the batches", int(steps.column("step")[0]), advice, remedy)
        if (grown := _grown(evidence)) > GROWN:  # thrown so far off that nothing moves them any more
            since = int(steps.column("step")[np.argmax(loss)])
            seen += f"have {grown:.3g} times the size they began with."
            return self.found(seen, "the loss of the batches", since, advice, remedy)
        return None


class RateTooLow(HealthWarning):
    """Steps so small that the weights hardly move, while there is much left to learn."""

    name = "rate_too_low"
    title = "The learning rate is too low"

    def look(self, evidence: Evidence) -> Finding | None:
        """Look at the loss of the batches and how fast the weights move."""
        steps = evidence.history.steps
        loss, speed = steps.column("loss"), _speed(evidence)
        if len(loss) < _LEAST_STEPS or speed is None or not speed < SMALL or _grown(evidence) > STAYED:
            return None
        if VanishingGradient().look(evidence) is not None:  # a larger rate would not reach the first layers
            return None
        span = _span(len(loss))
        first, now = float(loss[:span].mean()), float(loss[-span:].mean())
        if now < 0.5 * min(first, evidence.guessing):
            return None
        rate = float(f"{min(10 * evidence.config.learning_rate, 100.0):.2g}")
        seen = (
            f"The weights move by {100 * speed:.1e} % of themselves in a step, and after "
            f"{grouped(len(loss))} steps the loss is {now:.3g}; it began at {first:.3g}."
        )
        return self.found(
            seen,
            "the loss of the batches",
            int(steps.column("step")[0]),
            "A larger learning rate; the range test says which ones work.",
            Remedy(f"Learning rate {rate:g}", {"learning_rate": rate}),
        )
