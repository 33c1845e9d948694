"""A start loads what its first picture needs, and what is loaded later is there to be loaded."""

from __future__ import annotations

import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

from PyQt5.QtCore import QEvent, QObject
from PyQt5.QtWidgets import QWidget

from engine.model.spec import preset
from engine.training.config import RunConfig
from gui.app import loading
from gui.app.build import application, build
from gui.app.loading import LIBRARIES, MODULES
from gui.state.settings import Store

ROOT = Path(__file__).parents[3]
LATER = (
    "PIL",
    "engine.arithmetic",
    "engine.damage",
    "engine.explain",
    "engine.exchange",
    "engine.health",
    "engine.layers",
    "engine.maps",
    "engine.model.model_file",
    "engine.model.network",
    "engine.model.spec",
    "engine.optimisers",
    "engine.runs.compare",
    "engine.runs.record",
    "engine.schedules",
    "engine.session.loop",
    "engine.training.config",
    "engine.training.trainer",
    "gui.panels.experiment",
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
import sys
import main
from PyQt5.QtWidgets import QApplication
loop = QApplication.exec_
def watched(app):
    print([name for name in {LATER!r} if name in sys.modules])
    window = next(each for each in app.topLevelWidgets() if each.isVisible())
    window.stands.connect(lambda: (print("gui.panels.experiment" in sys.modules), app.quit()))
    return loop()
QApplication.exec_ = watched
raise SystemExit(main.main(["--theme", "light"]))
"""
"""All that a start does until its loop runs, and then what was put off."""


def test_a_start_loads_no_more_than_its_first_picture_needs(tmp_path: Path) -> None:
    folders = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "KERNELSCOPE_DATA")
    ended = subprocess.run(
        [sys.executable, "-c", _START],
        cwd=ROOT,
        env={"PATH": "", "QT_QPA_PLATFORM": "offscreen", **dict.fromkeys(("HOME", *folders), str(tmp_path))},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (0, "[]\nTrue\n"), ended.stderr
    assert all(find_spec(name) is not None for name in MODULES)


class Windows(QObject):
    """Notes what is shown as a window."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(type(watched).__name__)
        return False


def test_what_comes_after_the_first_picture_finds_its_place_kept(qtbot, tmp_path, monkeypatch) -> None:
    windows = Windows()
    application().installEventFilter(windows)
    program = build(Store(tmp_path, tmp_path / "runs"), theme="light")
    window, dock = program.window, program.window.docks["experiment"]
    with monkeypatch.context() as patch:
        patch.setattr(dock, "stop_waiting", lambda: None)
        with qtbot.waitSignal(window.stands, timeout=20000):
            window.show()
    assert not dock.built and dock.isVisible()
    before = {key: each.geometry() for key, each in window.docks.items()}
    place = dock.widget().mapTo(window, dock.widget().rect().center())
    colour = window.grab().toImage().pixelColor(place)
    dock.stop_waiting()
    qtbot.waitUntil(window.experiment.isVisible)
    for _ in range(4):
        program.app.processEvents()
    assert {key: each.geometry() for key, each in window.docks.items()} == before
    assert windows.seen == ["MainWindow"]  # a part that is shown before it has a parent would flash
    assert window.experiment.palette().base().color() == colour  # or it would flash
    application().removeEventFilter(windows)
    program.close()
    at_once = build(Store(tmp_path / "other", tmp_path / "runs"), theme="light")
    assert at_once.window.experiment.isHidden()
    with qtbot.waitSignal(at_once.window.stands, timeout=20000):
        at_once.window.show()
    assert {key: each.geometry() for key, each in at_once.window.docks.items()} == before
    at_once.close()


def test_settings_of_a_start_are_in_the_panel_whenever_it_is_made(qtbot, tmp_path) -> None:
    config = RunConfig(preset("lenet5"), batch_size=7)
    for shown in (False, True):
        program = build(Store(tmp_path, tmp_path / "runs"), theme="light", config=config)
        if shown:
            with qtbot.waitSignal(program.window.stands, timeout=20000):
                program.window.show()
        assert program.window.experiment.config() == config
        program.close()


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
