"""Whole numbers are typed as people write them, whatever the language of the desktop is."""

from __future__ import annotations

import pytest
from PyQt5.QtCore import QLocale, Qt

from gui.widgets.span_box import SpanBox
from gui.widgets.whole_box import WholeBox

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


@pytest.fixture(params=[QLocale.English, QLocale.German, QLocale.French])
def box(qtbot, request):
    old = QLocale()
    QLocale.setDefault(QLocale(request.param))
    widget = WholeBox()
    widget.setRange(0, 9999)
    widget.setValue(7)
    qtbot.addWidget(widget)
    yield widget
    QLocale.setDefault(old)


def enter(qtbot, box, text):
    box.lineEdit().selectAll()
    qtbot.keyClicks(box, text)
    qtbot.keyClick(box, Qt.Key_Return)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,000", 1000),
        ("1 000", 1000),
        ("1e3", 1000),
        ("25", 25),
        ("1.000", 7),
        ("1,5", 7),
        ("x", 7),
        ("10000", 7),
    ],
)
def test_numbers_are_read_or_left(qtbot, box, text, value):
    enter(qtbot, box, text)
    assert box.value() == value


def test_the_span_keeps_its_words(qtbot):
    box = SpanBox()
    qtbot.addWidget(box)
    enter(qtbot, box, "1e2")
    assert (box.value(), box.text()) == (100, "Average: 100 steps")
    enter(qtbot, box, "0")
    assert box.text() == box.specialValueText()
