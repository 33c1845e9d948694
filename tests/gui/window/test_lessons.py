"""All lessons that come with the program, played from end to end with mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.lessons.conditions.base import Condition
from engine.lessons.places import PLACES, VIEWS
from engine.lessons.reading import read_lesson
from engine.lessons.shipped import SHIPPED
from engine.recognise.synthetic.strokes import drawn
from engine.recognise.synthetic.templates import DIGITS
from engine.teaching.fine_tune import TeachSettings, fine_tune
from engine.training.config import RunConfig
from gui.app.build import Kernelscope
from gui.dialogs.teach.dialog import TeachDialog
from gui.presenters.evaluate import Choice
from gui.window.lesson_menu import DONE
from gui.window.lessons import Lessons

LONG = 60_000


class Learner:
    """Does what the lessons ask for, with real events."""

    def __init__(self, qtbot: QtBot, program: Kernelscope) -> None:
        self.qtbot, self.program, self.window = qtbot, program, program.window
        self.lessons = program.window.lessons

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        self.qtbot.waitUntil(lambda: widget.isVisible() and widget.isEnabled(), timeout=LONG)
        QApplication.processEvents()  # what has just been shown is laid out
        self.qtbot.mouseClick(widget, Qt.LeftButton, pos=at or widget.rect().center())

    def until(self, true: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(true()), timeout=LONG)

    def train(self) -> None:
        toolbar, action = self.window.actions_.toolbar, self.window.actions_.by_key["toggle"]
        self.until(lambda: self.program.control.can_train)
        self.click(toolbar.widgetForAction(action))

    def keys(self, sequence: str) -> None:
        QTest.keySequence(self.window, sequence)

    def go_to(self, step: int) -> None:
        travel = self.program.context.moments.travel
        self.keys("Alt+Home")
        while travel.at < step:
            self.keys("Alt+Right")
        assert travel.at == step

    def draw(self, digit: str) -> None:
        pad = self.window.pad
        self.click(pad.tools.button("clear")) if pad.tools.button("clear").isEnabled() else None
        canvas = pad.canvas
        side = min(canvas.width(), canvas.height())
        corner = QPoint((canvas.width() - side) // 2, (canvas.height() - side) // 2)
        scale = 0.66 * side / 140
        for line in drawn(DIGITS[digit][0], np.random.default_rng(0), wildness=0.0):
            places = [
                corner + QPoint(round(side / 2 + scale * (x - 50)), round(side / 2 + scale * (y - 70)))
                for x, y in line[::2]
            ]
            QTest.mousePress(canvas, Qt.LeftButton, Qt.NoModifier, places[0])
            for place in places[1:]:
                move = QMouseEvent(
                    QEvent.MouseMove, QPointF(place), Qt.NoButton, Qt.LeftButton, Qt.NoModifier
                )
                QApplication.sendEvent(canvas, move)
            QTest.mouseRelease(canvas, Qt.LeftButton, Qt.NoModifier, places[-1])

    def break_it(self) -> None:
        network = self.window.parts["network"]
        self.until(lambda: network.canvas.items_shown)
        self.click(network.break_it)

    def shift(self) -> None:
        self.break_it() if not self.window.parts["network"].breaking.isVisible() else None
        panel = self.window.parts["network"].breaking
        bar = panel.tabs.tabBar()
        self.click(bar, bar.tabRect(1).center())
        panel.kind.box.setFocus()
        while panel.kind.box.currentData() != "shift":
            QTest.keyClick(panel.kind.box, Qt.Key_Down)
        self.click(panel.apply)

    def rank(self) -> None:
        panel = self.window.parts["network"].breaking
        self.click(panel.reset)
        bar = panel.tabs.tabBar()
        self.click(bar, bar.tabRect(2).center())
        self.click(panel.rank)
        self.until(lambda: panel.ranking.model().rowCount())

    def confuse(self, check: Condition) -> None:
        view = self.window.parts["evaluate"]
        self.until(lambda: view.metrics is not None and view.metrics.confusion.sum() == 10_000)
        cell = Choice(5, 8)
        self.click(view.matrix, view.matrix.cell_rect(cell).center())
        self.until(lambda: view.gallery.entries_model.entries)
        index = view.gallery.model().index(0, 0)
        self.click(view.gallery.viewport(), view.gallery.visualRect(index).center())

    def teach(self) -> None:
        self.click(self.window.pad.teach.learn)
        dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, TeachDialog))
        self.click(dialog.learn)
        self.click(dialog.keep)
        self.click(dialog.close_button)
        self.until(lambda: not dialog.isVisible())

    def correct(self) -> None:
        box = self.window.pad.teach
        self.until(lambda: self.lessons.situation().reads)

        def added() -> bool:
            """Choose and add; a reading that comes late may have taken the choice away."""
            while box.classes.currentIndex() != 7:
                QTest.keyClick(box.classes, Qt.Key_Down)
            if box.add.isEnabled():
                self.qtbot.mouseClick(box.add, Qt.LeftButton)
            return bool(box.number)

        self.until(added)

    def satisfy(self, check: Condition) -> None:
        """Make ``check`` true, by what a learner would do."""
        kind, value = check.type_name, check
        acts: dict[str, Callable[[], object]] = {
            "step": self.train,
            "drawing": lambda: self.draw(value.reads or "3"),
            "look_at": lambda: self.go_to(value.step),
            "damage": self.shift,
            "filters_off": lambda: self.click(self.window.parts["network"].breaking.off),
            "image": lambda: self.confuse(check),
            "examples": self.correct,
            "taught": self.teach,
            "warning": lambda: None,
        }
        if kind == "shown" and value.place == "network.break":
            self.break_it()
        elif kind == "shown" and value.place == "learn.health":
            self.click(self.window.parts["learn"].curves.diagnose)
        elif kind == "shown":
            self.keys(f"Ctrl+{1 + list(self.window.docks).index(value.place.partition('.')[0])}")
        elif kind == "used":
            self.rank()
        elif kind in acts:
            acts[kind]()

    def answer(self) -> None:
        box, panel = self.lessons.panel.question, self.lessons.panel
        question = box.question
        if question.answers:
            wrong = (question.right + 1) % len(question.answers)
            self.click(box.buttons[wrong])
            assert "Not quite" in box.verdict.text() and not panel.next.isEnabled()
            self.click(box.buttons[question.right])
        else:
            self.qtbot.keyClicks(box.number, f"{question.value + 2 * question.within + 1:g}")
            QTest.keyClick(box.number, Qt.Key_Return)
            assert "Not quite" in box.verdict.text()
            box.number.clear()
            self.qtbot.keyClicks(box.number, f"{question.value:g} %")
            self.click(box.enter)
        assert "Right" in box.verdict.text() and box.because.words == question.because


def test_every_place_is_somewhere(qtbot: QtBot, program: Kernelscope) -> None:
    window, lessons = program.window, program.window.lessons
    assert set(VIEWS) == set(window.docks)
    assert lessons.open(SHIPPED[0])
    for key in VIEWS:
        window.show_part(key)
    for place in PLACES:
        found = lessons._places.find(place)
        assert found is not None and found.window() is window, place
    lessons.leave()


def test_all_lessons_are_played_from_end_to_end(
    qtbot: QtBot, program: Kernelscope, config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Shorter than for a person; what comes of teaching is tried elsewhere.
    quick = partial(fine_tune, settings=TeachSettings(steps=5))
    monkeypatch.setattr("gui.dialogs.teach.dialog.fine_tune", quick)
    learner, lessons = Learner(qtbot, program), program.window.lessons
    for place, name in enumerate(SHIPPED):
        lessons.menu.fill()
        lessons.menu.entries[place].trigger()
        assert lessons.lesson is not None and lessons.lesson.key == name
        play(learner, lessons)
        assert lessons.lesson is None and not lessons.dock.isVisible()
        assert program.window.settings.lessons[name] == DONE
        assert program.context.bridge.config == config and not program.context.bridge.steps


def play(learner: Learner, lessons: Lessons) -> None:
    """Go through the lesson that is open."""
    panel = lessons.panel
    for number, step in enumerate(lessons.lesson.steps):
        assert lessons.number == number and panel.heading.text() == step.title
        for place, check in enumerate(step.checks):
            if not lessons._ticks[place]:
                learner.satisfy(check)

            def met(place: int = place, words: str = f"{step.title}: {check}") -> None:
                lessons.look()
                assert lessons._ticks[place], f"{words} {lessons.situation()}"

            learner.qtbot.waitUntil(met, timeout=LONG)
        if step.question is not None:
            learner.answer()
        lessons.look()
        assert panel.next.objectName() == "primary", step.title
        learner.qtbot.mouseClick(panel.next, Qt.LeftButton)


def test_show_me_does_what_a_program_can(qtbot: QtBot, program: Kernelscope) -> None:
    lessons, network = program.window.lessons, program.window.parts["network"]
    for name in ("what-a-kernel-learns", "why-convolutions", "confusions"):
        assert lessons.open(name)
        for step in lessons.lesson.steps:
            if step.checks:
                qtbot.waitUntil(
                    lambda: bool(network.canvas.items_shown) or not network.isVisible(), timeout=LONG
                )
                if not all(lessons._ticks):
                    qtbot.mouseClick(lessons.panel.show_me, Qt.LeftButton)
                qtbot.waitUntil(lambda: (lessons.look(), all(lessons._ticks))[1], timeout=LONG)
            if step.question is None:
                qtbot.mouseClick(lessons.panel.next, Qt.LeftButton)
        lessons.leave()


def test_a_lesson_is_left_and_taken_up_again(qtbot: QtBot, program: Kernelscope, config: RunConfig) -> None:
    window, lessons = program.window, program.window.lessons
    window.show_part("data")
    before = {key: dock.isVisible() for key, dock in window.docks.items()}
    widths = {key: window.docks[key].width() for key in ("experiment", "learn", "pad")}
    qtbot.waitUntil(window.hints.bubble.more.isVisible, timeout=LONG)
    qtbot.mouseClick(window.hints.bubble.more, Qt.LeftButton)
    qtbot.waitUntil(lambda: not window.hints.bubble.isVisible(), timeout=LONG)
    assert lessons.lesson is not None and lessons.lesson.key == SHIPPED[0]
    qtbot.waitUntil(lambda: lessons.ring.isVisible(), timeout=LONG)
    qtbot.mouseClick(lessons.panel.show_me, Qt.LeftButton)  # it draws
    qtbot.waitUntil(lambda: (lessons.look(), all(lessons._ticks))[1], timeout=LONG)
    assert window.pad.canvas.drawing.strokes and not lessons.ring.isVisible()
    qtbot.mouseClick(lessons.panel.next, Qt.LeftButton)
    window.remember()
    assert window.settings.config == config.to_json()  # not those of the lesson
    qtbot.mouseClick(lessons.dock._close, Qt.LeftButton)
    assert lessons.lesson is None and program.context.bridge.config == config
    assert {key: dock.isVisible() for key, dock in window.docks.items()} == before
    qtbot.waitUntil(lambda: {key: window.docks[key].width() for key in widths} == widths, timeout=LONG)
    assert lessons.open(SHIPPED[0]) and lessons.number == 1
    qtbot.mouseClick(lessons.panel.back, Qt.LeftButton)
    assert lessons.number == 0 and not lessons.panel.back.isEnabled()
    lessons.leave()
    lessons.menu.fill()
    assert "done" not in lessons.menu.entries[0].text() and "min" in lessons.menu.entries[1].text()


def test_a_lesson_is_recorded_from_what_is_on_the_screen(
    qtbot: QtBot, program: Kernelscope, config: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my-own-lesson"
    monkeypatch.setattr(program.context.dialogs, "new_folder", lambda *_: folder)
    Learner(qtbot, program).draw("3")
    program.window.actions_.by_key["lesson_record"].trigger()
    lesson = read_lesson(folder)
    assert lesson.title == "My own lesson" and lesson.scene.config == config
    assert "pad" in lesson.scene.views and lesson.scene.picture is not None
    monkeypatch.setattr(program.context.dialogs, "open_folder", lambda *_: folder)
    program.window.actions_.by_key["lesson_open"].trigger()
    assert program.window.lessons.lesson is not None
    qtbot.waitUntil(lambda: program.window.pad.probabilities is not None, timeout=LONG)
    program.window.actions_.by_key["lesson_record"].trigger()
    assert "is there already" in program.window.notice_bar.text
    program.window.lessons.leave()
    (folder / "lesson.toml").write_text("format = 1\ntitle = ")
    program.window.actions_.by_key["lesson_open"].trigger()
    assert "is not valid TOML" in program.window.notice_bar.text
