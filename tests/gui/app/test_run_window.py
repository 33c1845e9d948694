"""A real process with the window: whatever fails, it ends, says one sentence, and leaves no thread."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

_START = """
import sys
import main
from PyQt5.QtCore import QTimer
from gui.app import build
from gui.run.session_bridge import SessionBridge
from gui.window import main_window
from gui.window.closing import Closing

def fail(*_, **__):
    raise ValueError("two\\nlines")

built = build.build
def and_then(*args, **options):
    program = built(*args, **options)
    QTimer.singleShot(100, lambda: after(program))
    return program
build.build = and_then
def after(program):
    program.window.close()
"""

_FAULTS = {
    "a view cannot be made": "main_window.NoticeBar = fail",
    "the window cannot be made": "build.MainWindow = fail",
    "the run cannot be begun": "build.KeptRun = fail",
    "the window cannot be shown": "build.MainWindow.showEvent = lambda *_: sys.exit(3)"
    "\nbuild.fit_to_screen = fail",
    "closing fails": "Closing.may_close = fail",
    "settings cannot be kept": "build.Store.save = fail",
    "the arrangement cannot be kept": "main_window.MainWindow.remember = fail",
    "the session cannot be ended": "end = SessionBridge.shutdown\n"
    "SessionBridge.shutdown = lambda self, **how: (end(self, **how), fail())",
    "the window cannot be taken apart": "build.Kernelscope._take_apart = fail",
}


def run(code: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"{_START}\n{code}\nsys.exit(main.main([]))"],
        cwd=ROOT,
        env={
            "PATH": "",
            "HOME": str(tmp_path),
            "XDG_RUNTIME_DIR": str(tmp_path),
            "QT_QPA_PLATFORM": "offscreen",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("fault", _FAULTS)
def test_what_fails_while_the_window_is_built_or_closed_ends_the_process(fault, tmp_path):
    ended = run(_FAULTS[fault], tmp_path)
    assert ended.returncode == 1, ended.stderr
    [line] = ended.stderr.strip().splitlines()
    log = tmp_path / ".local" / "state" / "kernelscope" / "log" / "errors.log"
    assert line == (
        f"kernelscope: error: Something unexpected went wrong (ValueError: two lines). "
        f"The details are in {log}."
    )
    assert log.read_text().count("in fail\n") == 1


def test_errors_while_the_window_is_there_end_nothing(tmp_path):
    code = """
def after(program):
    said = []
    program.context.notices.posted.connect(lambda sentence, problem: said.append(sentence))
    QTimer.singleShot(0, fail)
    def look():
        print(said, program.context.bridge.state, flush=True)
        program.window.close()
    QTimer.singleShot(300, look)
"""
    ended = run(code, tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Something unexpected went wrong (ValueError: two lines)" in ended.stdout
    assert "FAILED" not in ended.stdout


def test_without_faults_nothing_is_said(tmp_path):
    ended = run("", tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert not list(tmp_path.rglob("errors.log"))
