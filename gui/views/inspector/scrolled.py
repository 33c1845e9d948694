"""A page that scrolls where there is less room than it needs."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QScrollArea, QVBoxLayout, QWidget


def scrolled(page: QWidget) -> QScrollArea:
    """Return ``page`` in an area that scrolls where there is less room than it needs."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
    inner = QWidget()
    inner.setObjectName("panel")
    column = _Column(inner)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(page)
    area.setWidget(inner)
    return area


class _Column(QVBoxLayout):
    """A layout that needs its least height, not the one at which tables show all their rows."""

    def hasHeightForWidth(self) -> bool:
        """Return False: Qt would ask for the preferred height because of labels that wrap."""
        return False
