"""A dock whose title bar says in a sentence what is seen in it."""

from __future__ import annotations

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QFontMetrics, QResizeEvent
from PyQt5.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.theme import GRID, SMALL, Theme, font

NARROWEST = 470
"""No part may ask for more width than this, in pixels: a projector has 1280 for three of them."""


class _Sentence(QLabel):
    """A label that shortens its text to what fits; the whole text is its tooltip."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setObjectName("about")
        self.setFont(font(SMALL))
        self._whole = text
        self.setToolTip(text)
        self.setMinimumWidth(0)

    def minimumSizeHint(self) -> QSize:
        """Return no width: the sentence gives way to everything else."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show what fits of the sentence, or nothing where little would."""
        super().resizeEvent(event)
        metrics = QFontMetrics(self.font())
        enough = self.width() >= metrics.horizontalAdvance(self._whole) / 2
        self.setText(metrics.elidedText(self._whole, Qt.ElideRight, self.width()) if enough else "")


class Dock(QDockWidget):
    """Holds a view or a panel; can be moved, tabbed, floated and closed."""

    def __init__(
        self, key: str, title: str, about: str, part: QWidget, theme: Theme, window: QWidget
    ) -> None:
        """Hold ``part`` under ``title``, with ``about`` beside it, in ``window``."""
        super().__init__(title, window)
        self.setObjectName(key)
        part.setAttribute(Qt.WA_StyledBackground)
        part.setObjectName("panel")
        part.setMinimumWidth(min(part.minimumSizeHint().width(), NARROWEST))
        policy = part.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # or the dock would shrink behind another tab
        part.setSizePolicy(policy)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(part)
        self.setWidget(holder)
        bar = QWidget()
        bar.setObjectName("docktitle")
        bar.setAttribute(Qt.WA_StyledBackground)
        row = QHBoxLayout(bar)
        row.setContentsMargins(GRID, 4, 4, 4)
        row.setSpacing(GRID)
        name = QLabel(title)
        name.setObjectName("heading")
        name.setToolTip(about)
        name.setFont(font(strong=True))
        row.addWidget(name)
        row.addWidget(_Sentence(about), 1)
        self._float, self._close = QToolButton(), QToolButton()
        for button, tip, call in (
            (self._float, "Take this panel out of the window, or put it back", self._toggle),
            (self._close, "Hide this panel; the View menu brings it back", self.close),
        ):
            button.setObjectName("dockbutton")
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setIconSize(QSize(12, 12))
            button.setFocusPolicy(Qt.NoFocus)
            button.clicked.connect(call)
            row.addWidget(button)
        self.setTitleBarWidget(bar)
        # Behind another tab Qt still calls a dock visible; the part must know, or it would paint.
        self.visibilityChanged.connect(part.setVisible)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw the two small icons in the colours of ``theme``."""
        self._float.setIcon(icon("float", theme.muted, theme.line))
        self._close.setIcon(icon("close", theme.muted, theme.line))

    def _toggle(self) -> None:
        self.setFloating(not self.isFloating())
