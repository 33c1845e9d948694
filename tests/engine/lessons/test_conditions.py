"""Each condition is so exactly when what it says is."""

from __future__ import annotations

from typing import Any

import pytest

from engine.lessons.conditions import condition_from_json
from engine.lessons.situation import Situation


@pytest.mark.parametrize(
    ("check", "met", "not_met"),
    [
        (
            {"kind": "validation", "accuracy": 0.97},
            {"validations": ((1.0, 0.5), (0.1, 0.971))},
            {"validations": ((0.1, 0.99), (0.2, 0.96))},
        ),
        ({"kind": "loss", "below": 1}, {"steps": 3, "loss": 0.9}, {"steps": 3, "loss": 1.1}),
        ({"kind": "loss", "above": 2, "after": 100}, {"steps": 100, "loss": 2.3}, {"steps": 99, "loss": 2.3}),
        (
            {"kind": "overfits", "by": 0.5},
            {"validations": ((0.4, 0), (0.7, 0))},
            {"validations": ((0.4, 0), (0.5, 0))},
        ),
        ({"kind": "step", "at_least": 7}, {"steps": 7}, {"steps": 6}),
        ({"kind": "ended"}, {"ended": True}, {}),
        ({"kind": "diverged"}, {"diverged": True}, {"ended": True}),
        ({"kind": "drawing"}, {"strokes": 1}, {}),
        (
            {"kind": "drawing", "shows": "7", "reads": "1"},
            {"strokes": 2, "shows": "7", "reads": "1"},
            {"strokes": 2, "shows": "1", "reads": "1"},
        ),
        (
            {"kind": "drawing", "shows": "7", "not_as": "7"},
            {"strokes": 2, "shows": "7", "reads": "1"},
            {"strokes": 2, "shows": "7", "reads": ""},
        ),
        (
            {"kind": "drawing", "sure": 0.9},
            {"strokes": 2, "reads": "3", "sure": 0.91},
            {"strokes": 2, "reads": "3", "sure": 0.5},
        ),
        (
            {"kind": "shown", "place": "learn.health"},
            {"shown": frozenset({"learn.health"})},
            {"shown": frozenset({"learn"})},
        ),
        (
            {"kind": "used", "place": "learn.log"},
            {"marks": frozenset({"learn.log"})},
            {"shown": frozenset({"learn.log"})},
        ),
        ({"kind": "look_at", "step": 100, "within": 10}, {"looked_at": 90}, {"looked_at": 89}),
        (
            {"kind": "setting", "name": "learning_rate", "above": 0.1},
            {"settings": {"learning_rate": 0.1}},
            {"settings": {"learning_rate": 0.09}},
        ),
        (
            {"kind": "setting", "name": "momentum", "above": 0.5, "below": 0.5},
            {"settings": {"momentum": 0.5}},
            {"settings": {}},
        ),
        ({"kind": "filters_off", "at_least": 2}, {"off": 2}, {"off": 1}),
        (
            {"kind": "damage", "change": "shift", "below": 0.5},
            {"damaged": frozenset({"shift"}), "copy_accuracy": 0.4},
            {"damaged": frozenset({"shift"})},
        ),
        (
            {"kind": "damage", "change": "shift"},
            {"damaged": frozenset({"shift"})},
            {"damaged": frozenset({"blur"})},
        ),
        (
            {"kind": "warning", "name": "dead"},
            {"warnings": frozenset({"dead"})},
            {"warnings": frozenset({"overfitting"})},
        ),
        ({"kind": "model", "key": "digits"}, {"model": "digits"}, {"model": "training"}),
        (
            {"kind": "image", "true": "4", "answer": "9"},
            {"image_class": "4", "image_answer": "9"},
            {"image_class": "9", "image_answer": "4"},
        ),
        ({"kind": "examples", "at_least": 3}, {"examples": 3}, {"examples": 2}),
        ({"kind": "taught"}, {"taught": True}, {}),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) and "kind" in value else "",
)
def test_a_condition_is_met_when_it_says_so(
    check: dict[str, Any], met: dict[str, Any], not_met: dict[str, Any]
) -> None:
    condition = condition_from_json(check)
    assert condition.met(Situation(**met)) is True
    assert condition.met(Situation(**not_met)) is False
    assert condition.met(Situation()) is False
    assert condition.words()
