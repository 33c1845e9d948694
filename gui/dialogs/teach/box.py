"""The row under an answer that corrects it: the drawing and its class join My examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.errors import DataError, ModelFileError
from engine.model.reference import Reference
from engine.types import Bytes
from gui.dialogs.teach.models import restore
from gui.presenters.teach import how_many
from gui.run.context import AppContext
from gui.style.theme import GRID, Theme
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.plain import Label

if TYPE_CHECKING:
    from engine.teaching.examples import Example, Examples

_QUESTION, _SHORT = "Wrong? Correct class", "Correct class"
_ROOMY = 290
"""Width in pixels from which there is room for the whole question."""


class TeachBox(QWidget):
    """Asks what an image is, and opens the dialog in which the network learns it.

    Attributes:
        number: how many examples of one's own the model in hand has.
    """

    added = pyqtSignal()
    """An example was added or taken back."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the row without an image, and put the taught models of earlier days on the registry."""
        super().__init__(parent)
        self._context, self._theme = context, theme
        self._image: Bytes | None = None
        self._answer: int | None = None
        self._reference: Reference | None = None
        self._names: tuple[str, ...] = ()
        self._store: Examples | None = None
        self.number = 0
        self.question = Label(_SHORT)
        self.classes = ChoiceBox("Correct class", "What the picture really is", letters=0)
        self.classes.currentIndexChanged.connect(self._refresh)
        self.add = QPushButton("Add")
        self.add.setAccessibleName("Add to My examples")
        self.add.clicked.connect(self._add)
        self.count = Label()
        self.count.setObjectName("caption")
        self.learn = QPushButton()
        self.learn.setToolTip("See and edit My examples, and let the network learn them")
        self.learn.clicked.connect(self.open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        for widgets in ((self.question, self.classes, self.add), (self.count, self.learn)):
            row = QHBoxLayout()
            row.setSpacing(GRID)
            for widget in widgets:
                row.addWidget(widget, 1 if widget in (self.classes, self.count) else 0)
            column.addLayout(row)
        restore(context)
        self._recount()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask in fewer words where the box needs the room."""
        super().resizeEvent(event)
        self.question.setText(_QUESTION if self.width() >= _ROOMY else _SHORT)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme for the dialog."""
        self._theme = theme

    def show_case(
        self, image: Bytes | None, reference: Reference, class_names: tuple[str, ...], answer: int | None
    ) -> None:
        """Offer to correct an answer.

        Args:
            image: what the network saw, uint8 ``(C, H, W)``; None: nothing to correct.
            reference: the model that answered.
            class_names: its classes.
            answer: what it said; None: nothing.
        """
        self._image, self._answer = image, answer
        if (reference, class_names) != (self._reference, self._names):
            self._reference, self._names = reference, class_names
            self.classes.clear()
            self.classes.addItems(class_names)
            self.classes.setCurrentIndex(-1)
            self._recount()
        elif image is None:
            self.classes.setCurrentIndex(-1)
        self._refresh()

    def open(self) -> None:
        """Show My examples of the model in hand."""
        reference = self._reference
        if reference is None:
            return
        try:
            self._context.models.get(reference)
        except ModelFileError as error:
            self._context.notices.problem(str(error))
            return
        from gui.dialogs.teach.dialog import TeachDialog  # not needed before it is asked for

        dialog = TeachDialog(self._context, self._theme, reference, self.window())
        dialog.changed.connect(self._recount)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _refresh(self) -> None:
        possible = self._image is not None and self._store is not None
        self.classes.setEnabled(possible)
        self.question.setEnabled(possible)
        chosen = self.classes.currentIndex() >= 0
        self.add.setEnabled(possible and chosen)
        self.add.setToolTip(
            "Add the picture to My examples, kept on this computer" if chosen else "Choose what it is first"
        )

    def _recount(self) -> None:
        """Look for the examples of the model in hand."""
        self._store = None
        self.number = 0
        try:
            if self._reference is not None:
                shape = self._context.models.get(self._reference).network.spec.in_shape
                from engine.teaching.examples import Examples

                self._store = Examples(shape, self._names)
                self.number = len(self._store.all())
        except ModelFileError:
            pass  # there is no network yet, so there is nothing to correct either
        except DataError as error:
            self._context.notices.problem(str(error))
        self.count.setText(f"{how_many(self.number)} of mine")
        self.learn.setText("Learn fro&m them\u2026" if self.number else "&My examples\u2026")
        self.learn.setEnabled(self._store is not None)
        self._refresh()

    def _add(self) -> None:
        if self._image is None or self._store is None:
            return
        label, store = self.classes.currentIndex(), self._store
        try:
            example = store.add(self._image, label, answer=self._answer)
        except DataError as error:
            self._context.notices.problem(str(error))
            return
        self.classes.setCurrentIndex(-1)
        self._recount()
        self.added.emit()
        sentence = f"Added as {self._names[label]} to My examples."
        self._context.notices.offer(sentence, "Take back", lambda: self._take_back(store, example))

    def _take_back(self, store: Examples, example: Example) -> None:
        try:
            store.remove(example.key)
        except DataError as error:
            self._context.notices.problem(str(error))
        self._recount()
        self.added.emit()
