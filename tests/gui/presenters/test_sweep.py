"""What is typed into a row of the dialog is what a file of a sweep says, and the other way round."""

from __future__ import annotations

import pytest

from engine.errors import ConfigError
from engine.model.spec import preset
from engine.sweeps.space import dimension
from engine.training.config import RunConfig
from gui.presenters.sweep import HOW, VALUES, Row, best_of, preview, settings_of, to_dimension, to_row


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Row("learning_rate", VALUES, "0.001, 0.01,0.1"), [0.001, 0.01, 0.1]),
        (Row("optimiser", VALUES, "sgd, adam"), ["sgd", "adam"]),
        (Row("network.conv1.bias", VALUES, "true, false"), [True, False]),
        (Row("learning_rate", "log_uniform", "0.001, 0.1"), {"log_uniform": [0.001, 0.1]}),
        (Row("epochs", "integers", "1, 9, 3"), {"integers": [1, 9], "points": 3}),
    ],
)
def test_a_row_says_what_a_file_says(row: Row, said: object) -> None:
    found = to_dimension(row)
    assert found == dimension(row.setting, said)
    again = to_row(found)
    assert again is not None and to_dimension(again) == found


def test_what_no_row_can_say_is_left_to_the_file() -> None:
    assert to_row(dimension("optimiser", [{"kind": "adam", "beta2": 0.9}, "sgd"])) is None


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (Row("epochs", VALUES, " "), "epochs has 0 values; allowed are 1 to 1,000"),
        (Row("epochs", "integers", "3"), "epochs is '3'; allowed are the lowest and the highest value"),
        (Row("epochs", "integers", "a, b"), "allowed are two whole numbers"),
        (Row("learning_rate", "uniform", "2, 1"), "the smaller one first"),
    ],
)
def test_what_is_not_allowed_is_told(row: Row, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        to_dimension(row)


def test_every_setting_is_offered_and_what_it_comes_to_is_said() -> None:
    names = settings_of(RunConfig(preset("lenet5")))
    assert {"learning_rate", "optimiser", "augmentation.shift", "network.conv2.filters"} <= set(names)
    assert "threads" not in names and set(HOW) == {
        VALUES,
        "uniform",
        "log_uniform",
        "integers",
        "log_integers",
    }
    told = preview(54, 12000, [(100, 27), (300, 9)], 75.0, 2)
    assert told.startswith(
        "54 runs, at most 12,000 steps: 27 up to step 100, 9 up to step 300; about 75 s with 2"
    )
    assert "measuring" in preview(1, 1, [(1, 1)], None, 1)


def test_the_best_trial_is_said_and_how_many_failed() -> None:
    best = {"rank": 1, "settings": {"learning_rate": 0.0125}, "accuracy": 0.9, "loss": 0.25, "steps": 1}
    failed = {
        "rank": None,
        "settings": {},
        "accuracy": None,
        "loss": None,
        "steps": 0,
        "problem": "It blew up.",
    }
    told = best_of({"trials": [best | {"problem": ""}, failed]})
    assert told.startswith(
        "Best of 2: learning_rate 0.0125, with a validation accuracy of 90.00 % (loss 0.25)"
    )
    assert told.endswith("after 1 step. 1 failed.")
    assert best_of({"trials": [failed]}) == "No trial came to a validation. 1 failed."
