"""Three small hints that lead through the first minute, each beside what it speaks of."""

from __future__ import annotations

from typing import Literal

from PyQt5.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPolygonF
from PyQt5.QtWidgets import QHBoxLayout, QToolButton, QWidget

from engine.records import dataclass
from gui.state.settings import Settings
from gui.style.icons import icon
from gui.style.theme import GRID, Theme
from gui.widgets.plain import Label

_TIP = 7
"""Length of the tip that points at something, in pixels."""


@dataclass(frozen=True)
class Hint:
    """What is said, and on which side of its target it stands."""

    key: str
    words: str
    side: Literal["left", "below", "above"]


HINTS = (
    Hint("draw", "Draw a digit here", "left"),
    Hint("start", "Press Start: a network begins to learn", "below"),
    Hint("watch", "Watch the kernels change; point at one", "above"),
)
"""In the order in which they are shown."""
KEYS = tuple(hint.key for hint in HINTS)


class Bubble(QWidget):
    """A few words with a tip that points at something, and a cross that closes them."""

    closed = pyqtSignal()
    """The user closed it."""
    more_wanted = pyqtSignal()
    """The user wants the lesson that says more."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        """Make a hidden bubble above everything in ``window``."""
        super().__init__(window)
        self.side = "left"
        self.words = Label()
        self.cross = QToolButton()
        self.cross.setObjectName("dockbutton")
        self.cross.setIconSize(QSize(10, 10))
        self.cross.setFocusPolicy(Qt.NoFocus)
        self.cross.setToolTip("Close this hint")
        self.cross.setAccessibleName("Close this hint")
        self.cross.clicked.connect(self.closed)
        self.more = QToolButton()
        self.more.setText("Show me round")
        self.more.setToolTip("A lesson of three minutes, step by step; the Lessons menu has it, too")
        self.more.setFocusPolicy(Qt.NoFocus)
        self.more.clicked.connect(self.more_wanted)
        row = QHBoxLayout(self)
        row.setSpacing(GRID)
        row.addWidget(self.words)
        row.addWidget(self.more)
        row.addWidget(self.cross)
        self.set_theme(theme)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._colour = QColor(theme.accent)
        self.words.setStyleSheet(f"color: {theme.on_accent}; font-weight: 500; background: transparent;")
        self.cross.setIcon(icon("close", theme.on_accent, theme.on_accent))
        self.more.setStyleSheet(
            f"QToolButton {{ color: {theme.on_accent}; background: transparent; font-weight: 500; "
            f"border: 1px solid {theme.on_accent}; border-radius: 4px; padding: 2px 6px; }}"
        )
        self.update()

    def point_at(self, hint: Hint, number: int, target: QRect) -> None:
        """Say ``hint`` beside ``target``, a place in the window."""
        self.side = hint.side
        self.words.setText(f"{number} of {len(HINTS)}: {hint.words}")
        self.more.setVisible(number == 1)
        self.setAccessibleName(self.words.text())
        left, top, right, bottom = 12, 6, 6, 6
        if hint.side == "left":
            right += _TIP
        elif hint.side == "below":
            top += _TIP
        else:
            bottom += _TIP
        self.layout().setContentsMargins(left, top, right, bottom)
        size = self.sizeHint()
        middle = target.center()
        place = {
            "left": QPoint(target.left() - size.width(), middle.y() - size.height() // 2),
            "below": QPoint(target.left(), target.bottom()),
            "above": QPoint(middle.x() - size.width() // 2, target.top() - size.height()),
        }[hint.side]
        room = self.parentWidget().size()
        x = min(max(place.x(), 0), max(0, room.width() - size.width()))
        y = min(max(place.y(), 0), max(0, room.height() - size.height()))
        self.setGeometry(QRect(QPoint(x, y), size))
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box and its tip."""
        box = QRectF(self.rect())
        if self.side == "left":
            box.setRight(box.right() - _TIP)
            at = QPointF(box.right(), box.center().y())
            tip = [at + QPointF(-1, -_TIP), at + QPointF(_TIP, 0), at + QPointF(-1, _TIP)]
        elif self.side == "below":
            box.setTop(box.top() + _TIP)
            at = QPointF(min(44.0, box.center().x()), box.top())
            tip = [at + QPointF(-_TIP, 1), at + QPointF(0, -_TIP), at + QPointF(_TIP, 1)]
        else:
            box.setBottom(box.bottom() - _TIP)
            at = QPointF(box.center().x(), box.bottom())
            tip = [at + QPointF(-_TIP, -1), at + QPointF(0, _TIP), at + QPointF(_TIP, -1)]
        path = QPainterPath()
        path.setFillRule(Qt.WindingFill)
        path.addRoundedRect(box, 5, 5)
        path.addPolygon(QPolygonF(tip))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.fillPath(path.simplified(), self._colour)


class Hints(QObject):
    """Shows the first hint that is not done yet; what is done is remembered in the settings."""

    shown_round = pyqtSignal()
    """The user wants the first lesson instead."""

    def __init__(self, window: QWidget, settings: Settings, theme: Theme) -> None:
        """Point at targets in ``window``, once they are there, as long as ``settings`` hold their keys."""
        super().__init__(window)
        self._window, self._settings = window, settings
        self._targets: dict[str, QWidget] = {}
        self.bubble = Bubble(window, theme)
        self.bubble.closed.connect(self._closed)
        self.bubble.more_wanted.connect(self.shown_round)
        self._suspended = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._place)

    def add_target(self, key: str, target: QWidget) -> None:
        """Point at ``target`` with the hint ``key`` of ``HINTS``, wherever it is moved."""
        self._targets[key] = target
        part: QWidget | None = target
        while part is not None:
            part.installEventFilter(self)  # once; a second time changes nothing
            part = part.parentWidget() if part is not self._window else None
        self._soon.start()

    @property
    def current(self) -> str:
        """The key of the hint that is shown next; empty once all are done."""
        return next((key for key in KEYS if key in self._settings.hints), "")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.bubble.set_theme(theme)

    def done(self, key: str) -> None:
        """Note that the user did what a hint says: it is not shown again."""
        if key in self._settings.hints:
            self._settings.hints = [left for left in self._settings.hints if left != key]
            self._soon.start()

    def suspend(self, *, on: bool) -> None:
        """Show none while something else leads, such as a lesson."""
        self._suspended = on
        self._soon.start()

    def dismiss(self) -> None:
        """Show no hint any more."""
        self._settings.hints = []
        self._place()

    def show_again(self) -> None:
        """Show all hints, one after the other."""
        self._settings.hints = list(KEYS)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the targets."""
        if event.type() in (QEvent.Resize, QEvent.Move, QEvent.Show, QEvent.Hide, QEvent.ParentChange):
            self._soon.start()
        return super().eventFilter(watched, event)

    def _closed(self) -> None:
        self.done(self.current)

    def _place(self) -> None:
        key = self.current
        target = self._targets.get(key)
        if self._suspended or target is None or not target.isVisible() or target.window() is not self._window:
            self.bubble.hide()
            return
        place = QRect(target.mapTo(self._window, QPoint(0, 0)), target.size())
        number = KEYS.index(key)
        self.bubble.point_at(HINTS[number], number + 1, place)
