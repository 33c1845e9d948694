"""A run that is over after ten steps."""

from __future__ import annotations

import dataclasses

import pytest

from engine.training.config import RunConfig


@pytest.fixture
def short(config: RunConfig) -> RunConfig:
    """Return a run of two epochs of five steps, validated after every third step, in this process alone."""
    return dataclasses.replace(config, threads=1, batch_size=20, training_images=100, validation_every=3)
