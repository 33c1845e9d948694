"""The registry of models: what is on it, which one is looked at, and the network in training."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.errors import ModelFileError
from engine.model.model_file import SHIPPED, Model, find_model
from engine.model.network import Network
from engine.model.spec import preset
from engine.session.messages import Snapshot
from engine.training.config import RunConfig
from gui.run import model_registry
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.state.selection import Selection

DIGITS = tuple("0123456789")


@pytest.fixture
def bridge(qapp):
    return SessionBridge(Selection())


@pytest.fixture
def registry(bridge):
    return ModelRegistry(bridge)


def model(seed=1):
    return Model(Network.new(preset("classic"), seed), Preprocessing((0.13,), (0.31,)), DIGITS)


def snapshot(step):
    return Snapshot(0, step, Network.new(preset("classic"), step), None, (), None)


def test_the_shipped_models_and_the_network_in_training_are_on_the_shelf(registry):
    assert registry.keys == ("training", *SHIPPED)
    assert registry.title("training") == "Network in training"
    assert registry.title("digits") == "Digits"
    assert registry.get("digits").class_names == DIGITS
    assert registry.get("digits") is registry.get("digits")


def test_the_network_in_training_is_the_latest_snapshot(bridge, registry):
    with pytest.raises(ModelFileError, match="not there yet"):
        registry.get("training")
    images, labels = np.full((2, 1, 28, 28), 51, np.uint8), np.zeros(2, np.int64)
    bridge.dataset = Dataset("d", "D", DIGITS, images, labels, images, labels)
    bridge.snapshot_ready.emit(snapshot(3))
    newest = snapshot(4)
    bridge.snapshot_ready.emit(newest)
    bridge.snapshot_ready.emit(Snapshot(0, 5, None, None, (), None))
    assert registry.get("training").network is newest.network
    assert registry.get("training").preprocessing.mean == pytest.approx((0.2,))
    assert registry.step == 4
    bridge.run_started.emit(RunConfig(preset("classic")))
    assert registry.step is None
    with pytest.raises(ModelFileError, match="not there yet"):
        registry.get("training")


def test_an_added_model_is_looked_at_until_it_is_taken_away(qtbot, registry):
    mine = model()
    with qtbot.waitSignal(registry.changed):
        registry.add("mine", "My network", mine)
    assert (registry.current, registry.keys[-1], registry.title("mine")) == ("mine", "mine", "My network")
    assert registry.get("mine") is mine
    with qtbot.waitSignal(registry.changed):
        registry.remove("mine")
    assert registry.keys == ("training", *SHIPPED)
    assert registry.current == "digits"


def test_a_taught_model_takes_the_place_of_a_shipped_one_and_gives_it_back(registry):
    first, taught = registry.get("digits"), model(7)
    registry.add("digits", "Digits", taught, choose=False)
    assert registry.current == "training"
    assert registry.get("digits") is taught
    registry.remove("digits")
    back = registry.get("digits")
    assert back is not taught
    np.testing.assert_array_equal(back.network.vector, first.network.vector)


def test_an_unknown_model_is_named(registry):
    for act in (registry.get, registry.title, registry.choose, registry.remove):
        with pytest.raises(ModelFileError, match="no model 'nothing'; there are training, digits"):
            act("nothing")


def test_choosing_tells_once(qtbot, registry):
    with qtbot.waitSignal(registry.changed):
        registry.choose("digits")
    with qtbot.assertNotEmitted(registry.changed):
        registry.choose("digits")


def test_until_training_begins_the_digits_model_answers(bridge, registry):
    images, labels = np.zeros((2, 1, 28, 28), np.uint8), np.arange(2)
    bridge.dataset = Dataset("digits", "Digits", DIGITS, images, labels, images, labels)
    assert (registry.answering, registry.answering_title) == ("digits", "Digits, until training begins")
    bridge.snapshot_ready.emit(snapshot(0))
    assert registry.answering == "digits"
    bridge.snapshot_ready.emit(snapshot(1))
    assert (registry.answering, registry.answering_title) == ("training", "Network in training")
    registry.choose("objects")
    assert (registry.answering, registry.answering_title) == ("objects", "Objects")


def test_before_training_the_model_that_knows_the_data_set_answers(qtbot, bridge, registry):
    pixels, labels = np.zeros((4, 3, 32, 32), np.uint8), np.arange(4)
    names = tuple(str(number) for number in range(10))
    bridge.dataset = Dataset("cifar10", "CIFAR-10", names, pixels, labels, pixels, labels)
    with qtbot.waitSignal(registry.changed):
        bridge.dataset_loaded.emit(bridge.dataset)
    assert registry.answering_title == "Objects, until training begins"
    bridge.dataset = Dataset("pets", "Pets", names, pixels, labels, pixels, labels)
    assert registry.answering == "digits"


def test_files_are_read_beside_the_window_and_what_cannot_be_read_is_told_then(qtbot, registry, monkeypatch):
    readers = []

    def find(key):
        readers.append(threading.current_thread())
        if key == "clothes":
            raise ModelFileError("clothes is damaged.")
        return find_model(key)

    monkeypatch.setattr(model_registry, "find_model", find)
    with qtbot.waitSignal(registry.changed):
        assert not registry.ready("digits") and not registry.ready("clothes")
    assert threading.main_thread() not in readers and len(readers) == len(SHIPPED)
    assert all(registry.ready(key) for key in registry.keys)
    assert registry.get("digits").class_names == DIGITS
    with pytest.raises(ModelFileError, match="clothes is damaged"):
        registry.get("clothes")
    assert len(readers) == len(SHIPPED)
