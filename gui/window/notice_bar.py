"""A line below the toolbar that tells the user something without standing in the way."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import Qt, QTimer
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolBar, QWidget

from gui.state.notices import Notices
from gui.style.theme import GRID
from gui.widgets.plain import Label

_GOOD_NEWS_MS = 8000


class NoticeBar(QToolBar):
    """Shows the newest notice; problems stay until they are dismissed."""

    def __init__(self, notices: Notices) -> None:
        """Show what ``notices`` posts."""
        super().__init__("Notices")
        self.setObjectName("notices")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.PreventContextMenu)
        holder = QWidget()
        holder.setFixedHeight(5 * GRID)  # two lines; a label that wraps would claim far more
        row = QHBoxLayout(holder)
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.setSpacing(GRID)
        self._text = Label()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Preferred)
        self._offer = QPushButton()
        self._close = QPushButton("Dismiss")
        self._close.setToolTip("Hide this notice")
        self._close.clicked.connect(self.hide)
        self._offer.clicked.connect(self._accept)
        row.addWidget(self._text, 1)
        row.addWidget(self._offer)
        row.addWidget(self._close)
        self.addWidget(holder)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._action: Callable[[], object] | None = None
        notices.posted.connect(self._show_notice)
        notices.offered.connect(self._show_offer)

    @property
    def text(self) -> str:
        """What the bar says; empty while it is hidden."""
        return self._text.text() if self.isVisible() else ""

    def _show_notice(self, sentence: str, problem: bool) -> None:
        self._set(sentence, problem)
        self._offer.hide()
        if not problem:
            self._timer.start(_GOOD_NEWS_MS)

    def _show_offer(self, sentence: str, label: str, action: Callable[[], object]) -> None:
        self._set(sentence, False)
        self._action = action
        self._offer.setText(label)
        self._offer.show()

    def _set(self, sentence: str, problem: bool) -> None:
        self._timer.stop()
        self._text.setText(sentence)
        self._text.setObjectName("problem" if problem else "notice")
        self._text.style().unpolish(self._text)
        self._text.style().polish(self._text)
        self.show()

    def _accept(self) -> None:
        self.hide()
        if self._action is not None:
            self._action()
