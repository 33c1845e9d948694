"""Fields that the wheel passes over: it scrolls the page, and changes a field only that has the focus."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QObject, Qt
from PyQt5.QtGui import QWheelEvent
from PyQt5.QtWidgets import QWidget


class WheelGuard(QObject):
    """Lets the wheel scroll the page instead of changing a field that only lies under the mouse."""

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Ignore the wheel over a field without the focus."""
        if isinstance(event, QWheelEvent) and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def guard_wheel(widget: QWidget) -> None:
    """Keep the wheel from changing ``widget`` unless it has the focus."""
    widget.setFocusPolicy(Qt.StrongFocus)
    widget.installEventFilter(WheelGuard(widget))
