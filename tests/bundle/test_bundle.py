"""The bundle, on a machine that could be without Python: it trains in the terminal and in the window."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.bundle

PROGRAM = Path(__file__).parents[2] / "dist" / "kernelscope" / "kernelscope"
PATIENCE = 60.0


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """Return an environment without any Python in it, and a home of its own."""
    return {"HOME": str(tmp_path), "PATH": "/nowhere", "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"}


@pytest.fixture
def screen() -> Iterator[str]:
    """Start an X server with a screen of 1280x720 and return its display."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["/usr/bin/Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x720x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as pipe:
        display = f":{pipe.readline().strip()}"
    yield display
    server.terminate()
    server.wait()


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE:.0f} s"
        time.sleep(0.1)


def children(process: subprocess.Popen[bytes]) -> list[str]:
    """Return the command lines of the processes that ``process`` has started."""
    listed = subprocess.run(
        ["/bin/ps", "-o", "args=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.splitlines()


def test_it_trains_in_the_terminal(surroundings: dict[str, str], tmp_path: Path) -> None:
    short = ["--training-images", "600", "--validation-images", "100", "--epochs", "1", "--quiet"]
    for arguments in (
        ["--version"],
        ["train", "--out", "result", *short],
        ["evaluate", "--model", "result/model.safetensors"],
    ):
        subprocess.run([str(PROGRAM), *arguments], cwd=tmp_path, env=surroundings, check=True, timeout=300)
    assert json.loads((tmp_path / "result" / "result.json").read_text())["steps"] == 30


@pytest.mark.skipif(sys.platform != "linux", reason="needs an X server")
def test_it_trains_in_a_window_with_its_helping_processes(
    surroundings: dict[str, str], screen: str, tmp_path: Path
) -> None:
    xdotool = {"DISPLAY": screen}
    program = subprocess.Popen(
        [str(PROGRAM)], cwd=tmp_path, env=surroundings | {"QT_QPA_PLATFORM": "xcb", "DISPLAY": screen}
    )

    def window() -> str:
        found = subprocess.run(
            ["/usr/bin/xdotool", "search", "--onlyvisible", "--name", "Kernelscope"],
            env=xdotool,
            capture_output=True,
            text=True,
            check=False,
        )
        return found.stdout.strip()

    try:
        until(lambda: bool(window()), "the window")
        number = window().split()[0]
        subprocess.run(["/usr/bin/xdotool", "windowfocus", number], env=xdotool, check=True)

        def helped() -> bool:
            if not children(program):
                subprocess.run(["/usr/bin/xdotool", "key", "--window", number, "F6"], env=xdotool, check=True)
            return any("multiprocessing" in line for line in children(program))

        until(helped, "a process that helps with the training")
        program.send_signal(signal.SIGTERM)
        assert program.wait(PATIENCE) == 130
    finally:
        program.kill()
        program.wait()
