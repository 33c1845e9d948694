"""How well the signs of doubt tell right answers from wrong ones, on images of a data set."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.model.model_file import Model
from engine.recognise.judge import Source
from engine.task import Task
from engine.training.evaluation import Evaluation
from engine.training.rejection import Rejection
from engine.types import Bytes

MOST = 2500
"""Images that are asked about, evenly spread, as each one is moved four times."""
_AT_ONCE = 40


@dataclass(frozen=True, eq=False)
class Doubted:
    """What ``predict`` would doubt of the answers of an evaluation.

    Attributes:
        reasons: for each kind of doubt how many right and how many wrong answers it doubts.
        rejection: what is won by leaving answers out, the least certain ones by all signs of doubt first.
        by_probability: the same area as ``rejection`` has, by the probability alone.
        known: whether it is known what the training pictures look like to the network.
    """

    reasons: dict[str, tuple[int, int]]
    rejection: Rejection
    by_probability: float
    known: bool

    @classmethod
    def of(cls, model: Model, images: Bytes, result: Evaluation, task: Task | None = None) -> Doubted:
        """Ask about up to ``MOST`` images that were evaluated, moved, too; raises AnswerError, Cancelled."""
        task, source = task or Task(), Source.of(model)
        count = len(result.indices)
        places = np.unique(np.linspace(0, count - 1, min(MOST, count)).round().astype(np.int64))
        columns = ("indices", "labels", "predicted", "confidence", "loss")
        result = replace(result, **{name: getattr(result, name)[places] for name in columns})
        certainty = np.zeros(len(result.indices))
        found: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        for start in range(0, len(result.indices), _AT_ONCE):
            task.report(start, len(result.indices))
            chosen = slice(start, start + _AT_ONCE)
            for place, odds in enumerate(source.ask_all(images[result.indices[chosen]]), start):
                certainty[place] = odds.certainty
                wrong = int(result.labels[place] != result.predicted[place])
                found[wrong][odds.answer(model.class_names).reason] += 1
        reasons = sorted((set(found[0]) | set(found[1])) - {""})
        return cls(
            {reason: (found[0][reason], found[1][reason]) for reason in reasons},
            Rejection.of(replace(result, confidence=certainty)),
            Rejection.of(result).area,
            source.familiar is not None,
        )

    def to_json(self) -> dict[str, Any]:
        """Return all of it as plain JSON values."""
        return {
            "reasons": {
                reason: {"right": right, "wrong": wrong} for reason, (right, wrong) in self.reasons.items()
            },
            "training_pictures_known": self.known,
            **self.rejection.to_json(),
        }
