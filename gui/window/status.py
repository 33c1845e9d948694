"""The status bar: where the run stands, in figures that do not jitter."""

from __future__ import annotations

import time

from PyQt5.QtGui import QFontMetrics, QResizeEvent
from PyQt5.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from engine.session.messages import State
from gui.presenters.status import Speed, figures, share_done
from gui.presenters.time_line import where
from gui.run.moments import Moments
from gui.run.session_bridge import SessionBridge
from gui.style.theme import GRID, SMALL, font
from gui.widgets.figures import Figures
from gui.widgets.plain import Label
from gui.widgets.progress import ProgressBar

REFRESH_SECONDS = 0.25
"""While it trains the figures change this often: fast enough to live, slow enough to read."""

_FIELDS = (
    (
        "epoch",
        "epoch",
        "999/999",
        "Passes over all training images: the present one, and how many there will be",
    ),
    ("step", "step", "000 000 of 000 000", "Training steps done, and how many there will be"),
    ("speed", "", "00 000 images/s", "Training images a second, over the last two seconds"),
    ("left", "left", "00:00:00", "Time until the end of the run, hours:minutes:seconds"),
    ("loss", "loss", "0.0000", "Mean cross-entropy of the last 100 batches"),
    (
        "accuracy",
        "train",
        "100.0 %",
        "Share of correct answers in the last 100 batches, before they were learnt",
    ),
    (
        "validation",
        "validation",
        "100.0 %",
        "Share of correct answers on the images set aside, at the last validation",
    ),
    (
        "validation_loss",
        "validation loss",
        "0.0000",
        "Mean cross-entropy on the images set aside, at the last validation",
    ),
)

_LEFT_OUT = ("left", "validation_loss", "epoch", "speed", "validation")
"""What a narrow window leaves out, in this order."""

_STATES = {
    State.LOADING: "Loading",
    State.PAUSED: "Paused",
    State.RUNNING: "Training",
    State.FINISHED: "Finished",
    State.FAILED: "Stopped",
}


class RunStatus(QWidget):
    """State, progress and figures of the present run."""

    def __init__(self, bridge: SessionBridge, moments: Moments, parent: QWidget | None = None) -> None:
        """Follow ``bridge``, and say where the views look."""
        super().__init__(parent)
        self._bridge, self._moments = bridge, moments
        self._speed = Speed()
        self._shown = 0.0
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 2, GRID, 2)
        row.setSpacing(2 * GRID)
        self._state = Label()
        self._state.setFont(font(strong=True))
        self._state.setFixedWidth(QFontMetrics(self._state.font()).horizontalAdvance("Finished") + GRID)
        self._bar = ProgressBar("progress of the run")
        self._bar.setRange(0, 1000)
        self._bar.setFixedHeight(6)
        self._bar.setMinimumWidth(6 * GRID)
        self._bar.setMaximumWidth(20 * GRID)
        self._bar.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)
        self.place = Label()
        self.place.setObjectName("travel")
        self.place.setFont(font(strong=True))
        self.place.setAccessibleName("Where the views look")
        self.place.hide()
        row.addWidget(self.place)
        row.addWidget(self._state)
        row.addWidget(self._bar)
        self._values: dict[str, Figures] = {}
        self._fields: dict[str, QWidget] = {}
        for name, caption, widest, help_text in _FIELDS:
            self._fields[name] = self._field(name, caption, widest, help_text)
            row.addWidget(self._fields[name])
        row.addStretch(1)
        bridge.history_grew.connect(self._refresh)
        bridge.validated.connect(self._refresh)
        bridge.settings_changed.connect(self._refresh)
        bridge.run_started.connect(self._restart)
        bridge.dataset_loaded.connect(self._refresh)
        bridge.state_changed.connect(self._show_state)
        for signal in (moments.travelled, moments.run_changed):
            signal.connect(lambda *_: self._show_place())
        self._show_state(bridge.state, "")

    def text(self, name: str) -> str:
        """Return what the field ``name`` shows."""
        return self._values[name].text()

    def _field(self, name: str, caption: str, widest: str, help_text: str) -> QWidget:
        field = QWidget()
        line = QHBoxLayout(field)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID // 2)
        if caption:
            label = Label(caption)
            label.setObjectName("caption")
            label.setFont(font(SMALL))
            label.setToolTip(help_text)
            line.addWidget(label)
        value = Figures(widest, font(), "\u2013")
        value.setToolTip(help_text)
        value.setAccessibleName(caption or name)
        line.addWidget(value)
        self._values[name] = value
        return field

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave out what there is no room for, the least needed first."""
        place = self.place.sizeHint().width() + 2 * GRID if not self.place.isHidden() else 0
        room = self.width() - place - self._state.width() - self._bar.minimumWidth() - 6 * GRID
        left = [name for name, *_ in _FIELDS if name not in _LEFT_OUT] + list(reversed(_LEFT_OUT))
        for name in left:
            room -= self._fields[name].sizeHint().width() + 2 * GRID
            self._fields[name].setVisible(room >= 0)

    def _show_place(self) -> None:
        """Say clearly that the views look at an earlier step, or at another run."""
        travel, run = self._moments.travel, self._moments.run
        name = "" if run is self._moments.training else f"the run {run.title}"
        text = "" if travel.live else where(travel.at, travel.newest, name)
        if text != self.place.text() or self.place.isHidden() == bool(text):
            self.place.setText(text)
            self.place.setVisible(bool(text))
            self._fit()

    def _restart(self) -> None:
        self._speed.reset()
        self._refresh()

    def _show_state(self, state: State, message: str) -> None:
        self._state.setText(_STATES[state])
        self._bar.setRange(0, 0 if state is State.LOADING else 1000)
        if state is not State.RUNNING:
            self._speed.reset()
        self._refresh()

    def _refresh(self) -> None:
        bridge = self._bridge
        if not self._moments.travel.live:
            self._show_place()
        if bridge.live is None:
            return
        if bridge.state is State.RUNNING:
            now = time.monotonic()
            if now - self._shown < REFRESH_SECONDS:
                return
            self._shown = now
            self._speed.see(bridge.steps)
        limit = bridge.race.race.steps if bridge.race is not None else 0
        texts = figures(bridge.history, bridge.live, bridge.epoch_size, self._speed.steps_per_second, limit)
        for name, text in texts.items():
            self._values[name].setText(text)
        if bridge.state is not State.LOADING:
            self._bar.setValue(round(1000 * share_done(bridge.history, bridge.live, limit)))
