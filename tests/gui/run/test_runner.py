"""Work beside the window: the newest question wins, every end is told once, nothing arrives too late."""

from __future__ import annotations

import threading
import time

import pytest
from PyQt5 import sip
from PyQt5.QtCore import QCoreApplication, QObject

from engine.errors import DataError
from engine.task import Cancelled
from gui.run.runner import Runner


@pytest.fixture
def owner(qapp):
    made = QObject()
    yield made
    if not sip.isdeleted(made):
        for runner in made.findChildren(Runner):
            runner.stop()
        sip.delete(made)


class Heard:
    """Asks a runner and notes what it says."""

    def __init__(self, owner):
        self.runner, self.said, self.threads = Runner(owner), [], []

    def ask(self, work, name="", **options):
        def note(kind):
            def told(*values):
                self.threads.append(threading.current_thread())
                self.said.append((name + kind, *values))

            return told

        told = {kind: note(kind) for kind in ("moved", "cancelled")}
        self.runner.ask(work, note("done"), note("failed"), **told, **options)


@pytest.fixture
def heard(owner):
    return Heard(owner)


class Held:
    """Work that ends when the test says so, or when it is cancelled."""

    def __init__(self, result="result", *, deaf=False):
        self.begun, self.go, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.result, self.deaf = result, deaf

    def __call__(self, task):
        self.begun.set()
        try:
            while not self.go.wait(0.005):
                if not self.deaf:
                    task.check()
            return self.result
        finally:
            self.ended.set()


def raising(error):
    def work(_task):
        raise error

    return work


def test_progress_and_result_arrive_in_the_thread_of_the_window(qtbot, heard):
    def work(task):
        task.report(1, 2, "Reading")
        return threading.current_thread()

    heard.ask(work)
    qtbot.waitUntil(lambda: len(heard.said) == 2)
    (moved, progress), (done, thread) = heard.said
    assert (moved, done) == ("moved", "done") and (progress.done, progress.total) == (1, 2)
    assert thread is not threading.main_thread() and set(heard.threads) == {threading.main_thread()}
    assert not heard.runner.busy and not heard.runner.working


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (DataError("It is broken."), ("failed", "It is broken.")),
        (MemoryError(), ("failed", "There is not enough memory for this.")),
        (Cancelled(), ("cancelled",)),
    ],
)
def test_every_end_is_told(qtbot, heard, error, expected):
    heard.ask(raising(error))
    qtbot.waitUntil(lambda: bool(heard.said))
    assert heard.said == [expected] and not heard.runner.busy


@pytest.mark.parametrize("error", [ValueError("odd"), KeyError(3), RecursionError("deep"), SystemExit(3)])
def test_an_unexpected_end_is_a_sentence_and_goes_where_all_errors_go(qtbot, heard, error, monkeypatch):
    caught = []
    monkeypatch.setattr("sys.excepthook", lambda kind, value, trace: caught.append((kind, value, trace)))
    heard.ask(raising(error))
    qtbot.waitUntil(lambda: bool(heard.said))
    [(kind, sentence)] = heard.said
    assert kind == "failed" and type(error).__name__ in sentence and not heard.runner.busy
    [(kind, value, trace)] = caught
    assert kind is type(error) and value is error and trace.tb_next.tb_frame.f_code.co_name == "work"
    heard.ask(lambda _task: 1)  # and it works on
    qtbot.waitUntil(lambda: heard.said[-1] == ("done", 1))


def test_what_is_told_may_ask_the_next_question(qtbot, heard):
    answers = []

    def first(answer):
        answers.append(answer)
        heard.runner.ask(lambda _task: 2, answers.append, pytest.fail)

    heard.runner.ask(lambda _task: 1, first, pytest.fail)
    qtbot.waitUntil(lambda: answers == [1, 2])


def test_the_newest_question_wins(qtbot, heard):
    old, middle = Held(), Held()
    heard.ask(old, "old ")
    assert old.begun.wait(10)
    heard.ask(middle, "middle ")
    heard.ask(lambda _task: "new", "new ")
    qtbot.waitUntil(lambda: bool(heard.said))
    assert heard.said == [("new done", "new")] and old.ended.is_set() and not middle.begun.is_set()


def test_only_one_piece_of_work_is_done_at_a_time(qtbot, heard):
    old, new = Held(deaf=True), Held()
    heard.ask(old, "old ")
    assert old.begun.wait(10)
    heard.ask(new, "new ")
    assert not new.begun.wait(0.05)
    old.go.set()
    new.go.set()
    qtbot.waitUntil(lambda: heard.said == [("new done", "result")])


def test_a_patient_question_lets_the_one_before_be_answered(qtbot, heard):
    old = Held("old")
    heard.ask(old)
    for number in range(5):
        heard.ask(lambda _task, number=number: number, patient=True)
    old.go.set()
    qtbot.waitUntil(lambda: not heard.runner.busy)
    assert heard.said == [("done", "old"), ("done", 4)]


def test_cancelling_is_told_when_the_work_has_ended(qtbot, heard):
    work = Held()
    heard.ask(work)
    assert work.begun.wait(10)
    heard.runner.cancel()
    assert heard.runner.busy and not heard.said
    qtbot.waitUntil(lambda: heard.said == [("cancelled",)])
    assert work.ended.is_set() and not heard.runner.busy


def test_cancelling_what_could_not_begin_yet_is_told_at_once(heard):
    old = Held(deaf=True)
    heard.ask(old)
    assert old.begun.wait(10)
    heard.ask(lambda _task: 1, "new ")
    heard.runner.cancel()
    assert heard.said == [("new cancelled",)] and not heard.runner.busy
    old.go.set()


def test_what_was_on_its_way_does_not_arrive_after_a_drop_or_stop(heard):
    for end in (heard.runner.drop, heard.runner.stop):
        work = Held()
        work.go.set()
        heard.ask(work)
        assert work.ended.wait(10)
        heard.runner._thread.join()  # the result is on its way now
        end()
        QCoreApplication.processEvents()
        assert heard.said == [] and not heard.runner.busy


def test_dropping_does_not_wait_and_stopping_does(heard):
    work = Held(deaf=True)
    heard.ask(work)
    assert work.begun.wait(10)
    heard.runner.drop()
    assert not heard.runner.busy and heard.runner.working and not work.ended.is_set()
    threading.Timer(0.05, work.go.set).start()
    heard.runner.stop()
    assert work.ended.is_set() and not heard.runner.working


def test_work_ends_with_its_owner_and_tells_nothing(heard, owner):
    work = Held()
    heard.ask(work)
    assert work.begun.wait(10)
    sip.delete(owner)
    assert work.ended.wait(10)
    QCoreApplication.processEvents()
    assert heard.said == []


def test_changes_of_busy_are_told(qtbot, heard):
    states = []
    heard.runner.changed.connect(lambda: states.append(heard.runner.busy))
    heard.ask(lambda _task: 1)
    qtbot.waitUntil(lambda: bool(heard.said))
    heard.ask(raising(DataError("no")))
    qtbot.waitUntil(lambda: len(heard.said) == 2)
    assert states == [True, False, True, False]


def test_too_many_threads_are_a_sentence(qtbot, heard, monkeypatch):
    def full(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("sys.excepthook", lambda *_: None)
    monkeypatch.setattr(threading.Thread, "start", full)
    heard.ask(lambda _task: 1)
    qtbot.waitUntil(lambda: bool(heard.said))
    assert heard.said[0][0] == "failed" and "can't start new thread" in heard.said[0][1]
    assert not heard.runner.busy


def test_answers_come_in_a_moment(qtbot, heard):
    times = []
    for _ in range(20):
        count, began = len(heard.said), time.perf_counter()
        heard.ask(lambda _task: 1)
        qtbot.waitUntil(lambda count=count: len(heard.said) > count)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.02
