"""What every view keeps to, and that the worked example of ARCHITECTURE.md becomes part of the window."""

from __future__ import annotations

import gc
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PyQt5.QtCore import QEvent, QObject
from PyQt5.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from engine.model.reference import THE_RUN
from engine.session.messages import State
from engine.training.config import RunConfig
from gui.app.build import Kernelscope, build
from gui.panels import PANELS
from gui.run.view import View
from gui.run.view_spec import ViewSpec
from gui.run.wants import Wants
from gui.state.settings import Store
from gui.style.theme import DARK
from gui.views import VIEWS
from gui.widgets.questions import Dialogs

DOCUMENT = Path(__file__).parents[3] / "ARCHITECTURE.md"


def test_every_view_says_what_it_is() -> None:
    kinds = (*PANELS, *VIEWS)
    for name in ("key", "title"):
        words = [getattr(kind, name) for kind in kinds]
        assert all(words) and len(set(words)) == len(kinds)
    for kind in kinds:
        assert issubclass(kind.load(), View) and kind.makes(kind.load())
        assert re.fullmatch("[a-z_]+", kind.key)
        assert kind.about.endswith(".") and "\n" not in kind.about


def test_a_hidden_view_asks_for_nothing(program: Kernelscope) -> None:
    program.window.hide()
    for part in program.window.parts.values():
        assert part.wants() == Wants()
    assert set(program.context.moments.watchers) >= set(program.window.parts.values())


def test_in_a_minimised_window_no_view_asks_for_anything(qtbot: QtBot, program: Kernelscope) -> None:
    window, moments = program.window, program.context.moments
    seen = [part for part in window.parts.built if part.isVisible()]
    assert len(seen) == 4 and moments.wants()
    window.showMinimized()
    qtbot.waitUntil(lambda: not any(part.isVisible() for part in window.parts.built))
    assert not moments.wants() and not any(part.wants() for part in window.parts.built)
    window.showNormal()
    qtbot.waitUntil(lambda: all(part.isVisible() for part in seen))
    assert moments.wants()


class Windows(QObject):
    """Notes every window that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[QWidget] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(watched)
        return False


def test_a_view_is_made_when_it_is_first_seen_in_its_place_and_nowhere_else(
    qtbot: QtBot, program: Kernelscope
) -> None:
    window, windows = program.window, Windows()
    made = [key for key, dock in window.docks.items() if dock.built]
    assert made == ["experiment", "pad", "learn", "network"]
    assert {type(part) for part in window.parts.built} <= set(map(type, program.context.moments.watchers))
    program.app.installEventFilter(windows)
    try:
        window.show_part("map")
        qtbot.waitUntil(lambda: window.docks["map"].built and window.parts["map"].isVisible())
        assert not window.docks["runs"].built
        for key in window.docks:
            seen = not window.docks[key].visibleRegion().isEmpty()
            assert window.parts[key].isVisible() == seen  # one that is made behind another tab stays hidden
        window.tile(True)
        qtbot.waitUntil(lambda: sum(part.isVisible() for part in window.parts.values()) >= 4)
    finally:
        program.app.removeEventFilter(windows)
    assert windows.shown == []


def example() -> dict[str, Any]:
    """Run the lines of the document, and return what they define."""
    text = DOCUMENT.read_text(encoding="utf-8")
    section = text[text.index("## An instrument") : text.index("## Adding things")]
    names: dict[str, Any] = {"__name__": "gui.views.weight_sizes", "VIEWS": VIEWS, "ViewSpec": ViewSpec}
    for block in re.findall(r"```python\n(.*?)```", section, re.DOTALL):
        exec(compile(block, str(DOCUMENT), "exec"), names)  # noqa: S102 - our own document
    return names


def test_the_example_becomes_part_of_the_window(
    qtbot: QtBot, store: Store, config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = example()
    monkeypatch.setitem(sys.modules, "gui.views.weight_sizes", SimpleNamespace(**names))
    monkeypatch.setattr("gui.window.docked.VIEWS", names["VIEWS"])
    program = build(store, theme="light", config=config, dialogs=Dialogs())
    window = program.window
    try:
        window.show()
        qtbot.waitExposed(window)
        program.app.setActiveWindow(window)
        qtbot.waitUntil(lambda: program.context.bridge.state is State.PAUSED, timeout=20000)
        dock = window.docks["weight_sizes"]
        actions = {each.text(): each for each in window.actions_.menus["&View"].actions()}
        assert actions["Runs"].shortcut().toString() == "Ctrl+9"  # the last digit: later views have none
        assert actions["Weight sizes"].isEnabled()
        assert dock.windowTitle() == "Weight sizes" and not dock.built

        actions["Weight sizes"].trigger()
        qtbot.waitUntil(lambda: dock.built and dock.part.isVisible())
        view = window.part(names["WeightSizesView"])
        qtbot.waitUntil(lambda: view.words.text() != "", timeout=20000)
        sizes = names["WeightSizes"]().of(program.context.models.get(THE_RUN).network)
        assert view.words.text().splitlines() == [f"{title}: {size:.3f}" for title, size in sizes]

        window.tile(True)
        assert dock.isVisible() and not dock.isFloating()
        window.set_theme(DARK)
        qtbot.wait(1)
    finally:
        program.close()
        gc.collect()


def test_the_instrument_of_the_example_needs_no_window() -> None:
    from engine.model.network import Network
    from engine.model.spec import preset

    network = Network.new(preset("classic"), 1)
    sizes = example()["WeightSizes"]().of(network)
    weights = [params["weight"] for params in network.params if "weight" in params]
    assert [size for _, size in sizes] == pytest.approx([np.sqrt((w**2).mean()) for w in weights])
