"""Time to an answering window over the time of a bare program with an empty one."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
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
# All that ``python main.py --theme light`` does; it also says when nothing in sight is put off any more.
OURS = """
import main
from PyQt5.QtCore import QTimer
from PyQt5.QtWidgets import QApplication
loop = QApplication.exec_
def watched(app):
    window = next(each for each in app.topLevelWidgets() if each.isVisible())
    window.stands.connect(lambda: (print("complete", flush=True), app.quit()))
    QTimer.singleShot(0, lambda: print("ready", flush=True))
    return loop()
QApplication.exec_ = watched
raise SystemExit(main.main(["--theme", "light"]))
"""


def seconds(code: str, last: str = "ready") -> tuple[float, float]:
    """Return the times from starting Python to the word ``ready``, and to the word ``last``."""
    # Python keeps compiled modules, as it does for whoever starts the program a second time.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as home:
        for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            environment[name] = str(Path(home, name))
        environment["KERNELSCOPE_DATA"] = str(Path(home, "data"))
        began = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-c", code], cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            spent = {line.strip(): time.perf_counter() - began for line in process.stdout}
    if process.returncode or not {"ready", last} <= set(spent):
        raise RuntimeError(f"the program did not start (exit code {process.returncode})")
    return spent["ready"], spent[last]


def run() -> list[Row]:
    """Measure pairs, alternating, after one warm-up of each."""
    seconds(BARE)
    seconds(OURS)
    pairs = [(*seconds(OURS, "complete"), seconds(BARE)[0]) for _ in range(PAIRS)]
    ratio = statistics.median(ours / bare for ours, _, bare in pairs)
    ours, complete, _ = (statistics.median(column) for column in zip(*pairs, strict=True))
    return [
        Row("startup: answering window / bare window", ratio, "ratio", "<= 1.5", ratio <= 1.5),
        Row("startup: answering window", ours, "s", "", None),
        Row("startup: the same with all that is in sight", complete, "s", "", None),
    ]
