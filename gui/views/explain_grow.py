"""The picture that excites a part most, growing while one looks, and what on an image excites it."""

from __future__ import annotations

import time

import numpy as np
from PyQt5.QtCore import QSize, pyqtSignal
from PyQt5.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.explain.kernels import kernel_pictures
from engine.explain.maximise import Frame, Maximise
from engine.explain.part import Part
from engine.explain.projection import project
from engine.layers.activations import Activation
from engine.layers.batch_norm import BatchNorm
from engine.model.model_file import Model
from engine.task import Task
from engine.types import Array, Bytes
from gui.presenters.explain_parts import frame_words, projection_words
from gui.run.job_bar import JobBar
from gui.run.runner import Runner
from gui.state.selection import Sample
from gui.style.theme import GRID, Theme
from gui.widgets.picture import Picture
from gui.widgets.plain import Label

_SIDE, _SMALL, _WIDTH = 168, 84, 232
_EACH = 0.06
"""Seconds from one picture to the next while it grows."""


class GrowPanel(QWidget):
    """Grows a picture for one part at a button, and shows kernel and projection below it."""

    chosen = pyqtSignal(object)
    """The user wants all views to look at the grown picture (a ``Sample``)."""

    def __init__(self, theme: Theme) -> None:
        """Make a panel that looks at nothing yet."""
        super().__init__()
        self._model: Model | None = None
        self._part = Part(0, 0)
        self._seed = 0
        self._newest: list[Frame] = []
        self.frame: Frame | None = None
        self.heading = Label("The picture that excites it most")
        self.heading.setObjectName("heading")
        self.picture = Picture(theme, _SIDE)
        self.picture.setAccessibleName("The picture that excites it most")
        self.button = QPushButton("&Grow it from noise")
        self.button.setToolTip(
            "Begins with noise and changes every pixel a little in the direction that excites this part "
            "more, again and again (activation maximisation). Once more begins with other noise."
        )
        self.button.clicked.connect(lambda _checked: self.start())
        self.look = QPushButton("&Look at it")
        self.look.setToolTip("Let all views look at this picture")
        self.look.clicked.connect(lambda _checked: self._look())
        self.words = self._note()
        self.job = JobBar("Steps of the picture", unit="", first="")
        self.job.words.hide()
        self.job.bar.setFixedWidth(_SIDE - 60)
        self.job.failed.connect(self._failed)
        self.projected = Picture(theme, _SMALL, "Sent back")
        self.kernel = Picture(theme, _SMALL, "Its kernel")
        self.kernel.setToolTip(
            "The colours that this filter of the first layer looks for; grey is a weight of zero"
        )
        self.projected.setToolTip(
            "Which pixels of the chosen image made up its value, and in which direction"
        )
        self.reason = self._note()
        self._runner = Runner(self)
        row = QHBoxLayout()
        row.setSpacing(GRID // 2)
        row.addWidget(self.button)
        row.addWidget(self.look)
        row.addStretch(1)
        small = QHBoxLayout()
        small.setSpacing(GRID)
        small.addWidget(self.projected)
        small.addWidget(self.kernel)
        small.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(GRID // 2)
        for widget in (self.heading, self.picture):
            column.addWidget(widget)
        column.addLayout(row)
        column.addWidget(self.job)
        column.addWidget(self.words)
        column.addStretch(1)
        below = QVBoxLayout()
        below.setSpacing(GRID // 2)
        below.addLayout(small)
        below.addWidget(self.reason)
        below.addStretch(1)
        self._both = QBoxLayout(QBoxLayout.TopToBottom, self)
        self._both.setContentsMargins(0, 0, 0, 0)
        self._both.setSpacing(GRID)
        self._both.addLayout(column)
        self._both.addLayout(below)
        self.setFixedWidth(_WIDTH)
        self.clear()

    @property
    def busy(self) -> bool:
        """Whether a picture grows."""
        return self.job.busy or self._runner.busy

    def set_low(self, low: bool) -> None:
        """Take less height and more width, or the other way round."""
        self._both.setDirection(QBoxLayout.LeftToRight if low else QBoxLayout.TopToBottom)
        side = _SMALL if low else _SIDE
        self.picture.set_room(side, side)
        self.setFixedWidth(_WIDTH + 2 * _SMALL + 2 * GRID if low else _WIDTH)

    def minimumSizeHint(self) -> QSize:
        """Ask for no height: in a low place the lower part is out of sight."""
        return QSize(_WIDTH, 0)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for picture in (self.picture, self.projected, self.kernel):
            picture.set_theme(theme)

    def clear(self) -> None:
        """Show nothing."""
        self.stop()
        self.frame = None
        self.look.setEnabled(False)
        for picture in (self.picture, self.projected, self.kernel):
            picture.show_pixels(None)
        for picture in (self.projected, self.kernel):
            picture.hide()
        self.words.setText("")
        self.reason.setText("")

    def look_at(self, model: Model, part: Part) -> None:
        """Look at a part of another network, or at another part."""
        self._model, self._part, self._seed = model, part, 0
        layers = model.network.spec.layers
        self.button.setText("&Grow it from noise")
        # What follows the first layer value by value belongs to the same kernels.
        first = all(isinstance(each, BatchNorm | Activation) for each in layers[1 : part.layer + 1])
        kernels = kernel_pictures(model.network, model.preprocessing) if first else None
        self.kernel.setVisible(kernels is not None)
        self.kernel.show_pixels(None if kernels is None else kernels[part.channel])

    def start(self) -> None:
        """Let a picture grow."""
        if self._model is None:
            return
        model, part, maximise = self._model, self._part, Maximise(seed=self._seed)
        self._seed += 1
        self.button.setText("&Once more")
        newest: list[Frame] = []

        def work(task: Task) -> Frame | None:
            due = 0.0
            for frame in maximise.frames(model.network, model.preprocessing, part):
                newest[:] = [frame]
                if time.monotonic() >= due:  # the window takes the newest one when it comes round to it
                    due = time.monotonic() + _EACH
                    task.report(frame.step, frame.steps)
                task.check()
            return newest[0] if newest else None

        self.job.start("Growing", work, self._show, lambda: self._show(newest[0] if newest else None))

    def stop(self) -> None:
        """Let the picture as it is."""
        self.job.stop()
        self._runner.drop()

    def project(self, image: Bytes, number: int) -> None:
        """Show what on an image ``(C, H, W)`` excites the part."""
        if self._model is None:
            return
        model, part = self._model, self._part

        def done(found: tuple[Array, str]) -> None:
            values, words = found
            self.projected.show()
            self.projected.show_pixels(_grey_is_zero(values))
            self.reason.setText(f"Image {number}. {words}.")

        def work(_task: Task) -> tuple[Array, str]:
            found = project(model.network, model.preprocessing, image, part)
            return found.values, projection_words(found)

        self._runner.ask(work, done, self._failed)

    def _show(self, frame: Frame | None) -> None:
        if frame is None or self._model is None:
            return
        self.frame = frame
        self.picture.show_pixels(frame.image)
        self.words.setText(frame_words(frame, self._model.class_names))
        self.look.setEnabled(True)

    def _look(self) -> None:
        if self.frame is not None:
            self.chosen.emit(Sample(self.frame.image, "the grown picture"))

    def _failed(self, sentence: str) -> None:
        self.words.setText(sentence)

    def _note(self) -> Label:
        label = Label()
        label.setObjectName("note")
        label.setWordWrap(True)
        label.setMinimumWidth(1)
        return label


def _grey_is_zero(values: Array) -> Bytes:
    """Return signed values ``(C, H, W)`` as pixels, zero in the middle."""
    size = float(np.abs(values).max()) or 1.0
    pixels: Bytes = np.rint(127.5 * (1 + values / size)).astype(np.uint8)
    return pixels
