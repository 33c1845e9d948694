"""Teaching: it learns, it does not forget, and it changes nothing that it was given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.errors import DataError, MissingDataError, TrainingError
from engine.model.model_file import Model
from engine.model.spec import NetworkSpec
from engine.optimisers import OPTIMISERS
from engine.task import Cancelled, Task
from engine.teaching.fine_tune import Score, TeachSettings, dataset_for, fine_tune, mixed_batch
from engine.teaching.taught import discard, keep, kept
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers

NAMES = ("up", "down", "across")
QUICK = TeachSettings(steps=60, batch=32, learning_rate=2e-3)


def bars(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noisy images of a bar above, below or upright."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, count)
    images = rng.integers(0, 60, (count, 1, 8, 8), np.uint8)
    images[labels == 0, :, 1:3] += 180
    images[labels == 1, :, 5:7] += 180
    images[labels == 2, :, :, 3:5] += 180
    return images, labels.astype(np.int64)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return Dataset("bars", "Bars", NAMES, *bars(300, 1), *bars(200, 2))


@pytest.fixture(scope="module")
def model(dataset) -> Model:
    layers = [
        {"kind": "conv", "filters": 4, "kernel": 3},
        {"kind": "batch_norm"},
        {"kind": "relu"},
        {"kind": "flatten"},
        {"kind": "dropout"},
        {"kind": "dense", "units": 3},
    ]
    spec = NetworkSpec.from_json({"name": "small", "in_shape": [1, 8, 8], "layers": layers})
    config = RunConfig(
        spec, "bars", OPTIMISERS["adam"](), learning_rate=0.01, epochs=3, validation_images=0, threads=1
    )
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        while not trainer.done:
            trainer.step()
    return Model(
        trainer.network, Preprocessing(dataset.mean, dataset.std), NAMES, {"config": {"data": "bars"}}
    )


@pytest.fixture
def mine() -> tuple[np.ndarray, np.ndarray]:
    """A class drawn as nobody drew it before: a diagonal means "down"."""
    image = np.zeros((1, 1, 8, 8), np.uint8)
    image[0, 0, np.arange(8), np.arange(8)] = 255
    return image, np.array([1])


def test_it_learns_and_does_not_forget(model, dataset, mine):
    label = np.array([(int(model.network.predict(model.preprocessing.apply(mine[0])).argmax()) + 1) % 3])
    taught = fine_tune(model, mine[0], label, dataset, settings=QUICK)
    assert (taught.examples_before, taught.examples_after) == (Score(0, 1), Score(1, 1))
    assert taught.before.accuracy >= 0.95
    assert taught.after.right >= taught.before.right - 4 and taught.after.total == 200
    answer = taught.model.network.predict(model.preprocessing.apply(mine[0])).argmax()
    assert answer == label[0]


def test_the_given_model_stays_and_statistics_are_kept(model, dataset, mine):
    before = {name: value.copy() for name, value in model.network.named().items()}
    taught = fine_tune(model, *mine, dataset, settings=QUICK).model
    for name, value in model.network.named().items():
        assert np.array_equal(value, before[name])
    after = taught.network.named()
    assert np.array_equal(after["1.running_mean"], before["1.running_mean"])
    assert not np.array_equal(after["0.weight"], before["0.weight"])
    assert "teaching" not in model.record and taught.record["teaching"]["data"] == "bars"


def test_the_same_seed_gives_the_same_network(model, dataset, mine):
    first, again = (fine_tune(model, *mine, dataset, settings=QUICK).model.network.vector for _ in range(2))
    other = fine_tune(model, *mine, dataset, settings=replace(QUICK, seed=2)).model.network.vector
    assert np.array_equal(first, again) and not np.array_equal(first, other)


@pytest.mark.parametrize(("examples", "expected"), [(1, 2), (3, 6), (4, 8), (50, 8)])
def test_a_batch_is_mixed_in_the_stated_proportion(dataset, examples, expected):
    settings = TeachSettings(
        batch=32, share=0.25, copies=2, augmentation=replace(QUICK.augmentation, shift=0)
    )
    images = np.full((examples, 1, 8, 8), 255, np.uint8)  # no original image is all white
    batch, labels = mixed_batch(images, np.zeros(examples, np.int64), dataset, settings, step=3)
    white = (batch == 255).all(axis=(1, 2, 3))
    assert white.sum() == expected and white[:expected].all()
    known = {
        image.tobytes(): label
        for image, label in zip(dataset.train_images, dataset.train_labels, strict=True)
    }
    assert [known[image.tobytes()] for image in batch[expected:]] == labels[expected:].tolist()


def test_no_example_is_left_out(dataset):
    settings = TeachSettings(batch=16, share=0.25, augmentation=replace(QUICK.augmentation, shift=0))
    images = np.broadcast_to(np.arange(10, dtype=np.uint8).reshape(10, 1, 1, 1), (10, 1, 8, 8))
    seen = {
        int(v)
        for step in range(5)
        for v in mixed_batch(images, np.zeros(10, np.int64), dataset, settings, step)[0][:4, 0, 4, 4]
    }
    assert seen == set(range(10))


class CancelledAfter(Task):
    """Is cancelled at a look whether to go on."""

    def __init__(self, looks):
        super().__init__()
        self.looks = looks

    def check(self):
        self.looks -= 1
        if self.looks < 0:
            self.cancel()
        super().check()


@pytest.mark.parametrize("after", [0, 1, 20])
def test_it_stops_when_asked(model, dataset, mine, after):
    before = model.network.vector.copy()
    with pytest.raises(Cancelled):
        fine_tune(model, *mine, dataset, CancelledAfter(after), settings=QUICK)
    assert np.array_equal(model.network.vector, before)


@pytest.mark.parametrize("rate", [1e20, 1e39])
def test_steps_that_are_too_large_change_nothing_and_are_reported(model, dataset, mine, rate):
    before = model.network.state_vector.copy()
    with pytest.raises(TrainingError, match=r"diverged at step \d+ .*nothing has changed"):
        fine_tune(model, *mine, dataset, settings=replace(QUICK, learning_rate=rate))
    assert np.array_equal(model.network.state_vector, before)


def test_progress_is_told_to_the_end(model, dataset, mine):
    told = []
    fine_tune(model, *mine, dataset, Task(told.append), settings=QUICK)
    last = {each.message: (each.done, each.total) for each in told}
    assert last["Learning"] == (60, 60)
    assert last["Testing before"] == last["Testing after"] == (200, 200)


def test_what_does_not_fit_is_said(model, dataset, mine):
    with pytest.raises(DataError, match="no example"):
        fine_tune(model, mine[0][:0], mine[1][:0], dataset)
    with pytest.raises(DataError, match="examples have the shape"):
        fine_tune(model, mine[0][..., :5], mine[1], dataset)
    with pytest.raises(DataError, match="3 classes"):
        fine_tune(model, mine[0], np.array([3]), dataset)


def test_the_data_set_is_found_by_the_record(model):
    with pytest.raises(DataError, match="does not say which"):
        dataset_for(replace(model, record={}))
    with pytest.raises(MissingDataError, match="Fashion-MNIST"):
        dataset_for(replace(model, record={"teaching": {"data": "fashion-mnist"}}))
    assert dataset_for(replace(model, record={"config": {"data": "mnist"}})).name == "mnist"


def test_taught_models_are_there_at_the_next_start(model, dataset, mine):
    taught = fine_tune(model, *mine, dataset, settings=replace(QUICK, steps=1)).model
    first = keep(taught, "Digits", "digits")
    second = keep(first.model, first.title, first.key)
    assert (first.key, first.title) == ("taught-digits", "Digits, taught")
    assert (second.key, second.title, second.origin) == (
        "taught-digits-2",
        "Digits, taught 2",
        "taught-digits",
    )
    found, broken = kept()
    assert [(each.key, each.title, each.origin) for each in found] == [
        (each.key, each.title, each.origin) for each in (first, second)
    ]
    assert not broken and np.array_equal(found[0].model.network.vector, taught.network.vector)
    discard(first.key)
    assert [each.key for each in kept()[0]] == [second.key]
