"""The source of a layer with the lines that ran, its formula, and the shapes of this network."""

from __future__ import annotations

from PyQt5.QtGui import QColor, QHideEvent, QShowEvent
from PyQt5.QtWidgets import QCheckBox, QTextBrowser, QVBoxLayout, QWidget

from engine.arithmetic.code import LayerCode, layer_code, loss_code
from engine.arithmetic.passes import Pass
from engine.arithmetic.watching import Source
from engine.optimisers import Optimiser
from engine.task import Task
from gui.presenters.arithmetic import code_page, optimiser_page
from gui.run.runner import Runner
from gui.style.theme import FIXED, GRID, Theme
from gui.widgets.plain import Label

_ABOUT = "The program's own source, read from its files. Lines on a coloured ground are those that ran."
_SHADE = 0.22
"""How much of the accent colour is in the ground of lines that ran."""
_Found = tuple[LayerCode | None, tuple[Source, ...], tuple[Source, ...]]


class CodePage(QWidget):
    """Formula, shapes and source of the layer that gave the value that is looked at."""

    def __init__(self, theme: Theme) -> None:
        """Make an empty page."""
        super().__init__()
        self._theme = theme
        self._found: _Found | None = None
        self._subject: tuple[Pass, int] | None = None
        self._update: tuple[Optimiser, tuple[Source, ...]] | None = None
        self._shown: tuple[object, ...] = ()
        self._runner = Runner(self)
        self.training = QCheckBox("As in &training")
        self.training.setToolTip(
            "Run the layer as a training step does: batch statistics and dropout are on.\n"
            "Otherwise as it runs for the pictures and answers."
        )
        about = Label(_ABOUT)
        about.setObjectName("note")
        about.setWordWrap(True)
        self.text = QTextBrowser()
        self.text.setOpenLinks(False)
        self.text.setAccessibleName("Formula and source of the layer")
        self.text.setLineWrapMode(QTextBrowser.NoWrap)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.training)
        column.addWidget(about)
        column.addWidget(self.text, 1)
        self.training.toggled.connect(lambda _on: self._ask())
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.text.setStyleSheet(
            f"QTextBrowser {{ background: {theme.panel}; color: {theme.text}; border: 0; }}"
        )
        self.text.document().setDefaultStyleSheet(f"pre {{ font-family: {FIXED}; font-size: 11px; }}")
        self._fill()

    def show_step(self, found: Pass, number: int) -> None:
        """Show the code of the operation ``number``; the number after the last one is softmax."""
        self._subject = (found, number)
        self._ask()

    def show_update(self, optimiser: Optimiser, sources: tuple[Source, ...]) -> None:
        """Show, below the layer, what the optimiser did to the weight that is taken apart."""
        self._update = (optimiser, sources)
        self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        """Run the layer, which is not done while nobody looks."""
        super().showEvent(event)
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Run nothing that nobody looks at."""
        super().hideEvent(event)
        self._runner.drop()

    def _ask(self) -> None:
        if self._subject is None or not self.isVisible():
            return
        found, number = self._subject
        training = self.training.isChecked()
        # Which lines run depends on the network and on the layer, not on the image.
        shown = (found.network.spec, number, training)
        if shown == self._shown:
            return
        number = max(number, 0)

        def work(_task: Task) -> _Found:
            if number >= len(found.steps):
                return None, loss_code(found, 0), ()
            code = layer_code(found, number, training=training)
            return code, code.forward, code.backward

        def done(result: _Found) -> None:
            self._found, self._shown = result, shown
            self._fill()

        self._runner.ask(work, done, self.text.setPlainText)

    def _fill(self) -> None:
        if self._found is None:
            return
        code, forward, backward = self._found
        ends = (QColor(self._theme.panel), QColor(self._theme.accent))
        low, high = (colour.getRgb()[:3] for colour in ends)
        ran = QColor(*(round(a + _SHADE * (b - a)) for a, b in zip(low, high, strict=True)))
        sources = [("Forward" if code is not None else "Softmax and loss, with its gradient", forward)]
        if backward:
            sources.append(("Backward", backward))
        text = code_page(code, sources, self._theme.text, ran.name())
        if self._update is not None:
            text += optimiser_page(*self._update, self._theme.text, ran.name())
        place = self.text.verticalScrollBar().value()
        self.text.setHtml(text)
        self.text.verticalScrollBar().setValue(place)
