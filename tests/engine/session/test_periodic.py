"""The automatic checkpoint: a failure is told once, and does not end it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.data.dataset import Dataset
from engine.model.history import History
from engine.session import periodic
from engine.session.periodic import PeriodicCheckpoint
from engine.training.checkpoint import Checkpoint, load_checkpoint
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers


@pytest.fixture
def checkpoint(config: RunConfig, dataset: Dataset) -> Checkpoint:
    with Workers(1) as workers:
        arrays, values = Trainer(config, dataset, workers).state()
        return Checkpoint(config, dict(arrays), values, History())


def test_a_failure_is_told_once_and_the_next_is_tried(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.write_text("a file where the folder should be")
    kept = PeriodicCheckpoint(folder / "kept.safetensors")
    first = kept.write(lambda: checkpoint)
    assert first.startswith("No automatic checkpoint could be written") and "tried again" in first
    assert kept.write(lambda: checkpoint) == ""
    folder.unlink()
    assert kept.write(lambda: checkpoint) == "Automatic checkpoints are written again."
    assert kept.write(lambda: checkpoint) == ""
    assert load_checkpoint(folder / "kept.safetensors").values == checkpoint.values


def test_a_folder_that_is_gone_is_made_anew(checkpoint: Checkpoint, tmp_path: Path) -> None:
    kept = PeriodicCheckpoint(tmp_path / "a" / "b" / "kept.safetensors")
    for _ in range(2):
        assert kept.write(lambda: checkpoint) == ""
        shutil.rmtree(tmp_path / "a")


def test_it_is_due_after_a_while_also_after_a_failure(
    checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(periodic.time, "monotonic", lambda: now)
    kept = PeriodicCheckpoint(tmp_path)  # a folder, which no file can replace
    assert not kept.due
    for _ in range(2):
        now += periodic.AUTOSAVE_SECONDS + 1
        assert kept.due
        kept.write(lambda: checkpoint)
        assert not kept.due


@pytest.mark.parametrize(
    ("error", "reason"),
    [(MemoryError(), "there is not enough memory."), (MemoryError("4 GB wanted"), "4 GB wanted")],
)
def test_why_it_failed_is_told(tmp_path: Path, error: Exception, reason: str) -> None:
    def fail() -> Checkpoint:
        raise error

    told = PeriodicCheckpoint(tmp_path / "kept").write(fail)
    assert told == (
        f"No automatic checkpoint could be written, and it is tried again every 60 seconds: {reason}"
    )


def test_an_error_that_nobody_expects_is_not_hidden(tmp_path: Path) -> None:
    def fail() -> Checkpoint:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        PeriodicCheckpoint(tmp_path / "kept").write(fail)
