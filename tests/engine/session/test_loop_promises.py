"""What a session promises, step by step, by a clock that only passes when told to."""

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
from engine.session import loop
from engine.session.messages import (
    Advance,
    Change,
    EvaluationDone,
    Finish,
    Keep,
    Kept,
    Notice,
    Pace,
    Pause,
    Play,
    Quit,
    Request,
    Save,
    Saved,
    SettingsChanged,
    Snapshot,
    State,
    StateChanged,
    Validated,
)
from engine.training.checkpoint import Checkpoint, load_checkpoint
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers
from tests.engine.session.scripted import Scripted, carried_out

P, R, F, L = State.PAUSED, State.RUNNING, State.FINISHED, State.LOADING


@pytest.fixture
def short(config: RunConfig) -> RunConfig:
    """Return a run of two epochs of five steps, validated after every third step, in this process alone."""
    return dataclasses.replace(config, threads=1, batch_size=20, training_images=100, validation_every=3)


def weights_after(config: RunConfig, dataset: Dataset, steps: int) -> Trainer:
    """Return a trainer that has taken ``steps`` steps of ``config``."""
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        for _ in range(steps):
            trainer.step()
    return trainer


# --- states ---------------------------------------------------------------------------------------


def test_it_stands_before_its_first_step_and_every_event_names_the_run(
    short: RunConfig, dataset: Dataset
) -> None:
    channel = carried_out(short, dataset, Scripted())
    assert channel.said == [StateChanged(3, L), StateChanged(3, P)]
    assert channel.slept == [None]
    assert channel.dataset is dataset
    assert channel.epoch_size == 100
    assert channel.history.steps.length == 0


def test_a_whole_run(short: RunConfig, dataset: Dataset) -> None:
    channel = carried_out(short, dataset, Scripted(Play()), step=0.5)
    assert channel.states == [L, P, R, F]
    steps, validations = channel.history.steps, channel.history.validations
    assert steps.column("step").tolist() == list(range(1, 11))
    assert steps.column("epoch").tolist() == pytest.approx([i / 5 for i in range(1, 11)])
    assert steps.column("seconds").tolist() == pytest.approx([i / 2 for i in range(1, 11)])
    assert validations.column("step").tolist() == [3, 5, 6, 9, 10]
    assert validations.column("epoch").tolist() == pytest.approx([0.6, 1, 1.2, 1.8, 2])
    assert validations.column("seconds").tolist() == pytest.approx([1.5, 2.5, 3, 4.5, 5])
    assert [e for e in channel.said if isinstance(e, Validated)] == [Validated(3, row) for row in range(5)]


def test_the_curves_are_what_the_trainer_showed(short: RunConfig, dataset: Dataset) -> None:
    channel = carried_out(short, dataset, Scripted(Play()))
    with Workers(1) as workers:
        trainer = Trainer(short, dataset, workers)
        rows = []
        for _ in range(10):
            result = trainer.step()
            rows.append((result.loss, result.accuracy, result.learning_rate))
        evaluation = trainer.validate()
    steps = channel.history.steps
    shown = [steps.column(name) for name in ("loss", "accuracy", "learning_rate")]
    np.testing.assert_array_equal(np.array(shown).T, rows)
    assert evaluation is not None
    assert channel.history.validations.last("loss") == evaluation.mean_loss
    assert channel.history.validations.last("accuracy") == evaluation.accuracy


def test_without_a_number_of_steps_it_validates_after_each_epoch(short: RunConfig, dataset: Dataset) -> None:
    config = dataclasses.replace(short, validation_every=0)
    channel = carried_out(config, dataset, Scripted(Play()))
    assert channel.history.validations.column("step").tolist() == [5, 10]


def test_without_validation_images_it_does_not_validate(short: RunConfig, dataset: Dataset) -> None:
    config = dataclasses.replace(short, validation_images=0)
    channel = carried_out(config, dataset, Scripted(Play()))
    assert channel.history.validations.length == 0
    assert not [e for e in channel.said if isinstance(e, Validated)]


def test_single_steps(short: RunConfig, dataset: Dataset) -> None:
    seen: list[int] = []
    channel = Scripted(Advance(2), lambda: seen.append(channel.history.steps.length), Advance(1))
    carried_out(short, dataset, channel)
    assert channel.states == [L, P, R, P, R, P]
    assert seen == [2]
    assert channel.history.steps.length == 3


def test_to_the_end_of_each_epoch(short: RunConfig, dataset: Dataset) -> None:
    seen: list[int] = []
    channel = Scripted(Advance(1), Advance(0), lambda: seen.append(channel.history.steps.length), Advance(0))
    carried_out(short, dataset, channel)
    assert seen == [5]
    assert channel.states == [L, P, R, P, R, P, R, F]


def test_play_after_single_steps_goes_to_the_end(short: RunConfig, dataset: Dataset) -> None:
    channel = carried_out(short, dataset, Scripted(Advance(9), at={4: Play()}))
    assert channel.history.steps.length == 10


def test_a_pause_acts_after_the_present_step(short: RunConfig, dataset: Dataset) -> None:
    channel = carried_out(short, dataset, Scripted(Play(), at={4: Pause()}))
    assert channel.states == [L, P, R, P]
    assert channel.history.steps.length == 4


def test_a_pause_of_what_stands_says_nothing(short: RunConfig, dataset: Dataset) -> None:
    assert carried_out(short, dataset, Scripted(Pause())).states == [L, P]


def test_quitting_ends_it_between_two_steps(short: RunConfig, dataset: Dataset) -> None:
    channel = carried_out(short, dataset, Scripted(Play(), at={4: Quit()}))
    assert channel.history.steps.length == 4
    assert channel.states == [L, P, R]


def test_ending_early_validates_once(short: RunConfig, dataset: Dataset) -> None:
    channel = carried_out(short, dataset, Scripted(Play(), Finish(), at={4: Finish()}))
    assert channel.states == [L, P, R, F, F]
    assert channel.messages == ["Ended early.", "Ended early."]
    assert channel.history.validations.column("step").tolist() == [3, 4]


def test_ending_before_the_first_step_validates_nothing(short: RunConfig, dataset: Dataset) -> None:
    channel = carried_out(short, dataset, Scripted(Finish()))
    assert channel.states == [L, P, F]
    assert channel.history.validations.length == 0


def test_after_the_end_more_epochs_are_needed(short: RunConfig, dataset: Dataset) -> None:
    more = dataclasses.replace(short.live(), epochs=3)
    channel = carried_out(short, dataset, Scripted(Play(), Play(), Change(more), Play()))
    assert channel.states == [L, P, R, F, F, P, R, F]
    assert len(channel.messages) == 1 and channel.messages[0].startswith("All epochs are done; ")
    assert channel.history.steps.length == 15


# --- settings ---------------------------------------------------------------------------------------


def test_changed_settings_are_confirmed_and_used(short: RunConfig, dataset: Dataset) -> None:
    live = dataclasses.replace(short.live(), learning_rate=0.005, batch_size=50)
    channel = carried_out(short, dataset, Scripted(Play(), at={5: Change(live)}))
    assert SettingsChanged(3, live) in channel.said
    assert channel.history.steps.column("learning_rate").tolist() == [0.02] * 5 + [0.005] * 2
    assert channel.states == [L, P, R, F]


def test_settings_that_are_not_allowed_are_said_and_the_old_ones_confirmed(
    short: RunConfig, dataset: Dataset
) -> None:
    wrong = dataclasses.replace(short.live(), momentum=2.0)
    channel = carried_out(short, dataset, Scripted(Change(wrong)))
    assert channel.said[-2:] == [
        StateChanged(3, P, "momentum is 2.0; allowed is 0 to 0.9999."),
        SettingsChanged(3, short.live()),
    ]


# --- time -------------------------------------------------------------------------------------------


def test_a_pace_spaces_the_steps_out(short: RunConfig, dataset: Dataset) -> None:
    begun: list[float] = []
    channel = Scripted(Pace(4), Play())

    class Timed(Trainer):
        def step(self):
            begun.append(channel.clock.now)
            return super().step()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "Trainer", Timed)
        carried_out(short, dataset, channel, step=0.1)
    assert np.diff(begun).tolist() == pytest.approx([0.25] * 9)
    assert channel.history.steps.last("seconds") == pytest.approx(1.0)  # waiting is no training


def test_a_pace_that_is_set_while_it_trains_begins_at_once(short: RunConfig, dataset: Dataset) -> None:
    channel = carried_out(short, dataset, Scripted(Play(), at={4: Pace(4)}), step=0.1)
    # The fifth step begins at once, so the sixth is the first to wait: five of them, 0.15 s each.
    assert [seconds for seconds in channel.slept if seconds] == pytest.approx([0.15] * 5)


@pytest.mark.parametrize("threads", [1, 3])
def test_as_many_processors_share_as_the_settings_say(
    short: RunConfig, dataset: Dataset, threads: int
) -> None:
    asked: list[int] = []
    real = loop.Workers
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "Workers", lambda count: asked.append(count) or real(count))
        carried_out(dataclasses.replace(short, threads=threads), dataset, Scripted())
    assert asked == [threads]


@pytest.mark.parametrize("pace", [0.0, -1.0])
def test_at_full_speed_it_never_sleeps(short: RunConfig, dataset: Dataset, pace: float) -> None:
    channel = carried_out(short, dataset, Scripted(Pace(2), Pace(pace), Play()), step=0.1)
    assert set(channel.slept) == {None}


def test_validating_and_pausing_are_no_training_time(short: RunConfig, dataset: Dataset) -> None:
    channel = Scripted(Advance(3), lambda: channel.clock.pass_(100), Play())
    with pytest.MonkeyPatch.context() as patch:
        real = Trainer.validate

        def slow(trainer: Trainer):
            channel.clock.pass_(50)
            return real(trainer)

        patch.setattr(Trainer, "validate", slow)
        carried_out(short, dataset, channel, step=0.5)
    assert channel.history.steps.last("seconds") == pytest.approx(5.0)


def test_a_continued_run_keeps_its_curves_and_its_time(
    short: RunConfig, dataset: Dataset, tmp_path: Path
) -> None:
    path = tmp_path / "c.safetensors"
    whole = carried_out(short, dataset, Scripted(Play()), step=0.5)
    carried_out(short, dataset, Scripted(Advance(4), Save(path, checkpoint=True)), step=0.5)
    again = carried_out(short, dataset, Scripted(Play()), step=0.5, resume=load_checkpoint(path))
    np.testing.assert_array_equal(again.history.steps.table(), whole.history.steps.table())
    np.testing.assert_array_equal(again.history.validations.table(), whole.history.validations.table())


def test_a_finished_run_is_continued_as_finished(short: RunConfig, dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    carried_out(short, dataset, Scripted(Play(), Save(path, checkpoint=True)))
    again = carried_out(short, dataset, Scripted(), resume=load_checkpoint(path))
    assert again.states == [L, F]


# --- automatic checkpoints --------------------------------------------------------------------------


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


# --- what is asked for ------------------------------------------------------------------------------


@pytest.mark.parametrize("averaging", [0.0, 0.9])
def test_pictures_are_of_the_network_as_it_should_be_used(
    short: RunConfig, dataset: Dataset, averaging: float
) -> None:
    config = dataclasses.replace(short, averaging=averaging)
    image = dataset.test_images[0]
    found: list[Snapshot | None] = []
    channel = Scripted(
        Advance(4),
        lambda: channel.ask(Request(kernels=True, maps=True, image=image)),
        lambda: found.append(channel.snapshot.take()),
    )
    carried_out(config, dataset, channel)
    trainer = weights_after(config, dataset, 4)
    snapshot = found[0]
    assert snapshot is not None and snapshot.network is not None
    assert (snapshot.run_id, snapshot.step) == (3, 4)
    best = trainer.best_network()
    assert np.array_equal(best.vector, trainer.network.vector) == (averaging == 0)
    np.testing.assert_array_equal(snapshot.network.vector, best.vector)
    np.testing.assert_array_equal(
        snapshot.maps[-1], best.maps(trainer.preprocessing.apply(image[None]))[-1][0]
    )


@pytest.mark.parametrize(
    ("error", "why"), [(MemoryError("x"), "there is not enough memory"), (ValueError("oh"), "oh")]
)
def test_why_something_cannot_be_shown_is_told_once(
    short: RunConfig, dataset: Dataset, error: Exception, why: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    channel = Scripted(Advance(1), *[lambda: channel.ask(Request(kernels=True))] * 2, Advance(1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "capture", fail)
        carried_out(short, dataset, channel)
    told = [event for event in channel.said if isinstance(event, StateChanged) and event.message]
    assert told == [StateChanged(3, P, f"The training goes on, but not all of it can be shown: {why}.")]
    assert channel.history.steps.length == 2


def test_maps_alone_are_served_too_and_nothing_is_served_twice(short: RunConfig, dataset: Dataset) -> None:
    found: list[Snapshot | None] = []

    def look() -> None:
        found.append(channel.snapshot.take())

    channel = Scripted(
        lambda: channel.ask(Request(maps=True, image=dataset.test_images[0])), look, look, Advance(1), look
    )
    carried_out(short, dataset, channel)
    assert [s is None for s in found] == [False, True, True]
    assert found[0] is not None and found[0].network is None and len(found[0].maps) == 7


def test_test_images_are_evaluated_while_it_stands(short: RunConfig, dataset: Dataset) -> None:
    found: list[EvaluationDone | None] = []

    def look() -> None:
        found.append(channel.evaluation.take())

    channel = Scripted(look, lambda: channel.ask(Request(evaluate=True)), look, Advance(2), look)
    carried_out(short, dataset, channel)
    assert found[0] is None
    assert [done and (done.run_id, done.step, len(done.evaluation.labels)) for done in found[1:]] == [
        (3, 0, 150),
        (3, 2, 150),
    ]


def test_beside_the_training_test_images_are_evaluated_for_a_share_of_the_steps(
    short: RunConfig, dataset: Dataset
) -> None:
    told: list[float] = []
    channel = Scripted(lambda: channel.ask(Request(evaluate=True)), Play())
    real = loop.SideEvaluation.beside

    def beside(evaluation: loop.SideEvaluation, seconds: float) -> object:
        told.append(seconds)
        return real(evaluation, seconds)

    found: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop.SideEvaluation, "beside", beside)
        put = channel.evaluation.put
        patch.setattr(channel.evaluation, "put", lambda done: found.append(done.step) or put(done))
        carried_out(short, dataset, channel, step=0.5)
    assert told == pytest.approx([0.5] * 10)
    assert found == [0, *range(1, 11)]


# --- files ------------------------------------------------------------------------------------------


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
