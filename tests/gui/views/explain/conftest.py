"""An Explain view whose networks are drawn by lot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.preprocess import Preprocessing
from engine.model.model_file import Model
from engine.model.network import Network
from engine.model.reference import Opened, Shipped
from engine.model.spec import preset
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Sample, Selection
from gui.state.settings import Settings
from gui.style.theme import LIGHT
from gui.views.explain import ExplainView
from gui.widgets.questions import Dialogs

NAMES = tuple("0123456789")
MINE = Opened(Path("mine"))
IMAGE = np.random.default_rng(3).integers(0, 256, (1, 28, 28)).astype(np.uint8)


def model(seed: int = 1) -> Model:
    return Model(Network.new(preset("classic"), seed), Preprocessing((0.1,), (0.3,)), NAMES, {})


@pytest.fixture
def context(qtbot):
    selection = Selection()
    bridge = SessionBridge(selection)
    made = AppContext(bridge, selection, ModelRegistry(bridge), Notices(), Dialogs(), Settings())
    made.models.add(MINE, "Mine", model())
    qtbot.waitUntil(lambda: made.models.ready(Shipped("digits")))
    return made


@pytest.fixture
def view(qtbot, context):
    made = ExplainView(context, LIGHT)
    qtbot.addWidget(made)
    made.resize(640, 520)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def full(qtbot, context, view):
    context.selection.choose(Sample(IMAGE, "your drawing"))
    settle(qtbot, view)
    return view


def settle(qtbot, view) -> None:
    qtbot.waitUntil(lambda: not view.explainer.busy, timeout=20000)
