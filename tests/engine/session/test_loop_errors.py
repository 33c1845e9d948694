"""What a session does about errors: it says them, and what was learnt can still be saved and kept."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from engine.data.dataset import Dataset
from engine.errors import DataError, TrainingError
from engine.model.model_file import load_model
from engine.runs.destination import Destination
from engine.runs.folder import RunFolder
from engine.runs.hold import Hold, is_held
from engine.session import loop
from engine.session.messages import Advance, Change, Finish, Play, Save, State, StateChanged
from engine.training.config import RunConfig
from engine.training.trainer import StepResult, Trainer
from tests.engine.session.scripted import L, P, R, Scripted, carried_out


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (DataError("The data set is not there."), "The data set is not there."),
        (MemoryError(), "There is not enough memory for this network and batch size."),
        (ValueError("oh"), "Training ended by an unexpected error (ValueError: oh)."),
    ],
)
def test_an_error_at_the_start_is_said(short: RunConfig, error: Exception, message: str) -> None:
    def broken(name: str) -> Dataset:
        assert name == "stripes"
        raise error

    channel = Scripted()
    loop.run(short, channel, loader=broken)
    assert channel.said == [StateChanged(3, L), StateChanged(3, State.FAILED, message)]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (TrainingError("The loss became nan."), "The loss became nan."),
        (
            MemoryError(),
            "There is not enough memory for this network and batch size. The weights of step 2 are kept.",
        ),
        (
            ValueError("oh"),
            "Training ended by an unexpected error (ValueError: oh). The weights of step 2 are kept.",
        ),
    ],
)
def test_an_error_ends_the_training_and_not_the_session(
    short: RunConfig,
    dataset: Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    message: str,
) -> None:
    real = Trainer.step

    def fail(trainer: Trainer) -> StepResult:
        if trainer.step_count == 2:
            raise error
        return real(trainer)

    monkeypatch.setattr(Trainer, "step", fail)
    path = tmp_path / "m.safetensors"
    more = dataclasses.replace(short.live(), epochs=9)
    channel = Scripted(Play(), Finish(), Play(), Advance(1), Change(more), Save(path))
    carried_out(short, dataset, channel, record=Destination(tmp_path / "run"))
    failed = State.FAILED
    assert channel.states == [L, P, R, failed, failed, failed]
    again = "This run cannot be resumed; save it and continue from the file, or start a new one."
    assert channel.messages == [message, again, again]
    assert channel.history.steps.length == 2 and load_model(path).record["steps"] == 2
    folder = RunFolder(tmp_path / "run")
    assert folder.status().state == "failed" and folder.checkpoint().values["step"] == 2


def test_a_claim_is_let_go_whatever_happens(short: RunConfig, dataset: Dataset, tmp_path: Path) -> None:
    def broken(_name: str) -> Dataset:
        raise DataError("It is not there.")

    for loader in (broken, lambda _name: dataset):
        hold = Hold(tmp_path)
        loop.run(short, Scripted(), record=Destination(tmp_path, hold), loader=loader)
        assert not is_held(tmp_path)
