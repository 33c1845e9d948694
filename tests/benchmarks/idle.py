"""What a window costs in which nothing happens."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from PyQt5.QtCore import QEventLoop, QTimer

from engine.session.messages import State
from gui.app.build import build
from gui.state.settings import Store
from tests.benchmarks.row import Row

NAME = "idle"
GOAL, MINIMISED = 0.5, 0.1
_SETTLE, _SECONDS = 6.0, 12.0


def wait(seconds: float) -> None:
    """Let the event loop run for ``seconds``."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec_()


def run() -> list[Row]:
    """Measure the processor time of a window whose run stands before its first step."""
    with tempfile.TemporaryDirectory() as folder:
        program = build(Store(Path(folder), Path(folder)), theme="light")
        try:
            program.window.show()
            while program.context.bridge.state is not State.PAUSED:
                wait(0.5)
            wait(_SETTLE)
            share = _share()
            program.window.showMinimized()
            wait(1.0)
            minimised = _share()
        finally:
            program.close()
    return [
        Row(f"{NAME}: window in which nothing happens", share, "% of a core", f"<= {GOAL:g}", share <= GOAL),
        Row(
            f"{NAME}: the same, minimised",
            minimised,
            "% of a core",
            f"<= {MINIMISED:g}",
            minimised <= MINIMISED,
        ),
    ]


def _share() -> float:
    """Return the processor time that is used, in percent of a core."""
    began = time.process_time()
    wait(_SECONDS)
    return 100 * (time.process_time() - began) / _SECONDS
