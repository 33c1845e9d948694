"""Break it: what the copy still knows, its kernels, other changes, and which filters are missed most."""

from __future__ import annotations

from PyQt5.QtCore import Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QShortcut,
    QSlider,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from engine.damage import CHANGES
from engine.damage.base import Change
from engine.damage.network_changes import Prune, ScaleKernel, SetWeight, SwitchOff, kernels
from engine.damage.ranking import Rank, rank_filters
from engine.model.model_file import Model
from engine.model.reference import Reference
from gui.presenters.breaking import RANK_COLUMNS, kernel_layers, rank_rows
from gui.run.context import AppContext
from gui.run.work_bar import WorkBar
from gui.style.theme import GRID, Theme
from gui.views.breaking.accuracy import CopyAccuracy
from gui.views.breaking.copy import BrokenCopy
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.kernel_board import KernelBoard
from gui.widgets.option_form import KindChooser
from gui.widgets.plain import Label, tooltip
from gui.widgets.rows_table import RowsTable

RANKED = 500
"""Test images that each filter is judged by."""
_TARGETED = ("switch_off", "set_weight", "scale_kernel")
_HINT = "Click a kernel to see it large, drag a weight up or down. Delete switches the kernel off."
_DRAG_MS = 60


class BreakPanel(QWidget):
    """Breaks a copy of the network that was shown when it was opened.

    Attributes:
        copy: the copy and its changes.
    """

    look_at = pyqtSignal(object)
    """The view shall show the network with this Reference."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make it with nothing to break."""
        super().__init__(parent)
        self._context = context
        self.copy = BrokenCopy(context, self)
        self.copy.look_at.connect(self.look_at)
        self.copy.changed.connect(self._show)
        self._waiting: tuple[Change, bool] | None = None
        self._drag = QTimer(self)
        self._drag.setSingleShot(True)
        self._drag.setInterval(_DRAG_MS)
        self._drag.timeout.connect(self._drag_on)
        self.accuracy = CopyAccuracy()
        self.layer = ChoiceBox("Layer", "The layer whose kernels are shown.", letters=10)
        self.channel = ChoiceBox("Input channel", "Which input channel the shown weights are for.", letters=3)
        self.board = KernelBoard(theme)
        self.off = QPushButton("Switch &off")
        self.off.setToolTip("Let the map of this kernel be 0 (Delete, or double-click)")
        self.strength = QSlider(Qt.Horizontal)
        self.strength.setRange(-20, 30)
        self.strength.setValue(10)
        self.strength.setAccessibleName("Strength of the kernel")
        self.strength.setToolTip("Multiply the whole kernel: left of the middle it turns into its opposite.")
        self.kind = KindChooser(
            "Change", {k: v for k, v in CHANGES.items() if k not in _TARGETED}, Prune(), "What is done."
        )
        self.apply = QPushButton("&Apply")
        self.rank = QPushButton("&Rank the filters")
        self.rank.setToolTip("Switch each filter off by itself and see what the accuracy loses.")
        self.ranking = RowsTable(theme, "Filters by what the accuracy loses", len(RANK_COLUMNS))
        self.ranking.set_columns(RANK_COLUMNS)
        self.work = WorkBar()
        self.done = Label()
        self.done.setObjectName("note")
        self.undo = QPushButton("&Undo")
        self.undo.setToolTip("Take the last change back (Ctrl+Z)")
        self.reset = QPushButton("R&eset all")
        self.reset.setToolTip("The network and the image as they were")
        self._hint = Label(_HINT)
        self._hint.setObjectName("note")
        for label in (self.done, self._hint):
            label.setWordWrap(True)
            label.setMinimumWidth(1)
        self._lay_out()
        self._connect()
        self.setMinimumWidth(280)

    def _lay_out(self) -> None:
        def page(*parts: QWidget | QHBoxLayout) -> QWidget:
            made = QWidget()
            column = QVBoxLayout(made)
            column.setContentsMargins(0, GRID // 2, 0, 0)
            column.setSpacing(GRID // 2)
            for part in parts:
                if isinstance(part, QWidget):
                    column.addWidget(part, 1 if part in (self.board, self.ranking) else 0)
                else:
                    column.addLayout(part)
            if self.board not in parts and self.ranking not in parts:
                column.addStretch(1)
            return made

        def row(*widgets: QWidget) -> QHBoxLayout:
            made = QHBoxLayout()
            made.setSpacing(GRID)
            for widget in widgets:
                made.addWidget(widget)
            return made

        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        boxes = row(self.layer, self.channel)
        boxes.addStretch(1)
        pages = (
            (page(boxes, self.board, row(self.off, self.strength), self._hint), "&Kernels"),
            (page(self.kind, self.apply), "&More"),
            (page(self.rank, self.work, self.ranking), "Rankin&g"),
        )
        for made, title in pages:
            scroll = QScrollArea()
            scroll.setWidgetResizable(True)
            scroll.setFrameShape(QFrame.NoFrame)
            scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
            made.setObjectName("panel")
            scroll.setWidget(made)
            self.tabs.addTab(scroll, title)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.accuracy)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.done)
        column.addLayout(row(self.undo, self.reset))

    def _connect(self) -> None:
        self.layer.currentIndexChanged.connect(lambda _index: self._show_board())
        self.channel.currentIndexChanged.connect(self.board.show_channel)
        self.board.chosen.connect(lambda _number: self._show_strength())
        self.board.dragged.connect(self._dragged)
        self.board.switched.connect(lambda number: self._switch_off(number))
        self.board.pointed.connect(lambda text: self._hint.setText(text or _HINT))
        self.off.clicked.connect(lambda _checked: self._switch_off(self.board.kernel))
        self.strength.valueChanged.connect(self._scaled)
        self.apply.clicked.connect(lambda _checked: self.copy.do(self.kind.part))
        self.rank.clicked.connect(lambda _checked: self._rank())
        self.ranking.followed.connect(self._look_at_filter)
        self.work.failed.connect(self._context.notices.problem)
        self.undo.clicked.connect(lambda _checked: self.copy.undo())
        self.reset.clicked.connect(lambda _checked: self.copy.reset())
        for keys, act in ((QKeySequence.Undo, self.copy.undo), (QKeySequence.Redo, self.copy.redo)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        self._context.moments.run_changed.connect(lambda _run: self.close_copy())

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.board.set_theme(theme)
        self.ranking.set_theme(theme)

    def open_copy(self, of: Reference, model: Model) -> None:
        """Begin to break a copy of this network."""
        self.accuracy.drop()
        self.ranking.show_rows([])
        self.layer.clear()
        for title, index in kernel_layers(model.network.spec.layers, model.network.params):
            self.layer.addItem(title, index)
        self.copy.begin(of, model)

    def close_copy(self) -> None:
        """Leave the network as it was."""
        self._drag.stop()
        self.accuracy.drop()
        self.work.drop()
        self.copy.end()

    # --- what is shown --------------------------------------------------------------------------------

    def _show(self) -> None:
        """Show the copy as it is now, and judge it."""
        changes, model, original = self.copy.damage.changes, self.copy.model, self.copy.original
        self.undo.setEnabled(bool(changes))
        self.reset.setEnabled(bool(changes))
        if model is None or original is None:
            return
        words = self.copy.damage.words(model.network)
        last = f"{len(words)}. {words[-1]}" if words else "Nothing is broken yet."
        self.done.setText(last)
        self.done.setToolTip(tooltip("\n".join(f"{n}. {word}" for n, word in enumerate(words, 1))))
        self._show_board()
        self.accuracy.judge(original, model, self.copy.damage, self._context.moments.dataset)

    def _show_board(self) -> None:
        model, layer = self.copy.model, self.layer.currentData()
        if model is None or layer is None:
            return
        found = kernels(model.network, layer)
        count = found.shape[1] if found.ndim == 4 else 0
        if self.channel.count() != count:
            blocked = self.channel.blockSignals(True)
            self.channel.clear()
            self.channel.addItems([str(number + 1) for number in range(count)])
            self.channel.blockSignals(blocked)
        self.channel.setVisible(count > 1)
        self.board.show_channel(max(0, self.channel.currentIndex()))
        self.board.show_kernels(found)
        self._show_strength()

    def _show_strength(self) -> None:
        """Put the slider where the last change has left the chosen kernel."""
        last = self.copy.damage.changes[-1] if self.copy.damage.changes else None
        mine = isinstance(last, ScaleKernel) and (last.layer, last.index) == self._target()
        if not self.strength.isSliderDown():
            blocked = self.strength.blockSignals(True)
            self.strength.setValue(round(10 * last.factor) if isinstance(last, ScaleKernel) and mine else 10)
            self.strength.blockSignals(blocked)

    def _target(self) -> tuple[int, int]:
        layer = self.layer.currentData()
        return (0 if layer is None else int(layer), self.board.kernel)

    # --- what the user does ---------------------------------------------------------------------------

    def _switch_off(self, number: int) -> None:
        self.copy.do(SwitchOff(self._target()[0], number))

    def _scaled(self, value: int) -> None:
        layer, kernel = self._target()
        last = self.copy.damage.changes[-1] if self.copy.damage.changes else None
        again = isinstance(last, ScaleKernel) and (last.layer, last.index) == (layer, kernel)
        self._soon(ScaleKernel(layer, kernel, value / 10), again=again)

    def _dragged(self, weight: int, value: float, again: bool) -> None:
        layer, kernel = self._target()
        limit = 1e6
        self._soon(SetWeight(layer, kernel, weight, min(max(value, -limit), limit)), again=again)

    def _soon(self, change: Change, *, again: bool) -> None:
        """Make a change that still moves; the newest one of a moment is enough."""
        first = self._waiting is None or self._waiting[1]
        self._waiting = (change, again and first)
        if not self._drag.isActive():
            self._drag.start()

    def _drag_on(self) -> None:
        if self._waiting is not None:
            (change, again), self._waiting = self._waiting, None
            self.copy.do(change, again=again)

    def _rank(self) -> None:
        model, dataset, damage = self.copy.model, self._context.moments.dataset, self.copy.damage
        if model is None or dataset is None or dataset.in_shape != model.network.spec.in_shape:
            return
        images, labels = damage.images(dataset.test_images[:RANKED]), dataset.test_labels[:RANKED]
        self.work.ask(
            "Ranking",
            lambda task: rank_filters(model.network, model.preprocessing, images, labels, task),
            lambda ranks: self.ranking.show_rows(rank_rows(ranks)),
        )

    def _look_at_filter(self, rank: object) -> None:
        if isinstance(rank, Rank):
            self.layer.setCurrentIndex(self.layer.findData(rank.layer))
            self.board.choose(rank.kernel)
            self.tabs.setCurrentIndex(0)
            self._show_strength()
