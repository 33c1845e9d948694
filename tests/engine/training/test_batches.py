"""The plan of a run against its naive twin: a list of what every step took."""

from __future__ import annotations

import dataclasses
import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.dataset import Dataset, holdout
from engine.errors import ConfigError
from engine.training.batches import BatchPlan, split
from engine.training.config import LiveSettings, RunConfig
from engine.training.restore_point import Counters
from tests.engine.training.twin import SHUFFLE, SUBSET

SEED = 5
USUAL = LiveSettings(learning_rate=0.1, momentum=0.9, weight_decay=0.0, batch_size=4, epochs=9)
SETTINGS = st.builds(
    lambda batch, rate: dataclasses.replace(USUAL, batch_size=batch, learning_rate=rate),
    st.integers(1, 12),
    st.sampled_from([0.1, 0.2]),
)


def walked(size: int, lives: list[LiveSettings], plan: BatchPlan | None = None) -> list[Counters]:
    """Return where a run stands before each step and at the end, taking the steps one by one."""
    places = [Counters()]
    for live in lives:
        step, epoch, offset = places[-1]
        if plan is not None:
            plan.note(places[-1], live)
        offset += live.batch_size
        ends = offset >= size
        places.append(Counters(step + 1, epoch + ends, 0 if ends else offset))
    return places


def planned(size: int) -> BatchPlan:
    return BatchPlan(np.arange(100, 100 + size), SEED)


@given(size=st.integers(1, 30), lives=st.lists(SETTINGS, min_size=1, max_size=12), later=SETTINGS)
def test_every_step_is_known_and_those_to_come(
    size: int, lives: list[LiveSettings], later: LiveSettings
) -> None:
    plan = planned(size)
    places = walked(size, lives, plan)
    now = places[-1]
    again = planned(size)
    again.load(json.loads(json.dumps(plan.to_json())), now)
    assert again.to_json() == plan.to_json()
    assert len(plan.to_json()) == 1 + sum(a != b for a, b in pairwise(lives))
    ahead = walked(size, [*lives, *[later] * 30])
    for known in (plan, again):
        for step in range(1, len(lives) + 31):
            live = lives[step - 1] if step <= len(lives) else later
            assert known.before(step, now, later) == (ahead[step - 1], live)


@given(lives=st.lists(SETTINGS, min_size=2, max_size=8), back=st.integers(0, 7), other=SETTINGS)
def test_a_run_that_goes_back_forgets_what_came_later(
    lives: list[LiveSettings], back: int, other: LiveSettings
) -> None:
    plan, fresh, back = planned(10), planned(10), min(back, len(lives) - 1)
    places = walked(10, lives, plan)
    walked(10, [*lives[:back], other], fresh)
    plan.note(places[back], other)
    assert plan.to_json() == fresh.to_json()
    walked(10, lives, plan := planned(10))
    plan.forget_after(places[back])
    walked(10, lives[: back + 1], fresh := planned(10))
    assert plan.to_json() == fresh.to_json()


def test_the_order_is_that_of_seed_and_epoch() -> None:
    for epoch in (0, 1, 7):
        named = np.random.default_rng([SEED, SHUFFLE, epoch])
        np.testing.assert_array_equal(planned(20).order(epoch), named.permutation(np.arange(100, 120)))


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (0, "The step is 0; steps are counted from 1."),
        (-3, "The step is -3; steps are counted from 1."),
        (1, "The step is 1; the settings are known from step {known} on."),
    ],
)
def test_what_cannot_be_known_is_refused(step: int, told: str) -> None:
    plan, now = planned(10), Counters(6, 2, 4)
    for known in (7, 4):  # nothing is noted, or what came after three steps
        with pytest.raises(ValueError, match=f"^{told.format(known=known)}$"):
            plan.before(step, now, USUAL)
        assert plan.before(7, now, USUAL) == (now, USUAL)
        plan.note(Counters(3, 1, 2), USUAL)


LIVE = dataclasses.asdict(USUAL)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([[0, 0, 0, LIVE], [0, 0, 0, LIVE]], "for the steps"),
        ([[4, 0, 0, LIVE], [2, 0, 0, LIVE]], "for the steps"),
        ([[-1, 0, 0, LIVE]], "for the steps"),
        ([[9, 0, 0, LIVE]], "for the steps"),
        ([[8, 0, 10, LIVE]], "outside an epoch"),
        ([[8, 0, -1, LIVE]], "outside an epoch"),
        ([[8, 0, 0, {**LIVE, "batch_size": 0}]], "an empty batch"),
    ],
)
def test_notes_that_cannot_be_are_refused_and_change_nothing(data: Any, told: str) -> None:
    plan, now = planned(10), Counters(8, 2, 2)
    plan.load([[0, 0, 0, LIVE], [8, 0, 9, {**LIVE, "batch_size": 1}]], now)
    before = plan.to_json()
    with pytest.raises(ValueError, match=told):
        plan.load(data, now)
    assert plan.to_json() == before


def test_a_past_without_notes_is_assumed_where_nothing_was_changed() -> None:
    now, other = Counters(5, 1, 8), dataclasses.replace(USUAL, batch_size=3)
    for there, first, known in (
        (now, USUAL, True),
        (now, other, False),
        (Counters(5, 1, 4), USUAL, False),
        (Counters(5, 2, 8), USUAL, False),
    ):
        plan = planned(10)
        plan.assume(there, USUAL, first)
        assert plan.to_json() == ([[0, 0, 0, LIVE]] if known else [])


def test_images_are_shared_out_by_the_seed(config: RunConfig, dataset: Dataset) -> None:
    train, validation = holdout(dataset, config.validation_images, 3)
    whole = split(dataclasses.replace(config, seed=3), dataset)
    np.testing.assert_array_equal(whole[0], train)
    np.testing.assert_array_equal(whole[1], validation)
    few = split(dataclasses.replace(config, seed=3, training_images=25), dataset)
    drawn = np.random.default_rng([3, SUBSET]).permutation(train)[:25]
    np.testing.assert_array_equal(few[0], np.sort(drawn))
    np.testing.assert_array_equal(few[1], validation)


def test_a_network_for_other_images_or_classes_is_refused(config: RunConfig, dataset: Dataset) -> None:
    for shape, classes, told in (
        ((1, 12, 10), 3, r"takes images of shape \(1, 12, 10\), but those of Stripes are \(1, 10, 10\)\."),
        ((1, 10, 10), 4, r"gives 4 answers, but Stripes has 3 classes\."),
    ):
        with pytest.raises(ConfigError, match=rf"^The network 'tiny' {told}$"):
            split(dataclasses.replace(config, network=config.network.fitted(shape, classes)), dataset)
