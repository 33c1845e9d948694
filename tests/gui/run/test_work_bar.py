"""Work beside the window whose bar is seen when it takes long, and cancels it."""

from __future__ import annotations

import threading

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest

from engine.task import Task
from gui.run.work_bar import WorkBar


@pytest.fixture
def bar(qtbot):
    made = WorkBar()
    qtbot.addWidget(made)
    made.show()
    yield made
    made._runner.stop()


def test_short_work_shows_no_bar_and_gives_its_result(qtbot, bar) -> None:
    found = []
    bar.ask("Adding", lambda _task: 1 + 1, found.append)
    assert bar.busy and not bar.button.isVisible()
    qtbot.waitUntil(lambda: found == [2])
    assert not bar.busy and bar.height() == 0


def test_long_work_says_how_far_it_is_and_can_be_cancelled(qtbot, bar) -> None:
    found, cancelled = [], []
    bar.cancelled.connect(lambda: cancelled.append(True))

    def work(task: Task) -> None:
        while True:
            task.report(1, 4)
            task.wait(0.01)

    bar.ask("Counting", work, found.append)
    qtbot.waitUntil(lambda: bar.button.isVisible() and bar.bar.value() == 250)
    assert bar.words.text() == "Counting" and bar.height() > 0
    QTest.mouseClick(bar.button, Qt.LeftButton)
    qtbot.waitUntil(lambda: cancelled == [True])
    assert not found and not bar.button.isVisible()


def test_what_fails_is_said_and_what_nobody_sees_is_dropped(qtbot, bar) -> None:
    told, ended = [], threading.Event()
    bar.failed.connect(told.append)

    def failing(_task: Task) -> None:
        raise MemoryError

    bar.ask("Failing", failing, told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert "memory" in told[0]

    def endless(task: Task) -> None:
        try:
            while True:
                task.wait(0.01)
        finally:
            ended.set()

    bar.ask("Endless", endless, told.append)
    bar.hide()
    assert ended.wait(5)
    assert len(told) == 1
