"""Help > About: what the program is, and versions that can be copied."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.versions import as_text
from gui.style.icons import program_icon
from gui.window.about import About


def test_the_versions_can_be_copied(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    about = About(parent)
    about.show()
    qtbot.mouseClick(about.copy, Qt.LeftButton)
    assert QApplication.clipboard().text() == as_text()
    lines = about.versions.document().blockCount()
    assert about.versions.viewport().height() >= lines * about.versions.fontMetrics().lineSpacing()


def test_the_icon_is_drawn_at_every_size(qtbot: QtBot) -> None:
    for size in (16, 32, 64, 256):
        picture = program_icon().pixmap(size, size).toImage()
        assert picture.width() == size
        assert picture.pixelColor(0, 0).alpha() == 0
        colours = {picture.pixel(x, y) for x in range(0, size, 2) for y in range(0, size, 2)}
        assert len(colours) > 9
