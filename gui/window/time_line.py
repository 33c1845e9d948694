"""The time line under the views: where they look along the life of a run, and the buttons to travel with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt5.QtCore import QMimeData, QSize, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QHBoxLayout, QToolBar, QToolButton, QWidget

from engine.formatting import grouped
from engine.io.gate import is_there
from engine.runs import names
from gui.run.moments import Moments
from gui.run.travel import SPEEDS
from gui.style.icons import icon
from gui.style.theme import GRID, Theme, font
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.dropped import files_in
from gui.widgets.figures import Figures
from gui.widgets.time_track import TimeTrack

_FAR = 10
"""Kept steps that Page up and Page down go."""
_BUTTONS = (
    ("first", "first", "First kept step (Alt+Home)"),
    ("previous", "previous", "Kept step before (Alt+Left)"),
    ("play", "play", "Play from here (F9)"),
    ("next", "next", "Next kept step (Alt+Right)"),
    ("best", "best", "Best validation (Ctrl+B)"),
)
WORDS = ("play", "previous", "next", "first", "last", "best", "live")
"""What the menu has of it."""
_GROWS_MS = 500
"""While it trains the axis is drawn anew this often."""
_ROOMY = 1000
"""In a narrower window, in pixels, there is no room for axis, speed and loop."""
_WITH_BRANCH = 1240
"""In a narrower one, going on from here is left to the menu."""


def run_in(mime: QMimeData | None) -> Path | None:
    """Return the folder of a recorded run that is dragged, if it is one."""
    files = files_in(mime)
    if len(files) != 1:
        return None
    path = files[0].parent if files[0].name == names.RUN else files[0]
    return path if is_there(path / names.RUN) else None


class TimeLine(QToolBar):
    """Buttons, axis and words; everything it does is done by ``Travel``."""

    branch_wanted = pyqtSignal()
    """The user wants a new run from here."""

    def __init__(self, moments: Moments, theme: Theme) -> None:
        """Follow ``moments``."""
        super().__init__("Time line")
        self.setObjectName("time_line")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.PreventContextMenu)
        self._moments, self._travel, self._theme = moments, moments.travel, theme
        self.track = TimeTrack(theme)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_GROWS_MS)
        self.buttons: dict[str, QToolButton] = {}
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.setSpacing(GRID // 2)
        for key, _, tip in _BUTTONS:
            row.addWidget(self._button(key, tip))
        self.live = QToolButton()
        self.live.setText("Live")
        self.live.setCheckable(True)
        self.live.setToolTip("Follow the run in training again (Ctrl+L)")
        self.live.clicked.connect(lambda _checked: self.act("live"))
        row.addWidget(self.live)
        row.addWidget(self.track, 1)
        self.branch = QToolButton()
        self.branch.setText("Continue from here\u2026")
        self.branch.setToolTip("Begin a new run with the weights of this step (Ctrl+Shift+R)")
        self.branch.clicked.connect(lambda _checked: self.branch_wanted.emit())
        self.words = Figures("step 000,000 of 000,000", font())
        self.words.setAccessibleName("Step that is looked at")
        row.addWidget(self.words)
        row.addWidget(self.branch)
        self.axis = ChoiceBox("Axis", "Logarithmic: early steps, which change most, get more room.")
        self.axis.addItems(["Log axis", "Linear axis"])
        self.axis.currentIndexChanged.connect(lambda index: self.track.set_logarithmic(index == 0))
        row.addWidget(self.axis)
        self.speed = ChoiceBox("Speed of playing", "How fast one kept step follows the other.")
        self.speed.addItems([name for name, *_ in SPEEDS])
        self.speed.setCurrentIndex(self._travel.speed)
        self.speed.currentIndexChanged.connect(self._travel.set_speed)
        row.addWidget(self.speed)
        self.loop = self._button("loop", "Begin again at the end of playing")
        self.loop.setCheckable(True)
        row.addWidget(self.loop)
        for widget in (self.branch, self.axis, self.speed, self.loop):
            widget.setMinimumWidth(1)  # so that the window can become so narrow that they are left out
        self.addWidget(holder)
        self._connect()
        self.set_theme(theme)

    def _button(self, key: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName("icon")
        button.setIconSize(QSize(16, 16))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda _checked: self.act(key))
        self.buttons[key] = button
        return button

    def _connect(self) -> None:
        moments, travel = self._moments, self._travel
        self.track.chosen.connect(self._choose)
        self.track.asked.connect(self.act)
        for signal in (moments.travelled, moments.run_changed, moments.validated):
            signal.connect(self._refresh)
        moments.history_grew.connect(self._grew)
        self._later.timeout.connect(self._refresh)
        travel.playing_changed.connect(lambda _on: self.set_theme(self._theme))

    def act(self, word: str) -> None:
        """Do what a button or key says."""
        travel = self._travel
        actions: dict[str, Callable[[], object]] = {
            "first": travel.go_first,
            "last": travel.go_last,
            "best": travel.go_best,
            "live": travel.go_live,
            "previous": partial(travel.go_by, -1),
            "next": partial(travel.go_by, 1),
            "back": partial(travel.go_by, -_FAR),
            "forward": partial(travel.go_by, _FAR),
            "play": self._toggle,
            "loop": self._set_loop,
        }
        if word not in ("play", "loop"):
            travel.stop()
        actions[word]()
        self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.track.set_theme(theme)
        for key, name, _ in (*_BUTTONS, ("loop", "loop", "")):
            shown = "pause" if key == "play" and self._travel.playing else name
            self.buttons[key].setIcon(icon(shown, theme.text, theme.muted))
        self.buttons["play"].setToolTip("Stop (F9)" if self._travel.playing else "Play from here (F9)")
        self._refresh()

    def set_low(self, low: bool) -> None:
        """Take as little height as possible."""
        self.track.set_low(low)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave to the menu what there is no room for."""
        super().resizeEvent(event)
        self.branch.setVisible(self.width() >= _WITH_BRANCH)
        for widget in (self.speed, self.loop, self.axis):
            widget.setVisible(self.width() >= _ROOMY)

    def _choose(self, step: int) -> None:
        self._travel.stop()
        own = self._moments.run is self._moments.training
        if own and step >= self._travel.newest:
            self._travel.go_live()
        else:
            self._travel.go(step)
        self._refresh()

    def _toggle(self) -> None:
        if self._travel.playing:
            self._travel.stop()
        else:
            self._travel.play()

    def _set_loop(self) -> None:
        self._travel.loop = self.loop.isChecked()

    def _grew(self) -> None:
        """Say at once which step it is; the axis, of which a whole run shifts a little, follows."""
        if self._travel.live and self._travel.kept:
            self.words.setText(f"step {grouped(self._travel.newest)}")
        if not self._later.isActive():
            self._later.start()

    def _refresh(self, _value: object = None) -> None:
        self._later.stop()
        travel = self._travel
        kept = travel.kept
        self.track.show_run(travel.newest, kept, travel.best, self._moments.run.changes(), travel.step)
        for button in self.buttons.values():
            button.setEnabled(bool(kept))
        self.live.setEnabled(not travel.live)
        self.branch.setEnabled(bool(kept))
        self.live.setChecked(travel.live)
        if not kept:
            text = "The steps of a run can be visited here"
        elif travel.step is None:
            text = f"step {grouped(travel.newest)}"
        else:
            text = f"step {grouped(travel.step)} of {grouped(travel.newest)}"
        self.words.setText(text)
