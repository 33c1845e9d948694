"""The data set as a whole: checks, moments, hold-out, catalogue."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.catalogue import DATASETS, is_present, load
from engine.data.dataset import Dataset, holdout
from engine.errors import DataError


def make(labels: list[int], classes: int = 3, channels: int = 2, seed: int = 0) -> Dataset:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (len(labels), channels, 4, 5), np.uint8)
    return Dataset(
        name="noise",
        title="Noise",
        class_names=tuple("abcdefgh"[:classes]),
        train_images=images,
        train_labels=np.array(labels, np.int64),
        test_images=images[:1],
        test_labels=np.zeros(1, np.int64),
    )


def test_the_shipped_digits_are_the_public_ones() -> None:
    mnist = load("mnist")
    assert mnist is load("mnist")
    assert mnist.train_images.shape == (60000, 1, 28, 28)
    assert mnist.test_images.shape == (10000, 1, 28, 28)
    assert hashlib.md5(mnist.test_images.tobytes(), usedforsecurity=False).hexdigest() == (
        "240610fa99e73bfa49df8e7fc24d3206"
    )
    assert mnist.mean == pytest.approx([0.1307], abs=1e-4)
    assert mnist.std == pytest.approx([0.3081], abs=1e-4)


def test_the_catalogue_tells_the_truth() -> None:
    for name, entry in DATASETS.items():
        if not is_present(name):
            continue
        dataset = load(name)
        assert (len(dataset.train_images), len(dataset.test_images)) == (entry.train, entry.test)
        assert (dataset.name, dataset.title) == (name, entry.title)
        assert (dataset.in_shape, len(dataset.class_names)) == (entry.in_shape, entry.classes)


def test_an_unknown_name_gets_the_known_ones() -> None:
    with pytest.raises(DataError, match="no data set 'mnst'; there are mnist"):
        load("mnst")


def test_moments_are_those_of_the_channels() -> None:
    dataset = make([0] * 2500)
    pixels = dataset.train_images / 255
    assert dataset.mean == pytest.approx(pixels.mean(axis=(0, 2, 3)))
    assert dataset.std == pytest.approx(pixels.std(axis=(0, 2, 3)))
    flat = dataclasses.replace(dataset, train_images=np.full_like(dataset.train_images, 7))
    assert flat.std == pytest.approx([1 / 255] * 2)


def test_nothing_can_be_changed() -> None:
    dataset = make([0, 1, 2])
    with pytest.raises(ValueError, match="read-only"):
        dataset.train_images[0] = 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train_images": np.zeros((3, 4, 5), np.uint8)}, "train: the images are uint8 of shape"),
        ({"train_images": np.zeros((3, 2, 4, 5))}, "float64"),
        ({"test_images": np.zeros((0, 2, 4, 5), np.uint8)}, "at least one image"),
        ({"test_images": np.zeros((1, 2, 4, 4), np.uint8)}, "must be alike"),
        ({"train_labels": np.zeros(2, np.int64)}, r"allowed is int64 of shape \(3,\)"),
        ({"train_labels": np.array([0, 3, 0])}, "a label is 3; allowed is 0 to 2"),
        ({"train_labels": np.array([0, -1, 0])}, "a label is -1"),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(changes: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        dataclasses.replace(make([0, 1, 2]), **changes)


@given(
    labels=st.lists(st.integers(0, 4), min_size=1, max_size=60),
    share=st.floats(0, 1, exclude_max=True),
    seed=st.integers(0, 2**32 - 1),
)
def test_hold_out_is_stratified_and_repeatable(labels: list[int], share: float, seed: int) -> None:
    dataset = make(labels, classes=5)
    count = int(share * len(labels))
    train, validation = holdout(dataset, count, seed)
    assert len(validation) == count
    assert np.array_equal(np.sort(np.concatenate([train, validation])), np.arange(len(labels)))
    assert np.array_equal(np.sort(validation), validation)
    for label in range(5):
        wanted = labels.count(label) * count / len(labels)
        assert abs(np.count_nonzero(dataset.train_labels[validation] == label) - wanted) < 1
    again = holdout(dataset, count, seed)
    assert np.array_equal(validation, again[1])


def test_hold_out_depends_on_the_seed_and_leaves_something() -> None:
    dataset = make([0, 1] * 50)
    assert not np.array_equal(holdout(dataset, 20, 1)[1], holdout(dataset, 20, 2)[1])
    with pytest.raises(DataError, match=r"is 100; Noise has 100 training images, so allowed is 0 to 99"):
        holdout(dataset, 100, 1)
