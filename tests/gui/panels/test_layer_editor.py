"""The layer editor, driven with mouse and keyboard."""

from __future__ import annotations

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QPushButton

from engine.model.spec import preset
from gui.panels.layer_editor import LayerEditor
from gui.style.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


@pytest.fixture
def editor(qtbot):
    dialog = LayerEditor(preset("classic"), LIGHT)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def click(qtbot, button: QPushButton):
    qtbot.mouseClick(button, Qt.LeftButton)


def choose(editor, row):
    editor.table.selectRow(row)


def add(editor, kind_title):
    """Choose an entry of the button's menu."""
    next(action for action in editor.add.menu().actions() if action.text() == kind_title).trigger()


def cell(editor, row, column):
    return editor.table.item(row, column).text()


def type_into(qtbot, editor, name, text):
    field = editor._form.form.fields[name].editor
    line = field if hasattr(field, "selectAll") and hasattr(field, "textEdited") else field.lineEdit()
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key_Return)


def test_shapes_and_costs_are_shown(editor):
    assert cell(editor, 0, 3) == "24×24×8"
    assert cell(editor, 0, 4) == "208"
    assert "parameters in 7 layers" in editor.total.text()
    assert editor.apply.isEnabled()


def test_changing_a_layer_updates_all_that_follow(qtbot, editor):
    choose(editor, 0)
    type_into(qtbot, editor, "kernel", "3")
    assert cell(editor, 0, 3) == "26×26×8"
    assert cell(editor, 2, 3) == "22×22×8"
    type_into(qtbot, editor, "filters", "16")
    assert cell(editor, 0, 3) == "26×26×16"
    assert editor.isVisible()  # Enter in a field must not close the editor


def test_what_does_not_fit_is_said_in_place_and_cannot_be_applied(qtbot, editor):
    choose(editor, 2)
    type_into(qtbot, editor, "kernel", "30")
    assert cell(editor, 2, 3) == "does not fit"
    assert cell(editor, 3, 3) == "–"
    assert "30" in editor.error.text()
    assert not editor.apply.isEnabled()
    assert editor.apply.toolTip().startswith("Layer 3")
    choose(editor, 0)
    assert editor.error.text() == ""
    assert editor.problem.text().startswith("Layer 3")
    click(qtbot, editor.undo)
    assert editor.apply.isEnabled()
    assert editor.problem.text() == ""


def test_a_value_that_is_not_allowed_blocks_apply_until_mended(qtbot, editor):
    choose(editor, 0)
    type_into(qtbot, editor, "kernel", "0")
    assert not editor.apply.isEnabled()
    assert "0" in editor.problem.text()
    type_into(qtbot, editor, "kernel", "5")
    assert editor.apply.isEnabled()


def test_add_duplicate_move_and_remove(qtbot, editor):
    choose(editor, 1)
    add(editor, "Dropout")
    assert cell(editor, 2, 1) == "Dropout"
    click(qtbot, editor.down)
    assert cell(editor, 3, 1) == "Dropout"
    click(qtbot, editor.up)
    click(qtbot, editor.duplicate)
    assert [cell(editor, row, 1) for row in (2, 3)] == ["Dropout", "Dropout"]
    click(qtbot, editor.remove)
    click(qtbot, editor.remove)
    assert editor.table.rowCount() == 7


def test_the_keyboard_does_it_too(qtbot, editor):
    choose(editor, 1)
    qtbot.keyClick(editor.table, Qt.Key_Down, Qt.AltModifier)
    assert cell(editor, 2, 1) == cell(editor, 3, 1)
    editor.table.setFocus()
    qtbot.keyClick(editor.table, Qt.Key_Delete)
    assert editor.table.rowCount() == 6
    qtbot.keyClick(editor.table, Qt.Key_Z, Qt.ControlModifier)
    assert editor.table.rowCount() == 7


def test_reset_takes_a_shipped_network(editor):
    next(action for action in editor.reset.menu().actions() if action.text() == "lenet5").trigger()
    assert editor.table.rowCount() == 12
    assert editor.apply.isEnabled()


def test_apply_hands_over_the_network(qtbot, editor):
    choose(editor, 1)
    click(qtbot, editor.remove)
    with qtbot.waitSignal(editor.applied) as applied:
        click(qtbot, editor.apply)
    spec = applied.args[0]
    assert spec.name == "custom"
    assert [layer.type_name for layer in spec.layers][:2] == ["conv", "conv"]
    assert not editor.isVisible()


def test_cancel_changes_nothing(qtbot, editor):
    choose(editor, 1)
    click(qtbot, editor.remove)
    with qtbot.assertNotEmitted(editor.applied):
        click(qtbot, editor.cancel)
    assert not editor.isVisible()


def test_an_empty_network_can_be_filled_again(qtbot, editor):
    for _ in range(7):
        click(qtbot, editor.remove)
    assert editor.table.rowCount() == 0
    assert not editor.remove.isEnabled()
    assert not editor.apply.isEnabled()
    add(editor, "Flatten")
    assert cell(editor, 0, 3) == "784"


def test_the_theme_may_change(editor):
    editor.set_theme(DARK)
    assert editor.table.item(0, 0).foreground().color().name() == DARK.muted
