"""Errors that nobody expected: each is said once and counted, and everything goes on."""

from __future__ import annotations

import logging
import sys
import threading

import pytest
from PyQt5.QtCore import QTimer
from PyQt5.QtGui import QPainter
from PyQt5.QtWidgets import QLabel, QWidget

from engine.errors import DataError
from gui.state import unexpected as module
from gui.state.notices import Notices
from gui.state.unexpected import Unexpected


@pytest.fixture
def notices(qapp):
    made = Notices()
    made.said = []
    made.posted.connect(lambda sentence, problem: made.said.append((sentence, problem)))
    return made


@pytest.fixture
def caught(notices):
    with Unexpected().installed() as made:
        made.tell(notices)
        yield made
        made.tell(None)


def fail(message="odd"):
    raise ValueError(message)


def test_an_error_in_a_slot_is_a_notice_and_an_entry_in_the_log(qtbot, caught, notices, caplog):
    after = []
    QTimer.singleShot(0, fail)
    QTimer.singleShot(1, lambda: after.append(True))
    qtbot.waitUntil(lambda: bool(notices.said and after))
    [(sentence, problem)] = notices.said
    assert sentence.startswith("Something unexpected went wrong (ValueError: odd).")
    assert "Error log" in sentence and problem
    [record] = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert record.exc_info[0] is ValueError
    assert caught.total == 1 and not caught.untold


def test_errors_of_threads_and_finalisers_are_notices(qtbot, caught, notices):
    class Odd:
        def __del__(self):
            fail("in a finaliser")

    thread = threading.Thread(target=fail, args=("in a thread",))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(notices.said) == 1)
    assert "in a thread" in notices.said[0][0]
    Odd()
    assert caught.total == 2


@pytest.mark.parametrize(
    ("error", "words"),
    [(MemoryError(), "There is not enough memory for this."), (DataError("It is broken."), "It is broken.")],
)
def test_errors_with_words_of_their_own_are_said_in_them(qtbot, caught, notices, error, words):
    sys.excepthook(type(error), error, None)
    qtbot.waitUntil(lambda: notices.said == [(words, True)])


class Failing(QWidget):
    """Fails in the middle of painting, until the test mends it."""

    def __init__(self):
        super().__init__()
        self.painted, self.fails = 0, True
        QLabel("a child that is painted, too", self)

    def paintEvent(self, _event):
        painter = QPainter(self)
        self.painted += 1
        if self.fails:
            fail(f"paint {self.painted}")
        painter.drawLine(0, 0, 9, 9)


def test_a_paint_event_that_always_fails_is_one_notice_that_counts(
    qtbot, caught, notices, caplog, monkeypatch
):
    monkeypatch.setattr(module, "_FIRST_MS", 100)
    widget = Failing()
    qtbot.addWidget(widget)
    widget.show()
    timer = QTimer()
    timer.timeout.connect(widget.update)
    timer.start(1)
    qtbot.waitUntil(lambda: widget.painted > 60 and len(notices.said) > 1, timeout=20000)
    timer.stop()
    assert caught.total >= 60 and len(notices.said) <= 5
    sentence = notices.said[-1][0]
    assert "(ValueError: paint 1). It has come up" in sentence and "times." in sentence
    assert len([each for each in caplog.records if each.levelno >= logging.ERROR]) < 12
    widget.fails, painted = False, widget.painted
    widget.update()
    qtbot.waitUntil(lambda: widget.painted > painted)  # no painter of a failed event is in the way


def test_two_errors_that_alternate_do_not_flood(qtbot, caught, notices, caplog):
    for _ in range(200):
        for message in ("a", "b"):
            kind = ValueError if message == "a" else KeyError
            sys.excepthook(kind, kind(message), None)
    qtbot.waitUntil(lambda: bool(notices.said))
    assert caught.total == 400 and len(notices.said) == 1
    assert len(caplog.records) < 40


def test_an_error_in_what_tells_does_not_go_round_in_circles(qtbot, caught, notices):
    notices.posted.connect(lambda *_: fail("in the notice bar"))
    sys.excepthook(ValueError, ValueError("first"), None)
    qtbot.waitUntil(lambda: caught.total >= 2)
    qtbot.wait(50)
    assert caught.total < 5


def test_what_comes_before_there_is_anyone_to_tell_is_told_later(qtbot, notices):
    with Unexpected().installed() as caught:
        sys.excepthook(ValueError, ValueError("early"), None)
        assert "early" in caught.untold
        caught.tell(notices)
        qtbot.waitUntil(lambda: len(notices.said) == 1)
        caught.tell(None)
        sys.excepthook(KeyError, KeyError("late"), None)
        qtbot.wait(20)
        assert len(notices.said) == 1 and "late" in caught.untold


def test_the_hooks_are_put_back(qapp):
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    with Unexpected().installed():
        assert sys.excepthook != before[0]
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
