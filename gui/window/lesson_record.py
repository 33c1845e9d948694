"""Begins a lesson of one's own from what is on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PyQt5.QtCore import QBuffer, QIODevice

from engine.errors import EngineError, in_words
from engine.lessons.places import VIEWS
from engine.lessons.writing import begin_lesson
from engine.model.reference import THE_RUN
from engine.model.shipped import SHIPPED
from gui.widgets.canvas import Canvas
from gui.widgets.qimages import to_qimage

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow


def record_lesson(window: MainWindow) -> None:
    """Ask where to, and write a lesson that begins as the window is now: views, run or settings, step, image.

    Of the newest step of a run in training the settings are taken, to be trained afresh; if another step is
    looked at, the run is copied.
    """
    context = window.context
    folder = context.dialogs.new_folder("Record a lesson", "my-lesson")
    if folder is None:
        return
    moments, sample = context.moments, context.selection.sample
    afresh, key = moments.travel.live, context.models.current.key
    seen = [key for key, dock in window.docks.items() if key in VIEWS and dock.isVisible()]
    front = [key for key in seen if not window.docks[key].visibleRegion().isEmpty()]
    try:
        written = begin_lesson(
            folder,
            folder.name.replace("-", " ").replace("_", " ").capitalize()[:80] or "My lesson",
            [*front, *(key for key in seen if key not in front)],
            config=window.experiment.config() if afresh else None,
            run=None if afresh else moments.run.reader(),
            at=None if afresh else moments.travel.at,
            model=key if key in (THE_RUN.key, *SHIPPED) else "",
            image=sample.index if sample is not None else None,
            picture=_png(window.pad.canvas) if window.pad.canvas.drawing.strokes else None,
        )
    except (EngineError, OSError) as error:
        context.notices.problem(in_words(error))
        return
    context.notices.tell(f"Wrote {written}: fill in its steps, then open it with Open a lesson.")


def _png(canvas: Canvas) -> bytes:
    """Return the drawing as PNG, dark on light, as a pen would leave it."""
    ink = np.round(255 * (1 - np.clip(canvas.ink(), 0, 1))).astype(np.uint8)
    buffer = QBuffer()
    buffer.open(QIODevice.WriteOnly)
    to_qimage(ink[None]).save(buffer, "PNG")
    return bytes(buffer.data())
