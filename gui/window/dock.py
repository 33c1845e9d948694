"""A dock whose title bar says in a sentence what is seen in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from PyQt5.QtCore import QEvent, QObject, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QFontMetrics, QResizeEvent
from PyQt5.QtWidgets import QAction, QDockWidget, QFrame, QHBoxLayout, QScrollArea, QToolButton, QWidget

from gui.run.view import View
from gui.run.view_spec import ViewSpec
from gui.style.icons import icon
from gui.style.theme import GRID, SMALL, Theme, font
from gui.widgets.plain import Label, tooltip
from gui.widgets.waiting import EMPTY

NARROWEST = 354
"""No part may ask for more width than this, in pixels: a scaled screen has 880 for three of them."""
LOWEST = 132
"""No part may ask for more height than this: two rows and the time line fit a low window."""


_SCROLL_BAR = 10
"""Width of the bar beside a part that is scrolled."""


class _Sentence(Label):
    """A label that shows its text where there is room for all of it, and else nothing."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setObjectName("about")
        self.setFont(font(SMALL))
        self._whole = text
        self.setToolTip(tooltip(text))
        self.setMinimumWidth(0)

    def minimumSizeHint(self) -> QSize:
        """Return no width: the sentence gives way to everything else."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the sentence if it fits."""
        super().resizeEvent(event)
        fits = self.width() >= QFontMetrics(self.font()).horizontalAdvance(self._whole) + 2
        self.setText(self._whole if fits else "")


class _Holder(QScrollArea):
    """Lets a part be scrolled that is higher than its place; behind another tab it keeps its size."""

    def __init__(self, width: int) -> None:
        """Begin with the ``width`` that the part will ask for, so that nothing moves when it comes."""
        super().__init__()
        self.setFrameShape(QFrame.NoFrame)
        self.setFocusPolicy(Qt.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.setMinimumSize(width, LOWEST)
        empty = QWidget()
        empty.setObjectName(EMPTY)
        self.setWidget(empty)

    def hold(self, part: QWidget) -> None:
        """Let ``part`` be seen here."""
        high = part.minimumSizeHint().height()
        bar = _SCROLL_BAR if high > LOWEST else 0
        self.setMinimumSize(part.minimumWidth() + bar, min(high, LOWEST))
        self.setWidget(part)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the part all the room, and where that is too low its least height."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the part when it needs more or less height than before."""
        if event.type() == QEvent.LayoutRequest and watched is self.widget():
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        # Qt's own resizing takes the height that labels which wrap would like, not the least one.
        part, room = self.widget(), self.viewport().size()
        least = part.minimumSizeHint().height()
        if part.hasHeightForWidth():
            least = part.layout().minimumHeightForWidth(room.width())
        part.resize(room.width(), max(room.height(), least))


class Dock(QDockWidget):
    """Holds a view or a panel, made when it is first seen; can be moved, tabbed, floated and closed.

    Attributes:
        spec: what is known of the view before.
    """

    made = pyqtSignal(object)
    """This ``View`` has taken its place."""

    picture_wanted = pyqtSignal()
    """The user wants a picture of the view."""

    def __init__(self, spec: ViewSpec, make: Callable[[], View], theme: Theme, window: QWidget) -> None:
        """Have a place for what ``make`` makes in ``window``, under its title and with its sentence."""
        super().__init__(spec.title, window)
        self.setObjectName(spec.key)
        self.spec = spec
        self._make = make
        self._part: View | None = None
        self._seen = False
        self._waits = bool(spec.late)
        self._holder = _Holder(spec.late or NARROWEST + _SCROLL_BAR)
        self.setWidget(self._holder)
        bar = QWidget()
        bar.setObjectName("docktitle")
        bar.setAttribute(Qt.WA_StyledBackground)
        row = QHBoxLayout(bar)
        row.setContentsMargins(GRID, 2, 4, 2)
        row.setSpacing(GRID)
        name = Label(spec.title)
        name.setObjectName("heading")
        name.setToolTip(tooltip(spec.about))
        name.setFont(font(strong=True))
        row.addWidget(name)
        row.addWidget(_Sentence(spec.about), 1)
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
        bar.setContextMenuPolicy(Qt.ActionsContextMenu)
        for words, called in (
            ("Save &picture of this view\N{HORIZONTAL ELLIPSIS}", self.picture_wanted.emit),
            ("Take out, or put &back", self._toggle),
            ("&Hide", self.close),
        ):
            action = QAction(words, bar)
            action.triggered.connect(lambda _checked=False, call=called: call())
            bar.addAction(action)
        self.setTitleBarWidget(bar)
        self.visibilityChanged.connect(self._see)
        self.set_theme(theme)

    @property
    def built(self) -> bool:
        """Whether the view is there already."""
        return self._part is not None

    @property
    def part(self) -> View:
        """The view, which is made if nobody has seen it yet."""
        if self._part is None:
            part = self._make()
            part.setAttribute(Qt.WA_StyledBackground)
            part.setMinimumWidth(min(max(part.minimumWidth(), part.minimumSizeHint().width()), NARROWEST))
            part.setVisible(False)  # or Qt would show it, also behind another tab
            self._holder.hold(part)
            self._part = part
            part.setVisible(self._seen)
            self.made.emit(part)
        return self._part

    def stop_waiting(self) -> None:
        """Make a part that is seen, but has been put off until the window was painted."""
        self._waits = False
        if self._seen:
            self.part.setVisible(True)

    def set_theme(self, theme: Theme) -> None:
        """Draw the two small icons in the colours of ``theme``."""
        self._float.setIcon(icon("float", theme.muted, theme.line))
        self._close.setIcon(icon("close", theme.muted, theme.line))

    def _toggle(self) -> None:
        self.setFloating(not self.isFloating())

    def _see(self, visible: bool) -> None:
        # Behind another tab Qt still calls a dock visible; the part must know, or it would paint.
        self._seen = visible
        if (visible and not self._waits) or self.built:
            self.part.setVisible(visible)


class Parts(Mapping[str, View]):
    """The views and panels by their keys; one that is not there yet is made when it is asked for."""

    def __init__(self, docks: Mapping[str, Dock]) -> None:
        """Find them in ``docks``."""
        self._docks = docks

    def __getitem__(self, key: str) -> View:
        """Return a view or panel."""
        return self._docks[key].part

    def __iter__(self) -> Iterator[str]:
        """Go through the keys."""
        return iter(self._docks)

    def __len__(self) -> int:
        """Return how many there are, or will be."""
        return len(self._docks)

    @property
    def built(self) -> list[View]:
        """Those that are there."""
        return [dock.part for dock in self._docks.values() if dock.built]
