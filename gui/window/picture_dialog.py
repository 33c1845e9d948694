"""A picture of any view: which one, PNG or SVG, how sharp, in which colours."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject, Qt, QTimer
from PyQt5.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from gui.run.runner import Runner
from gui.style.theme import GRID, THEMES
from gui.widgets.in_row import in_row
from gui.widgets.plain import Label
from gui.widgets.portrait import SCALES, write_portrait

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow

WINDOW = "window"
"""Stands for the whole window among the keys of the views."""
_FORMS = (("PNG, pixels", ".png"), ("SVG, lines and letters", ".svg"))
_CALM, _PATIENCE = 0.3, 10.0
"""Seconds for which nothing may happen before the picture is made, and after which it is made in any case."""
_LOOK_MS = 30


class PictureDialog(QDialog):
    """Chooses what is seen in the picture, and how, and saves it."""

    def __init__(self, window: MainWindow, key: str) -> None:
        """Offer all views of ``window``; the one with this ``key`` is chosen."""
        super().__init__(window)
        self.setWindowTitle("Save a picture")
        self.setWindowModality(Qt.WindowModal)
        self.setAttribute(Qt.WA_DeleteOnClose)
        self._main = window
        self.view = QComboBox()
        for each, dock in window.docks.items():
            self.view.addItem(dock.windowTitle(), each)
        self.view.addItem("The whole window", WINDOW)
        self.view.setCurrentIndex(max(0, self.view.findData(key)))
        self.forms = QButtonGroup(self)
        forms = QHBoxLayout()
        forms.setSpacing(2 * GRID)
        for number, (words, _) in enumerate(_FORMS):
            button = QRadioButton(words)
            self.forms.addButton(button, number)
            forms.addWidget(button)
        forms.addStretch(1)
        self.forms.button(0).setChecked(True)
        self.scale = QComboBox()
        for scale in range(SCALES[0], SCALES[1] + 1):
            self.scale.addItem(f"{scale}\N{MULTIPLICATION SIGN}", scale)
        self.scale.setCurrentIndex(1)
        self.theme = QComboBox()
        for words, name in (("As now", ""), ("Light", "light"), ("Dark", "dark")):
            self.theme.addItem(words, name)
        self.size_words = Label()
        self.size_words.setObjectName("note")
        self._arrange(forms)
        for signal in (self.view.currentIndexChanged, self.scale.currentIndexChanged, self.forms.idToggled):
            signal.connect(lambda *_: self._say())
        self._say()

    def _arrange(self, forms: QHBoxLayout) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        form.addRow("&View", self.view)
        form.addRow("Form", forms)
        form.addRow("S&harpness", self.scale)
        form.addRow("&Colours", self.theme)
        form.addRow("", self.size_words)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(lambda _checked: self.reject())
        self.save_button = QPushButton("&Save\N{HORIZONTAL ELLIPSIS}")
        self.save_button.setObjectName("primary")
        self.save_button.setDefault(True)
        self.save_button.clicked.connect(lambda _checked: self.save())
        foot = in_row(None, cancel, self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(form)
        column.addLayout(foot)
        self.setMinimumWidth(400)

    @property
    def suffix(self) -> str:
        """The ending of the chosen form."""
        return _FORMS[self.forms.checkedId()][1]

    def _say(self) -> None:
        pixels = self.suffix == ".png"
        self.scale.setEnabled(pixels)
        size = self._widget(make=False).size()
        scale = self.scale.currentData() if pixels else 1
        unit = "pixels" if pixels else "units, sharp at any size"
        self.size_words.setText(
            f"{size.width() * scale}\N{MULTIPLICATION SIGN}{size.height() * scale} {unit}"
        )

    def _widget(self, *, make: bool = True) -> QWidget:
        """Return what is to be seen in the picture; a view that was never seen is made if ``make``."""
        key = self.view.currentData()
        if key == WINDOW:
            return self._main
        dock = self._main.docks[key]
        return dock.part if make or dock.built else dock

    def save(self) -> None:
        """Ask where, then close and write the picture."""
        context, key = self._main.context, self.view.currentData()
        moments = context.moments
        title = self.view.currentText()
        suggestion = f"kernelscope-{key}-step-{moments.travel.at}{self.suffix}"
        form = f"{self.suffix[1:].upper()} pictures (*{self.suffix})"
        path = context.dialogs.save_file(f"Save a picture: {title}", suggestion, form)
        if path is None:
            return
        if path.suffix.lower() != self.suffix:
            path = path.with_name(path.name + self.suffix)
        if key != WINDOW:
            self._main.show_part(key)
        name, scale = self.theme.currentData(), float(self.scale.currentData())
        self.accept()
        Portrait(self._main, self._widget(), path, scale, name or self._main.theme.name, title)


class Portrait(QObject):
    """Makes one picture as soon as the window is calm, in any theme; then the window is as it was before."""

    def __init__(
        self, window: MainWindow, widget: QWidget, path: Path, scale: float, theme: str, title: str
    ) -> None:
        """Write ``widget`` of ``window`` to ``path`` in the colours of ``theme``."""
        super().__init__(window)
        self._window, self._before = window, window.theme
        self._write: Callable[[], None] = partial(write_portrait, widget, path, scale, title)
        self._path = path
        if theme != window.theme.name:
            window.set_theme(THEMES[theme])
        self._began = self._since = time.monotonic()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        now, window = time.monotonic(), self._window
        if window.look.changing or any(runner.working for runner in window.findChildren(Runner)):
            self._since = now
        if now - self._since < _CALM and now - self._began < _PATIENCE:
            return
        self._timer.stop()
        self.deleteLater()
        notices = window.context.notices
        try:
            self._write()
        except OSError as error:
            notices.problem(f"Cannot write {self._path}: {error.strerror or error}.")
        else:
            notices.tell(f"Saved {self._path.name} in {self._path.parent}.")
        finally:
            if window.theme is not self._before:
                window.set_theme(self._before)


def open_picture_dialog(window: MainWindow, key: str = "") -> None:
    """Open the dialog; without a ``key`` for the view that the user works in, or the largest in sight."""
    if not key:
        focused: QWidget | None = window.focusWidget()
        seen = [each for each, dock in window.docks.items() if not dock.visibleRegion().isEmpty()]
        inside = [each for each in seen if focused is not None and window.docks[each].isAncestorOf(focused)]
        seen.sort(key=lambda each: -window.docks[each].width() * window.docks[each].height())
        key = (inside or seen or list(window.docks))[0]
    PictureDialog(window, key).show()
