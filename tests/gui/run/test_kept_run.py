"""The run of an earlier start goes only when it lives on; what ends a run that is not saved asks first."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.errors import DataError
from engine.runs import names
from engine.runs.destination import Destination
from engine.runs.library import Library
from engine.session.channel import Channel
from engine.session.loop import run
from engine.session.messages import Advance, Keep, Quit, State
from engine.training.checkpoint import load_checkpoint, save_checkpoint
from engine.training.config import RunConfig
from gui.app.build import Kernelscope, build
from gui.run.kept_run import KeptRun
from gui.state.settings import Store
from tests.gui.window.conftest import Answers, config, dialogs, program, store

__all__ = ["config", "dialogs", "program", "store"]

LONG = 30000
STEPS = 3


@pytest.fixture
def leftover(config: RunConfig, store: Store) -> Path:
    """Return the run of three steps that another process has left behind."""
    path, channel = Library(store.runs).destination("left").path, Channel()
    session = threading.Thread(
        target=run,
        args=(dataclasses.replace(config, threads=1), channel),
        kwargs={"record": Destination(path)},
    )
    session.start()
    channel.send(Advance(STEPS))
    while session.is_alive() and channel.history.steps.length < STEPS:
        session.join(0.01)
    channel.send(Keep())
    channel.send(Quit(kept=True))
    session.join()
    assert kept_step(path) == STEPS
    return path


def kept_step(path: Path) -> int:
    """Return the step of the newest complete state of the run in ``path``."""
    return int(load_checkpoint(path / names.STATE).values["step"])


def unfinished(store: Store) -> list[Path]:
    """Return the runs that another window would offer."""
    return [Path(run.path) for run in Library(store.runs).unfinished()]


@pytest.fixture
def offered(leftover: Path, program: Kernelscope) -> Kernelscope:
    """Return the program with the offer to go on with ``leftover``."""
    told = program.window.notice_bar.text
    assert "An unfinished run is kept: classic on MNIST, step 3, ended " in told
    return program


def accept(qtbot: QtBot, program: Kernelscope) -> None:
    """Press the button of the offer, and wait until the run is read."""
    kept = program.window.findChild(KeptRun)
    qtbot.mouseClick(program.window.notice_bar._offer, Qt.LeftButton)
    qtbot.waitUntil(lambda: not kept.reading, timeout=LONG)


def open_run(qtbot: QtBot, program: Kernelscope) -> None:
    """Choose the action, and wait until the run is read."""
    program.window.actions_.by_key["open_run"].trigger()
    qtbot.waitUntil(lambda: not program.control.reading, timeout=LONG)


def stands_at(program: Kernelscope, steps: int) -> Callable[[], bool]:
    """Return whether the session stands at a step."""
    bridge = program.context.bridge
    return lambda: bridge.state is State.PAUSED and bridge.steps == steps


def learn(qtbot: QtBot, program: Kernelscope, steps: int = 1) -> None:
    """Train a little."""
    bridge = program.context.bridge
    begun = bridge.steps
    bridge.advance(steps)
    qtbot.waitUntil(stands_at(program, begun + steps), timeout=LONG)


def test_it_becomes_the_run_of_this_process(
    qtbot: QtBot, offered: Kernelscope, leftover: Path, store: Store
) -> None:
    assert unfinished(store) == [leftover]
    accept(qtbot, offered)
    assert unfinished(store) == []  # others leave it alone from now on
    qtbot.waitUntil(stands_at(offered, STEPS), timeout=LONG)
    assert offered.context.bridge.folder == leftover and kept_step(leftover) == STEPS
    assert offered.control.unsaved
    learn(qtbot, offered, 2)
    assert offered.context.bridge.library is not None
    assert [run.name for run in offered.context.bridge.library.runs()] == [leftover.name]


def test_it_stays_while_the_disk_is_full(
    qtbot: QtBot, offered: Kernelscope, leftover: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(28, "No space left on device")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(full))
    accept(qtbot, offered)
    qtbot.waitUntil(stands_at(offered, STEPS), timeout=LONG)
    learn(qtbot, offered, 2)
    qtbot.waitUntil(lambda: "cannot be recorded" in offered.window.notice_bar.text, timeout=LONG)
    assert kept_step(leftover) == STEPS


@pytest.mark.parametrize("answer", [None, 0])
def test_a_run_that_is_not_saved_is_not_lost_for_it_unasked(
    qtbot: QtBot, offered: Kernelscope, leftover: Path, dialogs: Answers, answer: int | None
) -> None:
    learn(qtbot, offered, 2)
    dialogs.choice = answer
    accept(qtbot, offered)
    assert "learnt for 2 steps and is not saved" in dialogs.questions[0]
    assert leftover.exists()
    if answer is None:
        assert stands_at(offered, 2)() and "unfinished run" in offered.window.notice_bar.text
        dialogs.choice = 0
        accept(qtbot, offered)
    qtbot.waitUntil(stands_at(offered, STEPS), timeout=LONG)
    assert offered.context.bridge.folder == leftover


def test_it_is_offered_again_when_its_data_set_is_gone(
    qtbot: QtBot, offered: Kernelscope, leftover: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(qtbot, offered)
    with monkeypatch.context() as patch:
        patch.setattr("gui.run.run_control.is_present", lambda _name: False)
        accept(qtbot, offered)
        assert "MNIST, which is not on this computer" in offered.window.notice_bar.text
    assert leftover.exists() and stands_at(offered, 1)()  # the present run stays
    offered.control._saved_steps = 1
    accept(qtbot, offered)
    qtbot.waitUntil(stands_at(offered, STEPS), timeout=LONG)


def test_it_is_offered_again_when_it_cannot_be_loaded(
    qtbot: QtBot, offered: Kernelscope, leftover: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_name: str) -> None:
        raise DataError("The data set is damaged.")

    with monkeypatch.context() as patch:
        patch.setitem(run.__kwdefaults__, "loader", broken)
        accept(qtbot, offered)
        qtbot.waitUntil(lambda: offered.context.bridge.state is State.FAILED, timeout=LONG)
    assert leftover.exists()
    assert "The data set is damaged. The run is still kept" in offered.window.notice_bar.text
    accept(qtbot, offered)
    qtbot.waitUntil(stands_at(offered, STEPS), timeout=LONG)
    assert offered.context.bridge.folder == leftover


@pytest.mark.parametrize("damage", ["truncated", "spoilt"])
def test_a_damaged_one_stays_where_it_is(
    qtbot: QtBot, offered: Kernelscope, leftover: Path, damage: str, store: Store
) -> None:
    state = leftover / names.STATE
    if damage == "truncated":
        state.write_bytes(state.read_bytes()[:5000])
    else:
        checkpoint = load_checkpoint(state)
        arrays = {name: value for name, value in checkpoint.arrays.items() if name != "network.0.bias"}
        save_checkpoint(state, dataclasses.replace(checkpoint, arrays=arrays))
    accept(qtbot, offered)
    bridge = offered.context.bridge
    qtbot.waitUntil(lambda: damage == "truncated" or bridge.state is State.FAILED, timeout=LONG)
    told = offered.window.notice_bar.text
    assert state.exists() and ("stays where it is" if damage == "truncated" else "is still kept") in told
    assert unfinished(store) == [leftover]  # offered at the next start


@pytest.mark.parametrize("read", [False, True])
def test_another_run_that_is_begun_meanwhile_gives_it_back(
    qtbot: QtBot, offered: Kernelscope, leftover: Path, config: RunConfig, store: Store, read: bool
) -> None:
    qtbot.mouseClick(offered.window.notice_bar._offer, Qt.LeftButton)
    if read:
        qtbot.waitUntil(lambda: not offered.window.findChild(KeptRun).reading, timeout=LONG)
    offered.context.bridge.start(config)
    # At once, or when the session that has it already has ended.
    qtbot.waitUntil(lambda: unfinished(store) == [leftover], timeout=LONG)
    qtbot.waitUntil(stands_at(offered, 0), timeout=LONG)
    assert unfinished(store) == [leftover]


def test_two_windows_cannot_both_have_it(
    qtbot: QtBot, offered: Kernelscope, leftover: Path, config: RunConfig, store: Store
) -> None:
    second = build(store, theme="light", config=config, dialogs=Answers())
    try:
        second.window.show()
        qtbot.waitUntil(lambda: "unfinished run" in second.window.notice_bar.text)
        accept(qtbot, offered)
        accept(qtbot, second)
        assert "another window" in second.window.notice_bar.text
        qtbot.waitUntil(stands_at(offered, STEPS), timeout=LONG)
        assert second.context.bridge.steps == 0
    finally:
        second.close()


@pytest.mark.parametrize("answer", [None, 0])
def test_continuing_a_run_asks_like_starting_over(
    qtbot: QtBot, program: Kernelscope, dialogs: Answers, tmp_path: Path, answer: int | None
) -> None:
    learn(qtbot, program, 2)
    path = tmp_path / "mine.safetensors"
    program.control.save(path, checkpoint=True)
    qtbot.waitUntil(lambda: not program.control.unsaved, timeout=LONG)
    dialogs.file = path
    open_run(qtbot, program)  # nothing is lost: nothing is asked
    qtbot.waitUntil(stands_at(program, 2), timeout=LONG)
    assert dialogs.questions == [] and not program.control.unsaved
    learn(qtbot, program, 3)
    dialogs.choice = answer
    open_run(qtbot, program)
    assert "learnt for 5 steps and is not saved" in dialogs.questions[0]
    qtbot.waitUntil(stands_at(program, 5 if answer is None else 2), timeout=LONG)
