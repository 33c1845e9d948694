"""The question at the end of a lesson: choose, or read a number off the screen."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from engine.errors import ConfigError
from engine.lessons.lesson import Question
from engine.typed_numbers import read_number
from gui.style.theme import GRID
from gui.widgets.markdown import MarkdownText
from gui.widgets.plain import Label

_WRONG = "Not quite."


class _Words(Label):
    """The words of an answer, which can be clicked like its button."""

    clicked = pyqtSignal()
    """They were clicked."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell."""
        self.clicked.emit()


class _Choice(QWidget):
    """A button, and words beside it that wrap, which those of Qt's button do not."""

    def __init__(self, text: str, group: QButtonGroup, number: int) -> None:
        super().__init__()
        self.button = QRadioButton()
        self.button.setAccessibleName(text)
        group.addButton(self.button, number)
        self.words = _Words(text)
        self.words.setWordWrap(True)
        self.words.setMinimumWidth(1)
        self.words.clicked.connect(self.button.click)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        row.addWidget(self.button, 0, Qt.AlignTop)
        row.addWidget(self.words, 1)


class QuestionBox(QWidget):
    """Asks, and says at once whether the answer is right, and why."""

    answered = pyqtSignal(bool)
    """An answer was given; whether it is right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Ask nothing."""
        super().__init__(parent)
        self.question: Question | None = None
        self.right = False
        self.ask, self.because = MarkdownText(), MarkdownText()
        self.verdict = Label()
        self.verdict.setWordWrap(True)
        self.group = QButtonGroup(self)
        self.group.buttonClicked.connect(lambda button: self._answer(self.group.id(button)))
        self._choices: list[_Choice] = []
        self.number = QLineEdit()
        self.number.setAccessibleName("Your answer")
        self.number.setPlaceholderText("a number")
        self.number.returnPressed.connect(self._read)
        self.enter = QPushButton("&Answer")
        self.enter.clicked.connect(lambda _checked: self._read())
        self._entry = QWidget()
        row = QHBoxLayout(self._entry)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.number, 1)
        row.addWidget(self.enter)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID)
        for part in (self.ask, self._entry, self.verdict, self.because):
            self._column.addWidget(part)

    @property
    def buttons(self) -> list[QRadioButton]:
        """The answers to choose from."""
        return [choice.button for choice in self._choices]

    def show_question(self, question: Question | None, *, right: bool = False) -> None:
        """Ask ``question``; ``right``: it was answered before."""
        self.setVisible(question is not None)
        self.question, self.right = question, False
        for choice in self._choices:
            self.group.removeButton(choice.button)
            choice.hide()
            choice.deleteLater()
        self._choices = []
        self.number.clear()
        self._say("", "")
        if question is None:
            return
        self.ask.show_words(question.ask)
        self._entry.setVisible(not question.answers)
        for number, answer in enumerate(question.answers):
            choice = _Choice(answer, self.group, number)
            self._choices.append(choice)
            self._column.insertWidget(1 + number, choice)
        if right:
            if question.answers:
                self.buttons[question.right].setChecked(True)
            else:
                self.number.setText(f"{question.value:g}")
            self._judge(right=True)

    def _read(self) -> None:
        try:
            value = read_number(self.number.text().replace("%", ""))
        except ConfigError as error:
            self._say(str(error), "")
            return
        if value is None:
            self._say("Type a number, as it stands on the screen.", "")
        else:
            self._answer(value)

    def _answer(self, answer: float) -> None:
        if self.question is not None:
            self._judge(right=self.question.is_right(answer))
            self.answered.emit(self.right)

    def _judge(self, *, right: bool) -> None:
        assert self.question is not None  # noqa: S101 - for the type checker
        self.right = right
        if right:
            self._say("\N{CHECK MARK} Right.", self.question.because)
        else:
            self._say(f"{_WRONG} {self.question.hint or 'Look again.'}", "")

    def _say(self, verdict: str, because: str) -> None:
        self.verdict.setText(verdict)
        self.verdict.setVisible(bool(verdict))
        self.because.show_words(because)
        self.because.setVisible(bool(because))
