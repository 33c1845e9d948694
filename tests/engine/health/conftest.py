"""Runs that are ill, and runs that are not, made in a moment."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.errors import TrainingError
from engine.health.finding import Evidence
from engine.health.recorded import Checkup
from engine.model.history import History
from engine.model.spec import NetworkSpec
from engine.task import Task
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers

Run = Callable[..., Evidence]


def conv_net(activation: str = "relu", depth: int = 1) -> NetworkSpec:
    layers: list[dict[str, Any]] = []
    for _ in range(depth):
        layers += [{"kind": "conv", "filters": 6, "kernel": 3, "padding": "same"}, {"kind": activation}]
    layers += [{"kind": "max_pool", "size": 2}, {"kind": "flatten"}, {"kind": "dense", "units": 3}]
    return NetworkSpec.from_json({"name": "small", "in_shape": [1, 10, 10], "layers": layers})


@pytest.fixture(scope="module")
def run(dataset: Dataset) -> Run:
    """Return a function that trains and gives the evidence; ``data`` and any settings may be given."""

    def train(
        steps: int = 90, spec: NetworkSpec | None = None, data: Dataset | None = None, **settings: Any
    ) -> Evidence:
        data = data or dataset
        usual: dict[str, Any] = {
            "learning_rate": 0.02,
            "momentum": 0.9,
            "validation_images": 60,
            "epochs": 100,
            "threads": 1,
        }
        config = RunConfig(network=spec or conv_net(), data="stripes", **{**usual, **settings})
        history, checkup, failed = History(), Checkup(config, data), ""
        with Workers(1) as workers:
            trainer = Trainer(config, data, workers)
            checkup.add(0, trainer.network.copy())
            try:
                for _ in range(steps):
                    before = (trainer.step_count, trainer.network.copy())
                    result = trainer.step()
                    history.steps.append(
                        result.step, result.epoch, 0.1, result.loss, result.accuracy, result.learning_rate
                    )
                    if result.step % 10 == 0:
                        checkup.add(result.step, trainer.network.copy(), before)
                        if (found := trainer.validate()) is not None:
                            row = (result.step, result.epoch, 0.1, found.mean_loss, found.accuracy)
                            history.validations.append(*row)
            except TrainingError as error:
                failed = str(error)
            return checkup.evidence(history, trainer.best_network(), Task(), failed=failed)

    return train


@pytest.fixture(scope="module")
def healthy(run: Run) -> Evidence:
    """Return the evidence of a run that learns as it should."""
    return run()


def with_labels(dataset: Dataset, labels: np.ndarray, keep: np.ndarray | None = None) -> Dataset:
    """Return ``dataset`` with other training labels, and of the training images those to ``keep``."""
    keep = np.arange(len(labels)) if keep is None else keep
    return dataclasses.replace(
        dataset, train_images=dataset.train_images[keep], train_labels=labels[keep].astype(np.int64)
    )
