"""What is worked out beside the window to take a step apart for one weight."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.arithmetic.arrival import Arrivals
from engine.arithmetic.gradient import Check, LayerTerms, Terms, layer_terms, terms_of
from engine.arithmetic.passes import Weight
from engine.arithmetic.update import (
    OneUpdate,
    RunningUpdate,
    StepTaken,
    one_update,
    running_update,
    take_step,
)
from engine.data.dataset import Dataset
from engine.task import Task
from engine.training.replay import StepStart


@dataclass(frozen=True, eq=False)
class LookedAt:
    """A step that is taken apart, and what is already known of it.

    Attributes:
        start: what it began with.
        dataset: what the run learns from.
        taken: the step, computed again.
        layer: the terms of all weights of one operation.
        arrived: the gradients of one image.
    """

    start: StepStart
    dataset: Dataset
    taken: StepTaken | None = None
    layer: LayerTerms | None = None
    arrived: Arrivals | None = None


@dataclass(frozen=True, eq=False)
class Answer:
    """What is shown of one weight."""

    step: LookedAt
    weight: Weight
    terms: Terms | None = None
    update: OneUpdate | None = None
    running: RunningUpdate | None = None
    checked: Check | None = field(default=None)


def answer_of(step: LookedAt, weight: Weight, task: Task, *, is_statistic: bool) -> Answer:
    """Take ``step`` apart for a weight, or a running statistic; what is known of the step already is kept."""
    taken = step.taken or take_step(step.start, step.dataset, task)
    known = replace(step, taken=taken)
    if is_statistic:
        return Answer(known, weight, running=running_update(step.start, weight, task))
    layer = known.layer
    if layer is None or not layer.has(weight):
        layer = layer_terms(step.start, weight, task)
    known = replace(known, layer=layer)
    return Answer(known, weight, terms_of(layer, weight), one_update(taken, weight))
