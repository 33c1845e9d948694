"""Runs beside each other: settings, curves, and the answers of their networks."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ConfigError, ModelFileError
from engine.model.history import History
from engine.runs import names
from engine.runs.compare import (
    LAST_BATCHES,
    Answers,
    CurveSummary,
    evaluations,
    kept_steps,
    last_model,
    loss_at,
    setting_rows,
    shared_test_images,
)
from engine.runs.folder import RunFolder
from engine.runs.record import Parent
from engine.task import Cancelled, Task
from engine.training.evaluation import Evaluation
from engine.training.workers import Workers
from tests.engine.runs.test_recorder import CONFIG, Run, made


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Record two runs, of 12 and 20 steps; the second one has changed its learning rate."""
    place, dataset = tmp_path_factory.mktemp("runs"), made()
    for name, steps in (("one", 12), ("two", 20)):
        run = Run(place / name, dataset)
        run.train(10)
        if name == "two":
            run.recorder.settings(10, dataclasses.replace(CONFIG, learning_rate=0.001))
        run.train(steps - 10)
        run.history.validations.append(10, 1.5, 0.1, 0.4, 0.75)
        run.close()
    return place / "one", place / "two"


@pytest.fixture
def folders(runs: tuple[Path, Path]) -> list[RunFolder]:
    return [RunFolder(path) for path in runs]


def test_settings_stand_side_by_side_with_their_changes(folders: list[RunFolder]) -> None:
    rows = {row.name: row for row in setting_rows(folders)}
    assert {name for name, row in rows.items() if row.differs} == {"learning rate"}
    assert rows["learning rate"].values == ("0.01", "0.01, from step 11 on 0.001")
    assert rows["network"].values == ("tiny", "tiny") and "layer 1" not in rows
    assert rows["data"].values == ("Tiny", "Tiny") and "processor" in rows


def test_networks_that_differ_are_compared_by_layer_and_data_by_fingerprint(folders: list[RunFolder]) -> None:
    one, two = folders
    layers = two.record.config.network.layers
    network = dataclasses.replace(two.record.config.network, layers=(*layers[:2], *layers[3:]))
    config = dataclasses.replace(two.record.config, network=network)
    data = dataclasses.replace(two.record.data, fingerprint="f" * 64)
    two.record = dataclasses.replace(two.record, config=config, data=data, parent=Parent("one", 3))
    rows = {row.name: row for row in setting_rows([one, two])}
    assert not rows["layer 1"].differs and "filters 2" in rows["layer 1"].values[0]
    assert rows["layer 3"].values == ("relu", "flatten")
    assert rows["layer 5"].values[1] == "" and rows["layer 5"].differs
    assert rows["parent"].values == ("none", "one@3")
    assert rows["data"].differs and "(ffffffff)" in rows["data"].values[1]


def test_curves_are_summed_up(folders: list[RunFolder]) -> None:
    history = folders[1].history()
    curves = CurveSummary.of(folders[1], history)
    assert (curves.steps, curves.best_step, curves.best_accuracy, curves.last_accuracy) == (
        20,
        10,
        0.75,
        0.75,
    )
    assert curves.loss == pytest.approx(history.steps.column("loss").mean())
    nothing = CurveSummary.of(folders[1], History())
    assert (nothing.steps, nothing.loss, nothing.best_step, nothing.last_accuracy) == (0, None, None, None)
    assert kept_steps(folders) == list(range(21))


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300), st.integers(0, 320))
def test_the_loss_at_a_step_is_the_mean_over_the_batches_before(losses: list[float], step: int) -> None:
    history = History()
    for number, loss in enumerate(losses, 1):
        history.steps.append(number, 0.0, 0.0, loss, 0.0, 0.0)
    found = loss_at(history, step)
    if 0 < step <= len(losses):
        assert found == pytest.approx(np.mean(losses[max(0, step - LAST_BATCHES) : step]))
    else:
        assert found is None


def test_weights_torn_by_a_power_cut_are_named_and_the_rest_opens(folders: list[RunFolder]) -> None:
    folder = folders[0]
    newest = folder.path / names.WEIGHTS / names.weights_file(12)
    whole = newest.read_bytes()
    try:
        for left in (b"", whole[:100], whole[:-9], b"\0" * len(whole)):
            newest.write_bytes(left)
            folder = RunFolder(folder.path)
            assert last_model(folder).record["steps"] == 11
            assert len(folder.notices) == 1 and newest.name in folder.notices[0]
            assert folder.history().steps.length == 12 and folder.checkpoint() is not None
    finally:
        newest.write_bytes(whole)
    folder.steps = list  # type: ignore[method-assign]
    with pytest.raises(ModelFileError, match="has kept no weights that can be read"):
        last_model(folder)


def test_only_networks_of_the_same_images_and_classes_are_asked(folders: list[RunFolder]) -> None:
    dataset = made()
    assert shared_test_images(folders, lambda _: dataset) is dataset
    with pytest.raises(ConfigError, match="is not the same as when one began"):
        shared_test_images(folders, lambda _: dataclasses.replace(dataset, class_names=("a", "b", "x")))
    one, two = folders
    data = dataclasses.replace(two.record.data, title="Other", class_names=("x", "y", "z"))
    two.record = dataclasses.replace(two.record, data=data)
    with pytest.raises(ConfigError, match="one learns from Tiny, two from Other"):
        shared_test_images([one, two], lambda _: dataset)


def test_all_networks_are_asked_and_it_can_be_cancelled(folders: list[RunFolder]) -> None:
    models, dataset, seen = [last_model(each) for each in folders], made(), []
    with Workers(1) as workers:
        task = Task(lambda progress: seen.append((progress.done, progress.total)))
        results = evaluations(models, dataset, workers, task)
        assert [len(each.labels) for each in results] == [9, 9] and seen[-1] == (18, 18)
        task.cancel()
        with pytest.raises(Cancelled):
            evaluations(models, dataset, workers, task)


answers = st.integers(1, 40).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 3), min_size=n, max_size=n) for _ in range(3)])
)


@given(answers)
def test_differences_count_what_just_one_network_answers(
    lists: tuple[list[int], list[int], list[int]],
) -> None:
    labels, one, other = (np.array(each) for each in lists)
    images, sure = np.arange(len(labels)), np.linspace(0.1, 0.9, len(labels))
    first, second = (Evaluation(images, labels, each, sure, sure, len(labels), 4) for each in (one, other))
    both = Answers(first, second)
    at = both.disagreements
    assert sorted(at) == np.flatnonzero(one != other).tolist() and sum(both.counts) == len(at)
    assert both.difference.sum() == 0
    assert np.trace(both.difference) == both.counts[0] - both.counts[1]
    groups = [0 if other[n] == labels[n] else 1 if one[n] == labels[n] else 2 for n in at]
    assert groups == sorted(groups)
    for true in range(4):
        for predicted in range(4):
            cell = both.cell(true, predicted)
            assert set(cell) <= set(at) and all(labels[n] == true for n in cell)
            change = sum(int(other[n] == predicted) - int(one[n] == predicted) for n in cell)
            assert change == both.difference[true, predicted]
