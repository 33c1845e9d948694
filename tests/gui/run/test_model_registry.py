"""The shelf of models: what is on it, which one is looked at, and the network in training."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.errors import ModelFileError
from engine.model.model_file import SHIPPED, Model
from engine.model.network import Network
from engine.model.spec import preset
from engine.session.messages import Snapshot
from engine.training.config import RunConfig
from gui.run.model_registry import ModelShelf
from gui.run.session_bridge import SessionBridge
from gui.state.selection import Selection

DIGITS = tuple("0123456789")


@pytest.fixture
def bridge(qapp):
    return SessionBridge(Selection())


@pytest.fixture
def shelf(bridge):
    return ModelShelf(bridge)


def model(seed=1):
    return Model(Network.new(preset("classic"), seed), Preprocessing((0.13,), (0.31,)), DIGITS)


def snapshot(step):
    return Snapshot(0, step, Network.new(preset("classic"), step), None, (), None)


def test_the_shipped_models_and_the_network_in_training_are_on_the_shelf(shelf):
    assert shelf.keys == ("training", *SHIPPED)
    assert shelf.title("training") == "Network in training"
    assert shelf.title("digits") == "Digits"
    assert shelf.get("digits").class_names == DIGITS
    assert shelf.get("digits") is shelf.get("digits")


def test_the_network_in_training_is_the_latest_snapshot(bridge, shelf):
    with pytest.raises(ModelFileError, match="not there yet"):
        shelf.get("training")
    images, labels = np.full((2, 1, 28, 28), 51, np.uint8), np.zeros(2, np.int64)
    bridge.dataset = Dataset("d", "D", DIGITS, images, labels, images, labels)
    bridge.snapshot_ready.emit(snapshot(3))
    newest = snapshot(4)
    bridge.snapshot_ready.emit(newest)
    bridge.snapshot_ready.emit(Snapshot(0, 5, None, None, (), None))
    assert shelf.get("training").network is newest.network
    assert shelf.get("training").preprocessing.mean == pytest.approx((0.2,))
    assert shelf.step == 4
    bridge.run_started.emit(RunConfig(preset("classic")))
    assert shelf.step is None
    with pytest.raises(ModelFileError, match="not there yet"):
        shelf.get("training")


def test_an_added_model_is_looked_at_until_it_is_taken_away(qtbot, shelf):
    mine = model()
    with qtbot.waitSignal(shelf.changed):
        shelf.add("mine", "My network", mine)
    assert (shelf.current, shelf.keys[-1], shelf.title("mine")) == ("mine", "mine", "My network")
    assert shelf.get("mine") is mine
    with qtbot.waitSignal(shelf.changed):
        shelf.remove("mine")
    assert shelf.keys == ("training", *SHIPPED)
    assert shelf.current == "digits"


def test_a_taught_model_takes_the_place_of_a_shipped_one_and_gives_it_back(shelf):
    first, taught = shelf.get("digits"), model(7)
    shelf.add("digits", "Digits", taught, choose=False)
    assert shelf.current == "training"
    assert shelf.get("digits") is taught
    shelf.remove("digits")
    back = shelf.get("digits")
    assert back is not taught
    np.testing.assert_array_equal(back.network.flat, first.network.flat)


def test_an_unknown_model_is_named(shelf):
    for act in (shelf.get, shelf.title, shelf.choose, shelf.remove):
        with pytest.raises(ModelFileError, match="no model 'nothing'; there are training, digits"):
            act("nothing")


def test_choosing_tells_once(qtbot, shelf):
    with qtbot.waitSignal(shelf.changed):
        shelf.choose("digits")
    with qtbot.assertNotEmitted(shelf.changed):
        shelf.choose("digits")


def test_until_training_begins_the_digits_model_answers(bridge, shelf):
    images, labels = np.zeros((2, 1, 28, 28), np.uint8), np.arange(2)
    bridge.dataset = Dataset("digits", "Digits", DIGITS, images, labels, images, labels)
    assert (shelf.answering, shelf.answering_title) == ("digits", "Digits, until training begins")
    bridge.snapshot_ready.emit(snapshot(0))
    assert shelf.answering == "digits"
    bridge.snapshot_ready.emit(snapshot(1))
    assert (shelf.answering, shelf.answering_title) == ("training", "Network in training")
    shelf.choose("objects")
    assert (shelf.answering, shelf.answering_title) == ("objects", "Objects")


def test_before_training_the_model_that_knows_the_data_set_answers(qtbot, bridge, shelf):
    pixels, labels = np.zeros((4, 3, 32, 32), np.uint8), np.arange(4)
    names = tuple(str(number) for number in range(10))
    bridge.dataset = Dataset("cifar10", "CIFAR-10", names, pixels, labels, pixels, labels)
    with qtbot.waitSignal(shelf.changed):
        bridge.dataset_loaded.emit(bridge.dataset)
    assert shelf.answering_title == "Objects, until training begins"
    bridge.dataset = Dataset("pets", "Pets", names, pixels, labels, pixels, labels)
    assert shelf.answering == "digits"
