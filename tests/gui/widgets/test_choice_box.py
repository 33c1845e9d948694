"""The box to choose from: as wide a list as its entries need, lines, and the wheel."""

from __future__ import annotations

import pytest
from PyQt5.QtCore import QPoint, QPointF, Qt
from PyQt5.QtGui import QWheelEvent
from PyQt5.QtWidgets import QAbstractItemView, QApplication, QComboBox, QStyle, QStyleOptionComboBox

from gui.style.theme import DARK, LIGHT, style_sheet
from gui.widgets.choice_box import ChoiceBox

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")

LONG = "An entry that is much longer than the box is wide"


@pytest.fixture
def box(qtbot):
    made = ChoiceBox("Fruit", "What is eaten", letters=0)
    qtbot.addWidget(made)
    made.setStyleSheet(style_sheet(LIGHT))
    made.addItems(["Apple", "Pear"])
    made.insertSeparator(2)
    made.addItem(LONG)
    made.resize(90, 28)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_the_list_is_as_wide_as_its_longest_entry(qtbot, box):
    qtbot.mouseClick(box, Qt.LeftButton)
    qtbot.waitUntil(box.view().isVisible)
    assert box.view().width() > box.fontMetrics().horizontalAdvance(LONG) > box.width()
    box.hidePopup()


def test_a_line_is_lower_than_an_entry(qtbot, box):
    qtbot.mouseClick(box, Qt.LeftButton)
    qtbot.waitUntil(box.view().isVisible)
    rows = [box.view().visualRect(box.model().index(row, 0)).height() for row in range(4)]
    assert rows[2] == 7 and min(rows[0], rows[1], rows[3]) > 2 * rows[2]
    box.hidePopup()


def test_keys_choose_and_pass_over_the_line(qtbot, box):
    for _ in range(2):
        qtbot.keyClick(box, Qt.Key_Down)
    assert box.currentText() == LONG


def turn(box):
    place = QPointF(20, 10)
    event = QWheelEvent(
        place,
        QPointF(box.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, -120),
        Qt.NoButton,
        Qt.NoModifier,
        Qt.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, event)


def test_the_wheel_changes_nothing_without_the_focus(qtbot, box):
    box.clearFocus()
    turn(box)
    assert box.currentText() == "Apple"
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    turn(box)
    assert box.currentText() == "Pear"


def test_it_has_a_name(box):
    assert (box.accessibleName(), box.toolTip()) == ("Fruit", "What is eaten")


def field_of(box):
    """The part of the box that its entry is written in."""
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    return box.style().subControlRect(QStyle.CC_ComboBox, option, QStyle.SC_ComboBoxEditField, box)


def test_an_entry_is_written_out_where_there_is_room(qtbot, box):
    roomy = ChoiceBox("Picture")
    qtbot.addWidget(roomy)
    roomy.setStyleSheet(box.styleSheet())
    roomy.addItems(["Draw normally", "Draw less", LONG[:20]])
    roomy.resize(roomy.sizeHint())
    roomy.show()
    widest = max(roomy.fontMetrics().horizontalAdvance(roomy.itemText(k)) for k in range(roomy.count()))
    assert field_of(roomy).width() >= widest


def test_an_entry_that_is_too_long_ends_in_dots(qtbot, box):
    box.setCurrentIndex(3)
    short = ChoiceBox("Fruit", letters=0)
    qtbot.addWidget(short)
    short.setStyleSheet(box.styleSheet())
    short.addItem(box.fontMetrics().elidedText(LONG, Qt.ElideRight, field_of(box).width()))
    short.resize(box.size())
    short.show()
    for each in (box, short):
        each.clearFocus()
    assert short.itemText(0).endswith("\N{HORIZONTAL ELLIPSIS}")
    assert box.grab().toImage() == short.grab().toImage()


def test_no_list_is_made_before_it_is_opened(qtbot, box):
    font = box.font()
    font.setPixelSize(20)
    low = box.sizeHint().height()
    box.setFont(font)
    box.setStyleSheet(style_sheet(DARK) + "QComboBox { font-size: 20px; }")
    assert box.findChild(QAbstractItemView) is None
    assert box.sizeHint().height() > low
    qtbot.mouseClick(box, Qt.LeftButton)
    qtbot.waitUntil(box.view().isVisible)
    assert box.view().font().pixelSize() == 20
    box.hidePopup()


def test_room_is_as_qt_would_leave_it(qtbot, box):
    for letters in (5, 12, None):
        ours, other = ChoiceBox("Fruit", letters=letters), QComboBox()
        if letters is not None:
            other.setSizeAdjustPolicy(QComboBox.AdjustToMinimumContentsLengthWithIcon)
            other.setMinimumContentsLength(letters)
        for each in (ours, other):
            qtbot.addWidget(each)
            each.setStyleSheet(box.styleSheet())
            each.addItems(["Apple", LONG])
            each.ensurePolished()
        assert ours.minimumSizeHint() == other.sizeHint()
