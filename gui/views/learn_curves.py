"""The curves of the run, with what is chosen about them: every batch, their average, the validations."""

from __future__ import annotations

from PyQt5.QtCore import QPoint, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QResizeEvent, QShowEvent
from PyQt5.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.model.history import History
from engine.session.messages import State
from gui.presenters.curves import X_AXES
from gui.run.context import AppContext
from gui.style.theme import GRID, Theme
from gui.views.learn_before import Before
from gui.views.learn_drawing import Drawing
from gui.views.learn_files import CurveFiles
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.readout import Readout
from gui.widgets.span_box import SpanBox

_ROOMY = 480
"""In a narrower row, in pixels, a button that does nothing at the moment is left out."""
_WITH_LOG = 410
"""In a narrower row the choice of the axis is left to the menu of the charts."""
_WITH_HEALTH = 580
"""In a narrower row the health of the run is left to the menu of the charts."""
_LATE_MS = 300
"""Rows that fill no column of their own yet are drawn after so long."""
_HINT = (
    "Point at a curve to read it. Wheel: zoom. Drag: move. Shift-drag: zoom in.\n"
    "Double-click: show all and follow. Keys: arrows, + and \N{MINUS SIGN}, Home."
)
_BRIEF_HINT = "Point at a curve to read it. Wheel: zoom. Drag: move. Double-click: show all and follow."
_LOW = 240
"""In a lower place, in pixels, one line below the charts has to do."""


class CurvesPage(QWidget):
    """The curves of the run that is looked at, from its first step on."""

    health_wanted = pyqtSignal()
    """The user wants to see the health of the run."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the page; it fills itself as the run goes on."""
        super().__init__(parent)
        self._context = context
        self._stale = True
        self._at: float | None = None
        self.drawing = Drawing(theme)
        self.charts = self.drawing.stack
        self.files = CurveFiles(context, self)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_LATE_MS)
        self._late.timeout.connect(self._grew)
        self._build()
        moments = context.moments
        moments.run_changed.connect(lambda _: self._begin())
        moments.history_grew.connect(lambda: self._grew(patient=True))
        moments.validated.connect(lambda _: self._grew())
        moments.travelled.connect(self._travelled)
        context.bridge.state_changed.connect(lambda *_: self._show_rules())
        self._begin()

    def _build(self) -> None:
        self.axis = ChoiceBox(
            "X axis", "What the x axis counts: training steps, epochs, or seconds spent training."
        )
        self.axis.addItems([axis.title for axis in X_AXES])
        self.span = SpanBox()
        self.log = QCheckBox("&Log loss")
        self.log.setToolTip("Show the loss on a logarithmic axis, where small losses can be told apart.")
        self.follow = QPushButton("&Follow")
        self.follow.setToolTip("Show everything and follow the training again (Home, or double-click).")
        self.diagnose = QPushButton("&Health")
        self.diagnose.setMinimumWidth(1)  # so that the row can become so narrow that it is left out
        self.diagnose.setToolTip("What the layers are like inside, what is wrong, which learning rates work.")
        self.save = QPushButton("Sa&ve")
        self.save.setToolTip("Save the curves: all figures as CSV, or the picture as PNG.")
        self.menu = QMenu(self)
        self.csv_action = self.menu.addAction(
            "Figures as &CSV\N{HORIZONTAL ELLIPSIS}", self.files.save_figures
        )
        self.png_action = self.menu.addAction("Picture as &PNG\N{HORIZONTAL ELLIPSIS}", self._save_picture)
        self.save.setMenu(self.menu)
        self.cancel = QPushButton()
        self.cancel.setToolTip("Stop writing; nothing is left behind.")
        self.cancel.hide()
        self.readout = Readout(_HINT, lines=2, narrow=460)
        controls = QHBoxLayout()
        controls.setSpacing(GRID)
        left: tuple[QWidget, ...] = (self.axis, self.span, self.log)
        right: tuple[QWidget, ...] = (self.cancel, self.follow, self.diagnose, self.save)
        for widget in left:
            controls.addWidget(widget)
        controls.addStretch(1)
        for widget in right:
            controls.addWidget(widget)
        inner = QVBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(GRID // 2)
        inner.addLayout(controls)
        inner.addWidget(self.charts, 1)
        inner.addWidget(self.readout)
        self.setFocusProxy(self.charts)

        self.axis.currentIndexChanged.connect(self._axis_changed)
        self.span.valueChanged.connect(self._span_changed)
        self.log.toggled.connect(self.drawing.set_logarithmic)
        self.follow.clicked.connect(self.charts.show_all)
        self.cancel.clicked.connect(self.files.cancel)
        self.diagnose.clicked.connect(lambda _checked: self.health_wanted.emit())
        self.files.progressed.connect(self._show_progress)
        self.charts.moved.connect(self._moved)
        self.charts.pointed.connect(self._point)
        self.charts.stepped.connect(self._step_reading)
        self.charts.menu_wanted.connect(self._open_menu)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out in a narrow row what says nothing at the moment, and in a low place a line of words."""
        super().resizeEvent(event)
        self.readout.set_lines(1 if self._low else 2, self._hint)
        self._show_follow()
        self._read()

    @property
    def _low(self) -> bool:
        return self.height() < _LOW

    @property
    def _hint(self) -> str:
        return _BRIEF_HINT if self._low else _HINT

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.drawing.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what came while the page was hidden."""
        super().showEvent(event)
        if self._stale:
            self._grew()
        if not self._context.moments.travel.live:
            self._travelled()

    # --- what comes from the session --------------------------------------------------------------

    def _begin(self) -> None:
        self._at = None
        self.drawing.set_history(self._context.moments.history)
        self._show_rules()
        if self._context.moments.run.parent is not None:
            self._ask_before()
        self._grew()

    def _ask_before(self) -> None:
        """Look for the curves of the run that this one was branched off from, beside the window."""
        moments = self._context.moments
        run = moments.run

        def show(history: History | None) -> None:
            if history is not None and run is moments.run:
                self.drawing.set_before(Before(history))

        read = moments.travel.history_before()
        moments.answers.ask("before", lambda _task: read(), show, moments.failed.emit)

    def _show_rules(self) -> None:
        """Show what ends the run by itself, and that it did."""
        moments = self._context.moments
        self.drawing.set_rules(moments.config, ended=moments.state is State.FINISHED)

    def _grew(self, *, patient: bool = False) -> None:
        self._stale = not self.isVisible()
        if self._stale:
            return
        if self.drawing.grow(patient=patient):
            self._late.stop()
        elif not self._late.isActive():
            self._late.start()
        self._show_state()

    def _show_state(self) -> None:
        self._show_follow()
        self.span.show_automatic(self.drawing.data.used_span)
        self._read()

    def _show_follow(self) -> None:
        following = self.drawing.view.following
        self.follow.setEnabled(not following)
        self.follow.setVisible(not following or self.width() >= _ROOMY)
        self.log.setVisible(self.width() >= (_WITH_LOG if following else _ROOMY))
        self.diagnose.setVisible(self.width() >= (_WITH_HEALTH if following else _ROOMY))

    # --- what the user does -----------------------------------------------------------------------

    def _moved(self) -> None:
        self.drawing.draw(refit=True)
        self._show_state()

    def _travelled(self) -> None:
        """Let the reading line stand at the step that is looked at."""
        self._at = self._place()
        if self.isVisible():
            self._read()

    def _place(self) -> float | None:
        """Return where on the axis the step lies that is looked at; None for the present."""
        step, data = self._context.moments.travel.step, self.drawing.data
        return None if step is None else data.place(self.drawing.axis, step)

    def _axis_changed(self, index: int) -> None:
        self._at = None
        self.drawing.set_axis(index)
        self._travelled()

    def _span_changed(self, span: int) -> None:
        self.drawing.data.span = span
        self.drawing.draw(refit=False)
        self._read()

    def _point(self, x: float | None) -> None:
        self._at = self._place() if x is None else x
        self._read()

    def _step_reading(self, columns: int) -> None:
        """Move the reading line by as many columns as can be told apart."""
        shown, drawing = self.drawing.view.shown, self.drawing
        at = (shown.low + shown.high) / 2 if self._at is None else self._at
        width = max(1, drawing.data.column_rows(drawing.axis, shown, self.charts.columns))
        self._at = drawing.data.neighbour(drawing.axis, at, columns * width)
        self._read()

    def _read(self) -> None:
        """Say what is known at the reading line; called again whenever the curves change.

        The line stays under the mouse, or at the step that was chosen with keys.
        """
        pointed = self.charts.x_pointed
        self._at = self._at if pointed is None else pointed
        reading = None if self._at is None else self.drawing.data.reading(self.drawing.axis, self._at)
        for chart in self.charts.charts:
            chart.show_cursor(None if reading is None else reading.x)
        if reading is None:
            self.readout.setText(self._hint)
        else:
            self.readout.setText(reading.line() if self._low else "\n".join(reading.lines()))

    def _open_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        action = menu.addAction("Show everything and &follow\tHome", self.charts.show_all)
        action.setEnabled(self.follow.isEnabled())
        log = menu.addAction("&Logarithmic loss", self.log.toggle)
        log.setCheckable(True)
        log.setChecked(self.log.isChecked())
        menu.addAction("Hea&lth of the run", self.health_wanted.emit)
        menu.addSeparator()
        menu.addActions([self.csv_action, self.png_action])
        menu.setAttribute(Qt.WA_DeleteOnClose)
        menu.popup(place)

    def _save_picture(self) -> None:
        self.files.save_picture(self.charts.picture())

    def _show_progress(self, share: float) -> None:
        self.cancel.setText(f"Saving {100 * share:.0f} %: cancel")
        self.cancel.setVisible(share < 1)
