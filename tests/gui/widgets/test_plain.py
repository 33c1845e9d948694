"""No text from outside is interpreted: the two helpers, and that the whole source of the window uses them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtGui import QTextDocument
from PyQt5.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import gui
from gui.widgets.plain import Label, tooltip

HOSTILE = [
    "<b>cat</b>",
    '<img src="http://127.0.0.1:9/x.png">',
    "a &lt; b",
    "<h1>x",
    "<!-- x -->\n<b>y</b>",
    "A&B <i>",
]
FOLDER = Path(gui.__file__).parent
SOURCE = sorted(FOLDER.rglob("*.py"))
OWN_WORDS = {"gui/window/about.py": 1, "gui/window/guide.py": 1, "gui/widgets/plain.py": 0}
"""Where a label of Qt's own may be made, and how many: the texts of the program itself."""
CONSTANT_TIPS = {"tip", "about", "help_text", "spec.help + keys", "self.fields[name].editor.toolTip()"}
"""Expressions whose value is always the program's own words."""


def shown(tip: str) -> str:
    """Return the letters that a tooltip shows."""
    if not Qt.mightBeRichText(tip):
        return tip
    document = QTextDocument()
    document.setHtml(tip)
    return document.toPlainText()


@pytest.mark.parametrize("text", [*HOSTILE, "plain & simple", "", "two\nlines"])
def test_a_tooltip_shows_the_letters(qapp: QApplication, text: str) -> None:
    assert shown(tooltip(text)) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_is_as_wide_as_its_letters(qtbot: QtBot, text: str) -> None:
    label = Label(text)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.PlainText
    assert label.text() == text
    widest = max(label.fontMetrics().horizontalAdvance(line) for line in text.split("\n"))
    assert label.sizeHint().width() >= widest


def test_the_source_of_the_window_uses_nothing_else() -> None:
    wrong = []
    for path in SOURCE:
        name = "gui/" + path.relative_to(FOLDER).as_posix()
        calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
        called = [ast.unparse(call.func) for call in calls]
        if called.count("QLabel") > OWN_WORDS.get(name, 0):
            wrong.append(f"{name}: make a gui.widgets.plain.Label")
        if "QToolTip.showText" in called and name != "gui/widgets/plain.py":
            wrong.append(f"{name}: call gui.widgets.plain.show_tip")
        wrong += [
            f"{name}, line {call.lineno}: wrap {ast.unparse(words)} in gui.widgets.plain.tooltip"
            for call in calls
            for words in _tips(call)
            if not _is_harmless(words)
        ]
    assert not wrong, "\n".join(wrong)


def _tips(call: ast.Call) -> list[ast.expr]:
    """Return what a call makes a tooltip of."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "setToolTip":
        return call.args
    if "Qt.ToolTipRole" in [ast.unparse(argument) for argument in call.args]:
        return [
            argument for argument in call.args if not ast.unparse(argument).endswith(("Role", "count() - 1"))
        ]
    return []


def _is_harmless(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_harmless(node.body) and _is_harmless(node.orelse)
    words = ast.unparse(node)
    return isinstance(node, ast.Constant) or words in CONSTANT_TIPS or words.startswith("tooltip(")
