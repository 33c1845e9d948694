"""Figures change without anything around them being laid out anew."""

from __future__ import annotations

import pytest
from PyQt5.QtCore import QEvent, QObject
from PyQt5.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.style.theme import font
from gui.widgets.figures import Figures


class _Requests(QObject):
    """Counts how often a widget is asked to lay its parts out anew."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Count, and let the event pass."""
        self.count += event.type() == QEvent.LayoutRequest
        return False


@pytest.fixture
def row(qtbot: QtBot) -> QWidget:
    """Return a widget with a row in which figures can stand."""
    widget = QWidget()
    qtbot.addWidget(widget)
    QHBoxLayout(widget)
    return widget


def shown(row: QWidget, figures: Figures, qtbot: QtBot) -> _Requests:
    layout = row.layout()
    assert layout is not None
    layout.addWidget(figures)
    row.show()
    qtbot.waitExposed(row)
    QApplication.processEvents()
    return _Requests(row)


def test_nothing_is_laid_out_for_texts_that_fit(row: QWidget, qtbot: QtBot) -> None:
    figures = Figures("step 000,000", font())
    requests = shown(row, figures, qtbot)
    for text in ("step 1", "step 1,111", "step 999,999"):
        figures.setText(text)
        QApplication.processEvents()
        assert figures.text() == text
    assert requests.count == 0


def test_a_wider_text_gets_its_room_and_gives_it_back(row: QWidget, qtbot: QtBot) -> None:
    figures = Figures("0.00", font())
    requests, width = shown(row, figures, qtbot), figures.width()
    figures.setText("0.00 of a great many more")
    QApplication.processEvents()
    assert figures.width() >= figures.fontMetrics().horizontalAdvance(figures.text()) > width
    assert requests.count
    figures.setText("0.01")
    assert figures.width() == width
