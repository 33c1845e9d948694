"""What a run leaves in files holds what it has learnt, and whatever goes wrong is a sentence."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.errors import ModelFileError
from engine.model.history import History
from engine.model.model_file import load_model
from engine.session import kept
from engine.session.kept import as_checkpoint, as_model, save
from engine.session.messages import Save
from engine.training.checkpoint import load_checkpoint
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers

SECONDS = 1.23456


@pytest.fixture(scope="module")
def trained(config: RunConfig, dataset: Dataset) -> Iterator[tuple[Trainer, History]]:
    """Return a trainer that has taken three steps, the last with other settings, and its curves."""
    history = History()
    with Workers(1) as workers:
        trainer = Trainer(dataclasses.replace(config, averaging=0.9, threads=1), dataset, workers)
        for step in (1, 2, 3):
            if step == 3:
                trainer.live = dataclasses.replace(trainer.live, learning_rate=0.003)
            result = trainer.step()
            history.steps.append(step, result.epoch, 0.0, result.loss, result.accuracy, result.learning_rate)
        history.steps.append(4, 0.0, 0.0, 9.0, 0.0, 0.0)  # of a step that was taken back
        yield trainer, history


def test_a_model_is_what_would_be_used_and_says_how_it_came_to_be(
    trained: tuple[Trainer, History], tmp_path: Path, dataset: Dataset
) -> None:
    trainer, history = trained
    path = tmp_path / "m.safetensors"
    assert save(Save(path), trainer, history, SECONDS) == ""
    for model in (as_model(trainer, history, SECONDS), load_model(path)):
        np.testing.assert_array_equal(model.network.state_vector, trainer.best_network().state_vector)
        assert model.preprocessing == trainer.preprocessing and model.class_names == dataset.class_names
        record = dict(model.record)
        assert RunConfig.from_json(record.pop("config")) == trainer.config.changed(trainer.live)
        assert record == {"steps": 3, "epochs": 0.2, "seconds": 1.235}
        assert model.history.steps.column("step").tolist() == [1, 2, 3]


def test_epochs_are_told_to_six_places(trained: tuple[Trainer, History]) -> None:
    trainer, history = trained
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "offset", 100)
        assert as_model(trainer, history, 2).record["epochs"] == 0.333333


def test_a_checkpoint_is_all_that_is_needed_to_go_on(
    trained: tuple[Trainer, History], tmp_path: Path
) -> None:
    trainer, history = trained
    path = tmp_path / "c.safetensors"
    assert save(Save(path, checkpoint=True), trainer, history, SECONDS) == ""
    arrays, values = trainer.state()
    for checkpoint in (as_checkpoint(trainer, history), load_checkpoint(path)):
        assert checkpoint.config == trainer.config and checkpoint.values == values
        assert set(checkpoint.arrays) == set(arrays)
        for name, value in arrays.items():
            np.testing.assert_array_equal(checkpoint.arrays[name], value)
        assert checkpoint.history.steps.column("step").tolist() == [1, 2, 3]


@pytest.mark.parametrize("checkpoint", [False, True])
@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ModelFileError("The disk is full."), "The disk is full."),
        (ValueError("odd"), "Cannot write {path}: odd."),
        (RecursionError(), "Cannot write {path}: RecursionError."),
    ],
)
def test_whatever_goes_wrong_is_a_sentence(
    trained: tuple[Trainer, History],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    checkpoint: bool,
    error: Exception,
    told: str,
) -> None:
    def fail(*_: object) -> None:
        raise error

    path = tmp_path / "x.safetensors"
    monkeypatch.setattr(kept, "save_checkpoint" if checkpoint else "save_model", fail)
    assert save(Save(path, checkpoint), *trained, SECONDS) == told.format(path=path)
    assert (f"cannot save {path}" in caplog.text) == (not isinstance(error, ModelFileError))
