"""All curves of one chart as a single item: pyqtgraph's own items cost more than what they paint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF, QTransform
from pyqtgraph.Qt import QtCore, internals

from gui.presenters.curves import Thin
from gui.presenters.pyramid import Values
from gui.presenters.ranges import Range
from gui.style.theme import SMALL, Theme, font

_BAND = 0.38
"""Share of the line's colour in the colour of the band."""
_MARKERS = 80
"""With more validations than this in view the line is drawn without its markers."""
_FEW = 24
"""With fewer steps than this in view each has a dot: one step alone makes no line."""
_DOT, _MARKER, _RING = 4.0, 6.0, 6.5
"""Diameters of a dot and a marker, and radius of the ring around the best one, in pixels."""
_GAP = 5.0


def mixed(colour: str, ground: str, share: float) -> QColor:
    """Return ``share`` of ``colour`` on ``ground``, opaque: lines that cross do not grow darker."""
    parts = zip(QColor(colour).getRgb()[:3], QColor(ground).getRgb()[:3], strict=True)
    return QColor(*(round(share * above + (1 - share) * below) for above, below in parts))


@dataclass(frozen=True)
class Best:
    """The best validation: where its ring is, and the text beside it."""

    x: float
    y: float
    text: str


def _pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    return pen


def _polygon(x: Values, y: Values) -> QPolygonF:
    return QPolygonF([QPointF(*pair) for pair in zip(x, y, strict=True)])


class CurveItem(pg.GraphicsObject):
    """Draws the batches, their average, the validations and the best of them.

    Attributes:
        band: the batches, thinned.
        averages: their average at the end of each column, or None while there is none.
        validations: thinned as well.
        best: the mark of the best validation.
        branched: whether curves of another run lie before the first step.
        target: what is to be reached, for a level line; None for no line.
        stopped: where the run stopped by itself, for an upright line.
    """

    def __init__(self) -> None:
        """Draw nothing yet."""
        super().__init__()
        self._area = QRectF(0, 0, 1, 1)
        self._font = font(SMALL, strong=True)
        self._metrics = QFontMetricsF(self._font)
        self.clear()

    def clear(self) -> None:
        """Draw nothing."""
        self.band: Thin | None = None
        self.averages: Values | None = None
        self.validations: Thin | None = None
        self.best: Best | None = None
        self.target: float | None = None
        self.stopped: float | None = None
        self._band_path = self._average_path = self._line_path = QPainterPath()
        self._before = (QPainterPath(), QPainterPath())
        self.branched = False
        self._bars = internals.PrimitiveArray(QtCore.QRectF, 4)
        self._points = self._dots = QPolygonF()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._pale = mixed(theme.train, theme.panel, _BAND)
        self._pale_validation = mixed(theme.validation, theme.panel, _BAND)
        self._train, self._validation, self._best = map(QColor, (theme.train, theme.validation, theme.best))
        self._ground = QColor(theme.panel)
        self._ground.setAlpha(215)
        self.update()

    def set_area(self, x: Range, y: Range) -> None:
        """Say which part of the plane is shown."""
        self.prepareGeometryChange()
        self._area = QRectF(x.low, y.low, x.width, y.width)

    def boundingRect(self) -> QRectF:
        """Return the shown part of the plane: nothing is drawn outside."""
        return self._area

    def show_line(self, thin: Thin) -> None:
        """Draw one line through all values, for a chart of nothing else."""
        self.band = thin
        self._band_path = pg.arrayToQPath(*thin.line(), connect="all", finiteCheck=False)
        self.update()

    def show_training(self, thin: Thin, averages: Values) -> None:
        """Draw the batches, and their average at each column, ``(n,)``."""
        self.band, self.averages = thin, averages
        if thin.size == 1:
            self._bars.resize(0)
            self._band_path = pg.arrayToQPath(thin.x, thin.low, connect="all", finiteCheck=False)
        else:
            self._band_path = QPainterPath()
            left, width, low, high = thin.bars()
            self._bars.resize(len(left))
            self._bars.ndarray()[:] = np.stack([left, low, width, high - low], axis=1)
        self._average_path = pg.arrayToQPath(thin.x, averages, connect="all", finiteCheck=False)
        few = thin.size == 1 and len(thin.x) <= _FEW
        self._dots = _polygon(thin.x, averages) if few else QPolygonF()
        self.update()

    def show_validations(self, thin: Thin) -> None:
        """Draw the validations; each with a marker while they can be told apart."""
        self.validations = thin
        self._line_path = pg.arrayToQPath(*thin.line(), connect="all", finiteCheck=False)
        marked = thin.size == 1 and len(thin.x) <= _MARKERS
        self._points = _polygon(thin.x, thin.low) if marked else QPolygonF()
        self.update()

    def show_before(self, average: tuple[Values, Values], validations: tuple[Values, Values]) -> None:
        """Draw the average and the validations of the run that this one was branched off from, paler.

        Each is x and y, ``(n,)``.
        """
        self._before = (
            pg.arrayToQPath(*average, connect="all", finiteCheck=False),
            pg.arrayToQPath(*validations, connect="all", finiteCheck=False),
        )
        self.branched = len(average[0]) > 0
        self.update()

    def show_best(self, best: Best | None) -> None:
        """Mark the best validation; None for no mark."""
        self.best = best
        self.update()

    def show_stop(self, target: float | None, stopped: float | None) -> None:
        """Draw what is to be reached, and where the run stopped by itself; None for no line."""
        if (target, stopped) != (self.target, self.stopped):
            self.target, self.stopped = target, stopped
            self.update()

    def paint(self, painter: QPainter, *_args: object) -> None:
        """Draw everything: the band below, the marks above."""
        painter.setRenderHint(QPainter.Antialiasing, False)
        if len(self._bars):
            painter.setPen(Qt.NoPen)
            painter.setBrush(QBrush(self._pale))
            painter.drawRects(*self._bars.drawargs())
            painter.setBrush(Qt.NoBrush)
        # Cosmetic pens count the pixels of the device, of which a sharp screen has more.
        fine = painter.device().devicePixelRatioF()
        if self.branched:
            for path, colour, width in zip(
                self._before, (self._pale, self._pale_validation), (2, 1), strict=True
            ):
                painter.setPen(_pen(colour, width * fine))
                painter.drawPath(path)
            painter.setPen(QPen(self._pale, 0, Qt.DashLine))
            painter.drawLine(QPointF(0.0, self._area.top()), QPointF(0.0, self._area.bottom()))
        painter.setPen(_pen(self._pale, fine))
        painter.drawPath(self._band_path)
        painter.setPen(_pen(self._train, 2 * fine))
        painter.drawPath(self._average_path)
        painter.setPen(_pen(self._validation, fine))
        painter.drawPath(self._line_path)
        self._paint_marks(painter)

    def _paint_marks(self, painter: QPainter) -> None:
        """Draw what has its size in pixels."""
        to_pixels = painter.transform()
        painter.setTransform(QTransform())
        painter.setRenderHint(QPainter.Antialiasing, True)
        painter.setPen(QPen(self._train, _DOT, Qt.SolidLine, Qt.RoundCap))
        painter.drawPoints(to_pixels.map(self._dots))
        painter.setPen(QPen(self._validation, _MARKER, Qt.SolidLine, Qt.RoundCap))
        painter.drawPoints(to_pixels.map(self._points))
        self._paint_stop(painter, to_pixels)
        if self.best is not None:
            self._paint_best(painter, to_pixels.map(QPointF(self.best.x, self.best.y)), to_pixels)
        painter.setTransform(to_pixels)

    def _paint_stop(self, painter: QPainter, to_pixels: QTransform) -> None:
        area = to_pixels.mapRect(self._area)
        painter.setPen(QPen(self._validation, 1, Qt.DashLine))
        if self.target is not None and self._area.top() <= self.target <= self._area.bottom():
            level = to_pixels.map(QPointF(0, self.target)).y()
            painter.drawLine(QPointF(area.left(), level), QPointF(area.right(), level))
        if self.stopped is not None and self._area.left() <= self.stopped <= self._area.right():
            x = to_pixels.map(QPointF(self.stopped, 0)).x()
            painter.setPen(QPen(self._best, 1, Qt.DashLine))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            width = self._metrics.horizontalAdvance("stopped") + 6
            place = QRectF(max(area.left(), x - width), area.top(), width, self._metrics.height())
            painter.fillRect(place, self._ground)
            painter.setFont(self._font)
            painter.drawText(place, int(Qt.AlignCenter), "stopped")

    def _paint_best(self, painter: QPainter, at: QPointF, to_pixels: QTransform) -> None:
        area = to_pixels.mapRect(self._area)
        text = "" if self.best is None else self.best.text
        painter.setPen(QPen(self._best, 2))
        painter.drawEllipse(at, _RING, _RING)
        if not text or not area.contains(at):
            return
        width, height = self._metrics.horizontalAdvance(text) + 4, self._metrics.height()
        left = at.x() - width / 2
        above = at.y() > area.center().y()
        top = at.y() - _RING - _GAP - height if above else at.y() + _RING + _GAP
        left = min(max(left, area.left() + 2), area.right() - width - 2)
        place = QRectF(left, top, width, height)
        painter.fillRect(place, self._ground)
        painter.setFont(self._font)
        painter.drawText(place, int(Qt.AlignCenter), text)
