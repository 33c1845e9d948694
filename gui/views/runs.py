"""All recorded runs in a table: to look at, compare, resume, note, delete."""

from __future__ import annotations

from PyQt5.QtCore import QPoint, Qt, QTimer
from PyQt5.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShowEvent
from PyQt5.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QShortcut, QToolButton, QVBoxLayout, QWidget

from engine.runs.library import Library
from engine.runs.summary import Summary
from gui.presenters.runs import Listing, with_history
from gui.run.context import AppContext
from gui.run.runner import Runner
from gui.run.view import View
from gui.style.theme import GRID, Theme
from gui.views.runs_actions import RunsActions
from gui.widgets.image_empty import EmptyState
from gui.widgets.one_page import OnePage
from gui.widgets.plain import Label, tooltip
from gui.widgets.runs_table import RunsModel, RunsTable

_AGAIN_MS = 4000
"""Time between two listings while the view is seen: other programs record runs, too."""
_ROOMY = 560
"""In a narrower place, in pixels, the buttons are left to the menu."""


class RunsView(View):
    """The runs of the user; the one that trains grows in its row.

    Attributes:
        listing: what is shown, or None before the first listing.
    """

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the view; it lists the runs when it is first seen."""
        super().__init__(context, theme, parent)
        self.listing: Listing | None = None
        self._reader = Runner(self)
        self.table = RunsTable(RunsModel(theme, self))
        self.actions_ = RunsActions(context, theme, self.table, self)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search runs")
        self.search.setToolTip("Show only runs in whose row all of these words stand (Ctrl+F)")
        self.words = Label()
        self.words.setObjectName("note")
        self.words.setMinimumWidth(1)
        self.empty = EmptyState(
            "Your runs will be listed here",
            "Each run is recorded from its first step on: its settings, its curves, and its network at many "
            "of its steps.",
            "Start training",
        )
        self._arrange()
        self._connect()
        self.table.arrange(context.settings.runs_table)
        self.table.arranged.connect(self._remember)

    def _remember(self) -> None:
        self._context.settings.runs_table = self.table.arrangement

    def _arrange(self) -> None:
        by_key = self.actions_.by_key
        self.buttons = [QPushButton(by_key[key].text()) for key in ("open", "resume", "compare")]
        for button, key in zip(self.buttons, ("open", "resume", "compare"), strict=True):
            self._bind(button, key)
        self.more = QToolButton()
        self.more.setText("\N{HORIZONTAL ELLIPSIS}")
        self.more.setAccessibleName("More about runs")
        self.more.setToolTip("Rename, notes, star, folder, delete, bin, room")
        self.more.setPopupMode(QToolButton.InstantPopup)
        self.more.setMenu(self.actions_.menu)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.search, 1)
        for widget in (*self.buttons, self.more):
            head.addWidget(widget)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        column.addWidget(self.words)
        self._stack = OnePage.filling(self, self.empty, full)
        self.setFocusProxy(self.table)

    def _bind(self, button: QPushButton, key: str) -> None:
        action = self.actions_.by_key[key]
        button.setToolTip(tooltip(action.toolTip()))
        button.clicked.connect(lambda _checked: action.trigger())
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        button.setEnabled(action.isEnabled())

    def _connect(self) -> None:
        bridge, actions = self._context.bridge, self.actions_
        self.search.textChanged.connect(self._search)
        QShortcut(QKeySequence.Find, self, self.search.setFocus, context=Qt.WidgetWithChildrenShortcut)
        self.table.setContextMenuPolicy(Qt.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.empty.acted.connect(bridge.play)
        actions.changed.connect(self.refresh)
        actions.resume_wanted.connect(self.resume_wanted)
        actions.publish_wanted.connect(self.publish_wanted)
        actions.opened.connect(lambda: self.show_view.emit("network"))
        bridge.history_grew.connect(self._grew)
        bridge.validated.connect(lambda _row: self._grew())
        bridge.state_changed.connect(lambda _state, _message: self.refresh())
        self._again = QTimer(self)
        self._again.setInterval(_AGAIN_MS)
        self._again.timeout.connect(self.refresh)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.table.runs_model.set_theme(theme)
        self.actions_.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        """List the runs, again and again while they are seen."""
        super().showEvent(event)
        self.refresh()
        self._again.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Read nothing that nobody sees."""
        super().hideEvent(event)
        self._again.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the buttons to the menu where there is little room."""
        super().resizeEvent(event)
        for button in self.buttons:
            button.setVisible(self.width() >= _ROOMY)

    # --- what is shown --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """List the runs anew, beside the window."""
        library = self._context.bridge.library
        if library is None or not self.isVisible():
            return
        folder = library.folder
        self._reader.ask(
            lambda _task: Listing.of(Library(folder)), self._show, self.words.setText, patient=True
        )

    def _show(self, listing: Listing) -> None:
        if self.actions_.busy:  # what was read may be older than what the user has changed
            self.refresh()
            return
        self.listing = listing
        self.table.runs_model.show([self._as_it_trains(run) for run in listing.runs])
        if self.table.shown and not self.table.currentIndex().isValid():
            self.table.selectRow(0)
        self._say()
        self._stack.setCurrentIndex(1 if listing.runs or listing.problems else 0)
        self.actions_.refresh()

    def _as_it_trains(self, run: Summary) -> Summary:
        bridge = self._context.bridge
        own = bridge.folder is not None and run.path == str(bridge.folder)
        return with_history(run, bridge.history) if own else run

    def _grew(self) -> None:
        """Let the row of the run in training grow; it gets one soon after its first step."""
        folder = self._context.bridge.folder
        if not self.isVisible() or folder is None:
            return
        path = str(folder)
        if any(run.path == path for run in self.table.runs_model.runs):
            self.table.runs_model.change(path, self._as_it_trains)
        elif not self._reader.busy:
            self.refresh()

    def _search(self, words: str) -> None:
        self.table.filter.look_for(words)
        self._say()
        self.actions_.refresh()

    def _say(self) -> None:
        if self.listing is not None:
            words = self.listing.words(self.table.shown)
            self.words.setText(words)
            self.words.setToolTip(tooltip("\n".join(self.listing.problems) or words))

    def _open_menu(self, place: QPoint) -> None:
        self.actions_.menu.popup(self.table.viewport().mapToGlobal(place))
