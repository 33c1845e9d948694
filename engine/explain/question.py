"""Questions to a network, asked by several methods at once, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.explain import METHODS
from engine.explain.base import ExplainError, Explanation, Method
from engine.model.model_file import Model
from engine.model.reference import Reference
from engine.task import Task
from engine.types import Array, Bytes

Found = tuple[Explanation, ...] | str
"""An explanation for each class asked about, or the sentence why there is none."""
SLOW = frozenset(name for name, kind in METHODS.items() if kind.slow)
"""Methods that take many passes; all others take one or two."""


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked.

    Attributes:
        reference: which model it is.
        model: the network that answers.
        image: pixels, ``(C, H, W)``.
        chosen: the class to explain and the one beside it; None for the likeliest.
        methods: the methods by name, with their options.
    """

    reference: Reference
    model: Model
    image: Bytes
    chosen: tuple[int | None, int | None]
    methods: Mapping[str, Method]

    def like(self, other: Question | None) -> bool:
        """Return whether the explanations of ``other`` may stand until those of this one are there."""
        if other is None:
            return False
        mine = (self.reference, self.chosen, dict(self.methods))
        return self.image is other.image and mine == (other.reference, other.chosen, dict(other.methods))


@dataclass(frozen=True, eq=False)
class Reply:
    """What came of a question.

    Attributes:
        question: what was asked.
        probabilities: of all classes, ``(K,)``.
        targets: the classes that are explained.
        found: what each method found, by its name.
    """

    question: Question
    probabilities: Array
    targets: tuple[int, ...]
    found: Mapping[str, Found]


def targets_of(probabilities: Array, chosen: tuple[int | None, int | None]) -> tuple[int, ...]:
    """Return the class to explain and, if there is a second class, the one beside it."""
    order = [int(k) for k in np.argsort(-probabilities, kind="stable")]
    # A class that another network had may be chosen still.
    first = chosen[0] if chosen[0] is not None and chosen[0] in order else order[0]
    others = [k for k in order if k != first]
    if chosen[1] is not None and chosen[1] in others:
        return first, chosen[1]
    return (first, *others[:1])


def reply_to(question: Question, task: Task, *, slow: bool) -> Reply:
    """Answer a question by the slow methods or by the others; may raise Cancelled."""
    model = question.model
    with np.errstate(over="ignore", invalid="ignore"):
        probabilities = model.network.predict(model.preprocessing.apply(question.image[None]))[0]
    targets = targets_of(probabilities, question.chosen)
    found: dict[str, Found] = {}
    for name, method in question.methods.items():
        if (name in SLOW) == slow:
            try:
                found[name] = method.explain_each(
                    model.network, model.preprocessing, question.image, targets, task
                )
            except ExplainError as error:
                found[name] = str(error)
    return Reply(question, probabilities, targets, found)
