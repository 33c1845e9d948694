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


def colour(table: RowsTable, row: int) -> QColor:
    return table.model().index(row, 0).data(Qt.ForegroundRole)


def click(table: RowsTable, row: int) -> None:
    centre = table.cell_rect(row, 1).center()
    QTest.mouseClick(table.viewport(), Qt.LeftButton, Qt.NoModifier, centre)


def test_only_rows_that_lead_somewhere_are_followed(qtbot, table) -> None:
    followed: list[object] = []
    table.followed.connect(followed.append)
    for row in range(3):
        click(table, row)
    assert followed == ["there"]
    table.selectRow(1)
    QTest.keyClick(table, Qt.Key_Return)
    assert followed[-1] == "there"
    colours = [colour(table, row) for row in range(3)]
    assert colours == [QColor(LIGHT.text), QColor(LIGHT.accent), QColor(LIGHT.muted)]
    table.set_theme(DARK)
    assert colour(table, 1) == QColor(DARK.accent)
    assert table.text(2, 0) == "<b>head</b>"  # letter by letter


def test_every_row_is_seen_at_the_size_that_is_asked_for(qtbot, table) -> None:
    table.setFixedHeight(table.sizeHint().height())
    assert table.cell_rect(2, 0).bottom() <= table.viewport().rect().bottom() + 1
    table.set_columns(("a", "b", "c"))
    assert table.model().columnCount() == 3
    table.show_rows([Row(("x", "y", "z"), "first", picture=np.zeros((1, 4, 4), np.uint8), second="third")])
    assert (table.model().rowCount(), table.text(0, 2)) == (1, "z")
    followed, thirds = [], []
    table.followed.connect(followed.append)
    table.second_followed.connect(thirds.append)
    for column in range(3):
        place = table.cell_rect(0, column).center()
        QTest.mouseClick(table.viewport(), Qt.LeftButton, Qt.NoModifier, place)
    assert (followed, thirds) == (["first", "first"], ["third"])
    assert not table.model().index(0, 0).data(Qt.DecorationRole).isNull()


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


def test_a_table_that_follows_the_mouse_is_quick(qtbot, table, monkeypatch) -> None:
    """Columns as wide as their texts cost seconds if every cell has them measured anew."""
    table.set_columns(("a", "b", "c", "d"))
    asked = []
    measured = table._rows.data
    monkeypatch.setattr(table._rows, "data", lambda *at: asked.append(at) or measured(*at))
    for turn in range(3):
        table.show_rows([Row((f"row {n}", str(n), str(turn), str(n * turn)), n) for n in range(500)])
    assert len(asked) < 500  # only what is painted
    monkeypatch.undo()
    assert table.text(499, 3) == "998"
