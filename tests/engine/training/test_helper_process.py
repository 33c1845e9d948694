"""Processes that help this one: they end with it, however it ends, and this one never waits for them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.training.config import RunConfig
from engine.training.helper_process import processes
from tests.processes import PATIENCE, ROOT

# It is started anew in the helper, as a module of another name.
DEAF = """
from engine import signals
from engine.training.helper_process import processes, start_helper

def wait(link):
    signals.ignore()
    link.send("deaf")
    link.poll(None)

if __name__ == "__main__":
    here, there = processes().Pipe()
    start_helper(wait, there)
    print(here.recv())
"""

TRAINING = """
import numpy as np
from engine.data.dataset import Dataset
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers

if __name__ == "__main__":
    images, labels = np.zeros((200, 1, 10, 10), np.uint8), np.arange(200) % 3
    images[:, 0, 0, 0] = 80 * labels
    dataset = Dataset("corners", "Corners", ("none", "grey", "bright"), images, labels, images, labels)
    trainer = Trainer(RunConfig.from_json(CONFIG), dataset, Workers(2))
    trainer.pool.wait()
    print(trainer.pool.helping, trainer.step().step, trainer.step().step)
"""


def output(program: str, folder: Path) -> str:
    """Return what a Python of its own prints that runs ``program`` and must then end by itself."""
    file = folder / "program.py"
    file.write_text(program)
    process = subprocess.Popen(
        [sys.executable, str(file)], stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT)}
    )
    try:
        return process.communicate(timeout=PATIENCE)[0]
    except subprocess.TimeoutExpired:
        process.kill()  # its helpers notice that their pipe has closed
        process.communicate()
        pytest.fail("Python waits for its helpers at its end")


def test_processes_are_started_anew_and_not_forked() -> None:
    assert processes().get_start_method() == "spawn"  # a fork of a program with threads may hang


def test_a_python_that_ends_does_not_wait_for_a_helper_that_ignores_signals(tmp_path: Path) -> None:
    assert output(DEAF, tmp_path) == "deaf\n"


def test_a_python_that_trains_and_closes_nothing_ends(config: RunConfig, tmp_path: Path) -> None:
    assert output(TRAINING.replace("CONFIG", repr(config.to_json())), tmp_path) == "1 1 2\n"
