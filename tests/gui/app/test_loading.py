"""A start loads what its first picture needs, and what is loaded later is there to be loaded."""

from __future__ import annotations

import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

from PyQt5.QtWidgets import QWidget

from gui.app import loading
from gui.app.loading import LIBRARIES, MODULES

ROOT = Path(__file__).parents[3]
LATER = (
    "PIL",
    "engine.arithmetic",
    "engine.damage",
    "engine.explain",
    "engine.exchange",
    "engine.health",
    "engine.maps",
    "engine.runs.compare",
    "engine.runs.record",
    "engine.session.loop",
    "engine.training.trainer",
    "gui.views.evaluate",
    "gui.views.explain",
    "gui.views.inspector",
    "gui.views.learn_curves",
    "importlib.metadata",
    "onnx",
    "pyqtgraph",
    "requests",
)
_START = f"""
import sys, tempfile
from pathlib import Path
import main
main.parser()
from PyQt5.QtCore import QTimer
from gui.app.launch import window
from gui.state.settings import Store
with tempfile.TemporaryDirectory() as folder:
    program = window().build(Store(Path(folder), Path(folder)), theme="light")
    program.window.show()
    print([name for name in {LATER!r} if name in sys.modules])
    program.close()
"""


def test_a_start_loads_no_more_than_its_first_picture_needs(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _START],
        cwd=ROOT,
        env={"PATH": "", "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (0, "[]\n"), ended.stderr
    assert all(find_spec(name) is not None for name in MODULES)


def test_what_is_made_of_classes_of_qt_is_loaded_in_the_thread_of_the_window(qtbot, monkeypatch) -> None:
    loaded: list[tuple[str, threading.Thread]] = []
    monkeypatch.setattr(
        loading, "import_module", lambda name: loaded.append((name, threading.current_thread()))
    )
    window = QWidget()
    qtbot.addWidget(window)
    loading.load_later(window)
    qtbot.waitUntil(lambda: len(loaded) == len(LIBRARIES) + len(MODULES), timeout=10000)
    here = threading.main_thread()
    assert [name for name, _ in loaded] == [*LIBRARIES, *MODULES]
    assert all((thread is here) == name.startswith("gui.") for name, thread in loaded)
