"""A small data set that a small network learns in a moment."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.model.spec import NetworkSpec
from engine.training.config import RunConfig


def stripes(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return noisy 10x10 pictures of a stripe: lying (0), standing (1), slanted (2)."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, count)
    images = rng.integers(0, 60, (count, 1, 10, 10))
    for image, label in zip(images, labels, strict=True):
        place = rng.integers(2, 8)
        if label == 0:
            image[0, place] += 180
        elif label == 1:
            image[0, :, place] += 180
        else:
            image[0] += (180 * np.eye(10, k=place - 5)).astype(int)
    return images.astype(np.uint8), labels.astype(np.int64)


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """Return 400 training and 150 test pictures of three classes."""
    train, test = stripes(400, 1), stripes(150, 2)
    return Dataset(
        name="stripes",
        title="Stripes",
        class_names=("lying", "standing", "slanted"),
        train_images=train[0],
        train_labels=train[1],
        test_images=test[0],
        test_labels=test[1],
    )


@pytest.fixture(scope="session")
def spec() -> NetworkSpec:
    """Return a network with every sort of state: statistics and randomness included."""
    return NetworkSpec.from_json(
        {
            "name": "tiny",
            "in_shape": [1, 10, 10],
            "layers": [
                {"kind": "conv", "filters": 4, "kernel": 3},
                {"kind": "batch_norm"},
                {"kind": "relu"},
                {"kind": "max_pool", "size": 2},
                {"kind": "flatten"},
                {"kind": "dropout", "rate": 0.1},
                {"kind": "dense", "units": 3},
            ],
        }
    )


@pytest.fixture(scope="session")
def config(spec: NetworkSpec) -> RunConfig:
    """Return settings under which the network learns the stripes in two epochs."""
    return RunConfig(
        network=spec,
        data="stripes",
        learning_rate=0.02,
        momentum=0.9,
        batch_size=20,
        epochs=2,
        validation_images=100,
        validation_every=6,
        threads=2,
    )
