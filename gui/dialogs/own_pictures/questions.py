"""What can be understood in several ways: a box of answers for each question, and words where it is open."""

from __future__ import annotations

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from engine.data.pictures.found import Question
from gui.presenters.own_pictures import OwnPictures, read_range
from gui.style.theme import GRID, Theme
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.option_form import LABEL_WIDTH
from gui.widgets.plain import Label, tooltip

_TITLES = {"classes": "Classes", "range": "Values"}
_TIPS = {
    "classes": "What says the class of a picture",
    "range": "Which values are black and white; what lies beyond is cut off",
}
_OWN = "Other values\u2026"


class QuestionRow(QWidget):
    """One question: its answers, a field for another range, and why it is asked."""

    answered = pyqtSignal(str, object)
    """What the question is about, and its answer: a word or a ``Range``."""

    def __init__(self, about: str) -> None:
        """Make a row that is hidden until it is asked something."""
        super().__init__()
        self.about = about
        self.box = ChoiceBox(_TITLES[about], _TIPS[about], letters=0)
        self.label = Label(_TITLES[about], buddy=self.box)
        self.label.setToolTip(tooltip(_TIPS[about]))
        self.own = QLineEdit()
        self.own.setPlaceholderText("black and white, as in 0 16")
        self.own.setAccessibleName("Values that are black and white")
        self.words = Label()
        self.words.setObjectName("problem")
        self.words.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.box, 0, 1)
        grid.addWidget(self.own, 1, 1)
        grid.addWidget(self.words, 2, 0, 1, 2)
        self.box.activated.connect(lambda _row: self._choose())
        self.own.returnPressed.connect(self._read)
        self.own.textEdited.connect(lambda _text: self._say(self._why))
        self._why = ""
        self.hide()

    def ask(self, question: Question | None) -> None:
        """Show another question, or none."""
        self.setVisible(question is not None and (len(question.choices) > 1 or question.about == "range"))
        if question is None:
            return
        self.box.clear()
        if question.open:
            self.box.addItem("Please choose\u2026", None)
        for choice in question.choices:
            self.box.addItem(choice.words, choice.value)
        if question.about == "range":
            self.box.addItem(_OWN, _OWN)
        if not question.open:
            self.box.setCurrentIndex(max(0, self.box.findData(question.chosen)))
        self.own.hide()
        self._why = question.words if question.open else ""
        self._say(self._why)

    def _say(self, words: str) -> None:
        self.words.setText(words)
        self.words.setVisible(bool(words))

    def _choose(self) -> None:
        value = self.box.currentData()
        self.own.setVisible(value == _OWN)
        if value == _OWN:
            self.own.setFocus()
        elif value is not None:
            self.answered.emit(self.about, read_range(value)[0] if self.about == "range" and value else value)

    def _read(self) -> None:
        range_, problem = read_range(self.own.text())
        self._say(problem)
        if range_ is not None:
            self.answered.emit(self.about, range_)


class Questions(QWidget):
    """The questions about what was found."""

    answered = pyqtSignal(object)
    """The user gave an answer; all ``Answers`` with it."""

    def __init__(self, state: OwnPictures) -> None:
        """Ask what ``state`` asks."""
        super().__init__()
        self._state = state
        self.rows = {about: QuestionRow(about) for about in _TITLES}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        for row in self.rows.values():
            column.addWidget(row)
            row.answered.connect(self._answer)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for row in self.rows.values():
            row.words.setStyleSheet(f"color: {theme.warn};")

    def refresh(self) -> None:
        """Ask anew."""
        found = self._state.found
        asked = {} if found is None else {question.about: question for question in found.questions}
        for about, row in self.rows.items():
            row.ask(asked.get(about))
        self.setVisible(any(not row.isHidden() for row in self.rows.values()))

    def _answer(self, about: str, answer: object) -> None:
        self.answered.emit(self._state.answered(about, answer))
