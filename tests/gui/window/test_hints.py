"""The hints of the first minute: each goes once one did what it says, and none comes back by itself."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.training.config import RunConfig
from gui.app.build import Kernelscope, build
from gui.state.settings import Store
from gui.style.theme import DARK
from gui.window.hints import KEYS

LONG = 30000


def place(program: Kernelscope, part: QWidget) -> QRect:
    return QRect(part.mapTo(program.window, QPoint(0, 0)), part.size())


def says(program: Kernelscope) -> str:
    bubble = program.window.hints.bubble
    return bubble.words.text() if bubble.isVisible() else ""


def test_three_hints_lead_through_the_first_minute(qtbot: QtBot, program: Kernelscope) -> None:
    window, hints = program.window, program.window.hints
    canvas, network = window.pad.canvas, window.parts["network"].canvas
    qtbot.waitUntil(lambda: says(program) == "1 of 3: Draw a digit here", timeout=LONG)
    assert not place(program, hints.bubble).intersects(place(program, canvas))
    QTest.mousePress(canvas, Qt.LeftButton, Qt.NoModifier, QPoint(60, 60))
    QTest.mouseRelease(canvas, Qt.LeftButton, Qt.NoModifier, QPoint(80, 90))
    qtbot.waitUntil(lambda: says(program).startswith("2 of 3: Press Start"), timeout=LONG)
    start = window.actions_.toolbar.widgetForAction(window.actions_.by_key["toggle"])
    assert not place(program, hints.bubble).intersects(place(program, start).adjusted(0, 0, 0, -1))
    qtbot.mouseClick(start, Qt.LeftButton)
    qtbot.waitUntil(lambda: says(program).startswith("3 of 3: Watch the kernels"), timeout=LONG)
    qtbot.waitUntil(lambda: bool(network.items_shown), timeout=LONG)
    spot = network.mapFromScene(network.items_shown[0].rect.center())
    move = QMouseEvent(QEvent.MouseMove, QPointF(spot), Qt.NoButton, Qt.NoButton, Qt.NoModifier)
    QApplication.sendEvent(network.viewport(), move)
    qtbot.waitUntil(lambda: not hints.bubble.isVisible(), timeout=LONG)
    assert program.window.settings.hints == []
    program.context.bridge.pause()


def test_a_hint_can_be_closed_and_what_was_done_before_its_turn_is_left_out(
    qtbot: QtBot, program: Kernelscope
) -> None:
    hints = program.window.hints
    qtbot.waitUntil(lambda: says(program).startswith("1 of 3"), timeout=LONG)
    program.context.bridge.advance(1)
    qtbot.waitUntil(lambda: "start" not in program.window.settings.hints, timeout=LONG)
    qtbot.mouseClick(hints.bubble.cross, Qt.LeftButton)
    qtbot.waitUntil(lambda: says(program).startswith("3 of 3"), timeout=LONG)
    program.window.set_theme(DARK)
    assert not hints.bubble.grab().isNull()
    # It goes with what it speaks of.
    program.window.show_part("data")
    qtbot.waitUntil(lambda: not hints.bubble.isVisible(), timeout=LONG)
    program.window.show_part("network")
    qtbot.waitUntil(lambda: says(program).startswith("3 of 3"), timeout=LONG)
    qtbot.mouseClick(hints.bubble.cross, Qt.LeftButton)
    assert not says(program) or not hints.current


def test_hints_do_not_come_back_but_can_be_called_back(
    qtbot: QtBot, program: Kernelscope, store: Store, config: RunConfig, dialogs
) -> None:
    for _ in KEYS:
        program.window.hints._closed()
    program.window.close()
    again = build(store, theme="light", config=config, dialogs=dialogs)
    try:
        again.window.show()
        qtbot.waitExposed(again.window)
        again.app.processEvents()
        assert not says(again)
        again.window.actions_.by_key["hints"].trigger()
        assert says(again).startswith("1 of 3")
    finally:
        again.close()
