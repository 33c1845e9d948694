"""Time to an answering window over the time of a bare program with an empty one."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.row import Row

NAME = "startup"
PAIRS = 11
_ROOT = Path(__file__).parents[2]

# Both say so when their event loop handles the first event after the window is shown.
BARE = """
import numpy, pyqtgraph
from PyQt5.QtCore import QTimer
from PyQt5.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.show()
QTimer.singleShot(0, lambda: (print("ready", flush=True), app.quit()))
app.exec_()
"""
OURS = """
import tempfile
from pathlib import Path
import main
main.parser()
from PyQt5.QtCore import QTimer
from gui.app.launch import window
build = window().build
from gui.state.settings import Store
with tempfile.TemporaryDirectory() as folder:
    program = build(Store(Path(folder), Path(folder)), theme="light")
    program.window.show()
    QTimer.singleShot(0, lambda: (print("ready", flush=True), program.app.quit()))
    program.app.exec_()
    program.close()
"""


def seconds(code: str) -> float:
    """Return the time from starting Python to the word ``ready``."""
    # Python keeps compiled modules, as it does for whoever starts the program a second time.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        spent = time.perf_counter() - began
        process.stdout.read()
    if line.strip() != "ready" or process.returncode:
        raise RuntimeError(f"the program did not start (exit code {process.returncode})")
    return spent


def run() -> list[Row]:
    """Measure pairs, alternating, after one warm-up of each."""
    seconds(BARE)
    seconds(OURS)
    pairs = [(seconds(OURS), seconds(BARE)) for _ in range(PAIRS)]
    ratio = statistics.median(ours / bare for ours, bare in pairs)
    return [
        Row("startup: answering window / bare window", ratio, "ratio", "<= 1.5", ratio <= 1.5),
        Row("startup: answering window", statistics.median(ours for ours, _ in pairs), "s", "", None),
    ]
