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
    "engine.recognise.pictures",
)
"""The curves first, for which a training that begins at once would wait; then views behind tabs, and dialogs,
which bring Pillow, requests and onnx: up to 0.2 s each."""
_AFTER_MS = 500
"""By then the window stands, and its first run is being loaded."""


def load_later(window: QWidget) -> None:
    """Load ``MODULES`` one after the other, in a thread that ends with ``window``."""
    runner, timer = Runner(window), QTimer(window)
    timer.setSingleShot(True)
    timer.timeout.connect(lambda: runner.ask(_load, nothing, nothing))
    timer.start(_AFTER_MS)


def _load(task: Task) -> None:
    for name in MODULES:
        task.check()
        # Much is made, and what the collector found meanwhile, widgets too, would be deleted in this thread.
        with no_collecting(), suppress(ImportError):  # whoever needs it will say so
            import_module(name)
