"""Real processes, real signals: what ``train`` leaves behind when it is asked to end, at any moment."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine import signals
from engine.cli.results import CONFIG, MODEL, RESULT
from engine.model.model_file import load_model
from engine.runs.names import STATE, STEPS
from engine.training.checkpoint import load_checkpoint
from tests.engine.cli.test_train_command import NAMES
from tests.processes import Command

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


def options(data: str, out: Path) -> list[object]:
    return ["train", "--data", data, "--out", out, "--batch-size", 10, "--validation-every", 20]


MOMENTS = (
    ("", 0.0),
    ("", 0.1),
    ("", 0.3),
    ("", 0.6),
    ("parameters", 0.0),
    ("parameters", 0.1),
    ("parameters", 0.4),
    ("validation accuracy", 0.0),
    ("validation accuracy", 0.2),
    ("validation accuracy", 1.0),
)
"""What the process has said, and seconds after it."""


@pytest.mark.parametrize(("index", "moment"), list(enumerate(MOMENTS)))
def test_a_signal_ends_training_well_at_any_moment(
    index: int, moment: tuple[str, float], data: str, tmp_path: Path, start: Callable[..., Command]
) -> None:
    number = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)[index % 3]
    out, (words, delay) = tmp_path / "out", moment
    command = start(*options(data, out), "--epochs", 10000, "--threads", 3)
    command.until_listening()
    command.until_said(words)
    time.sleep(delay)
    command.send(number, group=index % 2 == 0)
    assert command.end() == signals.EXIT_CODE
    *_, last = command.error.splitlines()
    assert last.startswith("kernelscope") and "interrupted" in last
    if "at step" not in last:
        assert not out.exists() or not list(out.iterdir())
        return
    assert {each.name for each in out.iterdir()} == NAMES
    steps = json.loads((out / RESULT).read_text())["steps"]
    assert steps == load_model(out / MODEL).record["steps"] == load_checkpoint(out / STATE).values["step"]
    assert len((out / STEPS).read_text().splitlines()) == 1 + steps
    assert f"main.py resume {out} resumes it" in last


def test_what_was_interrupted_goes_on_as_if_it_had_not_been(
    data: str, tmp_path: Path, start: Callable[..., Command]
) -> None:
    broken, whole = tmp_path / "broken", tmp_path / "whole"
    first = start(*options(data, broken), "--epochs", 10000)
    first.until_said("validation accuracy")
    first.send(signal.SIGINT, group=True)
    assert first.end() == signals.EXIT_CODE
    epochs = int(load_checkpoint(broken / STATE).values["epoch"]) + 2
    assert start("train", "--resume", "--epochs", epochs, "--out", broken).end() == 0
    assert start(*options(data, whole), "--epochs", epochs).end() == 0
    one, other = (load_model(folder / MODEL) for folder in (broken, whole))
    assert np.array_equal(one.network.vector, other.network.vector)
    assert np.array_equal(one.history.steps.column("loss"), other.history.steps.column("loss"))
    assert json.loads((broken / CONFIG).read_text())["epochs"] == epochs


def test_a_second_signal_stops_at_once_and_leaves_the_last_state(
    tmp_path: Path, start: Callable[..., Command]
) -> None:
    command = start(
        "train", "--data", "mnist", "--network", "deep", "--validation-images", 30000, "--out", tmp_path
    )
    command.until_said("loss")  # the progress bar after the first steps
    command.send(signal.SIGINT, group=True)
    command.until(lambda: (tmp_path / STATE).exists() and load_checkpoint(tmp_path / STATE).values["step"])
    began = time.monotonic()
    command.send(signal.SIGINT, group=True)
    assert command.end() == signals.EXIT_CODE
    assert time.monotonic() - began < 5.0
    assert "stopped at once" in command.error.splitlines()[-1]
    assert not (tmp_path / MODEL).exists()
    assert load_checkpoint(tmp_path / STATE).values["step"] >= 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_helping_processes_leave_signals_to_the_one_that_started_them(
    number: int, data: str, tmp_path: Path, start: Callable[..., Command]
) -> None:
    command = start(*options(data, tmp_path), "--epochs", 10000, "--threads", 3)
    command.until_said("parameters")
    seen: set[int] = set()

    def hit_all() -> bool:  # as they come, in the middle of their start
        for each in set(command.group()) - {command.process.pid}:
            seen.add(each)
            os.kill(each, number)
        return "validation accuracy" in command.error and len(seen) > 2

    command.until(hit_all)
    helpers = set(command.group()) - {command.process.pid}
    assert len(helpers) > 2  # two that help, and what multiprocessing keeps beside them
    command.send(signal.SIGTERM, group=False)
    assert command.end() == signals.EXIT_CODE
    assert "is gone" not in command.error


def test_a_killed_process_leaves_no_helpers(data: str, tmp_path: Path, start: Callable[..., Command]) -> None:
    command = start(*options(data, tmp_path), "--epochs", 10000, "--threads", 3)
    command.until_said("validation accuracy")
    command.send(signal.SIGKILL, group=False)
    assert command.end() == -signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_other_commands_end_with_one_sentence(number: int, start: Callable[..., Command]) -> None:
    command = start("evaluate", "--model", "digits", "--rejection")  # long enough to be met
    command.until_said("image")  # the progress bar
    command.send(number, group=True)
    assert command.end() == signals.EXIT_CODE
    assert command.error.splitlines()[-1].startswith("kernelscope evaluate: interrupted")
