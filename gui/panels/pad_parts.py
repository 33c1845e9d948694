"""The parts of the Test panel and where they lie."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.recognise.judge import Answer
from engine.types import Array
from gui.dialogs.teach.box import TeachBox
from gui.panels.pad_answer import AnswerCard
from gui.panels.pad_tools import PadTools
from gui.presenters.pad import LISTED, top_classes
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.view import View
from gui.style.theme import GRID, Theme, font
from gui.widgets.bars import ProbabilityBars
from gui.widgets.canvas import Canvas
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.picture_sheet import PictureSheet
from gui.widgets.plain import Label, tooltip


class NumberLine(QWidget):
    """What several digits read together, and arrows to look at one after the other."""

    stepped = pyqtSignal(int)
    """The user wants to look at the one before (-1) or after (1)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing; a single digit needs no line."""
        super().__init__(parent)
        self.text = Label()
        self.text.setFont(font(strong=True))
        self.text.setMinimumWidth(1)
        self.text.setTextInteractionFlags(Qt.TextSelectableByMouse)
        self.place = Label()
        self.place.setObjectName("caption")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.text, 1)
        row.addWidget(self.place)
        self.buttons = []
        for sign, by, tip in (
            ("‹", -1, "Look at the one before (Left)"),
            ("›", 1, "Look at the next one (Right)"),
        ):
            button = QToolButton()
            button.setObjectName("icon")
            button.setText(sign)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(lambda _checked, step=by: self.stepped.emit(step))
            self.buttons.append(button)
            row.addWidget(button)
        self.hide()

    def show_number(self, read: Sequence[str], chosen: int) -> None:
        """Show what was read, one word a digit, and which of them is looked at."""
        self.setVisible(len(read) > 1)
        self.text.setText("Reads " + " ".join(read))
        self.text.setToolTip(tooltip(self.text.text()))
        self.place.setText(f"{chosen + 1} of {len(read)}")


class PadParts(View):
    """The sheet, its tools, the answer, the chooser of the network, and what can be done next."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the parts; the panel says what they do."""
        super().__init__(context, theme, parent)
        self.canvas = Canvas(theme)
        self.canvas.pen_width = context.settings.pen
        self.picture = PictureSheet(theme)
        self.tools = PadTools(self.canvas, theme, self)
        self.tools.width_slider.valueChanged.connect(lambda width: setattr(context.settings, "pen", width))
        self.number = NumberLine()
        self.card = AnswerCard(theme)
        self.bars = ProbabilityBars(theme)
        self.bars.setAccessibleName("Probabilities")
        self.teach = TeachBox(context, theme)
        self.source_box = ChoiceBox(
            "Answered by",
            "Which network answers: a trained one that comes with the program or was opened,\n"
            "or the one that is being trained here (from its first step on).",
            letters=0,
        )
        self.show_button = QPushButton("Show in Net&work")
        self.explain_button = QPushButton("E&xplain it")
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.show_button, 1)
        buttons.addWidget(self.explain_button, 1)
        self.holder = holder = QWidget()
        holder.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)
        self.sheets = QStackedLayout(holder)
        self.sheets.addWidget(self.canvas)
        self.sheets.addWidget(self.picture)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID - 2)
        column.addWidget(self.source_box)
        column.addWidget(holder, 1)
        column.addWidget(self.tools)
        column.addSpacing(2)
        column.addWidget(self.number)
        column.addWidget(self.card)
        column.addWidget(self.bars)
        column.addWidget(self.teach)
        column.addLayout(buttons)
        column.addStretch(0)
        self.setMinimumWidth(230)
        self.setFocusProxy(self.canvas)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for part in (self.canvas, self.picture, self.tools, self.card, self.bars, self.teach):
            part.set_theme(theme)

    def show_bars(self, names: tuple[str, ...], odds: Array | None, answer: Answer) -> None:
        """List the classes with their probabilities ``(K,)``, or empty bars while there is no answer."""
        if odds is None:
            self.bars.show_values([names[k] for k in top_classes(np.zeros(len(names)), names, LISTED)], None)
            return
        listed = top_classes(odds, names, LISTED)
        top = listed.index(answer.top) if answer.top in listed else None
        self.bars.show_values([names[k] for k in listed], odds[listed], top=top)

    def show_actions(self, *, possible: bool) -> None:
        """Offer to send the image to the views, if there is one."""
        for button, tip in (
            (
                self.show_button,
                "Bring the Network view to the front, with this image in the network that answers.",
            ),
            (
                self.explain_button,
                "Bring the Explain view to the front: which parts of this image the answer rests on.",
            ),
        ):
            button.setEnabled(possible)
            button.setToolTip(tip if possible else "Draw or bring a picture first.")

    def offer_models(self, models: ModelRegistry) -> None:
        """List the networks at hand."""
        self.source_box.clear()
        for reference in models.references:
            self.source_box.addItem(models.title(reference), reference)
        self.source_box.setCurrentIndex(self.source_box.findData(models.current))
