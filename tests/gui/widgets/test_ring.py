"""The ring is around what is meant, wherever that goes, and stands in nobody's way."""

from __future__ import annotations

import pytest
from PyQt5.QtCore import QPoint, QRect, Qt
from PyQt5.QtWidgets import QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from gui.style.theme import DARK, LIGHT
from gui.widgets.ring import Ring


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    window.resize(400, 300)
    qtbot.addWidget(window)
    return window


def around(ring: Ring, target: QWidget) -> bool:
    """Whether the ring is around the part of ``target`` that is seen, and not much larger."""
    place = QRect(target.mapTo(target.window(), QPoint(0, 0)), target.size())
    inside = place.intersected(target.window().rect())
    return ring.isVisible() and ring.geometry().contains(inside) and ring.width() <= inside.width() + 24


def test_it_follows_and_lets_clicks_through(qtbot: QtBot, window: QWidget) -> None:
    holder = QWidget(window)
    holder.setGeometry(50, 50, 200, 200)
    button = QPushButton("Go", holder)
    button.setGeometry(20, 20, 80, 30)
    window.show()
    ring = Ring(window, LIGHT)
    ring.point_at(button)
    assert around(ring, button)
    with qtbot.waitSignal(button.clicked):
        qtbot.mouseClick(window.childAt(button.mapTo(window, button.rect().center())), Qt.LeftButton)
    holder.move(150, 90)
    qtbot.waitUntil(lambda: around(ring, button))
    button.resize(40, 60)
    qtbot.waitUntil(lambda: around(ring, button))
    ring.set_theme(DARK)
    assert not ring.grab().isNull()
    holder.hide()
    qtbot.waitUntil(lambda: not ring.isVisible())
    holder.show()
    qtbot.waitUntil(lambda: around(ring, button))
    ring.point_at(None)
    assert not ring.isVisible()


def test_it_stays_with_what_is_scrolled_and_goes_where_that_goes(qtbot: QtBot, window: QWidget) -> None:
    area, page = QScrollArea(window), QWidget()
    area.setGeometry(0, 0, 300, 200)
    page.resize(280, 900)
    button = QPushButton("Far down", page)
    button.setGeometry(10, 600, 100, 30)
    area.setWidget(page)
    window.show()
    ring = Ring(window, LIGHT)
    ring.point_at(button)
    assert not ring.isVisible()
    area.verticalScrollBar().setValue(550)
    qtbot.waitUntil(lambda: around(ring, button))
    other = QWidget()
    qtbot.addWidget(other)
    other.resize(300, 200)
    other.show()
    button.setParent(other)
    button.move(10, 10)
    button.show()
    ring.point_at(None)
    ring.point_at(button)
    qtbot.waitUntil(lambda: ring.parentWidget() is other and around(ring, button))
    button.setParent(window)
    button.move(310, 210)
    button.show()
    qtbot.waitUntil(lambda: ring.parentWidget() is window)


def test_it_stands_still_after_a_while(qtbot: QtBot, window: QWidget) -> None:
    button = QPushButton("Go", window)
    window.show()
    ring = Ring(window, LIGHT)
    ring._beat.setDuration(20)
    ring.point_at(button)
    assert ring.moving
    qtbot.waitUntil(lambda: not ring.moving)
    ring.again()
    assert ring.moving
    button.hide()
    qtbot.waitUntil(lambda: not ring.isVisible() and not ring.moving)
