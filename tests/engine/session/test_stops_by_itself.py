"""A run that stops by itself says why, keeps its best weights, and can be gone on with."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.model.model_file import load_model
from engine.runs.folder import RunFolder
from engine.runs.recorder import Destination
from engine.session.messages import Change, Finish, Play, Quit, Save, State
from engine.training.checkpoint import load_checkpoint
from engine.training.config import RunConfig
from tests.engine.session.scripted import Scripted, carried_out


@pytest.fixture
def wild(config: RunConfig) -> RunConfig:
    """Return settings whose steps are so large that the validations soon bring nothing better."""
    return dataclasses.replace(
        config, learning_rate=0.5, validation_every=2, patience=3, epochs=40, threads=1, batch_size=50
    )


def test_it_goes_back_to_its_best_step(wild: RunConfig, dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "run"
    channel = Scripted(
        Play(), Save(tmp_path / "m.safetensors"), Finish(), Play(), Change(wild.live()), Play()
    )
    carried_out(wild, dataset, channel, record=Destination(path))
    rows = channel.history.validations
    best = channel.history.best()
    assert best is not None and rows.length == best + 4 and channel.states[-1] is State.FINISHED
    step = int(rows.column("step")[best])
    assert f"The weights of step {step}" in channel.messages[0]
    assert sum(f"went back to step {step}" in told for told in channel.messages) == 2  # each ``Play`` after
    folder = RunFolder(path)
    model = load_model(tmp_path / "m.safetensors")
    assert model.record["steps"] == step and model.history.steps.last("step") == step
    np.testing.assert_array_equal(model.network.vector, folder.network(step).vector)
    assert folder.status().message == channel.messages[0] or "went back" in folder.status().message

    again = Scripted(Play(), Quit())  # from the folder it goes on, with patience counted from the best
    carried_out(wild, dataset, again, resume=folder.checkpoint(), record=Destination(path))
    assert again.history.steps.column("step").tolist() == list(range(1, again.history.steps.length + 1))
    assert again.history.steps.length > step
    assert RunFolder(path).status().state == "finished"


def test_a_run_that_is_continued_still_knows_its_best(
    wild: RunConfig, dataset: Dataset, tmp_path: Path
) -> None:
    whole = carried_out(wild, dataset, Scripted(Play(), Save(tmp_path / "whole.safetensors")))
    stopped = int(whole.history.steps.last("step"))
    place = tmp_path / "half.safetensors"
    carried_out(wild, dataset, Scripted(Play(), at={stopped - 1: Save(place, checkpoint=True)}))
    again = Scripted(Play(), Save(tmp_path / "again.safetensors"))
    carried_out(wild, dataset, again, resume=load_checkpoint(place))
    vectors = [load_model(tmp_path / f"{name}.safetensors").network.vector for name in ("whole", "again")]
    np.testing.assert_array_equal(*vectors)
    assert again.messages[0] == whole.messages[0]


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"stop_accuracy": 0.3}, "accuracy"), ({"stop_loss": 5.0}, "loss"), ({"stop_minutes": 0.1}, "min")],
)
def test_a_target_that_is_reached_ends_it_and_it_may_go_on(
    config: RunConfig, dataset: Dataset, changes: dict[str, float], word: str
) -> None:
    config = dataclasses.replace(config, threads=1, **changes)
    channel = carried_out(config, dataset, Scripted(Play(), Play()), step=1.0)
    assert channel.states.count(State.FINISHED) == 2 and word in channel.messages[0]
    assert "Stopped at step 6:" in channel.messages[0]  # the first validation, or the seconds of six steps
    assert channel.history.steps.length == 30  # all epochs, the second time
