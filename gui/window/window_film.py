"""A film of the whole window: it travels through the kept steps, and is drawn at each of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt5.QtCore import QObject, QTimer, pyqtSignal
from PyQt5.QtGui import QImage, QPainter

from engine.errors import EngineError
from engine.publish.film.settings import Film, axis, thinned
from engine.publish.film.writing import write
from engine.task import Task
from engine.types import Bytes
from gui.run.runner import Runner
from gui.style.theme import THEMES
from gui.widgets.portrait import pixels_of
from gui.widgets.qimages import to_pixels

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow

_MOST = 120
"""Steps that are travelled to at most."""
_CALM, _PATIENCE = 0.12, 30.0
"""Seconds for which nothing may happen before a step is drawn, and after which it is drawn in any case."""
_LOOK_MS = 15
_ASK = 0.05
"""Seconds between two looks whether the film is cancelled."""


class _Wish:
    """A picture that the writing thread waits for."""

    def __init__(self, step: int) -> None:
        self.step = step
        self.pixels: Bytes | None = None
        self.there = threading.Event()


class WindowFrames(QObject):
    """The pictures of the film; asked for in any thread, made in that of the window.

    Attributes:
        film: how it is.
        steps: those that are seen.
    """

    _wished = pyqtSignal(object)

    def __init__(self, window: MainWindow, film: Film, own: Runner | None = None) -> None:
        """Film ``window``, which looks at the run already.

        Args:
            window: it.
            film: how.
            own: what writes the film, for whose end no picture may wait.

        Raises:
            EngineError: the run has kept no weights.
        """
        super().__init__(window)
        self.film = film
        self._window, self._own = window, own
        travel = window.context.moments.travel
        steps = thinned(travel.kept, film.scale, min(_MOST, film.count)) if travel.kept else []
        if not steps:
            raise EngineError("The run has kept no weights, so there is nothing to film.")
        self.steps = steps
        places = axis(steps, film.scale)
        self._at = np.interp(film.places(), places, np.arange(len(steps))).round().astype(int)
        self._made: dict[int, Bytes] = {}
        self._task = Task()
        self._wish: _Wish | None = None
        self._began = self._since = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._wished.connect(self._go)
        self._before = window.theme, travel.step
        if film.theme != window.theme.name:
            window.set_theme(THEMES[film.theme])

    def write(self, path: Path, task: Task) -> None:
        """Write the film, in any thread but that of the window; raises as ``writing.write``."""
        self._task = task
        write(self, path, task)

    def done(self) -> None:
        """Let the window be as it was before."""
        self._timer.stop()
        theme, step = self._before
        travel = self._window.context.moments.travel
        if step is None:
            travel.go_last()
        else:
            travel.go(step)
        if self._window.theme is not theme:
            self._window.set_theme(theme)
        self.deleteLater()

    def key(self, number: int) -> Hashable:
        """Return what is the same of pictures that look the same."""
        return int(self._at[number])

    def picture(self, number: int) -> Any:
        """Return a picture as Pillow has it; waits for the window."""
        from PIL import Image

        step = self.steps[int(self._at[number])]
        if step not in self._made:
            wish = _Wish(step)
            self._wished.emit(wish)
            while not wish.there.wait(_ASK):
                self._task.check()
            assert wish.pixels is not None  # noqa: S101 - for the type checker
            self._made = {step: wish.pixels}  # the writers ask for the same one again, if for any
        return Image.fromarray(self._made[step])

    # --- in the thread of the window --------------------------------------------------------------------

    def _go(self, wish: _Wish) -> None:
        self._wish = wish
        self._began = self._since = time.monotonic()
        self._window.context.moments.travel.go(wish.step)
        self._timer.start()

    def _look(self) -> None:
        now, window, wish = time.monotonic(), self._window, self._wish
        runners = window.findChildren(Runner)
        if window.look.changing or any(each.working for each in runners if each is not self._own):
            self._since = now
        if wish is None or (now - self._since < _CALM and now - self._began < _PATIENCE):
            return
        self._timer.stop()
        self._wish = None
        wish.pixels = self._drawn()
        wish.there.set()

    def _drawn(self) -> Bytes:
        """Return the window as large as the film allows, in the middle of it."""
        width, height = self.film.size
        window = self._window
        scale = min(width / window.width(), height / window.height())
        picture = pixels_of(window, scale)
        picture.setDevicePixelRatio(1)
        sheet = QImage(width, height, QImage.Format_RGB888)
        sheet.fill(window.palette().window().color())
        painter = QPainter(sheet)
        painter.drawImage((width - picture.width()) // 2, (height - picture.height()) // 2, picture)
        painter.end()
        return to_pixels(sheet)
