"""The program driven by real mouse and keyboard events, from the first start to the closing."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QColor, QImage, QMouseEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QScrollBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from engine.model.reference import THE_RUN, Shipped
from engine.session.messages import State
from engine.types import Bytes
from gui.app.build import FRAME, Kernelscope, fit_to_screen
from gui.presenters.examples import example
from gui.presenters.strokes import SIDE
from gui.style.theme import DARK, LIGHT
from gui.views import VIEWS
from gui.widgets.qimages import to_pixels

LONG = 30000


def button(program: Kernelscope, key: str) -> QToolButton:
    """Return the toolbar's button of an action."""
    found = program.window.actions_.toolbar.widgetForAction(program.window.actions_.by_key[key])
    assert isinstance(found, QToolButton)
    return found


def draw(program: Kernelscope, digit: int) -> None:
    """Draw a digit with the mouse."""
    canvas = program.window.pad.canvas
    side = min(canvas.width(), canvas.height())
    for stroke in example(digit):
        spots = [QPoint(round(p.x * side / SIDE), round(p.y * side / SIDE)) for p in stroke.points]
        offset = QPoint((canvas.width() - side) // 2, (canvas.height() - side) // 2)
        QTest.mousePress(canvas, Qt.LeftButton, Qt.NoModifier, spots[0] + offset)
        for spot in spots[1:]:
            place = QPointF(spot + offset)
            move = QMouseEvent(QEvent.MouseMove, place, Qt.NoButton, Qt.LeftButton, Qt.NoModifier)
            QApplication.sendEvent(canvas, move)
        QTest.mouseRelease(canvas, Qt.LeftButton, Qt.NoModifier, spots[-1] + offset)


def reads(program: Kernelscope) -> int | None:
    """Return the digit that the pad's network reads, if there is anything on the pad."""
    probabilities = program.window.pad.probabilities
    return None if probabilities is None else int(np.argmax(probabilities))


def test_watch_a_network_learn_and_have_a_drawing_answered(qtbot: QtBot, program: Kernelscope) -> None:
    watch_it_learn(qtbot, program)


@pytest.mark.xcb
def test_the_same_on_a_real_x_server(qtbot: QtBot, program: Kernelscope) -> None:
    assert program.app.platformName() == "xcb"
    watch_it_learn(qtbot, program)


def watch_it_learn(qtbot: QtBot, program: Kernelscope) -> None:
    """Start, watch, pause, step, draw, read, train on, close in the middle of training."""
    window, bridge = program.window, program.context.bridge
    window.show_part("network")
    snapshots = []
    bridge.snapshot_ready.connect(snapshots.append)
    qtbot.waitUntil(lambda: any(s.network is not None for s in snapshots), timeout=LONG)
    first = next(s.network for s in snapshots if s.network is not None).params[0]["weight"].copy()

    # Start: the loss falls and the kernels change.
    qtbot.mouseClick(button(program, "toggle"), Qt.LeftButton)
    qtbot.waitUntil(lambda: bridge.steps >= 60, timeout=LONG)
    loss = bridge.history.steps.column("loss")
    assert loss[-15:].mean() < 0.7 * loss[:5].mean()
    qtbot.waitUntil(lambda: snapshots[-1].step >= 60, timeout=LONG)
    assert np.abs(snapshots[-1].network.params[0]["weight"] - first).max() > 1e-3

    # Pause: it stands still. Step: one more.
    qtbot.mouseClick(button(program, "toggle"), Qt.LeftButton)
    qtbot.waitUntil(lambda: bridge.state is State.PAUSED, timeout=LONG)
    steps = bridge.steps
    QTest.keyClick(window, Qt.Key_F6)
    qtbot.waitUntil(lambda: bridge.steps == steps + 1 and bridge.state is State.PAUSED, timeout=LONG)
    qtbot.waitUntil(lambda: window.status.text("step").startswith(f"{steps + 1} of "), timeout=LONG)

    # Draw a digit with the shipped model answering, read the answer.
    program.context.models.choose(Shipped("digits"))
    draw(program, 7)
    qtbot.waitUntil(lambda: reads(program) == 7, timeout=LONG)
    assert "7" in window.pad.card.headline.text()

    # Train to the end of the epoch with the keyboard, then close in the middle of training.
    QTest.keyClick(window, Qt.Key_F7)
    ends = 100 * (bridge.steps // 100 + 1)
    qtbot.waitUntil(lambda: bridge.steps == ends and bridge.state is State.PAUSED, timeout=LONG)
    QTest.keyClick(window, Qt.Key_Space)
    qtbot.waitUntil(lambda: bridge.steps > ends + 10, timeout=LONG)
    program.window._closing._dialogs.choice = 1
    window.close()
    assert not window.isVisible()


@pytest.mark.parametrize("digit", range(10))
def test_the_shipped_model_reads_every_example(qtbot: QtBot, program: Kernelscope, digit: int) -> None:
    program.context.models.choose(Shipped("digits"))
    draw(program, digit)
    qtbot.waitUntil(lambda: reads(program) == digit, timeout=5000)


def test_what_is_drawn_flows_through_the_network_without_a_switch(qtbot: QtBot, program: Kernelscope) -> None:
    window = program.window
    canvas, pad = window.parts["network"].canvas, window.pad
    draw(program, 3)
    qtbot.waitUntil(lambda: reads(program) == 3, timeout=LONG)

    def shows_it() -> bool:
        snapshot = canvas.moment
        return snapshot is not None and bool(snapshot.maps) and np.array_equal(snapshot.image, pad.image)

    qtbot.waitUntil(shows_it, timeout=LONG)
    assert canvas.isVisible() and int(np.argmax(canvas.bars.values)) == 3
    window.show_part("explain")
    explain = window.parts["explain"]
    qtbot.waitUntil(
        lambda: (
            explain.maps.reply is not None and np.array_equal(explain.maps.reply.question.image, pad.image)
        ),
        timeout=LONG,
    )
    qtbot.mouseClick(pad.tools.clear, Qt.LeftButton)
    qtbot.waitUntil(lambda: program.context.selection.sample.index == 0, timeout=LONG)


def test_the_learning_rate_changes_while_it_trains(qtbot: QtBot, program: Kernelscope) -> None:
    window, bridge = program.window, program.context.bridge
    qtbot.mouseClick(button(program, "toggle"), Qt.LeftButton)
    qtbot.waitUntil(lambda: bridge.steps > 5, timeout=LONG)
    field = window.experiment.training.form.fields["learning_rate"].editor
    field.setFocus()
    QTest.keyClick(field, Qt.Key_A, Qt.ControlModifier)
    QTest.keyClicks(field, "0.003")
    QTest.keyClick(field, Qt.Key_Return)
    qtbot.waitUntil(lambda: bridge.history.steps.last("learning_rate") == 0.003, timeout=LONG)


def test_the_pad_follows_the_network_in_training(qtbot: QtBot, program: Kernelscope) -> None:
    pad = program.window.pad
    program.context.models.choose(THE_RUN)
    draw(program, 1)
    qtbot.waitUntil(lambda: pad.probabilities is not None, timeout=LONG)
    before = pad.probabilities.copy()
    QTest.keyClick(program.window, Qt.Key_F7)
    qtbot.waitUntil(lambda: "step 100" in pad.card.caption.text(), timeout=LONG)
    qtbot.waitUntil(lambda: not np.allclose(pad.probabilities, before), timeout=LONG)


def test_every_view_can_be_seen_at_once_and_back(qtbot: QtBot, program: Kernelscope) -> None:
    window = program.window
    window.resize(1920, 1000)
    QTest.keyClick(window, Qt.Key_0, Qt.ControlModifier)
    # There is room for six; the others are tabs behind the last one of the upper row.
    qtbot.waitUntil(lambda: sum(window.parts[view.key].isVisible() for view in VIEWS) == 6, timeout=LONG)
    assert window.tabifiedDockWidgets(window.docks["data"])
    QTest.keyClick(window, Qt.Key_0, Qt.ControlModifier)
    qtbot.waitUntil(lambda: not window.parts["explain"].isVisible(), timeout=LONG)
    assert window.parts["learn"].isVisible() and window.parts["network"].isVisible()


def test_all_views_fit_a_low_window_and_are_scrolled(qtbot: QtBot, program: Kernelscope) -> None:
    window = program.window
    window.resize(1280, 720)
    window.tile(True)
    qtbot.waitUntil(lambda: window.parts["explain"].isVisible(), timeout=LONG)
    qtbot.wait(0)
    assert (window.width(), window.height()) == (1280, 720)
    pad, holder = window.parts["pad"], window.docks["pad"].widget()
    assert pad.height() == holder.viewport().height()
    window.resize(1280, 420)
    qtbot.waitUntil(lambda: holder.verticalScrollBar().isVisible(), timeout=LONG)
    assert pad.width() == holder.viewport().width()
    assert pad.height() == pad.layout().minimumHeightForWidth(pad.width()) > holder.viewport().height()


def test_the_first_window_is_no_larger_than_the_screen(qtbot: QtBot, program: Kernelscope) -> None:
    window = program.window
    room = window.screen().availableGeometry()
    window.resize(10 * room.size())
    fit_to_screen(window)
    qtbot.waitUntil(lambda: window.height() == room.height() - FRAME, timeout=LONG)
    assert window.width() == max(room.width(), window.minimumSizeHint().width())


def test_views_come_to_the_front_by_their_keys(qtbot: QtBot, program: Kernelscope) -> None:
    window = program.window
    for number, key in enumerate(list(window.docks)[:9], 1):  # there are no more digits
        QTest.keyClick(window, Qt.Key_0 + number, Qt.ControlModifier)
        qtbot.waitUntil(lambda part=window.parts[key]: part.isVisible(), timeout=LONG)


def test_start_stands_out_in_both_themes(qtbot: QtBot, program: Kernelscope) -> None:
    window = program.window
    start = next(b for b in window.findChildren(QToolButton) if b.objectName() == "start")
    qtbot.waitUntil(lambda: start.isEnabled() and not window.look.changing, timeout=LONG)
    for _ in range(2):
        place = start.grab().toImage().pixelColor(4, start.height() // 2)
        assert place.name() == QColor(window.theme.accent).name()
        QTest.keyClick(window, Qt.Key_D, Qt.ControlModifier)
        qtbot.waitUntil(lambda: not window.look.changing, timeout=LONG)


def test_the_theme_changes_and_is_remembered(qtbot: QtBot, program: Kernelscope) -> None:
    window = program.window
    QTest.keyClick(window, Qt.Key_D, Qt.ControlModifier)
    assert window.theme.dark
    qtbot.waitUntil(lambda: not window.look.changing, timeout=LONG)
    assert window.grab().toImage().pixelColor(window.width() // 2, 4).lightness() < 80
    window.close()
    assert program.store.load()[0].theme == "dark"


def test_what_has_a_style_of_its_own_keeps_it_and_is_dressed_all_the_same(
    qtbot: QtBot, program: Kernelscope
) -> None:
    window = program.window
    theirs = {widget: widget.styleSheet() for widget in window.findChildren(QWidget) if widget.styleSheet()}
    assert len(theirs) > 5
    window.set_theme(DARK)
    qtbot.waitUntil(lambda: not window.look.changing, timeout=LONG)
    plain = {sheet for sheet in theirs.values() if "#" not in sheet}  # those with colours take others
    fonts = {sheet for sheet in plain if "font-size" in sheet or "padding" in sheet}
    assert fonts and all(widget.styleSheet() in fonts for widget, sheet in theirs.items() if sheet in fonts)
    assert window.parts["network"].canvas.styleSheet().startswith("QGraphicsView")
    for widget in window.findChildren(QWidget):
        sheets, at = "", widget
        while at is not None:
            sheets, at = sheets + at.styleSheet() * (at is not window), at.parentWidget()
        bare = at is None and DARK.raised not in sheets
        assert not (bare and isinstance(widget, QScrollBar | QAbstractButton | QComboBox)), widget


def test_a_message_of_the_session_is_shown(qtbot: QtBot, program: Kernelscope) -> None:
    program.context.notices.problem("The disk is full.")
    assert program.window.notice_bar.text == "The disk is full."
    program.context.notices.offer("Go on?", "Yes", lambda: program.context.notices.tell("Gone on."))
    qtbot.mouseClick(program.window.notice_bar._offer, Qt.LeftButton)
    assert program.window.notice_bar.text == "Gone on."


def test_starting_over_asks_before_it_forgets(qtbot: QtBot, program: Kernelscope, dialogs) -> None:
    bridge = program.context.bridge
    QTest.keyClick(program.window, Qt.Key_F6)
    qtbot.waitUntil(lambda: bridge.steps == 1, timeout=LONG)
    QTest.keyClick(program.window, Qt.Key_R, Qt.ControlModifier)
    assert "learnt for 1 step and" in dialogs.questions[-1]
    assert bridge.steps == 1
    dialogs.choice = 0
    QTest.keyClick(program.window, Qt.Key_R, Qt.ControlModifier)
    qtbot.waitUntil(lambda: bridge.steps == 0 and bridge.state is State.PAUSED, timeout=LONG)


def test_a_picture_is_pasted_anywhere_in_the_window(qtbot: QtBot, program: Kernelscope) -> None:
    window = program.window
    window.docks["pad"].hide()
    picture = QImage(90, 60, QImage.Format_RGB32)
    picture.fill(QColor("grey"))
    QApplication.clipboard().setImage(picture)
    QTest.keyClick(window, Qt.Key_V, Qt.ControlModifier)
    qtbot.waitUntil(lambda: window.pad.card.headline.text() == "Nothing found", timeout=LONG)
    assert window.pad.isVisible()


def test_the_window_looks_the_same_before_and_after_another_theme(qtbot: QtBot, program: Kernelscope) -> None:
    window = program.window
    window.hints.dismiss()
    qtbot.waitUntil(lambda: bool(window.parts["network"].canvas.items_shown), timeout=LONG)

    def seen() -> Bytes:
        qtbot.waitUntil(lambda: not window.look.changing, timeout=LONG)
        pictures: list[Bytes] = []

        def still() -> bool:  # what was asked for comes, and is painted
            picture = window.grab().toImage().convertToFormat(QImage.Format_RGB888)
            pictures.append(to_pixels(picture))
            return len(pictures) > 4 and all(np.array_equal(pictures[-1], each) for each in pictures[-5:-1])

        qtbot.waitUntil(still, timeout=LONG)
        return pictures[-1]

    first = seen()
    for theme in (DARK, LIGHT):
        window.set_theme(theme)
        other = seen()
        assert np.array_equal(first, other) == (theme is LIGHT)


def test_another_theme_reaches_everything(qtbot: QtBot, program: Kernelscope) -> None:
    window = program.window
    window.actions_.by_key["theme"].trigger()
    qtbot.waitUntil(lambda: not window.look.changing)
    assert window.theme is DARK and {window.parts["network"]._theme, window.pad.card.preview._theme} == {DARK}
    for widget in (window, window.statusBar(), window.parts["learn"], window.experiment):
        assert widget.palette().color(widget.backgroundRole()).lightness() < 100
    box = QDialog(window)
    assert box.palette().window().color().name() == DARK.window
    window.set_theme(LIGHT)
    window.set_theme(DARK)  # before the first change is done
    window.set_theme(LIGHT)
    qtbot.waitUntil(lambda: not window.look.changing)
    assert {window.parts["network"]._theme, window.pad.card.preview._theme} == {LIGHT}
    box.deleteLater()
