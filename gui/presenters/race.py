"""A race in words and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.formatting import DASH, counted, grouped, loss_figure, share
from engine.model.history import History
from engine.model.spec import NetworkSpec
from engine.races.race import Race
from engine.races.verdict import Heat, Verdict
from engine.session.messages import State
from engine.types import Array
from gui.presenters.compare import letter

RECENT = 50
"""The loss of an entrant is the mean over so many of its last batches."""

EMPTY = (
    "Race a few networks",
    (
        "Two to four runs that differ in what you choose train on the same images in the same order, step by "
        "step beside each other. At the end it is said who has won, and how sure that is."
    ),
)


@dataclass(frozen=True, eq=False)
class Side:
    """An entrant whose curves are drawn.

    Attributes:
        letter: what it is called beside the others.
        title: its name.
        history: its curves.
    """

    letter: str
    title: str
    history: History


def sides(race: Race, histories: Sequence[History]) -> tuple[Side, ...]:
    """Return what is drawn of the entrants."""
    named = enumerate(zip(race.titles, histories, strict=True))
    return tuple(Side(letter(number), title, history) for number, (title, history) in named)


@dataclass(frozen=True)
class Figures:
    """How an entrant stands, in words."""

    step: str
    loss: str
    validation: str
    test: str


def common_step(histories: Sequence[History], states: Sequence[State]) -> int:
    """Return the last step that all have done which still race, or all if none does."""
    racing = [each for each, state in zip(histories, states, strict=True) if state is not State.FAILED]
    return min(int(each.steps.last("step")) if each.steps.length else 0 for each in racing or histories)


def figures(history: History, state: State, common: int, tested: float | None) -> Figures:
    """Return how an entrant stood after the step ``common``.

    Args:
        history: its curves.
        state: what it does; one that has dropped out stands where it was then.
        common: the step at which all are looked at.
        tested: its accuracy on the test images, where it is known.
    """
    steps, rows = history.steps, history.validations
    last = int(steps.last("step")) if steps.length else 0
    at, out = (last, ", out") if state is State.FAILED else (min(common, last), "")
    stop = int(np.searchsorted(steps.column("step"), at, "right"))
    recent = steps.column("loss")[max(0, stop - RECENT) : stop]
    validated = rows.column("accuracy")[: int(np.searchsorted(rows.column("step"), at, "right"))]
    return Figures(
        grouped(at) + out,
        loss_figure(float(recent.mean())) if len(recent) else DASH,
        share(float(validated[-1]), 2) if len(validated) else DASH,
        DASH if tested is None else share(tested, 2),
    )


def likeliest(answers: Sequence[Array | None], count: int) -> list[int]:
    """Return the ``count`` classes that all together find the likeliest, in the order of the classes.

    ``answers`` are probabilities ``(K,)`` of each network, or None.
    """
    known = [each for each in answers if each is not None]
    if not known:
        return []
    order = np.argsort(-np.sum(known, axis=0), kind="stable")[:count]
    return sorted(int(each) for each in order)


def tested(heats: Sequence[Heat], verdict: Verdict | None, lane: int) -> float | None:
    """Return the accuracy of an entrant on the test images: the mean, or that of the last heat."""
    if verdict is not None:
        return verdict.accuracies[lane]
    return heats[-1][lane].accuracy if heats else None


def standing(
    race: Race, heat: int, histories: Sequence[History], states: Sequence[State], epoch_size: int
) -> str:
    """Return a sentence on how the race stands while it goes on."""
    seeds = f", seed {heat} of {race.heats}" if race.heats > 1 else ""
    if all(state is State.LOADING for state in states):
        return f"Loading the data{seeds}\N{HORIZONTAL ELLIPSIS}"
    step = common_step(histories, states)
    of = f" of {grouped(race.steps_of(epoch_size))}" if epoch_size else ""
    where = f"Step {grouped(step)}{of}{seeds}"
    racing = [lane for lane, state in enumerate(states) if state is not State.FAILED]
    rows = [histories[lane].validations for lane in racing]
    if not racing:
        return f"{where}: all have dropped out."
    least = min(each.length for each in rows)
    if not least:
        return f"{where}."
    accuracies = [float(each.column("accuracy")[least - 1]) for each in rows]
    at = int(rows[0].column("step")[least - 1])
    best = max(accuracies)
    leaders = [letter(lane) for lane, accuracy in zip(racing, accuracies, strict=True) if accuracy == best]
    if len(leaders) > 1:
        return f"{where}. At the validation of step {grouped(at)} {' and '.join(leaders)} are level."
    return f"{where}. At the validation of step {grouped(at)} {leaders[0]} leads with {share(best, 2)}."


def so_far(race: Race, heats: Sequence[Heat]) -> str:
    """Return what came of the heats that are over, in a line; "" for none."""
    if not heats:
        return ""
    means = []
    for lane in range(len(race.titles)):
        found = [heat[lane].accuracy for heat in heats]
        known = [each for each in found if each is not None]
        means.append(f"{letter(lane)} {share(sum(known) / len(known), 2) if known else DASH}")
    return f"After {counted(len(heats), 'seed')}, on the test images: {', '.join(means)}."


def kernels_of(spec: NetworkSpec) -> list[tuple[int, str]]:
    """Return which layers of a network have kernels that are pictures, and the names of these."""
    shapes = (spec.in_shape, *spec.shapes())
    return [
        (place, layer.kernels)
        for place, (layer, shape) in enumerate(zip(spec.layers, shapes, strict=False))
        if len(layer.param_shapes(shape).get(layer.kernels, ())) == 4
    ]
