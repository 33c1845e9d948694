"""What is won by leaving the least certain answers out: accuracy against the share that is answered.

Sources: Chow, *On optimum recognition error and reject tradeoff*, 1970; for the area under the curve,
Geifman and El-Yaniv, *Selective classification for deep neural networks*, 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.training.evaluation import Evaluation
from engine.types import Labels

LIMITS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
"""Probabilities below which an answer may be doubted."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class AtLimit:
    """What happens if every answer with a probability below ``limit`` is doubted.

    Attributes:
        limit: the probability, 0 to 1.
        right: right answers that are doubted.
        wrong: wrong answers that are doubted.
        answered: share of the images that is answered without doubt, 0 to 1.
        accuracy: share of those that is right; NaN where nothing is answered.
    """

    limit: float
    right: int
    wrong: int
    answered: float
    accuracy: float


@dataclass(frozen=True, eq=False)
class Rejection:
    """How well the probability of an answer tells right answers from wrong ones.

    Attributes:
        right: right answers.
        wrong: wrong answers.
        limits: what happens at each limit.
        confidence: probabilities of the answers, the greatest first, ``(N,)``.
        hits: how many of the first n answers in that order are right, from n = 0, ``(N + 1,)``.
        answered: share of the images that is answered, the most certain ones first, ``(N,)``.
        accuracy: share of these that is right, ``(N,)``.
        area: mean share of wrong answers over all shares that may be answered (area under the
            risk-coverage curve); NaN without images.
    """

    right: int
    wrong: int
    limits: tuple[AtLimit, ...]
    confidence: Values
    hits: Labels
    answered: Values
    accuracy: Values
    area: float

    @classmethod
    def of(cls, evaluation: Evaluation, limits: tuple[float, ...] = LIMITS) -> Rejection:
        """Return the rejection of ``evaluation``; equal probabilities are answered together."""
        given = evaluation.confidence.astype(np.float64)
        order = np.argsort(-given, kind="stable")
        confidence, right = given[order], (evaluation.labels == evaluation.predicted)[order]
        hits = np.concatenate([[0], np.cumsum(right)])
        last = np.searchsorted(-confidence, -confidence, side="right")
        accuracy = hits[last] / np.maximum(last, 1)
        area = float(np.mean(1 - accuracy)) if len(last) else float("nan")
        rows = tuple(_at(limit, confidence, hits) for limit in limits)
        good = int(hits[-1])
        answered = last / max(1, len(last))
        return cls(good, len(last) - good, rows, confidence, hits, answered, accuracy, area)

    def at(self, limit: float) -> AtLimit:
        """Return what happens if every answer with a probability below ``limit``, 0 to 1, is doubted."""
        return _at(limit, self.confidence, self.hits)

    def curve(self, points: int = 100) -> list[tuple[float, float]]:
        """Return at most ``points`` places of the curve: the share answered and its accuracy."""
        chosen = np.unique(np.linspace(0, len(self.answered) - 1, points).round().astype(int))
        return [(float(self.answered[k]), float(self.accuracy[k])) for k in chosen if len(self.answered)]

    def to_json(self) -> dict[str, Any]:
        """Return all of it as plain JSON values; None stands for what is not known."""
        return {
            "right": self.right,
            "wrong": self.wrong,
            "area": _known(self.area),
            "limits": [
                {
                    "limit": each.limit,
                    "right_doubted": each.right,
                    "wrong_doubted": each.wrong,
                    "answered": _known(each.answered),
                    "accuracy": _known(each.accuracy),
                }
                for each in self.limits
            ],
            "curve": [{"answered": answered, "accuracy": accuracy} for answered, accuracy in self.curve()],
        }

    def csv(self) -> str:
        """Return what happens at each limit, and the curve, as text in the form CSV."""
        lines = ["doubted below,right doubted,wrong doubted,answered,accuracy"]
        for each in self.limits:
            accuracy = f"{each.accuracy:.6g}" if np.isfinite(each.accuracy) else ""
            lines.append(f"{each.limit:g},{each.right},{each.wrong},{each.answered:.6g},{accuracy}")
        lines += ["", "answered,accuracy"]
        lines += [f"{answered:.6g},{accuracy:.6g}" for answered, accuracy in self.curve()]
        return "\n".join(lines) + "\n"


def _at(limit: float, confidence: Values, hits: Labels) -> AtLimit:
    kept, count = int(np.searchsorted(-confidence, -limit, side="right")), len(confidence)
    good, right = int(hits[kept]), int(hits[-1])
    return AtLimit(
        limit,
        right - good,
        count - right - (kept - good),
        kept / count if count else float("nan"),
        good / kept if kept else float("nan"),
    )


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
