"""A saved run knows what its training images look like; images of another kind are unlike them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.data.catalogue import load
from engine.model.model_file import find_model
from engine.recognise.judge import Source
from engine.training.familiar import familiar, with_familiar


@pytest.fixture(scope="module")
def bare():
    return replace(find_model("digits"), familiar=None)


def test_a_model_whose_record_names_its_data_gets_to_know_its_training_images(bare):
    source = Source.of(with_familiar(bare, 120))
    strange = [odds.strangeness for odds in source.ask_all(load("mnist").test_images[:60])]
    assert source.familiar is not None and len(source.familiar.features) == 120
    assert np.mean([each > 1 for each in strange]) < 0.15
    noise = np.random.default_rng(1).integers(0, 256, (20, 1, 28, 28)).astype(np.uint8)
    assert np.mean([odds.strangeness for odds in source.ask_all(noise)]) > 2 * np.mean(strange)


@pytest.mark.parametrize(
    "record", [{}, {"config": 3}, {"config": {"data": "nowhere"}}, {"config": {"data": "mnist", "seed": "x"}}]
)
def test_a_record_that_says_nothing_useful_changes_nothing(bare, record):
    assert with_familiar(replace(bare, record=record), 120).familiar is None


def test_pictures_too_large_to_look_at_enough_of_them_are_left_out(bare, monkeypatch):
    monkeypatch.setattr("engine.training.familiar._FEATURES", 128 * 49)
    assert familiar(bare, load("mnist"), 5000, 1) is None
