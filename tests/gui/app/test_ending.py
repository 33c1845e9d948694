"""Real windows in processes of their own, ended by real signals: the run is kept, and goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.runs import names
from engine.training.checkpoint import load_checkpoint

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX")

ROOT = Path(__file__).parents[3]

_PROGRAM = """
import sys
import main
from PyQt5.QtCore import QTimer
from engine.session.messages import State
from gui.app import build

original = build.build
def and_then(*args, **options):
    program = original(*args, **options)
    bridge, bar = program.context.bridge, program.window.notice_bar
    timer = QTimer(program.window)
    timer.timeout.connect(lambda: tick(program, bridge, bar))
    timer.start(20)
    return program
build.build = and_then
said = set()
def say(word):
    if word not in said:
        said.add(word)
        print(word, flush=True)
"""

_TRAINS = """
def tick(program, bridge, bar):
    if bridge.state is State.PAUSED and not bridge.steps:
        bridge.play()
    if bridge.steps > 5:
        say("training")
"""

_GOES_ON = """
def tick(program, bridge, bar):
    if "unfinished run" in bar.text and "clicked" not in said:
        said.add("clicked")
        bar._offer.click()
    if bridge.state in (State.PAUSED, State.FINISHED) and bridge.steps:
        print(int(bridge.history.steps.last("step")), flush=True)
        program.end()
"""


@contextmanager
def window(home: Path, code: str) -> Iterator[subprocess.Popen[str]]:
    """Run the program with the window in a process group of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"{_PROGRAM}\n{code}\nsys.exit(main.program())"],
        cwd=ROOT,
        env={**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)


def kept(home: Path) -> list[Path]:
    """Return the runs that are kept."""
    return sorted(home.rglob(names.STATE))


def group_is_gone(group: int) -> bool:
    """Return whether no process of ``group`` is left, helpers included."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    ("number", "to_group", "code"),
    [
        (signal.SIGINT, True, ""),  # Ctrl-C reaches the helpers, too
        (signal.SIGTERM, False, ""),
        (signal.SIGHUP, False, ""),
        (signal.SIGINT, False, "question"),
    ],
    ids=["Ctrl-C", "SIGTERM", "a closed terminal", "in the middle of a question"],
)
def test_a_signal_keeps_the_run_and_the_next_start_goes_on(
    tmp_path: Path, number: int, to_group: bool, code: str
) -> None:
    trains = _TRAINS
    if code:
        trains += "        QTimer.singleShot(0, program.window.close) if 'asked' not in said else None\n"
        trains += "        QTimer.singleShot(300, lambda: say('asked'))\n        said.add('asked_')\n"
        trains = trains.replace("'asked' not in said", "'asked_' not in said")
    with window(tmp_path, trains) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "training\n"
        if code:
            assert process.stdout.readline() == "asked\n"
        (os.killpg if to_group else os.kill)(process.pid, number)
        _, told = process.communicate(timeout=30)
        assert process.returncode == 130, told
        assert told == "kernelscope: interrupted; the run is kept, and the next start offers to resume it\n"
        assert group_is_gone(process.pid)
    [path] = kept(tmp_path)
    step = load_checkpoint(path).values["step"]
    assert step > 5
    if not to_group or code:  # once is enough
        return
    with window(tmp_path, _GOES_ON) as process:
        out, told = process.communicate(timeout=60)
        assert out == f"{step}\n", told
    assert [load_checkpoint(path).values["step"] for path in kept(tmp_path)] == [step]


def test_a_signal_before_the_first_step_leaves_nothing(tmp_path: Path) -> None:
    with window(tmp_path, "def tick(program, bridge, bar): say('there')") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        assert process.returncode == 130
        assert told.startswith("kernelscope: interrupted")
    assert kept(tmp_path) == []


def test_a_second_signal_ends_what_hangs_and_leaves_the_last_complete_state(tmp_path: Path) -> None:
    hangs = """
import threading
from engine.training.trainer import Trainer
step, stuck = Trainer.step, threading.Event()
def slow(self):
    if self.step_count == 8:
        say("stuck")
        stuck.wait()
    return step(self)
Trainer.step = slow
def tick(program, bridge, bar):
    if bridge.state is State.PAUSED and bridge.steps in (0, 4) and bridge.steps not in said:
        said.add(bridge.steps)
        bridge.advance(100 if bridge.steps else 4)
"""
    with window(tmp_path, hangs) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "stuck\n"
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)  # it waits for the step, which never ends
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=10)
        assert process.returncode == 130
        assert "stopped at once" in told
        assert group_is_gone(process.pid)
    assert [load_checkpoint(path).values["step"] for path in kept(tmp_path)] == [4]


def test_a_run_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    full = """
import os
def fsync(_):
    raise OSError(28, "No space left on device")
os.fsync = fsync
"""
    with window(tmp_path, full + _TRAINS) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "interrupted. The run cannot be kept. Cannot write" in told
        assert "No space left on device" in told


_DIES_LOADING = """
from engine.data.catalogue import load
from engine.session import loop
count = 0
def load_or_die(name):
    global count
    count += 1
    if count > 1:  # the first run of the window loads, too
        os.kill(os.getpid(), 9)
    return load(name)
loop.run.__kwdefaults__["loader"] = load_or_die
"""


@pytest.mark.parametrize("moment", ["on_click", "while_loading"])
def test_a_process_killed_after_the_click_still_has_the_run(tmp_path: Path, moment: str) -> None:
    with window(tmp_path, _TRAINS) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    [path] = kept(tmp_path)
    step = load_checkpoint(path).values["step"]
    killed = _GOES_ON.split("    if bridge.state in")[0]
    if moment == "on_click":
        killed = killed.replace("bar._offer.click()", "bar._offer.click(); os.kill(os.getpid(), 9)")
    else:
        killed = _DIES_LOADING + killed
    with window(tmp_path, "import os\n" + killed) as process:
        process.communicate(timeout=30)
        assert process.returncode == -signal.SIGKILL
    assert kept(tmp_path) == [path]
    with window(tmp_path, _GOES_ON) as process:
        out, told = process.communicate(timeout=60)
        assert out == f"{step}\n", told
