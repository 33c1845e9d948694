"""Closing at any moment: nothing hangs, and nothing is lost without being asked."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from PyQt5 import sip
from PyQt5.QtCore import Qt, QTimer
from PyQt5.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.model.model_file import load_model
from engine.runs import names
from engine.runs.folder import RunFolder
from engine.runs.library import Library
from engine.session.messages import Quit, State
from engine.task import Cancelled
from engine.training.checkpoint import load_checkpoint
from engine.training.config import RunConfig
from engine.training.trainer import StepResult, Trainer
from gui.app.build import Kernelscope, build
from gui.run.runner import Runner
from gui.state.selection import Sample
from gui.state.settings import Store

LONG = 30000


def trained(qtbot: QtBot, program: Kernelscope) -> None:
    """Start training and wait until something is learnt."""
    QTest.keyClick(program.window, Qt.Key_F5)
    qtbot.waitUntil(lambda: program.context.bridge.steps > 3, timeout=LONG)


def test_nothing_is_asked_when_nothing_would_be_lost(program: Kernelscope, dialogs) -> None:
    program.window.close()
    assert not program.window.isVisible()
    assert dialogs.questions == []


def test_going_back_keeps_the_window_and_the_training(qtbot: QtBot, program: Kernelscope, dialogs) -> None:
    trained(qtbot, program)
    program.window.close()
    assert "is not saved" in dialogs.questions[0]
    assert program.window.isVisible()
    steps = program.context.bridge.steps
    qtbot.waitUntil(lambda: program.context.bridge.steps > steps, timeout=LONG)


def test_a_discarded_run_leaves_nothing_behind(
    qtbot: QtBot, program: Kernelscope, dialogs, store: Store
) -> None:
    trained(qtbot, program)
    dialogs.choice = 1
    program.window.close()
    assert not program.window.isVisible()
    library = Library(store.runs)
    assert library.runs() == []
    (deleted,) = library.bin.deleted()  # from where it can be brought back
    assert RunFolder(library.bin.restore(deleted.name)).history().steps.length > 3


def test_a_kept_run_goes_on_at_the_next_start(
    qtbot: QtBot, program: Kernelscope, dialogs, store: Store, config: RunConfig
) -> None:
    trained(qtbot, program)
    dialogs.choice = 0
    program.window.close()
    assert not program.window.isVisible()
    steps = program.context.bridge.steps
    again = build(store, theme="light", config=config, dialogs=dialogs)
    try:
        again.window.show()
        qtbot.waitUntil(lambda: "unfinished run" in again.window.notice_bar.text)
        qtbot.mouseClick(again.window.notice_bar._offer, Qt.LeftButton)
        bridge = again.context.bridge
        qtbot.waitUntil(lambda: bridge.state is State.PAUSED and bridge.steps >= steps, timeout=LONG)
        kept = bridge.steps
        bridge.advance(1)
        qtbot.waitUntil(lambda: bridge.steps == kept + 1, timeout=LONG)
    finally:
        again.close()


def test_a_saved_model_needs_no_question(qtbot: QtBot, program: Kernelscope, dialogs, tmp_path: Path) -> None:
    QTest.keyClick(program.window, Qt.Key_F6)
    qtbot.waitUntil(lambda: program.context.bridge.steps == 1, timeout=LONG)
    qtbot.waitUntil(program.window.actions_.by_key["save_model"].isEnabled, timeout=LONG)
    dialogs.file = tmp_path / "mine.safetensors"
    QTest.keyClick(program.window, Qt.Key_S, Qt.ControlModifier)
    qtbot.waitUntil(lambda: "Saved mine.safetensors" in program.window.notice_bar.text, timeout=LONG)
    assert load_model(dialogs.file).record["steps"] == 1
    program.window.close()
    assert dialogs.questions == []


def test_a_run_that_cannot_be_kept_keeps_the_window(
    qtbot: QtBot, program: Kernelscope, dialogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(qtbot, program)
    dialogs.choice = 0
    full = OSError(28, "No space left on device")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(full))
    program.window.close()
    assert program.window.isVisible()
    assert "No space left on device" in program.window.notice_bar.text


def test_work_that_was_given_up_ends_before_the_window_goes(
    qtbot: QtBot, program: Kernelscope, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), []

    def slow(*_args: object, **_options: object) -> None:
        begun.set()
        may_end.wait(LONG / 1000)
        ended.append(True)
        raise Cancelled

    monkeypatch.setattr("gui.views.explain_work.reply_to", slow)
    window, dataset = program.window, program.context.bridge.dataset
    program.context.selection.choose(Sample(dataset.test_images[0], "test image 0"))
    window.show_part("explain")
    qtbot.waitUntil(begun.is_set, timeout=LONG)
    window.show_part("learn")  # which gives the work up, but does not wait for its end
    assert any(runner.working for runner in window.findChildren(Runner))
    threading.Timer(0.2, may_end.set).start()
    program.close()  # would abort the process if the thread were still there
    assert ended
    program.close()  # does nothing more


@pytest.mark.parametrize("error", [MemoryError(), ZeroDivisionError("oh")])
@pytest.mark.parametrize("answer", [0, 1])
def test_after_an_error_in_the_training_it_is_saved_and_kept_as_ever(
    qtbot: QtBot,
    program: Kernelscope,
    dialogs,
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    answer: int,
) -> None:
    trained(qtbot, program)

    def fail(*_args: object) -> None:
        raise error

    monkeypatch.setattr("engine.training.train_state.TrainState.update", fail)
    bridge = program.context.bridge
    qtbot.waitUntil(lambda: bridge.state is State.FAILED, timeout=LONG)
    assert "The weights of step" in program.window.notice_bar.text
    dialogs.file = tmp_path / "mine.safetensors"
    QTest.keyClick(program.window, Qt.Key_S, Qt.ControlModifier)
    qtbot.waitUntil(lambda: "Saved mine.safetensors" in program.window.notice_bar.text, timeout=LONG)
    assert load_model(dialogs.file).record["steps"] == bridge.steps
    program.control._saved_steps = 0  # as if it had not been saved
    dialogs.choice = answer
    began = time.monotonic()
    program.window.close()
    assert time.monotonic() - began < 5
    assert not program.window.isVisible()
    kept = [Path(run.path) / names.STATE for run in Library(store.runs).unfinished()]
    steps = [load_checkpoint(path).values["step"] for path in kept]
    assert steps == ([bridge.steps] if answer == 0 else [])


def test_a_session_whose_thread_is_gone_answers_at_once(qtbot: QtBot, program: Kernelscope, dialogs) -> None:
    trained(qtbot, program)
    bridge = program.context.bridge
    bridge.run.channel.send(Quit())
    qtbot.waitUntil(lambda: not bridge.run.thread.is_alive(), timeout=LONG)
    dialogs.choice = 0
    began = time.monotonic()
    program.window.close()
    assert time.monotonic() - began < 5
    assert program.window.isVisible()
    assert "training has ended and holds nothing to save" in program.window.notice_bar.text


def test_a_signal_in_the_middle_of_the_question_keeps_the_run(
    qtbot: QtBot, program: Kernelscope, dialogs, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(qtbot, program)

    def meanwhile(question: str, answers: object) -> int:
        program.closing.asks = False  # what a signal does; it also ends Qt's loop, which is pytest's here
        program.window.end()
        return 1  # too late

    monkeypatch.setattr(dialogs, "choose", meanwhile)
    program.window.close()
    assert len(Library(store.runs).unfinished()) == 1
    assert program.closing.outcome().startswith("interrupted; the run is kept")


def test_the_window_goes_at_once_and_nothing_is_held_up_by_the_last_step(
    qtbot: QtBot, program: Kernelscope, dialogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end, seen = threading.Event(), threading.Event(), []
    true = Trainer.step

    def slow(trainer: Trainer) -> StepResult:
        begun.set()
        may_end.wait(LONG / 1000)
        return true(trainer)

    trained(qtbot, program)
    monkeypatch.setattr(Trainer, "step", slow)
    qtbot.waitUntil(begun.is_set, timeout=LONG)
    dialogs.choice = 1

    def look() -> None:
        seen.append((program.window.isVisible(), program.context.bridge.run.alive))
        QTimer.singleShot(10, look) if len(seen) < 5 else may_end.set()

    QTimer.singleShot(0, look)
    late = threading.Timer(10, may_end.set)
    late.start()
    began = time.monotonic()
    program.window.close()
    late.cancel()
    assert time.monotonic() - began < 9
    assert seen[-1] == (False, True) and len(seen) == 5
    assert not program.context.bridge.run.alive


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_view_that_floats_goes_before_what_it_asks(qtbot: QtBot, program: Kernelscope) -> None:
    for key in ("network", "learn"):
        program.window.docks[key].setFloating(True)
        qtbot.waitUntil(program.window.parts[key].isVisible, timeout=LONG)
    program.close()  # an error in a handler of Qt fails the test
    assert sip.isdeleted(program.window)
