"""What is won by doubting the least certain answers, in words and places for the Evaluate view."""

from __future__ import annotations

import math

from engine.formatting import counted, grouped, share
from engine.training.rejection import AtLimit, Rejection

LIMITS = (
    0.0,
    *(k / 100 for k in range(20, 90, 5)),
    *(k / 100 for k in range(90, 99)),
    *(k / 1000 for k in range(990, 999)),
    0.999,
    0.9995,
    0.9999,
    0.99999,
)
"""Probabilities below which answers can be doubted; most errors lie close to certainty."""
START = LIMITS.index(0.9)


def percent_of(limit: float) -> str:
    """Return a limit as per cent with as many places as it needs."""
    return f"{100 * limit:.6g} %"


def limit_words(found: Rejection, at: AtLimit) -> str:
    """Say what a limit does, for the line below the curve."""
    total = found.right + found.wrong
    answered = round(at.answered * total) if total else 0
    if not total:
        return "No answers yet."
    said = f"{grouped(answered)} of {counted(total, 'image')} answered ({share(at.answered)})"
    right = f"{share(at.accuracy, 2)} of them right" if answered else "so nothing is answered"
    return f"{said}, {right}. Doubted: {grouped(at.right)} right and {grouped(at.wrong)} wrong answers."


def nearest(found: Rejection, answered: float) -> int:
    """Return the number of the limit in ``LIMITS`` at which about this share, 0 to 1, is answered."""
    return min(range(len(LIMITS)), key=lambda k: (abs(found.at(LIMITS[k]).answered - answered), -k))


def floor_of(found: Rejection) -> float:
    """Return where the axis of accuracy begins: at a round number below the whole curve."""
    worst = max((1 - accuracy for _, accuracy in found.curve()), default=0.0)
    if worst <= 0:
        return 0.9
    unit = 10.0 ** math.floor(math.log10(worst))
    return max(
        0.0, 1 - next(step * unit for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * unit >= worst)
    )
