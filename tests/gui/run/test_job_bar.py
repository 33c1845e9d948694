"""Long work in a thread: it hands over what came of it, says what went wrong, and ends when it should."""

from __future__ import annotations

import pytest
from PyQt5.QtWidgets import QVBoxLayout, QWidget

from engine.errors import DataError
from gui.run.job_bar import JobBar


@pytest.fixture
def bar(qtbot):
    made = JobBar()
    qtbot.addWidget(made)
    return made


def forever(task):
    while True:
        task.report(1, 1000)


def quick(task):
    task.report(2, 2)
    return "result"


def fails(error):
    def work(task):
        raise error

    return work


def test_what_came_of_it_is_handed_over(qtbot, bar):
    taken = []
    bar.start("Reading", quick, taken.append)
    assert bar.busy and bar.isVisible()
    qtbot.waitUntil(lambda: taken == ["result"])
    assert not bar.busy and not bar.isVisible()


@pytest.mark.parametrize(
    ("error", "words"), [(DataError("It is broken."), "It is broken."), (MemoryError(), "not enough memory")]
)
def test_what_went_wrong_is_said(qtbot, bar, error, words):
    with qtbot.waitSignal(bar.failed) as failed:
        bar.start("Reading", fails(error), lambda _result: pytest.fail("nothing came of it"))
    assert words in failed.args[0]
    assert not bar.busy


def test_progress_is_shown_in_words(qtbot, bar):
    bar.start("Reading", forever, lambda _result: None)
    qtbot.waitUntil(lambda: bar.words.text() == "Reading 1 of 1,000 pictures")
    assert (bar.bar.value(), bar.bar.maximum()) == (1, 1000)
    bar.stop()


def test_a_new_job_ends_the_old_one(qtbot, bar):
    taken = []
    bar.start("Reading", forever, taken.append)
    bar.start("Reading", quick, taken.append)
    qtbot.waitUntil(lambda: taken == ["result"])


def test_a_window_that_closes_ends_the_job(qtbot):
    window, bar = QWidget(), JobBar()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(bar)
    window.show()
    bar.start("Reading", forever, lambda _result: None)
    window.close()
    assert not bar.busy
