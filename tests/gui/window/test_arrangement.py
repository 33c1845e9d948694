"""Where everything lies in the window, and that nothing of it is cut, however small the window is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt5.QtCore import QRect
from PyQt5.QtWidgets import QAbstractButton, QComboBox, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from engine.model.spec import preset
from engine.training.config import RunConfig
from gui.app.build import Kernelscope
from gui.views import VIEWS
from gui.window.dock import _Holder

LONG = 30000


@pytest.fixture
def trained(qtbot: QtBot, program: Kernelscope) -> Kernelscope:
    """Return the program after a few steps, so that every view has something to show."""
    bridge = program.context.bridge
    bridge.advance(5)
    qtbot.waitUntil(lambda: bridge.steps == 5, timeout=LONG)
    return program


def lay_out(program: Kernelscope) -> None:
    """Let the window place what it has to place anew, and that what is in it."""
    for _ in range(4):
        program.app.processEvents()


def resize(qtbot: QtBot, program: Kernelscope, width: int, height: int, *, tiled: bool = False) -> None:
    """Give the window a size and put everything in its first place there."""
    window = program.window
    window.resize(width, height)
    window.tile(tiled)
    qtbot.waitUntil(lambda: window.parts["network"].isVisible(), timeout=LONG)
    lay_out(program)
    assert (window.width(), window.height()) == (width, height)


def in_window(program: Kernelscope, part: QWidget) -> QRect:
    return QRect(part.mapTo(program.window, part.rect().topLeft()), part.size())


def cut(root: QWidget) -> Iterator[str]:
    """Yield what does not fit: words wider or higher than their place, and what stands out of its parent."""
    for part in root.findChildren(QWidget):
        if not part.isVisible() or not isinstance(part, QLabel | QAbstractButton | QComboBox):
            continue
        words = part.currentText() if isinstance(part, QComboBox) else part.text()
        if not words:
            continue
        where = f"{type(part).__name__} {words!r}"
        high = part.fontMetrics().height()
        if part.height() < high - 2:
            yield f"{where} is too low: {part.height()} of {high}"
        if isinstance(part, QToolButton) and len(words) == 1:
            continue  # a sign in place of an icon
        if isinstance(part, QComboBox):
            needed = part.fontMetrics().horizontalAdvance(words) + 34
        elif isinstance(part, QLabel) and part.wordWrap():
            needed, high = 0, part.heightForWidth(part.width())
            if part.height() < high - 3:
                yield f"{where} needs {high} lines of pixels and has {part.height()}"
        else:
            needed = part.sizeHint().width()
        if part.width() < needed - 1:
            yield f"{where} is too narrow: {part.width()} of {needed}"
        parent = part.parentWidget()
        place = part.geometry()
        if parent is not None and (place.left() < 0 or place.right() > parent.width()):
            yield f"{where} stands out of its parent: {place} in {parent.size()}"


def scrolled(program: Kernelscope) -> list[str]:
    """Return the views that are higher than their place."""
    holders = [(key, dock.widget()) for key, dock in program.window.docks.items()]
    return [
        key
        for key, holder in holders
        if isinstance(holder, _Holder)
        and holder.widget().isVisible()  # behind another tab nobody sees it
        and holder.verticalScrollBar().isVisible()
    ]


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (1366, 768)])
def test_curves_and_network_are_in_sight_at_once(
    qtbot: QtBot, trained: Kernelscope, size: tuple[int, int]
) -> None:
    resize(qtbot, trained, *size)
    parts = trained.window.parts
    learn, network = in_window(trained, parts["learn"]), in_window(trained, parts["network"])
    assert parts["learn"].isVisible() and parts["network"].isVisible()
    assert learn.bottom() < network.top() and learn.height() > 120 and network.height() > 250
    charts = parts["learn"].curves.charts.shown_charts
    assert len(charts) >= 2 and all(chart.plot.vb.height() >= 90 for chart in charts)
    sides = in_window(trained, parts["experiment"]), in_window(trained, parts["pad"])
    assert sides[0].right() < learn.left() and sides[1].left() > learn.right()
    assert not any(parts[key].isVisible() for key in ("explain", "evaluate", "data"))
    assert not scrolled(trained)


@pytest.mark.parametrize("name", ["classic", "lenet5"])
def test_the_whole_way_is_in_sight_in_the_first_arrangement(
    qtbot: QtBot, program: Kernelscope, config: RunConfig, name: str
) -> None:
    resize(qtbot, program, 1280, 720)
    network = program.window.parts["network"]
    program.context.bridge.start(RunConfig(network=preset(name), training_images=2000, validation_images=300))
    bridge = program.context.bridge
    qtbot.waitUntil(lambda: bridge.dataset is not None and bridge.steps == 0, timeout=LONG)
    bridge.advance(2)
    qtbot.waitUntil(lambda: bridge.steps == 2, timeout=LONG)
    canvas = network.canvas
    qtbot.waitUntil(lambda: canvas.spec == preset(name) and canvas.moment is not None, timeout=LONG)
    filled = lambda: all(items.mosaic.tiles is not None for items in canvas.items_shown)  # noqa: E731
    qtbot.waitUntil(filled, timeout=LONG)
    assert canvas.layout_shown.width <= canvas.viewport().width()
    assert canvas.layout_shown.height <= canvas.viewport().height()
    assert not canvas.horizontalScrollBar().isVisible() and not canvas.verticalScrollBar().isVisible()
    assert canvas.viewport().rect().contains(canvas.bars.geometry())


@pytest.mark.parametrize(
    ("size", "tiled"),
    [((880, 480), False), ((1280, 720), False), ((1280, 720), True), ((1920, 1080), True)],
)
def test_nothing_is_cut(qtbot: QtBot, trained: Kernelscope, size: tuple[int, int], tiled: bool) -> None:
    resize(qtbot, trained, *size, tiled=tiled)
    for view in VIEWS:
        if not trained.window.parts[view.key].isVisible():
            trained.window.show_part(view.key)
        settle(qtbot, trained, view.key)
        assert not list(cut(trained.window)), view.key
        assert set(scrolled(trained)) <= ({"pad"} if size[1] < 600 else set()), view.key


def settle(qtbot: QtBot, program: Kernelscope, key: str) -> None:
    """Wait until a view shows what it is about."""
    view = program.window.parts[key]
    if key == "explain":
        qtbot.waitUntil(lambda: view.maps.reply is not None and view.maps.isVisible(), timeout=LONG)
    if key == "evaluate":
        qtbot.waitUntil(view.matrix.isVisible, timeout=LONG)
    lay_out(program)


def test_a_remembered_arrangement_is_kept(
    qtbot: QtBot, program: Kernelscope, store, config: RunConfig, dialogs
) -> None:
    from gui.app.build import build

    window = program.window
    window.docks["experiment"].close()
    window.tabifyDockWidget(window.docks["learn"], window.docks["network"])
    window.docks["network"].raise_()
    window.close()
    again = build(store, theme="light", config=config, dialogs=dialogs)
    try:
        again.window.show()
        qtbot.waitExposed(again.window)
        qtbot.waitUntil(lambda: again.window.parts["network"].isVisible(), timeout=LONG)
        assert not again.window.docks["experiment"].isVisible()
        assert not again.window.parts["learn"].isVisible()
    finally:
        again.close()
