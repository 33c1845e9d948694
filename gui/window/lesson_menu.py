"""The Lessons menu: those that come with the program, how far each is, and those of one's own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt5.QtWidgets import QAction, QMenu

from engine.errors import EngineError
from gui.widgets.plain import tooltip

if TYPE_CHECKING:
    from gui.window.lessons import Lessons

DONE = -1
"""Stands in the settings for a lesson of which everything is done."""


class LessonMenu:
    """Lists the lessons above what else is in the menu, each time it is opened."""

    def __init__(self, menu: QMenu, lessons: Lessons, leave: QAction) -> None:
        """List them in ``menu``; ``leave`` leaves the one that is open."""
        self._menu, self._lessons, self._leave = menu, lessons, leave
        self._first = menu.actions()[0]
        self._listed: list[QAction] = []
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self.fill)
        lessons.changed.connect(self._refresh)
        self._refresh()

    @property
    def entries(self) -> list[QAction]:
        """The lessons, in order."""
        return [action for action in self._listed if not action.isSeparator()]

    def fill(self) -> None:
        """List the lessons with how far each is."""
        from engine.lessons.shipped import SHIPPED  # most starts do without

        for action in self._listed:
            self._menu.removeAction(action)
            action.deleteLater()
        self._listed = []
        for name in SHIPPED:
            action = QAction(self._words(name), self._menu)
            action.triggered.connect(partial(self._open, name))
            self._add(action)
        line = QAction(self._menu)
        line.setSeparator(True)
        self._add(line)

    def _add(self, action: QAction) -> None:
        self._menu.insertAction(self._first, action)
        self._listed.append(action)

    def _words(self, name: str) -> str:
        from engine.lessons.shipped import find_lesson  # as above

        try:
            lesson = find_lesson(name)
        except EngineError:  # opening it says what is wrong
            return name
        steps = self._lessons.progress(name)
        if steps == DONE:
            far = "\N{CHECK MARK} done"
        elif 0 < steps < len(lesson.steps):
            far = f"step {steps + 1} of {len(lesson.steps)}"
        else:
            far = f"{lesson.minutes} min"
        return f"{lesson.title.replace('&', '&&')}\t{far}"

    def _open(self, name: str, _checked: bool = False) -> None:
        if self._lessons.progress(name) == DONE:  # once more, from the beginning
            self._lessons.forget(name)
        self._lessons.open(name)

    def _refresh(self) -> None:
        lesson = self._lessons.lesson
        self._leave.setEnabled(lesson is not None)
        self._leave.setToolTip(tooltip(f"Leave {lesson.title}") if lesson is not None else "")
