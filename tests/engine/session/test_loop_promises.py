"""What a session promises, step by step, by a clock that only passes when told to."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.session import loop
from engine.session.messages import (
    Advance,
    Change,
    Finish,
    Pace,
    Pause,
    Play,
    Quit,
    Save,
    SettingsChanged,
    StateChanged,
    Validated,
)
from engine.training.checkpoint import load_checkpoint
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers
from tests.engine.session.scripted import F, L, P, R, Scripted, carried_out

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
