"""The layers while they are edited: shapes and costs follow, mistakes are said, edits can be undone."""

from __future__ import annotations

import dataclasses

import pytest

from engine.layers import LAYERS
from engine.model.spec import preset
from gui.presenters.layer_list import LayerList, settings_of, size


@pytest.fixture
def layers():
    return LayerList(preset("classic"), 10)


def kinds(layers):
    return [layer.type_name for layer in layers.spec.layers]


def test_rows_tell_shape_and_cost(layers):
    first, second = layers.rows()[:2]
    assert (first.shape, first.parameters) == ("24×24×8", "208")
    assert (second.shape, second.parameters) == ("24×24×8", "")
    assert layers.rows()[-1].shape == "10"
    assert layers.parameters == sum(report.parameters for report in layers.spec.report())
    assert layers.problem == ""


def test_a_new_layer_comes_after_the_one_in_hand(layers):
    layers.select(1)
    layers.add("max_pool")
    assert kinds(layers)[:4] == ["conv", "relu", "max_pool", "conv"]
    assert layers.selected == 2
    assert layers.rows()[2].shape == "12×12×8"


def test_moving_and_removing(layers):
    layers.select(0)
    layers.move(-1)
    assert kinds(layers) == [layer.type_name for layer in preset("classic").layers]
    layers.move(1)
    assert kinds(layers)[:2] == ["relu", "conv"]
    assert layers.selected == 1
    layers.remove()
    assert kinds(layers)[:2] == ["relu", "conv"]
    assert len(layers.spec.layers) == 6


def test_a_copy_stands_beside_the_original(layers):
    layers.select(2)
    layers.duplicate()
    assert layers.spec.layers[2] == layers.spec.layers[3]
    assert layers.selected == 3


def test_a_layer_that_does_not_fit_is_named(layers):
    layers.select(0)
    layers.change(dataclasses.replace(layers.layer, kernel=40))
    rows = layers.rows()
    assert rows[0].error
    assert rows[0].shape == ""
    assert rows[1].error == ""
    assert layers.problem.startswith("Layer 1")


def test_the_number_of_classes_must_fit(layers):
    layers.select(6)
    layers.change(dataclasses.replace(layers.layer, units=7))
    assert layers.problem == "The last layer gives 7 numbers; the data set has 10 classes."


def test_every_edit_can_be_undone(layers):
    before = layers.spec
    layers.select(3)
    layers.remove()
    layers.add("tanh")
    layers.replace_all(preset("lenet5"))
    for _ in range(3):
        layers.undo()
    assert layers.spec == before
    assert layers.selected == 3
    assert not layers.can_undo


def test_without_layers_nothing_is_in_hand(layers):
    for _ in range(7):
        layers.remove()
    assert layers.layer is None
    assert layers.problem
    layers.move(1)
    layers.duplicate()
    assert layers.rows() == []
    layers.add("flatten")
    assert kinds(layers) == ["flatten"]


def test_the_result_has_the_name_it_deserves(layers):
    assert layers.result().name == "classic"
    layers.select(1)
    layers.remove()
    assert layers.result().name == "custom"
    layers.replace_all(preset("deep"))
    assert layers.result().name == "deep"


def test_sizes_and_settings_in_short(layers):
    assert size((8, 24, 12)) == "24×12×8"
    assert size((1152,)) == "1,152"
    assert settings_of(LAYERS["conv"]()).startswith("filters 8, kernel ")
    assert settings_of(LAYERS["conv"](kernel=(3, 5), bias=False)) == "filters 8, kernel 3×5, bias no"
    assert settings_of(LAYERS["relu"]()) == ""
