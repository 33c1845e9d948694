"""After an error nobody expected, a session still obeys: what was learnt can be saved and kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.model.history import History
from engine.model.model_file import load_model
from engine.runs import names
from engine.session.messages import Advance, Change, Play, Request, Save, Saved, State, StateChanged
from engine.session.side_evaluation import SideEvaluation
from engine.training.checkpoint import load_checkpoint
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers
from tests.engine.session.test_loop import Watched


def failing_after(calls: int, original: Callable[..., Any], error: BaseException) -> Callable[..., Any]:
    """Return ``original`` that raises ``error`` from the call number ``calls + 1`` on."""
    count = 0

    def call(*args: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        if count > calls:
            raise error
        return original(*args, **options)

    return call


def save(session: Watched, path: Path, *, checkpoint: bool = False) -> Saved:
    """Have the session write a file and return what it says of it."""
    session.send(Save(path, checkpoint))
    session.until(lambda: any(isinstance(e, Saved) and e.path == path for e in session.said))
    return next(e for e in session.said if isinstance(e, Saved) and e.path == path)


@pytest.mark.parametrize("error", [MemoryError(), ZeroDivisionError("oh"), OSError(5, "Input/output error")])
@pytest.mark.parametrize(
    "place",
    [
        "engine.training.train_state.TrainState.update",
        "engine.training.trainer.mean_gradient",
        "engine.training.trainer.Trainer.validate",
        "engine.training.worker_pool.WorkerPool.compute",
        "engine.model.history.Columns.append",
    ],
)
def test_what_was_learnt_is_saved_and_kept_after_any_error(
    config: RunConfig,
    dataset: Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    error: Exception,
) -> None:
    config = dataclasses.replace(config, validation_every=4, epochs=50, threads=1)
    record = tmp_path / "run"
    with monkeypatch.context() as patch:
        parts = place.split(".")
        module = __import__(".".join(parts[:3]), fromlist=["x"])
        original: Any = module
        for name in parts[3:]:
            original = getattr(original, name)
        patch.setattr(place, failing_after(5, original, error))
        session = Watched(config, dataset, record=record)
        session.send(Play())
        told = session.until_state(State.FAILED)
    assert "The weights of step" in told.message
    kept = int(told.message.split("weights of step ")[1].split()[0])
    model, checkpoint = tmp_path / "model.safetensors", tmp_path / "run.safetensors"
    assert save(session, model).problem == ""
    assert save(session, checkpoint, checkpoint=True).problem == ""
    session.end()
    assert load_model(model).record["steps"] == kept
    back = load_checkpoint(checkpoint)
    assert back.values["step"] == kept == load_checkpoint(record / names.STATE).values["step"]
    assert back.history.steps.length <= kept

    # The kept run goes on, and its steps are those of a run that met no error.
    again = Watched(config, dataset, back)
    again.send(Advance(4))
    again.until(lambda: again.channel.history.steps.last("step") == kept + 4)
    again.end()
    with Workers(1) as workers:
        whole = Trainer(config, dataset, workers)
        losses = [whole.step().loss for _ in range(kept + 4)]
    assert list(again.channel.history.steps.column("loss")[-4:]) == losses[-4:]


def test_a_failed_run_says_so_when_it_is_asked_to_go_on(
    config: RunConfig, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "engine.training.trainer.TrainState.update", failing_after(3, lambda *_: None, MemoryError())
    )
    session = Watched(config, dataset)
    session.send(Play())
    assert "not enough memory" in session.until_state(State.FAILED).message
    session.send(Play(), Change(config.live()), Advance(1))
    assert "cannot be resumed" in session.until_state(State.FAILED).message
    assert session.steps == 3
    session.end()


def test_a_file_that_cannot_be_written_for_whatever_reason_is_told(
    config: RunConfig, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Watched(config, dataset)
    session.send(Advance(1))
    session.until(lambda: session.steps == 1)
    for number, error in enumerate((MemoryError(), ValueError("odd"), RecursionError("deep"))):
        with monkeypatch.context() as patch:
            for name in ("save_model", "save_checkpoint"):
                patch.setattr(f"engine.session.kept.{name}", failing_after(0, save, error))
            for checkpoint in (False, True):
                path = tmp_path / f"{number}{checkpoint}.safetensors"
                assert str(path) in save(session, path, checkpoint=checkpoint).problem
    assert save(session, tmp_path / "at last.safetensors").problem == ""
    session.end()


@pytest.mark.parametrize("place", ["showing.capture", "side_evaluation.SideEvaluation._advance"])
def test_what_cannot_be_shown_does_not_end_the_training(
    config: RunConfig, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(f"engine.session.{place}", failing_after(0, SideEvaluation.beside, MemoryError()))
    session = Watched(dataclasses.replace(config, epochs=3), dataset)
    session.channel.ask(Request(kernels=True, evaluate=True))
    session.until(lambda: any("not all of it can be shown" in str(e) for e in session.said))
    session.channel.ask(Request(kernels=True, evaluate=True))
    session.send(Play())
    session.channel.ask(Request(kernels=True, evaluate=True))
    session.until_state(State.FINISHED)
    told = [e for e in session.said if isinstance(e, StateChanged) and "shown" in e.message]
    assert len(told) == 1 and session.steps == 45
    session.end()


def test_curves_of_a_run_that_went_back_end_with_its_weights(
    config: RunConfig, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Trainer.validate

    def spoilt(self: Trainer) -> Any:
        if self.step_count == 6:
            self.network.vector[:] = 1e37
        return original(self)

    monkeypatch.setattr(Trainer, "validate", spoilt)
    session = Watched(config, dataset)
    session.send(Play())
    assert "The weights of step 5 are kept" in session.until_state(State.FAILED).message
    path = tmp_path / "run.safetensors"
    assert save(session, path, checkpoint=True).problem == ""
    session.end()
    assert list(load_checkpoint(path).history.steps.column("step")) == [1, 2, 3, 4, 5]
    assert session.steps == 6  # the screen keeps what it has shown


def test_curves_are_cut_only_where_something_came_later() -> None:
    history = History()
    for step in range(1, 11):
        history.steps.append(step, 0, 0, step, 0, 0)
        if step % 5 == 0:
            history.validations.append(step, 0, 0, 0, 0)
    assert history.until(10) is history
    cut = history.until(7)
    np.testing.assert_array_equal(cut.steps.column("loss"), np.arange(1, 8))
    np.testing.assert_array_equal(cut.validations.column("step"), [5])
