"""A ring around something in the window, which shows where it is and stands in nobody's way."""

from __future__ import annotations

from PyQt5 import sip
from PyQt5.QtCore import QEasingCurve, QEvent, QObject, QRect, QRectF, Qt, QTimer, QVariantAnimation
from PyQt5.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt5.QtWidgets import QWidget

from gui.style.theme import Theme

_AROUND = 10
"""How far the ring may reach beyond what it is around, in pixels."""
_BEAT_MS, _BEATS = 900, 3
"""It swells so often when it comes, and stands still then."""
_MOVES = (QEvent.Move, QEvent.Resize, QEvent.Show, QEvent.Hide, QEvent.ParentChange, QEvent.ZOrderChange)


def seen(widget: QWidget) -> QRect:
    """Return the part of ``widget`` that is in sight, in its window; empty if it is hidden or scrolled away.

    Qt's own visible region leaves out what opaque children cover.
    """
    if not widget.isVisible():
        return QRect()
    part, place = widget, widget.rect()
    while not part.isWindow():
        place = place.translated(part.pos())
        part = part.parentWidget()
        place = place.intersected(part.rect())
    return place


class Ring(QWidget):
    """Follows a widget wherever it goes, and is hidden where that is not in sight."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        """Make a ring around nothing."""
        super().__init__(window)
        self.setAttribute(Qt.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.NoFocus)
        self.setAccessibleName("This is meant")
        self._home = window
        self.target: QWidget | None = None
        self._part = QRect()
        self._watched: list[QWidget] = []
        self._swell = 0.0
        self._beat = QVariantAnimation(self)
        self._beat.setDuration(_BEAT_MS)
        self._beat.setLoopCount(_BEATS)
        self._beat.setStartValue(0.0)
        self._beat.setKeyValueAt(0.5, 1.0)
        self._beat.setEndValue(0.0)
        self._beat.setEasingCurve(QEasingCurve.InOutSine)
        self._beat.valueChanged.connect(self._swollen)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.place)
        self.set_theme(theme)
        self.hide()

    @property
    def moving(self) -> bool:
        """Whether it swells just now."""
        return self._beat.state() == QVariantAnimation.Running

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._colour = QColor(theme.accent)
        self.update()

    def point_at(self, target: QWidget | None) -> None:
        """Go around ``target``; None: around nothing."""
        if target is self.target:
            self.place()
            return
        for each in self._watched:
            if not sip.isdeleted(each):
                each.removeEventFilter(self)
        self._watched, self.target = [], target
        part = target
        while part is not None:
            part.installEventFilter(self)
            self._watched.append(part)
            part = part.parentWidget() if not part.isWindow() else None
        self.place()

    def again(self) -> None:
        """Swell once more."""
        if self.isVisible():
            self._beat.stop()
            self._beat.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow."""
        if event.type() in _MOVES:
            self._soon.start()
        return False

    def place(self) -> None:
        """Be where the target is now, or hidden."""
        target = self.target
        if target is None or sip.isdeleted(target):
            self._vanish()
            return
        window, whole = target.window(), seen(target)
        if whole.isEmpty():
            self._vanish()
            return
        if self.parentWidget() is not window:
            self.setParent(window)
        edge = whole.adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND).intersected(window.rect())
        self._part = whole.translated(-edge.topLeft())
        appears = not self.isVisible()
        self.setGeometry(edge)
        self.show()
        self.raise_()
        self.update()
        if appears:
            self.again()

    def _vanish(self) -> None:
        self._beat.stop()
        self.hide()

    def _swollen(self, value: float) -> None:
        self._swell = float(value)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring, with a faint one around it while it swells."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        room = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        near = QRectF(self._part).adjusted(-4, -4, 4, 4).intersected(room)
        painter.setPen(QPen(self._colour, 3))
        painter.drawRoundedRect(near, 6, 6)
        if self._swell > 0:
            faint = QColor(self._colour)
            faint.setAlphaF(0.5 * self._swell)
            reach = 4 * self._swell
            painter.setPen(QPen(faint, 3))
            painter.drawRoundedRect(near.adjusted(-reach, -reach, reach, reach).intersected(room), 8, 8)
