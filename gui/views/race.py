"""A race: the curves of all entrants over one another, and what each of them looks like at the same step."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import QEvent, QObject, Qt, QTimer
from PyQt5.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PyQt5.QtWidgets import QPushButton, QSplitter, QVBoxLayout, QWidget

from engine.session.messages import Snapshot
from gui.dialogs.compare.curves import CurvesPage
from gui.presenters.race import EMPTY, sides, so_far, standing
from gui.run.context import AppContext
from gui.run.view import View
from gui.style.theme import GRID, Theme, font
from gui.views.race_entrants import Entrants
from gui.widgets.image_empty import EmptyState
from gui.widgets.one_page import OnePage
from gui.widgets.plain import Label

_LOW = 520
"""In a lower place, in pixels, the entrants stand beside the curves."""


class RaceView(View):
    """Curves above, below them a column for each entrant; above all how the race stands, or who has won."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the view; a race fills it."""
        super().__init__(context, theme, parent)
        self._races = context.races
        self.empty = EmptyState(*EMPTY, "Race\N{HORIZONTAL ELLIPSIS}")
        self.words = Label()
        self.words.setWordWrap(True)
        self.words.setMinimumWidth(1)
        self.words.setAlignment(Qt.AlignTop | Qt.AlignLeft)
        self.note = Label()
        self.note.setObjectName("note")
        self.note.setWordWrap(True)
        self.note.setMinimumWidth(1)
        self.again = QPushButton("&New race\N{HORIZONTAL ELLIPSIS}")
        self.curves = CurvesPage(theme, brief=True)
        self.entrants = Entrants(context, theme)
        self._stack = OnePage.filling(self, self.empty, self._full())
        self._connect()
        self._begun()

    def _full(self) -> QWidget:
        self.curves.head.addWidget(self.again)
        self.split = QSplitter(Qt.Vertical)
        self.split.setChildrenCollapsible(False)
        self._own_sizes = False
        self.split.splitterMoved.connect(lambda *_: self._hold_sizes())
        self.split.installEventFilter(self)
        for number, widget in enumerate((self.curves, self.entrants)):
            self.split.addWidget(widget)
            self.split.setStretchFactor(number, 2 + number)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.words)
        column.addWidget(self.note)
        column.addWidget(self.split, 1)
        return whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the entrants beside the curves where there is no room below them."""
        super().resizeEvent(event)
        low = self.height() < _LOW
        if low != (self.split.orientation() == Qt.Horizontal):
            self.split.setOrientation(Qt.Horizontal if low else Qt.Vertical)
            self._own_sizes = False
            self._share()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Share the room anew when there is more or less of it, since words above take another line, too."""
        if watched is self.split and event.type() == QEvent.Resize:
            QTimer.singleShot(0, self._share)  # when all have their new sizes
        return super().eventFilter(watched, event)

    def _hold_sizes(self) -> None:
        self._own_sizes = True

    def _share(self) -> None:
        """Give the entrants what they need, if it leaves enough for the curves, and the user has not."""
        if self._own_sizes:
            return
        if self.split.orientation() == Qt.Horizontal:
            width = self.split.width()
            curves = max(2 * width // 5, min(width // 2, width - self.entrants.wanted_width))
            self.split.setSizes([curves, width - curves])
            return
        table = min(self.entrants.widget().sizeHint().height() + GRID, 3 * self.split.height() // 5)
        self.split.setSizes([self.split.height() - table, table])

    def _connect(self) -> None:
        races = self._races
        for button in (self.empty.button, self.again):
            button.clicked.connect(lambda _checked: self.race_wanted.emit())
        races.begun.connect(self._begun)
        races.moved.connect(self._show_standing)
        races.grew.connect(self._grew)
        races.pictured.connect(self._pictured)
        self._context.selection.changed.connect(lambda _sample: self._watch())
        self._context.bridge.run_started.connect(lambda _config: self._show_standing())

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.curves.set_theme(theme)
        self.entrants.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what has come meanwhile, and ask for pictures."""
        super().showEvent(event)
        self._watch()
        self._grew()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let nothing be copied that nobody sees."""
        super().hideEvent(event)
        self._races.watch(False)

    def _watch(self) -> None:
        if self.isVisible():
            self._races.watch(True)

    # --- what is shown ------------------------------------------------------------------------------

    def _begun(self) -> None:
        race, runs = self._races.race, self._races.runs
        if race is None or runs is None:
            return
        shown = sides(race, [run.history for run in runs.runs])
        if self._stack.currentIndex() == 0:
            self._stack.setCurrentIndex(1)
        self.curves.show_sides(shown)
        self.entrants.show_sides(shown, [run.config for run in runs.runs if run.config is not None])
        self._show_standing()
        QTimer.singleShot(0, self._share)

    def _grew(self) -> None:
        if self.isVisible() and self._races.runs is not None:
            self.curves.grow()
            self._show_standing()

    def _pictured(self, pictures: Sequence[Snapshot | None]) -> None:
        if self.isVisible():
            self.entrants.show_pictures(pictures)

    def _show_standing(self) -> None:
        races = self._races
        if races.race is None or races.runs is None or not self.isVisible():
            return
        runs = races.runs
        histories, states = [run.history for run in runs.runs], [run.state for run in runs.runs]
        self.entrants.show_figures(histories, states, races.heats, races.verdict, races.shown)
        note = so_far(races.race, races.heats)
        if races.verdict is not None:
            words, note = races.words[0], " ".join(races.words[1:])
        elif races.problem:
            words = races.problem
        elif races.done is not None:
            words = f"The networks answer the test images: {100 * races.done:.0f} %"
        else:
            epoch = runs.runs[0].channel.epoch_size
            words = standing(races.race, runs.heat, histories, states, epoch)
        for label, text in ((self.words, words), (self.note, note)):
            if label.text() != text:
                label.setText(text)
        self.words.setFont(font(strong=races.verdict is not None))
        self.note.setVisible(bool(note))
