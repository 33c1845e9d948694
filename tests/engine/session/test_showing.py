"""What a session shows: pictures and evaluations, and that training goes on where they fail."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.session import showing
from engine.session.messages import (
    Advance,
    EvaluationDone,
    Play,
    Request,
    Snapshot,
    StateChanged,
)
from engine.session.side_evaluation import SideEvaluation
from engine.training.config import RunConfig
from tests.engine.session.scripted import P, Scripted, carried_out, weights_after


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
        patch.setattr(showing, "capture", fail)
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
    real = SideEvaluation.beside

    def beside(evaluation: SideEvaluation, seconds: float) -> object:
        told.append(seconds)
        return real(evaluation, seconds)

    found: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SideEvaluation, "beside", beside)
        put = channel.evaluation.put
        patch.setattr(channel.evaluation, "put", lambda done: found.append(done.step) or put(done))
        carried_out(short, dataset, channel, step=0.5)
    assert told == pytest.approx([0.5] * 10)
    assert found == [0, *range(1, 11)]
