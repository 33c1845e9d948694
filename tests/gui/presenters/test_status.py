"""The figures of the status bar can be traced to the history."""

from __future__ import annotations

import pytest

from engine.model.history import History
from engine.training.config import LiveSettings
from gui.presenters.status import Speed, duration, figures, share_done, total_steps

LIVE = LiveSettings(learning_rate=0.01, momentum=0.9, weight_decay=0, batch_size=20, epochs=2)


def test_speed_is_that_of_the_last_two_seconds() -> None:
    now = 0.0
    speed = Speed(lambda: now)
    assert speed.steps_per_second == 0
    for steps in (0, 100, 200, 210, 220, 230):
        speed.see(steps)
        now += 1
    assert speed.steps_per_second == pytest.approx(10)
    speed.reset()
    assert speed.steps_per_second == 0


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (3.2, "0:04"), (750, "12:30"), (7500, "2:05:00")])
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_figures() -> None:
    history = History()
    empty = figures(history, LIVE, 1000, 0)
    assert empty["step"] == "0 of 100"
    assert empty["loss"] == empty["validation"] == "\u2013"
    for step in range(1, 61):
        history.steps.append(step, step / 50, step / 10, 2.0, 0.5, 0.01)
    history.validations.append(60, 1.2, 6, 0.3, 0.9725)
    texts = figures(history, LIVE, 1000, 10)
    assert texts == {
        "epoch": "2/2",
        "step": "60 of 100",
        "speed": "200 images/s",
        "left": "0:04",
        "loss": "2.0000",
        "accuracy": "50.0 %",
        "validation": "97.2 %",
        "validation_loss": "0.3000",
    }
    assert share_done(history, LIVE) == pytest.approx(0.6)


def test_words() -> None:
    assert total_steps(7, 0.5, LIVE, 1001) == 7 + 76
