"""The evaluation beside the training: its share of the time, and that its answers are the network's."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.session import side_evaluation
from engine.session.side_evaluation import SHARE, SideEvaluation
from engine.training.config import RunConfig
from engine.training.evaluation import CHUNK, Evaluation, Sweep, evaluate
from engine.training.trainer import Trainer
from engine.training.workers import Workers
from tests.engine.conftest import stripes
from tests.engine.session.scripted import Clock

CHUNK_SECONDS = 0.003


class Beside:
    """A trainer, an evaluation beside it and a clock; each chunk takes ``CHUNK_SECONDS``."""

    def __init__(self, trainer: Trainer, dataset: Dataset, workers: Workers, clock: Clock) -> None:
        self.trainer, self.dataset, self.workers, self.clock = trainer, dataset, workers, clock
        self.evaluation = SideEvaluation(trainer, dataset, workers)
        self.spent: list[float] = []
        self.chunks: list[int] = []

    def train(self, steps: int, seconds: float = 0.01) -> list[tuple[int, Evaluation]]:
        """Let ``steps`` steps of ``seconds`` pass; return what was evaluated meanwhile, and at which step."""
        found = []
        for _ in range(steps):
            self.trainer.step_count += 1
            before = self.clock.now
            result = self.evaluation.beside(seconds)
            self.spent.append(self.clock.now - before)
            if result is not None:
                found.append((self.evaluation.step, result))
        return found

    def stand(self) -> list[tuple[int, Evaluation]]:
        """Evaluate until nothing is left to do; return what came of it, and of which step."""
        found = []
        for _ in range(1000):
            if not self.evaluation.still_to_do():
                return found
            result = self.evaluation.standing()
            if result is not None:
                found.append((self.evaluation.step, result))
        pytest.fail("the evaluation never ended")


@pytest.fixture
def beside(config: RunConfig, dataset: Dataset) -> Iterator[Beside]:
    """Return an evaluation of 4100 test images, more than are evaluated beside the training."""
    images, labels = stripes(4100, 3)
    dataset = dataclasses.replace(dataset, test_images=images, test_labels=labels)
    clock = Clock()
    with Workers(1) as workers, pytest.MonkeyPatch.context() as patch:
        there = Beside(
            Trainer(dataclasses.replace(config, averaging=0.9), dataset, workers), dataset, workers, clock
        )
        real = Sweep.advance

        def timed(sweep: Sweep, count: int, workers: Workers) -> None:
            there.chunks.append(count)
            clock.pass_(CHUNK_SECONDS)
            real(sweep, count, workers)

        patch.setattr(Sweep, "advance", timed)
        patch.setattr(side_evaluation, "time", clock)
        yield there


def test_it_takes_its_share_of_the_time_and_no_more(beside: Beside) -> None:
    beside.evaluation.wanted = True
    beside.train(5000)
    share = np.cumsum(beside.spent) / (0.01 * np.arange(1, 5001))
    # At any moment at most its share, the first evaluation and one chunk; in the end its share, used up.
    assert (np.cumsum(beside.spent) <= SHARE * 0.01 * np.arange(1, 5001) + 11 * CHUNK_SECONDS + 1e-9).all()
    assert share[-1] == pytest.approx(SHARE, rel=0.07)
    assert SHARE == 0.01


def test_whoever_begins_to_look_sees_the_first_evaluation_soon(beside: Beside) -> None:
    for _ in range(2):
        beside.evaluation.wanted = True
        assert len(beside.train(10, seconds=1e-6)) == 1
        assert not beside.train(100, seconds=1e-6)  # then it waits for its share
        beside.evaluation.wanted = False
        beside.train(1)


def test_one_step_waits_for_one_chunk_at_most(beside: Beside) -> None:
    beside.evaluation.wanted = True
    beside.train(20, seconds=100.0)
    assert max(beside.spent) == pytest.approx(CHUNK_SECONDS)
    assert set(beside.chunks) == {CHUNK} == {200}


def test_beside_the_training_a_part_of_the_images_is_enough(beside: Beside) -> None:
    beside.evaluation.wanted = True
    found = beside.train(40, seconds=1.0)
    # Ten chunks each; all of one evaluation see the weights it began with.
    assert [step for step, _ in found] == [1, 11, 21, 31]
    first, second = found[0][1], found[1][1]
    assert len(first.labels) == 2000
    assert first.total == 4100
    assert np.array_equal(first.indices, second.indices)
    assert (np.diff(first.indices) > 0).all()
    again = SideEvaluation(beside.trainer, beside.dataset, beside.workers)
    assert np.array_equal(again._order, beside.evaluation._order)  # so that figures can be compared
    # Chosen at random from the whole set, so no part of it is left out.
    assert np.histogram(first.indices, bins=4, range=(0, 4100))[0].min() > 400


def test_the_weights_are_those_to_be_used_as_they_were_at_the_beginning(beside: Beside) -> None:
    trainer = beside.trainer
    for _ in range(3):
        trainer.step()
    beside.evaluation.wanted = True
    best = trainer.best_network()
    beside.train(1, seconds=1.0)
    for _ in range(3):
        trainer.step()
    (_, found), *_ = beside.train(9, seconds=1.0)
    chosen = found.indices
    expected = evaluate(
        best,
        trainer.preprocessing,
        beside.dataset.test_images[chosen],
        beside.dataset.test_labels[chosen],
        beside.workers,
    )
    np.testing.assert_allclose(found.loss, expected.loss, rtol=1e-5)
    np.testing.assert_array_equal(found.predicted, expected.predicted)
    np.testing.assert_array_equal(found.labels, expected.labels)


def test_nobody_looks_and_nothing_is_spent(beside: Beside) -> None:
    assert beside.train(50, seconds=1.0) == []
    assert not beside.evaluation.still_to_do()
    assert sum(beside.spent) == 0


def test_what_was_begun_is_dropped_when_nobody_looks_any_more(beside: Beside) -> None:
    beside.evaluation.wanted = True
    beside.train(5, seconds=1.0)
    beside.evaluation.wanted = False
    beside.train(100, seconds=1.0)
    beside.evaluation.wanted = True
    beside.chunks.clear()
    found = beside.train(10, seconds=1.0)
    # It begins anew with the present weights, and has saved up no time.
    assert [step for step, _ in found] == [106]
    assert len(beside.chunks) == 10


def test_time_is_not_saved_up_while_nobody_looks(beside: Beside) -> None:
    beside.train(100, seconds=10.0)
    beside.evaluation.wanted = True
    beside.train(1000)
    assert sum(beside.spent) <= SHARE * 10 + 11 * CHUNK_SECONDS + 1e-9


def test_standing_it_evaluates_all_images_once(beside: Beside) -> None:
    beside.evaluation.wanted = True
    found = beside.stand()
    assert [(step, len(e.labels)) for step, e in found] == [(0, 4100)]
    assert len(beside.chunks) == 21
    assert beside.stand() == []
    np.testing.assert_array_equal(found[0][1].indices, np.arange(4100))


def test_standing_after_a_part_all_of_the_same_weights_are_evaluated(beside: Beside) -> None:
    beside.evaluation.wanted = True
    assert len(beside.train(10, seconds=1.0)) == 1
    beside.trainer.step_count = 1  # as if it had stood still since the evaluation began
    assert [(step, len(e.labels)) for step, e in beside.stand()] == [(1, 4100)]


def test_standing_in_the_middle_of_a_part_it_begins_with_all(beside: Beside) -> None:
    beside.evaluation.wanted = True
    beside.train(1, seconds=1.0)
    assert [(step, len(e.labels)) for step, e in beside.stand()] == [(1, 4100)]


def test_standing_elsewhere_it_begins_anew(beside: Beside) -> None:
    beside.evaluation.wanted = True
    beside.evaluation.standing()
    beside.trainer.step_count = 7
    assert [step for step, _ in beside.stand()] == [7]


def test_training_on_in_the_middle_of_all_it_begins_with_a_part(beside: Beside) -> None:
    beside.evaluation.wanted = True
    beside.evaluation.standing()
    found = beside.train(15, seconds=1.0)
    assert [(step, len(e.labels)) for step, e in found] == [(1, 2000)]


def test_a_small_set_is_evaluated_whole_beside_the_training(
    beside: Beside, dataset: Dataset, config: RunConfig
) -> None:
    small = SideEvaluation(beside.trainer, dataset, beside.workers)
    small.wanted = True
    found = small.beside(1.0)
    assert found is not None
    np.testing.assert_array_equal(found.indices, np.arange(150))
    beside.trainer.step_count = small.step
    assert not small.still_to_do()
