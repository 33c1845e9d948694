"""What most starts do without is loaded beside the window once that stands, so that no click waits for it."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module

from PyQt5.QtCore import QTimer
from PyQt5.QtWidgets import QWidget

from engine.task import Task
from gui.app.collecting import no_collecting
from gui.panels import PANELS
from gui.run.runner import Runner, nothing
from gui.views import VIEWS

MODULES = (
    "gui.views.learn_curves",
    *(spec.module for spec in (*VIEWS, *PANELS)),
    "gui.views.health.page",
    "gui.views.inspector.inspector",
    "gui.views.breaking.panel",
    "gui.dialogs.own_pictures.dialog",
    "gui.dialogs.import_dialog",
    "gui.dialogs.data_get",
    "gui.dialogs.teach.dialog",
    "gui.dialogs.export_dialog",
    "gui.dialogs.race_dialog",
)
"""The curves first, for which a training that begins at once would wait; then views behind tabs, dialogs."""
LIBRARIES = ("engine.recognise.pictures", "engine.exchange", "engine.data.download", "engine.explain")
"""What they need that knows no Qt, with Pillow, requests and onnx: up to 0.2 s each."""
_AFTER_MS = 500
"""By then the window stands, and its first run is being loaded."""


_PAUSE_MS = 30
"""Between two of them, so that nobody waits for more than one."""


def load_later(window: QWidget) -> None:
    """Load ``LIBRARIES`` in a thread that ends with ``window``, then ``MODULES`` one after the other."""
    runner, timer = Runner(window), QTimer(window)
    timer.setSingleShot(True)
    left = list(MODULES)

    def following() -> None:
        if left:
            # What Qt's classes are made of is made in the window's thread, where all other of its work is.
            _load(left.pop(0))
            timer.start(_PAUSE_MS)

    def begin() -> None:
        timer.timeout.disconnect(begin)
        timer.timeout.connect(following)
        runner.ask(_load_libraries, lambda _: timer.start(0), nothing)

    timer.timeout.connect(begin)
    timer.start(_AFTER_MS)


def _load(name: str) -> None:
    with suppress(ImportError):  # whoever needs it will say so
        import_module(name)


def _load_libraries(task: Task) -> None:
    for name in LIBRARIES:
        task.check()
        # Much is made, and what the collector found meanwhile, widgets too, would be deleted in this thread.
        with no_collecting():
            _load(name)
