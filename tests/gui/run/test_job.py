"""Work beside the window: what it hands over, and that nothing arrives after its end."""

from __future__ import annotations

import threading

import pytest
from PyQt5 import sip
from PyQt5.QtCore import QCoreApplication, QObject, QThread

from engine.errors import DataError
from gui.run.job import Job


class GivenUp(Exception):  # noqa: N818 - it stands for those of the engine
    pass


@pytest.fixture
def owner(qapp):
    made = QObject()
    yield made
    if not sip.isdeleted(made):
        sip.delete(made)


def heard(job: Job) -> list[tuple[str, object]]:
    """Return a list that grows with what the job says."""
    said: list[tuple[str, object]] = []
    job.moved.connect(lambda value: said.append(("moved", value)))
    job.done.connect(lambda value: said.append(("done", value)))
    job.failed.connect(lambda value: said.append(("failed", value)))
    job.given_up.connect(lambda: said.append(("given_up", None)))
    return said


def raising(error: Exception):
    def work(_report, _asked):
        raise error

    return work


def test_progress_and_result_arrive_in_the_thread_of_the_window(qtbot, owner) -> None:
    threads = []

    def work(report, _asked):
        threads.append(QThread.currentThread())
        report(0.5)
        return "result"

    job = Job(work, owner)
    said = heard(job)
    job.done.connect(lambda _result: threads.append(QThread.currentThread()))
    job.start()
    qtbot.waitUntil(lambda: len(said) == 2)
    assert said == [("moved", 0.5), ("done", "result")]
    assert threads[0] is not threads[1] and threads[1] is owner.thread()
    job.wait()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (DataError("It is broken."), ("failed", "It is broken.")),
        (MemoryError(), ("failed", "There is not enough memory for this; smaller pictures may do.")),
        (GivenUp(), ("given_up", None)),
    ],
)
def test_every_end_is_told(qtbot, owner, error, expected) -> None:
    job = Job(raising(error), owner, GivenUp)
    said = heard(job)
    job.start()
    qtbot.waitUntil(lambda: bool(said))
    assert said == [expected]
    job.wait()


def test_what_was_on_its_way_does_not_arrive_after_a_stop(owner) -> None:
    job = Job(lambda _report, _asked: "result", owner)
    said = heard(job)
    job.start()
    job.wait()  # the result is on its way now
    job.stop()
    QCoreApplication.processEvents()
    assert said == []


def test_what_was_on_its_way_does_not_arrive_after_the_owner_has_gone(owner) -> None:
    job = Job(lambda _report, _asked: "result", owner)
    said = heard(job)
    job.start()
    job.wait()
    sip.delete(owner)
    QCoreApplication.processEvents()
    assert said == []


def test_stopping_waits_for_the_work_to_end(owner) -> None:
    begun, ended = threading.Event(), []

    def work(_report, asked):
        begun.set()
        while not asked():
            pass
        ended.append(True)
        raise GivenUp

    job = Job(work, owner, GivenUp)
    job.start()
    assert begun.wait(10)
    job.stop()
    assert ended and job.isFinished()
