"""Help > Error log: what is in it, and that it can be copied."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QApplication

from engine import error_log
from engine.error_log import keeping
from gui.window.error_log import ErrorLogDialog


def test_it_is_shown_and_copied(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(error_log, "log_path", lambda: tmp_path / "errors.log")
    with keeping() as log:
        log.told(ValueError("<b>odd</b>"))
        dialog = ErrorLogDialog()
        qtbot.addWidget(dialog)
        dialog.show()
        assert "ValueError: <b>odd</b>" in dialog.text.toPlainText()
        qtbot.mouseClick(dialog.copy, Qt.LeftButton)
        assert QApplication.clipboard().text() == dialog.text.toPlainText()


def test_without_errors_it_says_so(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(error_log, "log_path", lambda: tmp_path / "errors.log")
    dialog = ErrorLogDialog()
    qtbot.addWidget(dialog)
    assert "There are none so far." in dialog.about.text() and not dialog.copy.isEnabled()


def test_the_menu_opens_it(program):
    program.window.actions_.by_key["log"].trigger()
    [dialog] = program.window.findChildren(ErrorLogDialog)
    assert dialog.isVisible()
    dialog.close()
