"""The Lesson panel: the text of a step, what to do, what is there already, and the way on."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from engine.lessons.lesson import Lesson, Step
from gui.panels.lesson_question import QuestionBox
from gui.run.context import AppContext
from gui.run.view import View
from gui.style.theme import GRID, SMALL, Theme, font
from gui.widgets.markdown import MarkdownText
from gui.widgets.plain import Label
from gui.widgets.progress import ProgressBar

_DONE, _OPEN = "\N{CHECK MARK}", "\N{WHITE CIRCLE}"


class _Tick(QWidget):
    """Something that is checked: a sign, what it is, and how it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.sign, self.words = Label(_OPEN), Label()
        self.sign.setFixedWidth(2 * GRID)
        self.words.setWordWrap(True)
        self.words.setMinimumWidth(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        row.addWidget(self.sign, 0, Qt.AlignTop)
        row.addWidget(self.words, 1)
        self.met: bool | None = None

    def show_state(self, words: str, so_far: str, *, met: bool, colour: str) -> None:
        """Show whether it is so."""
        text = words if met or not so_far else f"{words} ({so_far})"
        if text != self.words.text():
            self.words.setText(text)
        if met is not self.met:
            self.met = met
            self.sign.setText(_DONE if met else _OPEN)
            self.sign.setStyleSheet(f"color: {colour}; font-weight: 500;" if met else "")
            self.sign.setAccessibleName("done" if met else "not done yet")


class LessonPanel(View):
    """Shows one step at a time; what it says and checks is the lesson's."""

    next_wanted = pyqtSignal()
    """The learner wants the next step, or is done."""
    back_wanted = pyqtSignal()
    """The learner wants the step before."""
    show_wanted = pyqtSignal()
    """The learner is stuck."""
    answered = pyqtSignal(bool)
    """The question was answered; whether rightly."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the panel without a lesson."""
        super().__init__(context, theme, parent)
        self._theme = theme
        self.step: Step | None = None
        self.name = Label()
        self.name.setObjectName("caption")
        self.name.setFont(font(SMALL))
        self.name.setWordWrap(True)
        self.bar = ProgressBar("How far the lesson is")
        self.bar.setFixedHeight(4)
        self.heading = Label()
        self.heading.setFont(font(16, strong=True))
        self.heading.setWordWrap(True)
        self.text = MarkdownText()
        self.do = Label()
        self.do.setWordWrap(True)
        self.do.setFont(font(strong=True))
        self.do.setMinimumWidth(1)
        self.ticks: list[_Tick] = []
        self._ticks = QVBoxLayout()
        self._ticks.setContentsMargins(0, 0, 0, 0)
        self._ticks.setSpacing(GRID // 2)
        self.question = QuestionBox()
        self.question.answered.connect(self.answered)
        self.show_me = QPushButton("&Show me")
        self.show_me.setToolTip("Let the program do it, or point at it once more")
        self.show_me.clicked.connect(lambda _checked: self.show_wanted.emit())
        self.back = QPushButton("Bac&k")
        self.back.setToolTip("The step before")
        self.back.clicked.connect(lambda _checked: self.back_wanted.emit())
        self.next = QPushButton("Ne&xt")
        self.next.clicked.connect(lambda _checked: self.next_wanted.emit())
        self._lay_out()
        self.setMinimumWidth(260)
        self.setFocusProxy(self.next)

    def _lay_out(self) -> None:
        page = QWidget()
        page.setObjectName("panel")
        inner = QVBoxLayout(page)
        inner.setContentsMargins(GRID, 0, GRID, GRID)
        inner.setSpacing(GRID)
        for part in (self.heading, self.text, self.do):
            inner.addWidget(part)
        inner.addLayout(self._ticks)
        inner.addWidget(self.question)
        inner.addStretch(1)
        self.holder = QScrollArea()
        self.holder.setWidgetResizable(True)
        self.holder.setFrameShape(QFrame.NoFrame)
        self.holder.setFocusPolicy(Qt.NoFocus)
        self.holder.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.holder.setWidget(page)
        top = QVBoxLayout()
        top.setContentsMargins(GRID, GRID, GRID, 0)
        top.setSpacing(GRID // 2)
        top.addWidget(self.name)
        top.addWidget(self.bar)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(GRID, 0, GRID, GRID)
        buttons.setSpacing(GRID)
        buttons.addWidget(self.show_me)
        buttons.addStretch(1)
        buttons.addWidget(self.back)
        buttons.addWidget(self.next)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(top)
        column.addWidget(self.holder, 1)
        column.addLayout(buttons)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.do.setStyleSheet(f"color: {theme.accent};")
        for tick in self.ticks:
            tick.met = None

    def show_step(self, lesson: Lesson, number: int, *, answered: bool) -> None:
        """Show step ``number`` of ``lesson``; ``answered``: its question was answered rightly before."""
        step = self.step = lesson.steps[number]
        count = len(lesson.steps)
        self.name.setText(f"{lesson.title} \N{MIDDLE DOT} step {number + 1} of {count}")
        self.bar.setRange(0, count)
        self.bar.setValue(number + 1)
        self.heading.setText(step.title)
        self.text.show_words(step.text)
        self.do.setText(f"\N{RIGHTWARDS ARROW} {step.do}" if step.do else "")
        self.do.setVisible(bool(step.do))
        while self.ticks:
            tick = self.ticks.pop()
            self._ticks.removeWidget(tick)
            tick.hide()
            tick.deleteLater()
        for _check in step.checks:
            tick = _Tick()
            self.ticks.append(tick)
            self._ticks.addWidget(tick)
        self.question.show_question(step.question, right=answered)
        self.back.setEnabled(number > 0)
        self.show_me.setVisible(bool(step.checks or step.point))
        self.next.setText("&Finish" if number == count - 1 else "Ne&xt")
        self.set_theme(self._theme)
        self.holder.verticalScrollBar().setValue(0)

    def show_ticks(self, ticks: Sequence[bool], so_far: Sequence[str], *, ready: bool) -> None:
        """Show what is there already.

        Args:
            ticks: which of the checks are met, or were.
            so_far: how each stands.
            ready: whether the step is done, so that it goes on.
        """
        step = self.step
        if step is None:
            return
        for tick, check, met, words in zip(self.ticks, step.checks, ticks, so_far, strict=True):
            tick.show_state(check.says or check.words(), words, met=met, colour=self._theme.good)
        name = "primary" if ready else ""
        self.show_me.setEnabled(not all(ticks) or not ticks)
        asked = step.question is not None and not ready
        if self.next.isEnabled() is asked or self.next.objectName() != name:
            self.next.setEnabled(not asked)
            self.next.setObjectName(name)
            tip = (
                "First answer the question" if asked else "Not all of it is done; you can go on all the same"
            )
            self.next.setToolTip("" if ready else tip)
            self.next.style().unpolish(self.next)
            self.next.style().polish(self.next)
