"""A race: the same images for all, step by step, and each run the one that it would be alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data.augment import AUGMENTATIONS
from engine.data.dataset import Dataset
from engine.errors import ConfigError
from engine.model.spec import NetworkSpec
from engine.optimisers import OPTIMISERS
from engine.races.heat import Heat
from engine.races.race import Entrant, Race
from engine.races.verdict import verdict
from engine.runs.destination import Destination
from engine.runs.folder import RunFolder
from engine.runs.summary import summary_of
from engine.session.messages import Advance, Pause, Play, Request, State
from engine.task import Task
from engine.training import gradient
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers


@pytest.fixture(scope="module")
def other(spec: NetworkSpec) -> NetworkSpec:
    """Return another network for the same images."""
    data = spec.to_json()
    return NetworkSpec.from_json(
        {**data, "name": "wider", "layers": [{**data["layers"][0], "filters": 6}, *data["layers"][1:]]}
    )


@pytest.fixture(scope="module")
def base(config: RunConfig) -> RunConfig:
    """Return settings that need no further process."""
    return dataclasses.replace(config, threads=1, epochs=1, validation_every=4)


def race(base: RunConfig, *changes: dict[str, Any], **options: Any) -> Race:
    return Race(base, tuple(Entrant(each) for each in changes), **options)


class Steps:
    """Notes which images each step of each run was computed on, in the order of the steps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.taken: list[tuple[str, int, list[int]]] = []
        compute = gradient.MicroBatchWorker.compute

        def noted(worker: gradient.MicroBatchWorker, step: int, parts: list[tuple[int, np.ndarray]]) -> Any:
            chosen = [int(image) for _, images in parts for image in images]
            self.taken.append((worker.network.spec.name + str(worker._config.seed), step, chosen))
            return compute(worker, step, parts)

        monkeypatch.setattr(gradient.MicroBatchWorker, "compute", noted)


def until(heat: Heat, condition: Callable[[], object]) -> None:
    for _ in range(5000):
        heat.hear()
        if condition():
            return
        heat._threads[0].join(0.002)
    raise AssertionError([(s.state, s.message) for s in heat.standings])


def test_all_take_the_same_images_and_none_is_ahead(
    base: RunConfig, other: NetworkSpec, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = Steps(monkeypatch)
    described = race(base, {}, {"network": other}, {"seed": 7}, steps=6)
    heat = Heat(described, 1, dataset, [None] * 3)
    try:
        assert heat.until_end(lambda: False, lambda: None)
    finally:
        heat.close()
    names = ["tiny1", "wider1", "tiny7"]
    assert [(name, step) for name, step, _ in steps.taken] == [(n, s) for s in range(6) for n in names]
    for at in range(0, 18, 3):
        assert steps.taken[at][2] == steps.taken[at + 1][2] == steps.taken[at + 2][2]
    assert len({tuple(images) for _, _, images in steps.taken}) == 6  # and not the same at every step


def test_each_run_is_the_one_that_it_would_be_alone(
    base: RunConfig, dataset: Dataset, tmp_path: Path
) -> None:
    described = race(
        base,
        {"optimiser": OPTIMISERS["adam"](), "learning_rate": 0.003},
        {"seed": 7, "augmentation": AUGMENTATIONS["light"]},
        steps=6,
        name="The race",
    )
    records = [Destination(tmp_path / str(n), race=described.entry(n)) for n in range(2)]
    heat = Heat(described, 1, dataset, records)
    try:
        heat.until_end(lambda: False, lambda: None)
        outcomes = heat.outcomes(Task())
    finally:
        heat.close()
    for number, outcome in enumerate(outcomes):
        with Workers(2) as workers:
            alone = Trainer(described.config(number), dataset, workers)
            losses = [alone.step().loss for _ in range(6)]
        folder = RunFolder(tmp_path / str(number))
        assert list(heat.channels[number].history.steps.column("loss")) == losses
        assert np.array_equal(folder.network(6).state_vector, alone.network.state_vector)
        assert folder.status().state == "finished"
        assert folder.status().test_accuracy == outcome.accuracy
        assert folder.record.race == described.entry(number)
        assert summary_of(folder.path).title == f"The race: {described.titles[number]}"
    assert verdict(described.titles, [outcomes]).winner in (0, 1)


def test_pause_stops_all_at_one_step_and_pictures_are_of_one_step(base: RunConfig, dataset: Dataset) -> None:
    heat = Heat(race(base, {}, {"learning_rate": 0.1}, {"seed": 5}), 1, dataset, [None] * 3)
    image = dataset.test_images[0]
    try:
        heat.lockstep.send(Advance(3))
        until(
            heat, lambda: [s.state for s in heat.standings] == [State.PAUSED] * 3 and heat.lockstep.step == 3
        )
        heat.lockstep.ask(Request(kernels=True, maps=True, image=image))
        taken: list[Any] = []
        until(heat, lambda: taken or taken.extend(heat.lockstep.snapshots.take() or ()))
        assert [picture.step for picture in taken] == [3, 3, 3]
        assert all(picture.probabilities.shape == (3,) for picture in taken)
        assert len({picture.network.vector.tobytes() for picture in taken}) == 3
        heat.lockstep.send(Play())
        until(heat, lambda: heat.lockstep.step > 4)
        heat.lockstep.send(Pause())
        until(heat, lambda: {s.state for s in heat.standings} <= {State.PAUSED, State.FINISHED})
        assert len({channel.history.steps.length for channel in heat.channels}) == 1
    finally:
        heat.close()


def test_one_that_diverges_drops_out_and_the_others_go_on(base: RunConfig, dataset: Dataset) -> None:
    wild = race(base, {}, {"learning_rate": 100.0, "momentum": 0.99}, {"learning_rate": 0.01})
    heat = Heat(wild, 1, dataset, [None] * 3)
    try:
        heat.until_end(lambda: False, lambda: None)
        outcomes = heat.outcomes(Task())
    finally:
        heat.close()
    assert [standing.state for standing in heat.standings] == [State.FINISHED, State.FAILED, State.FINISHED]
    assert outcomes[0].steps == outcomes[2].steps == 15
    assert outcomes[1].answers is None
    assert "learning rate 100, momentum 0.99 dropped out after step" in verdict(wild.titles, [outcomes]).text


def test_the_next_heat_has_another_seed_for_all(base: RunConfig) -> None:
    described = race(base, {}, {"learning_rate": 0.1}, heats=3)
    assert [described.config(lane, 3).seed for lane in (0, 1)] == [3, 3]
    differ = race(base, {"seed": 4}, {"seed": 9})
    assert [differ.config(lane).seed for lane in (0, 1)] == [4, 9]
    assert {differ.config(lane).seed_of_data for lane in (0, 1)} == {1}


@pytest.mark.parametrize(
    ("changes", "options", "said"),
    [
        ([{}], {}, "The race has 1 entrant; allowed are 2 to 4."),
        ([{}] * 5, {}, "The race has 5 entrants; allowed are 2 to 4."),
        (
            [{}, {"batch_size": 5}],
            {},
            "differ in the batch size, so they would not train on the same batches",
        ),
        ([{}, {"data_seed": 5}], {}, "differ in the data seed"),
        ([{}, {"patience": 3}], {}, "differ in the patience; in a race may differ: optimiser, learning rate"),
        ([{}, {"learning_rate": 0.02}], {}, "'unchanged' and 'learning rate 0.02' have the same settings"),
        ([{"seed": 1}, {"seed": 2}], {"heats": 2}, "differ in their seed, so the race cannot be repeated"),
        ([{}, {"momentum": 0.1}], {"heats": 0}, "heats of a race is 0; allowed is 1 to 20."),
        ([{}, {"momentum": 2.0}], {}, "momentum is 2.0"),
    ],
)
def test_what_is_no_race(base: RunConfig, changes: list[Any], options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said.replace("(", r"\(")):
        race(base, *changes, **options)


def test_names(base: RunConfig) -> None:
    named = race(base, {"optimiser": OPTIMISERS["sgd"]()}, {"optimiser": OPTIMISERS["adam"](beta2=0.9)})
    assert named.titles == ("SGD", "Adam (beta2 0.9)")
    assert named.name.startswith("SGD against Adam (beta2 0.9), 2")
    with pytest.raises(ConfigError, match="Two entrants are called 'x'"):
        Race(base, (Entrant({}, "x"), Entrant({"seed": 2}, "x")))
