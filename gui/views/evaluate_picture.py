"""All that is known of each class in one picture."""

from __future__ import annotations

from PyQt5.QtCore import QPoint
from PyQt5.QtGui import QColor, QImage, QPainter

from engine.training.metrics import Metrics
from engine.training.rejection import Rejection
from gui.style.theme import GRID, Theme
from gui.views.evaluate_classes import ClassPage
from gui.widgets.confusion_matrix import ConfusionMatrix
from gui.widgets.rejection_curve import RejectionCurve
from gui.widgets.reliability import ReliabilityDiagram

_SIDE, _SCALE = 460, 2
"""Pixels of each part, and how many pixels of the picture are one of the window."""


def evaluation_picture(theme: Theme, metrics: Metrics, found: Rejection, limit: float) -> QImage:
    """Return matrix, tables, reliability diagram and rejection curve in one, however small the view is."""
    matrix, classes, diagram = ConfusionMatrix(theme), ClassPage(theme), ReliabilityDiagram(theme)
    matrix.show_counts(metrics.confusion, metrics.names)
    classes.show_metrics(metrics)
    diagram.show_diagram(metrics.reliability)
    curve = RejectionCurve(theme)
    curve.show_curve(found, limit)
    parts = (matrix, classes, diagram, curve)
    height = max(_SIDE, classes.classes.sizeHint().height() + classes.confusions.sizeHint().height() + GRID)
    width = len(parts) * (_SIDE + 2 * GRID)
    picture = QImage(_SCALE * width, _SCALE * (height + 2 * GRID), QImage.Format_RGB32)
    picture.setDevicePixelRatio(_SCALE)
    picture.fill(QColor(theme.panel))
    painter = QPainter(picture)
    for number, part in enumerate(parts):
        part.resize(_SIDE, height)
        part.render(painter, QPoint(GRID + number * (_SIDE + 2 * GRID), GRID))
    painter.end()
    for part in parts:
        part.deleteLater()
    return picture
