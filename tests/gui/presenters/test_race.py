"""A race in words and figures."""

from __future__ import annotations

import dataclasses

import numpy as np

from engine.model.history import History
from engine.model.spec import preset
from engine.races.race import Entrant, Race
from engine.session.messages import State
from engine.training.config import RunConfig
from gui.presenters.race import common_step, figures, kernels_of, likeliest, standing
from gui.presenters.ranges import Range, together

RUNNING, FAILED = State.RUNNING, State.FAILED


def history(steps: int, loss: float, *validated: tuple[int, float]) -> History:
    made = History()
    for step in range(1, steps + 1):
        made.steps.append(step, 0.0, 0.0, loss, 0.5, 0.1)
    for step, accuracy in validated:
        made.validations.append(step, 0.0, 0.0, 0.1, accuracy)
    return made


def race() -> Race:
    base = dataclasses.replace(RunConfig(network=preset("classic")), epochs=1, batch_size=10)
    return Race(base, (Entrant({}), Entrant({"seed": 2}), Entrant({"seed": 3})), steps=90)


def test_figures_are_of_one_step_but_for_who_is_out() -> None:
    runs = [history(12, 1.0, (10, 0.5)), history(11, 2.0, (10, 0.6)), history(3, 9.0)]
    states = [RUNNING, RUNNING, FAILED]
    assert common_step(runs, states) == 11
    found = [figures(run, state, 11, None) for run, state in zip(runs, states, strict=True)]
    assert [each.step for each in found] == ["11", "11", "3, out"]
    assert [each.validation for each in found] == ["50.00 %", "60.00 %", "\u2013"]
    assert figures(runs[0], RUNNING, 9, 0.25).validation == "\u2013"  # that one came later
    assert figures(runs[0], RUNNING, 9, 0.25).test == "25.00 %"


def test_how_the_race_stands() -> None:
    runs = [history(12, 1.0, (10, 0.5)), history(12, 2.0, (10, 0.6)), history(12, 2.0)]
    said = standing(race(), 1, runs, [RUNNING, RUNNING, FAILED], 200)
    assert said == "Step 12 of 20. At the validation of step 10 B leads with 60.00 %."
    assert standing(race(), 1, runs, [RUNNING] * 3, 2000) == "Step 12 of 90."
    level = [history(12, 1.0, (10, 0.5))] * 2
    said = standing(race(), 1, [*level, runs[2]], [RUNNING, RUNNING, FAILED], 0)
    assert said == "Step 12. At the validation of step 10 A and B are level."
    assert standing(race(), 1, [History()] * 3, [State.LOADING] * 3, 0) == "Loading the data\u2026"
    assert standing(race(), 1, runs, [FAILED] * 3, 0) == "Step 12: all have dropped out."


def test_bars_are_of_the_classes_that_all_find_likely() -> None:
    first, second = np.array([0.1, 0.0, 0.9, 0.0]), np.array([0.0, 0.8, 0.2, 0.0])
    assert likeliest([first, None, second], 2) == [1, 2]
    assert likeliest([None, None], 2) == []


def test_layers_with_kernels() -> None:
    assert [name for _, name in kernels_of(preset("classic"))] == ["weight", "weight"]


def test_a_curve_that_explodes_does_not_hide_the_others() -> None:
    assert together([Range(0.0, 2.0), Range(0.5, 3.0)]) == Range(0.0, 3.0)
    assert together([Range(0.0, 2.0), Range(1.0, 1e30)]) == Range(0.0, 2.0)
    assert together([Range(5.0, 1e30)]) == Range(5.0, 1e30)
    assert together([]) is None
