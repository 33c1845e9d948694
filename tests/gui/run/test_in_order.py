"""Short work that must all be done: in order, also after one piece has failed."""

from __future__ import annotations

from PyQt5.QtCore import QObject
from pytestqt.qtbot import QtBot

from engine.errors import ModelFileError
from gui.run.in_order import InOrder


def test_everything_is_done_in_order_and_told(qtbot: QtBot) -> None:
    parent = QObject()
    work, told = InOrder(parent), []

    def fail() -> None:
        raise ModelFileError("The disk is full.")

    work.do(lambda: "first", told.append, told.append)
    work.do(fail, told.append, told.append)
    work.do(lambda: work.do(lambda: "last", told.append), lambda _none: told.append("third"))
    assert work.busy
    qtbot.waitUntil(lambda: len(told) == 4)
    assert told == ["first", "The disk is full.", "third", "last"] and not work.busy
