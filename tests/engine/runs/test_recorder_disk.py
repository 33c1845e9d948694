"""What happens to a run's folder while it is recorded: the disk fails, somebody changes what lies there."""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ModelFileError
from engine.runs import names
from engine.runs.folder import RunFolder
from engine.runs.recorder import AGAIN_SECONDS, CURVES_SECONDS
from engine.runs.writer import Writer
from tests.engine.runs.test_recorder import CONFIG, Run, dataset, run, wait_until

__all__ = ["dataset", "run"]


def no_room(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_recording_goes_on_when_the_disk_has_room_again(
    run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run()
    made.train(2)
    assert made.recorder.flush() == ""
    with monkeypatch.context() as patch:
        for name in ("_extend", "weights"):
            patch.setattr(Writer, name, no_room)
        made.train(5)
        assert "No space left" in made.recorder.flush()
        made.train(5)
        assert "No space left" in made.recorder.flush()
    assert made.recorder.flush() == ""
    made.train(2)
    made.close()
    assert len(made.told) == 2 and "No space left" in made.told[0] and "again" in made.told[1]
    folder = RunFolder(made.recorder.path)
    assert folder.history().steps.length == 14
    assert folder.steps() == [0, 1, 2, 13, 14]  # those between had no room, and are not taken for kept


@pytest.mark.parametrize(
    ("error", "told", "logged"),
    [
        (ModelFileError("The folder is another's."), "The folder is another's.", False),
        (OSError("odd"), "Cannot write to {path}: odd.", False),
        (OSError(errno.EIO, "Input/output error"), "Cannot write to {path}: Input/output error.", False),
        (MemoryError(), "Cannot write to {path}: there is not enough memory.", False),
        (ValueError("oh"), "Cannot write to {path}: oh.", True),
    ],
)
def test_why_nothing_is_recorded_is_a_sentence(
    run: Callable[..., Run],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    told: str,
    logged: bool,
) -> None:
    def fail(*_: object) -> None:
        raise error

    made = run()
    with monkeypatch.context() as patch:
        patch.setattr(Writer, "curves", fail)
        made.train(1)
        assert made.recorder.flush() == told.format(path=made.recorder.path)
    assert ("recording failed" in caplog.text) == logged
    assert made.recorder.flush() == ""


def test_a_disk_that_fails_is_tried_less_often(
    run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float | None] = []

    class Event(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            if threading.current_thread().name == "recorder":
                waits.append(timeout)
            return super().wait(timeout)

    with monkeypatch.context() as patch:
        patch.setattr("engine.runs.recorder.threading.Event", Event)
        made = run()
    with monkeypatch.context() as patch:
        patch.setattr(Writer, "curves", no_room)
        made.train(1)
        assert "No space left" in made.recorder.flush()
        wait_until(lambda: waits[-1:] == [AGAIN_SECONDS])
    assert made.recorder.flush() == ""
    wait_until(lambda: waits[-1:] == [CURVES_SECONDS])


def test_what_is_thinned_out_while_the_disk_is_full_goes_when_it_is_not(
    run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run(budget=40_000)
    vector = made.trainer.network.state_vector

    def keep(*steps: int) -> str:
        for step in steps:
            made.recorder.weights(step, vector)
        return made.recorder.flush()

    assert keep(1, 2, 3, 5, 8, 13, 20) == ""
    with monkeypatch.context() as patch:
        patch.setattr(Writer, "weights", no_room)
        assert "No space left" in keep(33, 54)
    assert keep(90) == ""
    steps = RunFolder(made.recorder.path).steps()
    assert len(steps) <= 8 and steps[-1] == 90 and not {33, 54} & set(steps)
    with monkeypatch.context() as patch:
        patch.setattr(Writer, "remove_weights", no_room)
        assert "No space left" in keep(150, 240, 400)
    assert keep() == ""
    assert len(RunFolder(made.recorder.path).steps()) <= 8


def test_weights_that_wait_for_a_slow_disk_do_not_fill_the_memory(
    run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.runs.pending._WAITING", 0)  # eight at least
    real, held, free = Writer.weights, threading.Event(), threading.Event()

    def slow(*arguments: Any) -> None:
        held.set()
        assert free.wait(30)
        real(*arguments)

    monkeypatch.setattr(Writer, "weights", slow)
    made = run()
    vector = made.trainer.network.state_vector
    assert held.wait(30)  # step 0 is on its way
    wanted = []
    for step in range(1, 25):  # a stop wants its weights in any case, up to twice as many
        if made.recorder.wants(step):
            wanted.append(step)
        made.recorder.weights(step, vector)
    free.set()
    assert made.recorder.flush() == ""
    assert wanted == list(range(1, 8))
    assert RunFolder(made.recorder.path).steps() == list(range(16))
    assert made.recorder.wants(25)


@pytest.mark.parametrize("also", [0, 1])
def test_a_folder_that_vanishes_is_made_anew(run: Callable[..., Run], also: int) -> None:
    made = run()
    made.train(4)
    assert made.recorder.flush() == ""
    shutil.rmtree(made.recorder.path)
    made.train(also)
    made.recorder.settings(4, dataclasses.replace(CONFIG, learning_rate=0.5))
    assert made.recorder.flush() == ""
    made.train(1)
    made.close()
    folder = RunFolder(made.recorder.path)
    assert folder.history().steps.length == 5 + also
    assert folder.changes() == [(4, "learning_rate", "0.5")]
    assert folder.checkpoint().values["step"] == 0 and folder.status().changed
    assert folder.steps()[-1] == 5 + also and folder.notices == []


def test_weights_that_went_with_a_folder_are_not_taken_for_kept(run: Callable[..., Run]) -> None:
    made = run()
    made.train(4)
    assert made.recorder.flush() == ""
    shutil.rmtree(made.recorder.path)
    assert made.recorder.flush() == ""
    assert RunFolder(made.recorder.path).steps() == []
    made.recorder.weights(4, made.trainer.network.state_vector)  # as at a pause
    assert made.recorder.flush() == ""
    assert RunFolder(made.recorder.path).steps() == [4]


def test_a_curve_that_somebody_has_cut_is_written_anew(run: Callable[..., Run]) -> None:
    made = run()
    made.train(4)
    assert made.recorder.flush() == ""
    (made.recorder.path / names.STEPS).write_text("step,ep")
    made.train(1)
    made.close()
    assert RunFolder(made.recorder.path).history().steps.length == 5


def test_another_run_in_its_place_is_left_alone(run: Callable[..., Run], tmp_path: Path) -> None:
    made, other = run(), run("other")
    made.train(2)
    other.train(3)
    other.close()
    assert made.recorder.flush() == ""
    made.recorder.path.rename(tmp_path / "moved")
    other.recorder.path.rename(made.recorder.path)
    made.train(2)
    made.close()
    assert "another run now" in made.told[0]
    assert RunFolder(made.recorder.path).record.id == "other"
    assert RunFolder(made.recorder.path).history().steps.length == 3


def test_a_read_only_folder_is_told(run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", read_only)  # whoever runs the tests may be allowed everything
        made = run()
        made.train(2)
        assert "Permission denied" in made.recorder.flush()
        assert "goes on" in made.told[0]
    assert made.recorder.flush() == ""
    made.close()
    assert RunFolder(made.recorder.path).history().steps.length == 2


def test_a_folder_that_cannot_be_made_is_told_and_the_training_goes_on(
    run: Callable[..., Run], tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    made = run("file/run")
    made.train(2)
    assert "Not a directory" in made.recorder.flush()
    blocked.unlink()
    assert made.recorder.flush() == ""
    made.close()
    assert RunFolder(made.recorder.path).history().steps.length == 2


def test_a_run_whose_folder_cannot_be_made_does_not_take_the_place_of_another(
    run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run()
    first.train(4)
    first.close()
    before = {each: each.read_bytes() for each in first.recorder.path.rglob("*") if each.is_file()}
    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", no_room)
        second = run(numbered=True)
        second.train(1)
        assert "No space left" in second.recorder.flush()
    assert second.recorder.flush() == ""
    second.close()
    assert {each: each.read_bytes() for each in first.recorder.path.rglob("*") if each.is_file()} == before
    assert second.recorder.path == first.recorder.path.with_name("one-2")
    assert RunFolder(second.recorder.path).record.id == "one-2"
    assert RunFolder(second.recorder.path).history().steps.length == 1
