"""Pictures of views from the menu and the titles of docks, in either theme."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QColor, QImage
from PyQt5.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.app.build import Kernelscope
from gui.style.theme import DARK, LIGHT
from gui.window.picture_dialog import WINDOW, PictureDialog

LONG = 20000


def opened(program: Kernelscope) -> PictureDialog:
    (dialog,) = [each for each in program.window.findChildren(PictureDialog) if each.isVisible()]
    return dialog


def test_any_view_is_saved_in_any_form(
    qtbot: QtBot, program: Kernelscope, dialogs: Any, tmp_path: Path
) -> None:
    window, told = program.window, []
    program.context.notices.posted.connect(lambda sentence, problem: told.append((sentence, problem)))

    def save(path: Path) -> None:
        dialogs.file, before = path, len(told)
        QTest.mouseClick(opened(program).save_button, Qt.LeftButton)
        qtbot.waitUntil(lambda: len(told) > before, timeout=LONG)

    bar = window.docks["evaluate"].titleBarWidget()
    bar.actions()[0].trigger()
    dialog = opened(program)
    assert dialog.view.currentData() == "evaluate" and dialog.scale.currentData() == 2
    dialog.theme.setCurrentIndex(dialog.theme.findData("dark"))
    dialog.scale.setCurrentIndex(dialog.scale.findData(3))
    assert "pixels" in dialog.size_words.text()
    save(tmp_path / "view")
    picture, part = QImage(str(tmp_path / "view.png")), window.docks["evaluate"].part
    assert picture.width() == 3 * part.width() and picture.height() % 3 == 0
    assert picture.pixelColor(1, 1) == QColor(DARK.panel)
    assert window.theme is LIGHT and window.settings.theme == "light"

    window.actions_.by_key["picture_of"].trigger()
    dialog = opened(program)
    dialog.view.setCurrentIndex(dialog.view.findData(WINDOW))
    dialog.forms.button(1).click()
    assert not dialog.scale.isEnabled() and "sharp at any size" in dialog.size_words.text()
    save(tmp_path / "window.svg")
    text = (tmp_path / "window.svg").read_text(encoding="utf-8")
    assert f'width="{window.width()}"' in text and LIGHT.window in text

    window.actions_.by_key["picture_of"].trigger()
    save(tmp_path / "no" / "where.png")
    assert told[-1][1] and "Cannot write" in told[-1][0] and not (tmp_path / "no").exists()
