"""The drawing pad: draw, and read what the network makes of it while the pen moves."""

from __future__ import annotations

from typing import ClassVar

from PyQt5.QtCore import QTimer, pyqtSignal
from PyQt5.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PyQt5.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.data.preprocess import Preprocessing
from engine.messages import Snapshot
from engine.storage import Model
from engine.types import Array, Bytes
from gui.desk import Desk
from gui.model_shelf import DIGITS
from gui.panels.pad_answer import AnswerCard
from gui.panels.pad_tools import PadTools
from gui.presenters.pad import EMPTY, PAD_SHAPE, Answer, Answering, Source, ink_share, judge, reach
from gui.selection import Sample
from gui.session_bridge import Wants
from gui.theme import GRID, Theme
from gui.widgets.bars import ProbabilityBars
from gui.widgets.canvas import Canvas

SEND_MS = 100
"""While the Network view follows the drawing it gets a new image at most this often."""
LARGEST = 420
"""The sheet grows with the panel up to so many pixels."""


class PadPanel(QWidget):
    """A sheet, its tools, the answer in words, and the probabilities of all classes.

    Predictions are made here, in the window's thread, with a copy of the network that nobody else
    changes; however many movements of the pen arrive at once, one prediction answers them all.
    """

    key: ClassVar[str] = "pad"
    title: ClassVar[str] = "Draw"
    about: ClassVar[str] = "Draw a digit; the network answers while you draw."

    show_network = pyqtSignal()
    """The user wants to see the Network view."""

    def __init__(self, desk: Desk, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty pad that the shipped model answers."""
        super().__init__(parent)
        self.setObjectName("panel")
        self._desk = desk
        self.image: Bytes | None = None
        """What the network gets, uint8 ``(28, 28)``; None while the sheet is empty."""
        self.probabilities: Array | None = None
        self.answer: Answer = EMPTY
        shipped = desk.models.get(DIGITS)
        self.answering = Answering(
            Source(shipped.network, shipped.preprocessing, shipped.class_names, "Shipped model"),
            follow=desk.settings.follow,
        )
        self._ink_reach = 0.0
        self._pen_moved = False
        self._build(theme)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._answer)
        self._send = QTimer(self)
        self._send.setSingleShot(True)
        self._send.setInterval(SEND_MS)
        self._send.timeout.connect(self._choose)
        self.canvas.changed.connect(self._drawn)
        desk.bridge.snapshot_ready.connect(self._snapshot)
        desk.bridge.run_started.connect(lambda _config: self._forget())
        desk.bridge.add_watcher(self)
        self._answer()

    def _build(self, theme: Theme) -> None:
        self.canvas = Canvas(theme)
        self.canvas.pen_width = self._desk.settings.pen
        self.tools = PadTools(self.canvas, theme, self)
        self.tools.width_slider.valueChanged.connect(self._remember_pen)
        self.card = AnswerCard(theme)
        self.bars = ProbabilityBars(theme)
        self.bars.setAccessibleName("Probabilities")
        self.source_box = QComboBox()
        self.source_box.setSizePolicy(QSizePolicy.Ignored, QSizePolicy.Fixed)
        self.source_box.addItems(["Shipped model answers", "Training network answers"])
        self.source_box.setCurrentIndex(int(self.answering.follow))
        self.source_box.setAccessibleName("Answered by")
        self.source_box.setToolTip(
            "Which network answers: the trained one that comes with the program, or the one that is\n"
            "being trained here (from its first step on)."
        )
        self.source_box.currentIndexChanged.connect(self._follow)
        self.show_button = QPushButton("Sho&w in Network")
        self.show_button.clicked.connect(lambda _checked: self._show())
        self.live = QCheckBox("&Live")
        self.live.setToolTip("The Network view follows the pen while you draw.")
        self.live.toggled.connect(lambda _on: self._offer_image())
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.show_button, 1)
        buttons.addWidget(self.live)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID - 2)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.tools)
        column.addSpacing(2)
        column.addWidget(self.card)
        column.addWidget(self.bars)
        column.addWidget(self.source_box)
        column.addLayout(buttons)
        column.addStretch(0)
        self.setMinimumWidth(230)
        self.setFocusProxy(self.canvas)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for part in (self.canvas, self.tools, self.card, self.bars):
            part.set_theme(theme)

    def wants(self) -> Wants:
        """Ask for the network in training while the pad is in sight and follows it."""
        return Wants(kernels=self.isVisible() and self.answering.follow)

    def set_model(self, model: Model, name: str) -> None:
        """Let ``model`` answer in place of the shipped one, if it takes what the pad gives."""
        shape = model.network.spec.in_shape
        if shape != PAD_SHAPE:
            self._desk.notices.problem(
                f"The model {name} takes images of shape {shape}; a drawing has the shape {PAD_SHAPE}."
            )
            return
        self.answering.use(Source(model.network, model.preprocessing, model.class_names, f"Model {name}"))
        self.source_box.setItemText(0, f"{name} answers")
        self.source_box.setCurrentIndex(0)
        self._soon.start()

    # --- events --------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with the training."""
        super().showEvent(event)
        self._desk.bridge.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Send nothing more."""
        self._send.stop()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the sheet grow into a square as wide as the panel, and no further."""
        super().resizeEvent(event)
        self.canvas.setMaximumHeight(max(120, min(self.width() - 2 * GRID, LARGEST)))

    def _drawn(self) -> None:
        self._pen_moved = True
        if not self._soon.isActive():
            self._soon.start()

    def _snapshot(self, snapshot: Snapshot) -> None:
        dataset = self._desk.bridge.dataset
        if snapshot.network is None or dataset is None:
            return
        self.answering.offer(
            snapshot.network, snapshot.step, Preprocessing(dataset.mean, dataset.std), dataset.class_names
        )
        if self.isVisible() and self.answering.follow and not self._soon.isActive():
            self._soon.start()

    def _forget(self) -> None:
        self.answering.forget()
        self._soon.start()

    def _follow(self, index: int) -> None:
        self.answering.follow = self._desk.settings.follow = index == 1
        self._desk.bridge.refresh()
        self._soon.start()

    def _remember_pen(self, width: int) -> None:
        self._desk.settings.pen = width

    # --- the answer ------------------------------------------------------------------------------------

    def _answer(self) -> None:
        """Read the sheet, ask the network, show what it says."""
        self._soon.stop()
        if self._pen_moved:
            self._pen_moved = False
            ink = self.canvas.ink()
            self.image = self._normalise(ink)
            self._ink_reach = reach(ink)
            self._offer_image()
        source = self.answering.source
        if self.image is None:
            self.probabilities, self.answer = None, EMPTY
        else:
            self.probabilities, steady = source.ask(self.image)
            self.answer = judge(
                self.probabilities, source.names, self._ink_reach, ink_share(self.image), steady
            )
        self.bars.show_values(source.names, self.probabilities, top=self.answer.top)
        self.card.show_answer(self.image, self.answer, self.answering.caption)
        self.show_button.setEnabled(self.image is not None)
        self.show_button.setToolTip(
            "Look at this drawing layer by layer." if self.image is not None else "Draw a digit first."
        )

    @staticmethod
    def _normalise(ink: Array) -> Bytes | None:
        from engine.drawing import normalise  # brings Pillow: loaded with the first stroke

        return normalise(ink)

    def _offer_image(self) -> None:
        if self.live.isChecked() and self.image is not None and not self._send.isActive():
            self._send.start()

    def _choose(self) -> None:
        if self.image is not None:
            self._desk.selection.choose(Sample(self.image[None], "your drawing"))

    def _show(self) -> None:
        self._choose()
        self.show_network.emit()
