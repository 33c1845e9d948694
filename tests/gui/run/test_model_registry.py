"""The registry of models: what is on it, which one is looked at, and the network in training."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.errors import ModelFileError
from engine.model import model_file
from engine.model.model_file import Model, find_model
from engine.model.network import Network
from engine.model.reference import THE_RUN, Opened, Shipped
from engine.model.shipped import SHIPPED
from engine.model.spec import preset
from engine.session.messages import Snapshot
from engine.training.config import RunConfig
from gui.run.model_registry import ModelRegistry
from gui.run.moments import Moments
from gui.run.session_bridge import SessionBridge
from gui.state.selection import Selection

DIGITS = tuple("0123456789")
MINE = Opened(Path("mine"))


@pytest.fixture
def bridge(qapp):
    return SessionBridge(Selection())


@pytest.fixture
def registry(bridge):
    made = ModelRegistry(bridge)
    made.moments = Moments(bridge, Selection(), made)
    return made


def model(seed=1):
    return Model(Network.new(preset("classic"), seed), Preprocessing((0.13,), (0.31,)), DIGITS)


def snapshot(step):
    return Snapshot(0, step, Network.new(preset("classic"), step), None, (), None)


def test_the_shipped_models_and_the_network_in_training_are_on_the_shelf(registry):
    assert [each.key for each in registry.references] == ["training", *SHIPPED]
    assert registry.title(THE_RUN) == "Network in training"
    assert registry.title(Shipped("digits")) == "Digits"
    assert registry.get(Shipped("digits")).class_names == DIGITS
    assert registry.get(Shipped("digits")) is registry.get(Shipped("digits"))


def test_the_network_in_training_is_the_latest_snapshot(bridge, registry):
    with pytest.raises(ModelFileError, match="not there yet"):
        registry.get(THE_RUN)
    images, labels = np.full((2, 1, 28, 28), 51, np.uint8), np.zeros(2, np.int64)
    bridge.run.dataset = Dataset("d", "D", DIGITS, images, labels, images, labels)
    bridge.snapshot_ready.emit(snapshot(3))
    newest = snapshot(4)
    bridge.snapshot_ready.emit(newest)
    bridge.snapshot_ready.emit(Snapshot(0, 5, None, None, (), None))
    assert registry.get(THE_RUN).network is newest.network
    assert registry.get(THE_RUN).preprocessing.mean == pytest.approx((0.2,))
    assert registry.step == 4
    bridge.run_started.emit(RunConfig(preset("classic")))
    assert registry.step is None
    with pytest.raises(ModelFileError, match="not there yet"):
        registry.get(THE_RUN)


def test_an_added_model_is_looked_at_until_it_is_taken_away(qtbot, registry):
    mine = model()
    with qtbot.waitSignal(registry.changed):
        registry.add(MINE, "My network", mine)
    assert registry.current == registry.references[-1] == MINE and registry.title(MINE) == "My network"
    assert registry.get(MINE) is mine
    with qtbot.waitSignal(registry.changed):
        registry.remove(MINE)
    assert [each.key for each in registry.references] == ["training", *SHIPPED]
    assert registry.current == Shipped("digits")


def test_a_taught_model_takes_the_place_of_a_shipped_one_and_gives_it_back(registry):
    first, taught = registry.get(Shipped("digits")), model(7)
    registry.add(Shipped("digits"), "Digits", taught, choose=False)
    assert registry.current == THE_RUN
    assert registry.get(Shipped("digits")) is taught
    registry.remove(Shipped("digits"))
    back = registry.get(Shipped("digits"))
    assert back is not taught
    np.testing.assert_array_equal(back.network.vector, first.network.vector)


def test_an_unknown_model_is_named(registry):
    for act in (registry.get, registry.title, registry.choose, registry.remove):
        with pytest.raises(ModelFileError, match="no model 'file:nothing'; there are training, digits"):
            act(Opened(Path("nothing")))


def test_choosing_tells_once(qtbot, registry):
    with qtbot.waitSignal(registry.changed):
        registry.choose(Shipped("digits"))
    with qtbot.assertNotEmitted(registry.changed):
        registry.choose(Shipped("digits"))


def test_until_training_begins_the_digits_model_answers(bridge, registry):
    images, labels = np.zeros((2, 1, 28, 28), np.uint8), np.arange(2)
    bridge.run.dataset = Dataset("digits", "Digits", DIGITS, images, labels, images, labels)
    assert (registry.answering, registry.answering_title) == (
        Shipped("digits"),
        "Digits, until training begins",
    )
    bridge.snapshot_ready.emit(snapshot(0))
    assert registry.answering == Shipped("digits")
    bridge.snapshot_ready.emit(snapshot(1))
    assert registry.answering == THE_RUN
    assert registry.answering_title == "Network in training"
    registry.choose(Shipped("objects"))
    assert registry.answering == Shipped("objects")
    assert registry.answering_title == "Objects"


def test_before_training_the_model_that_knows_the_data_set_answers(qtbot, bridge, registry):
    pixels, labels = np.zeros((4, 3, 32, 32), np.uint8), np.arange(4)
    names = tuple(str(number) for number in range(10))
    bridge.run.dataset = Dataset("cifar10", "CIFAR-10", names, pixels, labels, pixels, labels)
    with qtbot.waitSignal(registry.changed):
        bridge.dataset_loaded.emit(bridge.dataset)
    assert registry.answering_title == "Objects, until training begins"
    bridge.run.dataset = Dataset("pets", "Pets", names, pixels, labels, pixels, labels)
    assert registry.answering == Shipped("digits")


def test_files_are_read_beside_the_window_and_what_cannot_be_read_is_told_then(qtbot, registry, monkeypatch):
    readers = []

    def find(key):
        readers.append(threading.current_thread())
        if key == "clothes":
            raise ModelFileError("clothes is damaged.")
        return find_model(key)

    monkeypatch.setattr(model_file, "find_model", find)
    with qtbot.waitSignal(registry.changed):
        assert not registry.ready(Shipped("digits")) and not registry.ready(Shipped("clothes"))
    assert threading.main_thread() not in readers and len(readers) == len(SHIPPED)
    assert all(registry.ready(key) for key in registry.references)
    assert registry.get(Shipped("digits")).class_names == DIGITS
    with pytest.raises(ModelFileError, match="clothes is damaged"):
        registry.get(Shipped("clothes"))
    assert len(readers) == len(SHIPPED)
