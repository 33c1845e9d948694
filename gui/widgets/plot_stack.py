"""Charts above each other that are moved with wheel, mouse and keys."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PyQt5.QtCore import QEvent, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PyQt5.QtWidgets import QRubberBand, QWidget

from gui.presenters.ranges import Range, XView
from gui.style.theme import Theme
from gui.widgets.plot_rows import PlotRows
from gui.widgets.plots import Chart

_ZOOM = 0.8
"""What one notch of the wheel does to the width of the range."""
_PAN = 0.1
_WAYS: dict[int, int] = {Qt.Key_Left: -1, Qt.Key_Right: 1, Qt.Key_PageUp: -9, Qt.Key_PageDown: 9}
"""Keys that move along the x axis, and how far."""


class PlotStack(PlotRows):
    """Charts that the user zooms, moves and reads.

    Attributes:
        pointer: where the mouse is over the curves, or None.
    """

    pointed = pyqtSignal(object)
    """The x under the mouse (a float), or None when it left."""
    stepped = pyqtSignal(int)
    """The reading line is to move by this many columns."""
    menu_wanted = pyqtSignal(QPoint)
    """A menu is to open at this place of the screen."""

    def __init__(
        self, charts: Sequence[Chart], view: XView, theme: Theme, parent: QWidget | None = None
    ) -> None:
        """Show ``charts``."""
        super().__init__(charts, view, theme, parent)
        self.pointer: QPoint | None = None
        self._press: tuple[QPoint, Chart | None, Range, Range | None] | None = None
        self._band = QRubberBand(QRubberBand.Rectangle, self.viewport())
        self.setAccessibleName("Charts of loss and accuracy")

    @property
    def x_pointed(self) -> float | None:
        """The x under the mouse, or None."""
        return None if self.pointer is None else self.x_at(self.pointer)

    # --- what the user does -----------------------------------------------------------------------

    def show_all(self) -> None:
        """Show everything, and follow the run."""
        for chart in self.charts:
            chart.held = False
        self.view.fit()
        self.moved.emit()

    def zoom(self, factor: float, at: float | None = None) -> None:
        """Show ``factor`` times the present stretch of the x axis, with ``at`` in its place."""
        shown = self.view.shown
        centre = (shown.low + shown.high) / 2
        if self.view.show(shown.zoomed(factor, centre if at is None else at)):
            self.moved.emit()

    def pan(self, share: float) -> None:
        """Move by ``share`` of the width."""
        if self.view.show(self.view.shown.moved(share)):
            self.moved.emit()

    def zoom_y(self, chart: Chart, factor: float, at: float) -> None:
        """Show ``factor`` times the present stretch of the y axis of ``chart``."""
        if chart.y is not None:
            self._hold(chart, chart.y.zoomed(factor, at))

    def _hold(self, chart: Chart, y: Range) -> None:
        """Let ``chart`` show ``y`` until everything is shown again."""
        least = 1e-9 * max(1.0, abs(y.low), abs(y.high))
        if not all(map(math.isfinite, (y.low, y.high))) or y.width < least or y.width > 1e9:
            return
        chart.held, chart.y = True, y
        self.view.following = False
        self.moved.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the mouse: along x, or along y with Ctrl or beside the axis."""
        notches = event.angleDelta().y() / 120
        chart = self.chart_at(event.pos())
        if notches and chart is not None:
            if event.modifiers() & Qt.ControlModifier or self.beside(event.pos()):
                self.zoom_y(chart, _ZOOM**notches, self.y_at(chart, event.pos()))
            else:
                self.zoom(_ZOOM**notches, self.x_at(event.pos()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to move the charts, or with Shift to draw a rectangle to zoom into."""
        if event.button() != Qt.LeftButton:
            return
        chart = self.chart_at(event.pos())
        self._press = (event.pos(), chart, self.view.shown, chart.y if chart else None)
        if event.modifiers() & Qt.ShiftModifier and chart is not None:
            self._band.setGeometry(QRect(event.pos(), QSize()))
            self._band.show()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the charts or the rectangle, and tell where the mouse is."""
        place = event.pos()
        if self._press is not None and event.buttons() & Qt.LeftButton:
            start, chart, x, y = self._press
            box = self.charts[0].plot.vb
            if self._band.isVisible():
                self._band.setGeometry(QRect(start, place).normalized())
            elif (place - start).manhattanLength() >= 4 or not self.view.following:
                moved = self.view.show(x.moved((start.x() - place.x()) / max(box.width(), 1.0)))
                if chart is not None and chart.held and y is not None:
                    chart.y = y.moved((place.y() - start.y()) / max(chart.plot.vb.height(), 1.0))
                    moved = True
                if moved:
                    self.moved.emit()
        self.pointer = None if self.beside(place) or self.chart_at(place) is None else place
        self.pointed.emit(self.x_pointed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Zoom into the rectangle, if there is one."""
        if event.button() != Qt.LeftButton or self._press is None:
            return
        start, chart, *_ = self._press
        self._press = None
        if not self._band.isVisible():
            return
        self._band.hide()
        size = event.pos() - start
        if chart is None or abs(size.x()) < 4:
            return
        left, right = sorted((self.x_at(start), self.x_at(event.pos())))
        moved = self.view.show(Range(left, right))
        if abs(size.y()) >= 8:
            low, high = sorted((self.y_at(chart, start), self.y_at(chart, event.pos())))
            self._hold(chart, Range(low, high))
        elif moved:
            self.moved.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything."""
        if event.button() == Qt.LeftButton:
            self.show_all()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu; also called for the menu key."""
        self.menu_wanted.emit(event.globalPos())
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that keys move the charts."""
        super().focusInEvent(event)
        for chart in self.charts:
            chart.show_focus(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that keys go elsewhere."""
        super().focusOutEvent(event)
        for chart in self.charts:
            chart.show_focus(False)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at any more."""
        super().leaveEvent(event)
        self.pointer = None
        self.pointed.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, plus and minus zoom, Home shows all; with Shift the arrows move the reading line."""
        key, shift = event.key(), bool(event.modifiers() & Qt.ShiftModifier)
        sign = _WAYS.get(key)
        if event.modifiers() & (Qt.ControlModifier | Qt.AltModifier):
            event.ignore()
        elif sign is not None and shift:
            self.pointer = None
            self.stepped.emit(sign)
        elif sign is not None:
            self.pan(_PAN * sign)
        elif key in (Qt.Key_Plus, Qt.Key_Equal):
            self.zoom(_ZOOM)
        elif key == Qt.Key_Minus:
            self.zoom(1 / _ZOOM)
        elif key in (Qt.Key_Up, Qt.Key_Down):
            self._zoom_y_by_key(key == Qt.Key_Up)
        elif key == Qt.Key_Home:
            self.show_all()
        elif key == Qt.Key_Escape:
            self.pointer = None
            self.pointed.emit(None)
        else:
            event.ignore()

    def _zoom_y_by_key(self, closer: bool) -> None:
        """Zoom both charts along y, with the lower end of the loss and the upper end of the accuracy kept."""
        for chart, at_top in zip(self.charts[:2], (False, True), strict=True):
            if chart.y is not None:
                at = chart.y.high if at_top else chart.y.low
                self.zoom_y(chart, _ZOOM if closer else 1 / _ZOOM, at)
