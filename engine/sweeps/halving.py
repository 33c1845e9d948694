"""Early stopping of hopeless trials: successive halving, as Hyperband describes it.

All n trials are trained for r steps, the best ``n // eta`` of them up to ``r eta`` steps, of these the best
``n // eta^2`` up to ``r eta^2``, and so on (Jamieson and Talwalkar, AISTATS 2016; Li et al., *Hyperband*,
JMLR 2018, algorithm 1). Trials go on from where they were, so a step is never trained twice. A rung ends when
all of its trials are there, not before, so what goes on does not depend on which process was quicker.
"""

from __future__ import annotations

from collections.abc import Sequence


def rungs(trials: int, eta: int, min_steps: int, longest: int) -> list[tuple[int, int]]:
    """Return the rungs: up to which step, and how many trials, which are all of them at the first.

    Args:
        trials: how many trials there are.
        eta: of so many one goes on; 0 for all, which makes one rung.
        min_steps: steps of the first rung.
        longest: steps of the longest trial.
    """
    found, power = [], 1
    while eta and min_steps * power < longest and trials // power > 0:
        found.append((min_steps * power, trials // power))
        power *= eta
    return [*found, (longest, max(1, trials // power) if eta else trials)]


def survivors(scores: Sequence[float | None], keep: int) -> list[int]:
    """Return which trials go on, in ascending order: those with the largest scores, of equals the first.

    One whose score is None has failed and never goes on.
    """
    alive = [number for number, score in enumerate(scores) if score is not None]
    best = sorted(alive, key=lambda number: (-(scores[number] or 0.0), number))[:keep]
    return sorted(best)
