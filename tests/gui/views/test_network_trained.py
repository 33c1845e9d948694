"""The Network view looks into a trained network as well as into the one in training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QApplication

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.model.model_file import Model
from engine.model.network import Network
from engine.model.reference import THE_RUN, Opened
from engine.model.spec import preset
from engine.session.capture import capture
from engine.session.messages import Request
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Sample, Selection
from gui.state.settings import Settings
from gui.style.theme import LIGHT
from gui.views.network import NetworkView
from gui.widgets.questions import Dialogs

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")

DIGITS = tuple("0123456789")
MINE, THINGS = Opened(Path("mine")), Opened(Path("things"))
PREPARED = Preprocessing((0.13,), (0.31,))


@pytest.fixture
def context():
    selection = Selection()
    bridge = SessionBridge(selection)
    images = np.random.default_rng(3).integers(0, 256, (6, 1, 28, 28)).astype(np.uint8)
    labels = np.arange(6, dtype=np.int64)
    bridge.run.dataset = Dataset("d", "D", DIGITS, images, labels, images, labels)
    selection.fit(bridge.run.dataset)
    models = ModelRegistry(bridge)
    models.add(MINE, "Mine", Model(Network.new(preset("lenet5"), 4), PREPARED, DIGITS), choose=False)
    colour = Network.new(preset("classic", (3, 32, 32)), 5)
    things = Model(colour, Preprocessing((0.5,) * 3, (0.2,) * 3), tuple("abcdefghij"))
    models.add(THINGS, "Things", things, choose=False)
    return AppContext(bridge, selection, models, Notices(), Dialogs(), Settings())


@pytest.fixture
def view(qtbot, context):
    made = NetworkView(context, LIGHT)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def send(context: AppContext, seed: int) -> None:
    request = Request(kernels=True, maps=True, image=context.selection.sample.image)
    context.bridge.snapshot_ready.emit(capture(request, Network.new(preset("classic"), seed), PREPARED, 0, 7))


def pick(qtbot, view, key):
    """Choose a network with the keyboard."""
    view.source.setFocus()
    steps = view.source.findData(key) - view.source.currentIndex()
    for _ in range(abs(steps)):
        qtbot.keyClick(view.source, Qt.Key_Down if steps > 0 else Qt.Key_Up)


def seen(qtbot, view, act):
    """Do something after which a network at rest is looked into, and wait until it is shown."""
    with qtbot.waitSignal(
        view._context.moments.moved, timeout=10000, check_params_cb=lambda m: m.of == view.shown
    ):
        act()


def test_a_trained_network_is_shown_until_the_one_in_training_is_wanted_again(qtbot, context, view):
    send(context, 1)
    assert context.moments.wants().kernels
    seen(qtbot, view, lambda: view.look_at(MINE))
    mine = context.models.get(MINE)
    assert view.canvas.spec == mine.network.spec
    shown = view.canvas.moment
    expected = mine.network.predict(PREPARED.apply(context.selection.sample.image[None]))[0]
    np.testing.assert_allclose(shown.probabilities, expected, rtol=1e-3, atol=1e-6)
    assert not context.moments.wants()
    send(context, 2)
    assert view.canvas.moment is shown
    pick(qtbot, view, THE_RUN)
    assert context.moments.wants().kernels
    send(context, 2)
    assert view.canvas.spec == preset("classic")


def test_it_follows_the_image_that_is_looked_at(qtbot, context, view):
    seen(qtbot, view, lambda: view.look_at(MINE))
    before = view.canvas.moment.probabilities
    drawing = Sample(np.full((1, 28, 28), 200, np.uint8), "your drawing")
    seen(qtbot, view, lambda: context.selection.choose(drawing))
    assert not np.array_equal(view.canvas.moment.probabilities, before)


def test_an_image_of_another_form_is_said_so(qtbot, context, view):
    seen(qtbot, view, lambda: view.look_at(THINGS))
    assert view.readout.text() == "No maps: the image is 28×28×1, and this network takes 32×32×3."
    picture = Sample(np.full((3, 32, 32), 200, np.uint8), "your picture")
    seen(qtbot, view, lambda: context.selection.choose(picture))
    assert "No maps" not in view.readout.text()


def test_a_picture_made_for_the_answering_network_is_shown_in_it(qtbot, context, view):
    send(context, 1)
    context.models.choose(THINGS)
    assert view.canvas.spec == preset("classic")
    picture = Sample(np.full((3, 32, 32), 200, np.uint8), "your picture")
    seen(qtbot, view, lambda: context.selection.choose(picture))
    assert view.source.currentText() == "Things"
    assert view.canvas.spec.in_shape == (3, 32, 32)
    assert view.canvas.moment.probabilities.shape == (10,)


def test_a_network_that_is_taken_away_gives_way_to_the_one_in_training(qtbot, context, view):
    view.look_at(MINE)
    context.models.remove(MINE)
    qtbot.waitUntil(lambda: view.source.currentText() == "Digits (for now)")
    send(context, 1)
    assert view.source.currentText() == "Network in training"
    assert context.moments.wants().kernels


def test_only_the_newest_of_many_images_is_shown(qtbot, context, view):
    seen(qtbot, view, lambda: view.look_at(MINE))
    shown = []
    context.moments.moved.connect(shown.append)
    images = [np.full((1, 28, 28), level, np.uint8) for level in range(0, 250, 10)]
    for image in images:
        context.selection.choose(Sample(image, "your drawing"))
    qtbot.waitUntil(lambda: bool(shown) and shown[-1].image is images[-1], timeout=10000)
    assert len(shown) < len(images)
    assert view.canvas.moment is shown[-1]


def test_a_view_that_is_hidden_looks_no_further(qtbot, context, view):
    view.look_at(MINE)
    view.hide()
    QApplication.processEvents()
    assert not context.moments.answers.busy("look")
    seen(qtbot, view, view.show)


def test_the_network_that_was_asked_is_shown_until_training_begins(qtbot, context, view):
    seen(qtbot, view, lambda: view.look_at(MINE))
    image = np.full((1, 28, 28), 200, np.uint8)
    asked = context.models.answering
    seen(qtbot, view, lambda: context.selection.choose(Sample(image, "your drawing", asked=asked)))
    assert view.source.currentText() == "Digits (for now)"
    context.models.changed.emit()
    send(context, 1)
    assert view.source.currentText() == "Network in training"


def test_a_network_that_was_chosen_is_shown_while_another_one_trains(qtbot, context, view):
    context.models.choose(MINE)
    image = np.full((1, 28, 28), 200, np.uint8)
    seen(
        qtbot,
        view,
        lambda: context.selection.choose(Sample(image, "your drawing", asked=MINE)),
    )
    send(context, 1)
    assert view.source.currentText() == "Mine"
    pick(qtbot, view, THE_RUN)
    context.selection.choose(Sample(image, "your drawing"))
    assert view.source.currentText() == "Network in training"
