"""What a session leaves in files: its state every minute, what it is asked to save, and what is recorded."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.model.model_file import load_model
from engine.runs.destination import Destination
from engine.runs.folder import RunFolder
from engine.runs.recorder import Recorder
from engine.session import kept as kept_files
from engine.session.messages import (
    Advance,
    Change,
    Finish,
    Keep,
    Kept,
    Notice,
    Pause,
    Play,
    Request,
    Save,
    Saved,
    Snapshot,
)
from engine.training.checkpoint import Checkpoint
from engine.training.config import RunConfig
from tests.engine.session.scripted import F, L, P, R, Scripted, carried_out, weights_after


def saves(config: RunConfig, dataset: Dataset, path: Path, channel: Scripted, step: float) -> list[int]:
    """Return after which steps a run had its complete state recorded."""
    kept: list[int] = []

    def keep(_recorder: Recorder, checkpoint: Checkpoint) -> None:
        kept.append(checkpoint.values["step"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Recorder, "state", keep)
        carried_out(config, dataset, channel, step=step, record=Destination(path))
    return kept


def test_the_state_is_kept_every_minute_and_at_every_stop(
    short: RunConfig, dataset: Dataset, tmp_path: Path
) -> None:
    config = dataclasses.replace(short, epochs=4)
    channel = Scripted(Play(), Play(), at={12: Pause()})
    # Steps of 14 s: after more than 60 s is after every fifth; a stop begins the minute anew.
    assert saves(config, dataset, tmp_path / "c", channel, step=14) == [5, 10, 12, 17, 20]


def test_before_the_first_step_there_is_nothing_to_keep(
    short: RunConfig, dataset: Dataset, tmp_path: Path
) -> None:
    assert saves(short, dataset, tmp_path / "c", Scripted(Pause(), Finish()), step=14) == []
    assert not (tmp_path / "c").exists()


def test_nothing_is_kept_where_there_is_no_place(short: RunConfig, dataset: Dataset) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Recorder, "begin", lambda *_: pytest.fail("the run was recorded"))
        carried_out(short, dataset, Scripted(Play()), step=100)


def test_a_saved_model_is_the_one_to_be_used_and_says_how_it_was_trained(
    short: RunConfig, dataset: Dataset, tmp_path: Path
) -> None:
    config = dataclasses.replace(short, averaging=0.9, training_images=90)
    live = dataclasses.replace(config.live(), momentum=0.5)
    path = tmp_path / "m.safetensors"
    channel = carried_out(config, dataset, Scripted(Advance(4), Change(live), Save(path)), step=0.1234567)
    assert channel.said[-1] == Saved(3, path, "")
    model = load_model(path)
    np.testing.assert_array_equal(
        model.network.vector, weights_after(config, dataset, 4).best_network().vector
    )
    assert model.class_names == dataset.class_names
    assert model.record == {
        "config": config.changed(live).to_json(),
        "steps": 4,
        "epochs": 0.888889,
        "seconds": 0.494,
    }
    np.testing.assert_array_equal(model.history.steps.table(), channel.history.steps.table())
    assert (model.preprocessing.mean, model.preprocessing.std) == (dataset.mean, dataset.std)


@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_file_that_cannot_be_written_is_said(
    short: RunConfig, dataset: Dataset, tmp_path: Path, checkpoint: bool
) -> None:
    path = tmp_path / "no" / "m.safetensors"
    channel = carried_out(short, dataset, Scripted(Save(path, checkpoint=checkpoint), Advance(1)))
    said = [event for event in channel.said if isinstance(event, Saved)]
    assert [(event.run_id, event.path) for event in said] == [(3, path)]
    assert said[0].problem.startswith(f"Cannot write {path}: ")
    assert channel.history.steps.length == 1


@pytest.mark.parametrize(
    ("error", "reason"), [(ValueError("oh"), "oh"), (ZeroDivisionError(), "ZeroDivisionError")]
)
def test_whoever_waits_for_a_file_is_told_whatever_went_wrong(
    short: RunConfig, dataset: Dataset, tmp_path: Path, error: Exception, reason: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    path = tmp_path / "m.safetensors"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_files, "save_model", fail)
        channel = carried_out(short, dataset, Scripted(Save(path)))
    assert channel.said[-1] == Saved(3, path, f"Cannot write {path}: {reason}.")
    assert channel.states == [L, P]


def test_recording_that_fails_is_told_and_the_training_goes_on(
    short: RunConfig, dataset: Dataset, tmp_path: Path
) -> None:
    place = tmp_path / "file"
    place.write_text("no folder")
    channel = Scripted(Play(), Keep())
    carried_out(short, dataset, channel, step=14, record=Destination(place / "run"))
    (told,) = (event for event in channel.said if isinstance(event, Notice))
    assert told.run_id == 3
    assert told.message.startswith("The training goes on, but it cannot be recorded at present. Cannot write")
    (kept,) = (event for event in channel.said if isinstance(event, Kept))
    assert "Not a directory" in kept.problem
    assert channel.states == [L, P, R, F]
    assert channel.history.steps.length == 10


@pytest.mark.parametrize("averaging", [0.0, 0.9])
def test_what_happens_is_recorded(
    short: RunConfig, dataset: Dataset, tmp_path: Path, averaging: float
) -> None:
    config = dataclasses.replace(short, averaging=averaging, epochs=3)
    other = dataclasses.replace(config.live(), learning_rate=0.002)
    shown: list[Snapshot | None] = []

    def look() -> None:
        shown.append(channel.snapshot.take())
        channel.send(Change(other))
        channel.send(Play())

    while_training: list[str] = []

    def peek() -> None:
        assert channel.recorder is not None and channel.recorder.flush() == ""
        while_training.append(RunFolder(tmp_path / "run").status().state)

    channel = Scripted(Advance(4), lambda: channel.ask(Request(kernels=True)), look, Keep(), at={2: peek})
    carried_out(config, dataset, channel, step=1, record=Destination(tmp_path / "run"))
    folder = RunFolder(tmp_path / "run")
    assert while_training == ["training"]
    assert folder.steps() == list(range(16)) and folder.notices == []
    assert shown[0] is not None and shown[0].network is not None
    assert np.array_equal(folder.network(4).state_vector, shown[0].network.state_vector)
    assert folder.changes() == [(4, "learning_rate", "0.002")]
    assert folder.settings(4) == config and folder.settings(5).learning_rate == 0.002
    history, status = folder.history(), folder.status()
    np.testing.assert_allclose(history.steps.table(), channel.history.steps.table(), rtol=1e-8)
    best = channel.history.best()
    assert best is not None
    assert status.best_step == channel.history.validations.column("step")[best]
    assert (status.state, status.step, status.closed) == ("finished", 15, True)
    assert folder.checkpoint().values["step"] == 15
