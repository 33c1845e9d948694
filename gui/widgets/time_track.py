"""The axis of a run with its kept steps, its marks, and the handle that says where the views look."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import QEvent, QLine, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.runs.keeping import nearest
from gui.presenters.time_line import Axis, about
from gui.style.theme import SMALL, Theme, font
from gui.widgets.plain import show_tip

_MARGIN = 10
"""Pixels at both ends, half the width of the handle at least."""
_LINE, _HEIGHT, _LOW = 12, 34, 25
"""Where the axis lies below the upper edge; how high all is, and without the figures, in pixels."""
_KEYS = {
    Qt.Key_Left: "previous",
    Qt.Key_Down: "previous",
    Qt.Key_Right: "next",
    Qt.Key_Up: "next",
    Qt.Key_PageDown: "back",
    Qt.Key_PageUp: "forward",
    Qt.Key_Home: "first",
    Qt.Key_End: "last",
    Qt.Key_B: "best",
    Qt.Key_Escape: "live",
    Qt.Key_L: "live",
    Qt.Key_Space: "play",
    Qt.Key_Return: "play",
}

Change = tuple[int, str, str]


class TimeTrack(QWidget):
    """Shows a run from its first to its newest step, and lets a step be chosen.

    Attributes:
        newest: the last step.
        kept: the steps that can be looked at.
        best: the best validated one of them.
        changes: steps after which a setting was changed, with its name and new value.
        at: where the handle stands; None: at the newest step, which it follows.
    """

    chosen = pyqtSignal(int)
    """The user moved the handle to this step."""
    asked = pyqtSignal(str)
    """The user pressed a key: ``previous``, ``next``, ``back``, ``forward``, ``first``, ``last``, ``best``,
    ``live``, ``play``."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty axis."""
        super().__init__(parent)
        self._theme = theme
        self.logarithmic = True
        self.newest, self.at = 0, None  # type: int, int | None
        self.kept: list[int] = []
        self.best: int | None = None
        self.changes: list[Change] = []
        self._asked: int | None = None
        self.setFocusPolicy(Qt.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.setMinimumWidth(120)
        self.setAccessibleName("Time line")
        self.setAccessibleDescription(
            "Left and right: kept steps. Page up and down: ten of them. Home, End: the ends. B: the best. "
            "Space: play. Escape: live."
        )

    def sizeHint(self) -> QSize:
        """Return a width that says something."""
        return QSize(400, _HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def set_logarithmic(self, on: bool) -> None:
        """Give early steps more room, or all the same."""
        self.logarithmic = on
        self.update()

    def set_low(self, low: bool) -> None:
        """Leave out the figures below the axis."""
        self.setFixedHeight(_LOW if low else _HEIGHT)

    def show_run(
        self, newest: int, kept: list[int], best: int | None, changes: Sequence[Change], at: int | None
    ) -> None:
        """Show where the run stands and where the views look."""
        state = (newest, kept, best, list(changes), at)
        if state != (self.newest, self.kept, self.best, self.changes, self.at):
            self.newest, self.kept, self.best, self.changes, self.at = state
            self.setCursor(Qt.PointingHandCursor if kept else Qt.ArrowCursor)
            self.update()

    def axis(self) -> Axis:
        """Return the axis at the present width."""
        return Axis(max(1, self.newest), max(1, self.width() - 2 * _MARGIN), self.logarithmic)

    # --- the mouse and the keyboard -----------------------------------------------------------------

    def step_at(self, x: int) -> int:
        """Return the step at a place of the widget; a mark that is close is meant."""
        marks = [mark[0] for mark in self.changes] + ([] if self.best is None else [self.best])
        return self.axis().snap(x - _MARGIN, marks)

    def place_of(self, step: int) -> int:
        """Return where a step lies in the widget."""
        return round(_MARGIN + self.axis().place(step))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle, or bring it here."""
        if event.button() == Qt.LeftButton and self.kept:
            self._asked = None
            self._choose(event.x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the handle."""
        if event.buttons() & Qt.LeftButton and self.kept:
            self._choose(event.x())

    def _choose(self, x: int) -> None:
        step = self.step_at(x)
        if step != self._asked:
            self._asked = step
            self.chosen.emit(step)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Go to the kept step before or after; only where the keyboard is, so that scrolling does no harm."""
        if self.hasFocus() and self.kept:
            self.asked.emit("next" if event.angleDelta().y() > 0 else "previous")
            event.accept()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go where the key says."""
        word = _KEYS.get(Qt.Key(event.key()))
        if word is None or event.modifiers() & (Qt.ControlModifier | Qt.AltModifier):
            super().keyPressEvent(event)
        elif self.kept:
            self.asked.emit(word)

    def event(self, event: QEvent) -> bool:
        """Answer the mouse at rest with what there is at the step under it."""
        if event.type() == QEvent.ToolTip and isinstance(event, QHelpEvent) and self.kept:
            step = self.step_at(event.x())
            show_tip(event.globalPos(), about(step, self.best, self.changes, nearest(self.kept, step)), self)
            return True
        return super().event(event)

    # --- painting ---------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the axis, the kept steps, the marks and the handle."""
        painter, theme, axis = QPainter(self), self._theme, self.axis()
        right = self.width() - _MARGIN
        painter.setPen(QPen(QColor(theme.line), 2))
        painter.drawLine(_MARGIN, _LINE, right, _LINE)
        if not self.kept:
            return
        painter.setPen(QColor(theme.muted))
        marks = [QLine(x, _LINE - 3, x, _LINE + 3) for x in axis.places(self.kept, _MARGIN)]
        painter.drawLines(marks)
        handle = self.place_of(self.newest if self.at is None else self.at)
        painter.setPen(QPen(QColor(theme.accent), 2))
        painter.drawLine(_MARGIN, _LINE, handle, _LINE)
        if self.height() >= _HEIGHT:
            self._figures(painter, axis)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(Qt.NoPen)
        for step in {change[0] for change in self.changes}:
            self._mark(painter, self.place_of(step), theme.warn, pointed=True)
        if self.best is not None:
            self._mark(painter, self.place_of(self.best), theme.best, pointed=False)
        self._handle(painter, handle)

    def _figures(self, painter: QPainter, axis: Axis) -> None:
        painter.setFont(font(SMALL))
        metrics = QFontMetrics(painter.font())
        painter.setPen(QColor(self._theme.muted))
        for step, text in axis.ticks(lambda text: float(metrics.horizontalAdvance(text))):
            width = metrics.horizontalAdvance(text)
            x = min(max(self.place_of(step) - width // 2, 0), self.width() - width)
            painter.drawText(x, _HEIGHT - 3, text)

    def _mark(self, painter: QPainter, x: int, colour: str, *, pointed: bool) -> None:
        """Draw a triangle that points at the axis from above, or a diamond on it."""
        painter.setBrush(QColor(colour))
        if pointed:
            corners = [(x - 4.5, 0.0), (x + 4.5, 0.0), (float(x), 7.0)]
        else:
            corners = [(x - 5.0, _LINE), (float(x), _LINE - 5.0), (x + 5.0, _LINE), (float(x), _LINE + 5.0)]
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))

    def _handle(self, painter: QPainter, x: int) -> None:
        """Draw the handle: filled where an earlier step is looked at, hollow where it follows the run."""
        theme, box = self._theme, QRectF(x - 4.0, _LINE - 8.0, 8, 16)
        if self.hasFocus():
            painter.setBrush(Qt.NoBrush)
            painter.setPen(QPen(QColor(theme.text), 1.5))
            painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), 6, 6)
        painter.setPen(QPen(QColor(theme.accent), 2))
        painter.setBrush(QColor(theme.panel if self.at is None else theme.accent))
        painter.drawRoundedRect(box, 4, 4)
