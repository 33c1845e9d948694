"""Tables and small arrays whose numbers can be followed, with mouse and keyboard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtGui import QColor
from PyQt5.QtTest import QTest

from gui.style.theme import DARK, LIGHT
from gui.widgets.number_grids import NumberGrid, NumberGrids
from gui.widgets.rows_table import RowsTable


@dataclass(frozen=True)
class Row:
    cells: tuple[str, ...]
    target: object = None
    head: bool = False
    picture: np.ndarray | None = None
    second: object = None


@pytest.fixture
def table(qtbot):
    made = RowsTable(LIGHT, "Numbers", 2)
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.show_rows([Row(("plain", "1")), Row(("link", "2"), "there"), Row(("<b>head</b>", ""), head=True)])
    made.show()
    qtbot.waitExposed(made)
    return made


def click(table: RowsTable, row: int) -> None:
    centre = table.visualItemRect(table.item(row, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.LeftButton, Qt.NoModifier, centre)


def test_only_rows_that_lead_somewhere_are_followed(qtbot, table) -> None:
    followed: list[object] = []
    table.followed.connect(followed.append)
    for row in range(3):
        click(table, row)
    assert followed == ["there"]
    table.setCurrentCell(1, 0)
    QTest.keyClick(table, Qt.Key_Return)
    assert followed[-1] == "there"
    colours = [table.item(row, 0).foreground().color() for row in range(3)]
    assert colours == [QColor(LIGHT.text), QColor(LIGHT.accent), QColor(LIGHT.muted)]
    table.set_theme(DARK)
    assert table.item(1, 0).foreground().color() == QColor(DARK.accent)
    assert table.item(2, 0).text() == "<b>head</b>"  # letter by letter


def test_every_row_is_seen_at_the_size_that_is_asked_for(qtbot, table) -> None:
    table.setFixedHeight(table.sizeHint().height())
    assert table.visualItemRect(table.item(2, 0)).bottom() <= table.viewport().rect().bottom() + 1
    table.set_columns(("a", "b", "c"))
    assert table.columnCount() == 3
    table.show_rows([Row(("x", "y", "z"), "first", picture=np.zeros((1, 4, 4), np.uint8), second="third")])
    assert (table.rowCount(), table.item(0, 2).text()) == (1, "z")
    followed, thirds = [], []
    table.followed.connect(followed.append)
    table.second_followed.connect(thirds.append)
    for column in range(3):
        place = table.visualItemRect(table.item(0, column)).center()
        QTest.mouseClick(table.viewport(), Qt.LeftButton, Qt.NoModifier, place)
    assert (followed, thirds) == (["first", "first"], ["third"])
    assert not table.item(0, 0).icon().isNull()


@pytest.fixture
def grids(qtbot):
    made = NumberGrids(LIGHT, "Product")
    qtbot.addWidget(made)
    made.resize(330, 200)
    values = np.arange(6.0).reshape(2, 3)
    inside = np.array([[True, True, True], [True, True, False]])
    made.show_grids([NumberGrid("patch", values), NumberGrid("kernel", -values, "×")], inside, (0, 1))
    made.show()
    qtbot.waitExposed(made)
    return made


def test_numbers_are_found_under_the_mouse(qtbot, grids) -> None:
    pointed, followed = [], []
    grids.pointed.connect(pointed.append)
    grids.followed.connect(lambda *found: followed.append(found))
    for number in (0, 1):
        for cell in np.ndindex(2, 3):
            place = grids.cell_rect(number, cell).center()
            QTest.mouseMove(grids, place)
            QTest.mouseClick(grids, Qt.LeftButton, Qt.NoModifier, place)
            assert followed[-1] == (number, cell)
    assert grids.cell_at(grids.cell_rect(0, (0, 0)).topLeft() - QPoint(5, 0)) is None
    assert not grids.grab().toImage().isNull()


def test_the_keyboard_reaches_every_number(qtbot, grids) -> None:
    followed = []
    grids.followed.connect(lambda *found: followed.append(found))
    for key in (
        Qt.Key_Left,
        Qt.Key_Right,
        Qt.Key_Right,
        Qt.Key_Right,
        Qt.Key_Down,
        Qt.Key_Down,
        Qt.Key_Return,
    ):
        QTest.keyClick(grids, key)
    assert followed == [(0, (1, 2))]
    QTest.keyClick(grids, Qt.Key_Up)
    QTest.keyClick(grids, Qt.Key_Return, Qt.ShiftModifier)
    assert followed[-1] == (1, (0, 2))
