"""A session obeys its commands, serves what is asked for, and tells what happens."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.errors import DataError
from engine.model.model_file import load_model
from engine.runs import names
from engine.runs.destination import Destination
from engine.session.channel import Channel
from engine.session.loop import run
from engine.session.messages import (
    Advance,
    Change,
    Command,
    Finish,
    Pace,
    Pause,
    Play,
    Quit,
    Request,
    Save,
    Saved,
    State,
    StateChanged,
)
from engine.training.checkpoint import load_checkpoint
from engine.training.config import RunConfig


class Watched:
    """A session in a thread, and everything it has said."""

    def __init__(
        self, config: RunConfig, dataset: Dataset, resume: object = None, record: Path | None = None
    ) -> None:
        self.channel = Channel(3)
        self.said: list[object] = []
        self._thread = threading.Thread(
            target=run,
            args=(config, self.channel, resume),
            kwargs={
                "loader": lambda _: dataset,
                "record": None if record is None else Destination(record),
            },
        )
        self._thread.start()

    def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            self.said += self.channel.events()
            assert time.monotonic() < deadline, f"waited in vain; the session said {self.said}"
            time.sleep(0.002)
        self.said += self.channel.events()

    def until_state(self, state: State) -> StateChanged:
        start = len(self.said)
        found: list[StateChanged] = []

        def there() -> bool:
            found[:] = [e for e in self.said[start:] if isinstance(e, StateChanged) and e.state is state]
            return bool(found)

        self.until(there)
        return found[-1]

    def send(self, *commands: Command) -> None:
        for command in commands:
            self.channel.send(command)

    @property
    def steps(self) -> int:
        return self.channel.history.steps.length

    def end(self) -> None:
        self.channel.send(Quit())
        self._thread.join(30)
        assert not self._thread.is_alive()


@pytest.fixture
def session(config: RunConfig, dataset: Dataset) -> Iterator[Watched]:
    watched = Watched(config, dataset)
    watched.until_state(State.PAUSED)
    yield watched
    watched.end()


def test_it_waits_before_the_first_step_and_trains_to_the_end(session: Watched) -> None:
    assert session.steps == 0
    session.send(Play())
    session.until_state(State.FINISHED)
    history = session.channel.history
    assert history.steps.column("step").tolist() == list(range(1, 31))
    assert history.validations.column("step").tolist() == [6, 12, 15, 18, 24, 30]
    assert np.all(np.diff(history.steps.column("seconds")) > 0)


def test_single_steps_and_epochs(session: Watched) -> None:
    session.send(Advance(1))
    session.until_state(State.PAUSED)
    assert session.steps == 1
    session.send(Advance(3))
    session.until_state(State.PAUSED)
    assert session.steps == 4
    session.send(Advance(0))
    session.until_state(State.PAUSED)
    assert session.steps == 15
    session.send(Advance(0))
    session.until_state(State.FINISHED)
    assert session.steps == 30


def test_pausing_and_ending_early(session: Watched) -> None:
    session.send(Pace(50), Play())
    session.until(lambda: session.steps >= 2)
    session.send(Pause())
    session.until_state(State.PAUSED)
    steps = session.steps
    assert steps < 30
    session.send(Finish())
    session.until_state(State.FINISHED)
    assert session.steps == steps
    assert session.channel.history.validations.last("step") == steps


def test_it_gives_way_to_an_answer_and_still_serves(session: Watched) -> None:
    session.channel.hold(30)
    session.send(Play())
    session.until_state(State.RUNNING)
    session.channel.ask(Request(kernels=True))
    session.until(lambda: session.channel.snapshot.take() is not None)
    assert session.steps == 0
    session.channel.release()
    session.until_state(State.FINISHED)


def test_holding_again_and_again_slows_it_down_only(session: Watched) -> None:
    def done() -> bool:
        session.channel.hold(0.01)
        return session.steps == 30

    session.send(Play())
    session.until(done)


def test_settings_change_while_it_trains(session: Watched) -> None:
    live = dataclasses.replace(session_live(session), learning_rate=0.005, epochs=3)
    session.send(Change(live), Play())
    session.until_state(State.FINISHED)
    assert session.steps == 45
    assert session.channel.history.steps.last("learning_rate") == 0.005
    session.send(Change(dataclasses.replace(live, epochs=4)))
    session.until_state(State.PAUSED)
    session.send(Play())
    session.until_state(State.FINISHED)
    assert session.steps == 60


def session_live(session: Watched):
    """Return the live settings of the fixture's run."""
    from engine.training.config import LiveSettings

    return LiveSettings(learning_rate=0.02, momentum=0.9, weight_decay=0.0, batch_size=20, epochs=2)


def test_settings_that_are_not_allowed_are_refused_in_words(session: Watched) -> None:
    session.send(Change(dataclasses.replace(session_live(session), batch_size=0)))
    told = session.until_state(State.PAUSED)
    assert told.message == "batch size is 0; allowed is 1 to 4096."


def test_a_snapshot_is_a_copy_of_what_was_asked(session: Watched, dataset: Dataset) -> None:
    image = dataset.test_images[0]
    session.channel.ask(Request(kernels=True, maps=True, image=image))
    found = []
    session.until(lambda: found.append(session.channel.snapshot.take()) or found[-1])
    snapshot = found[-1]
    assert (snapshot.run_id, snapshot.step) == (3, 0)
    assert [m.shape for m in snapshot.maps] == [
        (4, 8, 8),
        (4, 8, 8),
        (4, 8, 8),
        (4, 4, 4),
        (64,),
        (64,),
        (3,),
    ]
    assert snapshot.probabilities.sum() == pytest.approx(1)
    assert not any(m.flags.writeable for m in snapshot.maps)
    before = snapshot.network.vector.copy()
    session.send(Advance(5))
    session.until_state(State.PAUSED)
    np.testing.assert_array_equal(snapshot.network.vector, before)


def test_nothing_is_copied_that_was_not_asked(session: Watched) -> None:
    session.channel.ask(Request())
    session.send(Advance(1))
    session.until_state(State.PAUSED)
    assert session.channel.snapshot.take() is None
    assert session.channel.evaluation.take() is None


def test_an_evaluation_of_all_test_images_while_it_stands(session: Watched, dataset: Dataset) -> None:
    session.channel.ask(Request(evaluate=True))
    found = []
    session.until(lambda: found.append(session.channel.evaluation.take()) or found[-1])
    assert found[-1].evaluation.confusion.sum() == len(dataset.test_images)
    assert found[-1].step == 0
    session.send(Advance(15))
    session.until_state(State.PAUSED)
    session.until(
        lambda: found.append(session.channel.evaluation.take()) or (found[-1] and found[-1].step == 15)
    )
    assert len(found[-1].evaluation.labels) == len(dataset.test_images)


def test_saving_while_it_trains(session: Watched, tmp_path: Path) -> None:
    session.send(Advance(4), Save(tmp_path / "m.safetensors"), Save(tmp_path / "no" / "m.safetensors"))
    session.until(lambda: len([e for e in session.said if isinstance(e, Saved)]) == 2)
    good, bad = (e for e in session.said if isinstance(e, Saved))
    assert good.problem == ""
    assert "Cannot write" in bad.problem and "No such file" in bad.problem
    assert load_model(good.path).class_names == ("lying", "standing", "slanted")


def test_a_killed_run_goes_on_from_its_checkpoint(
    config: RunConfig, dataset: Dataset, tmp_path: Path
) -> None:
    path = tmp_path / "run" / names.STATE
    first = Watched(config, dataset, record=path.parent)
    first.send(Advance(10))
    first.until(lambda: any(isinstance(e, StateChanged) and e.state is State.RUNNING for e in first.said))
    first.until(lambda: path.exists() and first.steps == 10)
    first.end()
    second = Watched(config, dataset, resume=load_checkpoint(path))
    second.send(Play())
    second.until_state(State.FINISHED)
    second.end()
    whole = Watched(config, dataset)
    whole.send(Play())
    whole.until_state(State.FINISHED)
    whole.end()
    np.testing.assert_array_equal(
        second.channel.history.steps.column("loss"), whole.channel.history.steps.column("loss")
    )


def test_a_data_set_that_cannot_be_loaded_is_told(config: RunConfig) -> None:
    channel = Channel()

    def missing(name: str) -> Dataset:
        raise DataError(f"The data set {name} is not there.")

    run(config, channel, loader=missing)
    last = channel.events()[-1]
    assert last == StateChanged(0, State.FAILED, "The data set stripes is not there.")


def test_an_unexpected_error_is_told_and_does_not_hang(
    config: RunConfig, caplog: pytest.LogCaptureFixture
) -> None:
    channel = Channel()

    def broken(name: str) -> Dataset:
        raise ZeroDivisionError("oh")

    run(config, channel, loader=broken)
    last = channel.events()[-1]
    assert isinstance(last, StateChanged)
    assert last.message == "Training ended by an unexpected error (ZeroDivisionError: oh)."
    assert "unexpected error" in caplog.text


def test_divergence_keeps_the_session_alive(config: RunConfig, dataset: Dataset) -> None:
    layers = tuple(layer for layer in config.network.layers if layer.type_name != "batch_norm")
    wild = dataclasses.replace(
        config,
        network=dataclasses.replace(config.network, layers=layers),
        learning_rate=100.0,
        momentum=0.999,
        epochs=99,
    )
    session = Watched(wild, dataset)
    session.send(Play())
    told = session.until_state(State.FAILED)
    assert "The loss became" in told.message
    session.channel.ask(Request(kernels=True))
    found = []
    session.until(lambda: found.append(session.channel.snapshot.take()) or found[-1])
    assert f"The weights of step {found[-1].step} are kept" in told.message
    assert np.isfinite(found[-1].network.vector).all()
    session.end()
