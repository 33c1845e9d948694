"""The draft of a run is always valid, and knows what needs a new run."""

from __future__ import annotations

import dataclasses

import pytest

from engine.model.spec import NetworkSpec, preset
from engine.optimisers import OPTIMISERS
from engine.training.config import SHARE, USUAL, RunConfig
from gui.presenters.experiment import CUSTOM, Draft, fitted, joined, preset_of, summary


@pytest.fixture
def draft():
    return Draft(RunConfig(preset("classic")))


def test_a_bad_value_changes_nothing_and_is_explained(draft):
    before = draft.config
    assert "learning rate" in draft.edit(learning_rate=-1.0)
    assert draft.config is before
    assert draft.edit(learning_rate=0.1) == ""
    assert draft.config.learning_rate == 0.1


def test_only_what_cannot_change_meanwhile_needs_a_new_run(draft):
    running = draft.config
    draft.edit(learning_rate=0.1, momentum=0.5, weight_decay=1e-4, batch_size=64, epochs=9)
    assert not draft.needs_new_run(running)
    assert draft.live_change(running.live()) == draft.config.live()
    draft.edit(seed=2, optimiser=OPTIMISERS["adam"]())
    assert draft.needs_new_run(running)
    assert draft.differences(running) == ("optimiser", "seed")


def test_nothing_new_is_no_change(draft):
    assert draft.live_change(draft.config.live()) is None


def test_other_data_refits_the_network(draft):
    assert draft.choose_data("cifar10", (3, 32, 32), 10, 50000) == ""
    assert draft.config.data == "cifar10"
    assert draft.config.network.in_shape == (3, 32, 32)
    assert draft.preset == "classic"


def test_data_that_the_network_cannot_take_is_refused(draft):
    big = dataclasses.replace(draft.config.network.layers[0], kernel=25)
    draft.edit(network=NetworkSpec("mine", (1, 28, 28), (big, *draft.config.network.layers[5:])))
    before = draft.config
    assert draft.choose_data("tiny", (1, 8, 8), 10, 600)
    assert draft.config is before


def test_presets_fit_the_data_in_use(draft):
    draft.choose_data("cifar10", (3, 32, 32), 10, 50000)
    assert draft.choose_preset("lenet5") == ""
    assert draft.config.network.in_shape == (3, 32, 32)
    assert draft.preset == "lenet5"


def test_an_edited_network_is_custom():
    classic = preset("classic")
    assert preset_of(classic) == "classic"
    assert preset_of(dataclasses.replace(classic, layers=classic.layers[4:])) == CUSTOM
    assert preset_of(dataclasses.replace(classic, layers=classic.layers[:1])) == CUSTOM
    assert preset_of(fitted(classic, (1, 28, 28), 26)) == "classic"


def test_the_summary_counts(draft):
    text = summary(draft.config.network)
    assert text.startswith("7 layers, ")
    assert joined(["a", "a", "b", "a"]) == ["2 × a", "b", "a"]


def test_a_small_data_set_gives_fewer_images_away_and_a_large_one_the_usual_number_again():
    draft = Draft(RunConfig(network=preset("classic")))
    assert draft.config.validation_images == USUAL
    assert draft.choose_data("fashion-mnist", (1, 28, 28), 10, 600) == ""
    assert draft.config.validation_images == 100
    draft.edit(validation_images=60000 // SHARE)  # as many as a rule would give for the data set in use
    assert draft.choose_data("mnist", (1, 28, 28), 10, 60000) == ""
    assert draft.config.validation_images == USUAL
    draft.edit(validation_images=1234)
    assert draft.choose_data("fashion-mnist", (1, 28, 28), 10, 60000) == ""
    assert draft.config.validation_images == 1234
