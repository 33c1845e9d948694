"""All recorded runs in a table: to look at, compare, resume, note, delete."""

from __future__ import annotations

from PyQt5.QtCore import QPoint, QSignalBlocker, Qt, QTimer
from PyQt5.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShowEvent
from PyQt5.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QShortcut,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.runs.library import Library
from engine.runs.summary import Summary
from gui.presenters.runs import Listing, with_history
from gui.run.context import AppContext
from gui.run.runner import Runner
from gui.run.view import View
from gui.style.theme import GRID, Theme
from gui.views.runs_actions import RunsActions
from gui.views.runs_plots import RunsPlots
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.image_empty import EmptyState
from gui.widgets.one_page import OnePage
from gui.widgets.plain import Label, tooltip
from gui.widgets.runs_model import RunsModel
from gui.widgets.runs_table import RunsTable

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
        self.plots = RunsPlots(theme)
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
        self.sweeps = ChoiceBox("Sweep", "Show all runs, or only the trials of a sweep", letters=10)
        self.sweeps.addItem("All runs", "")
        self.sweeps.hide()
        self.drawn = QToolButton()
        self.drawn.setText("Plots")
        self.drawn.setCheckable(True)
        self.drawn.setToolTip("Draw the runs of the table: across parallel axes, or as points")
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.search, 1)
        for widget in (self.sweeps, *self.buttons, self.drawn, self.more):
            head.addWidget(widget)
        self.plots.hide()
        self.both = QSplitter(Qt.Vertical)
        self.both.setChildrenCollapsible(False)
        self.both.addWidget(self.table)
        self.both.addWidget(self.plots)
        self.both.setStretchFactor(0, 2)
        self.both.setStretchFactor(1, 3)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(head)
        column.addWidget(self.both, 1)
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
        self.sweeps.currentIndexChanged.connect(lambda _index: self._look_at_sweep())
        self.drawn.toggled.connect(self.plots.setVisible)
        self.drawn.toggled.connect(lambda _on: self._draw())
        self.plots.picked.connect(lambda paths: self.table.choose(set(paths)))
        self.table.selectionModel().selectionChanged.connect(lambda _new, _old: self._chosen())
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
        self.plots.set_theme(theme)

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
        self._list_sweeps()
        self._draw()
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
        self._draw()
        self._say()
        self.actions_.refresh()

    def _look_at_sweep(self) -> None:
        self.table.filter.look_at(self.sweeps.currentData() or "")
        self._draw()
        self._say()
        self.actions_.refresh()

    def look_at_sweep(self, name: str) -> None:
        """Show only the trials of a sweep, as plots, too; those that are not there yet come."""
        if self.sweeps.findData(name) < 0:
            self.sweeps.addItem(name, name)
        self.sweeps.show()
        self.sweeps.setCurrentIndex(self.sweeps.findData(name))
        self.drawn.setChecked(True)

    def _list_sweeps(self) -> None:
        """Offer the sweeps of the runs that are there; the one that is looked at stays."""
        now = self.sweeps.currentData()
        names = {run.sweep for run in self.table.runs_model.runs if run.sweep} | ({now} if now else set())
        if names != {self.sweeps.itemData(place) for place in range(1, self.sweeps.count())}:
            with QSignalBlocker(self.sweeps):
                self.sweeps.clear()
                for name in ("", *sorted(names)):
                    self.sweeps.addItem(name or "All runs", name)
                self.sweeps.setCurrentIndex(max(0, self.sweeps.findData(now)))
        self.sweeps.setVisible(bool(names))

    def _draw(self) -> None:
        if self.drawn.isChecked():
            self.plots.show_runs(self.table.shown_runs)

    def _chosen(self) -> None:
        if self.drawn.isChecked():
            self.plots.choose({run.path for run in self.table.chosen})

    def _say(self) -> None:
        if self.listing is not None:
            words = self.listing.words(self.table.shown)
            self.words.setText(words)
            self.words.setToolTip(tooltip("\n".join(self.listing.problems) or words))

    def _open_menu(self, place: QPoint) -> None:
        self.actions_.menu.popup(self.table.viewport().mapToGlobal(place))
