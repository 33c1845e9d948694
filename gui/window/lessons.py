"""Leads through lessons: opens one, watches its checks, points at what is meant, remembers how far it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from PyQt5.QtCore import QEvent, QObject, Qt, QTimer, pyqtSignal

from engine.errors import EngineError
from gui.run.run_control import RunControl
from gui.run.view_spec import ViewSpec
from gui.style.theme import Theme
from gui.window.dock import Dock
from gui.window.lesson_menu import DONE, LessonMenu

if TYPE_CHECKING:
    from engine.lessons.conditions.base import Condition
    from engine.lessons.lesson import Lesson
    from engine.lessons.situation import Situation
    from gui.panels.lesson import LessonPanel
    from gui.widgets.ring import Ring
    from gui.window.main_window import MainWindow

_AGAIN = ("step", "ended", "validation", "look_at", "shown")
"""Kinds of checks whose state is brought about again for one who takes a lesson up where it was left."""
_SPEC = ViewSpec("lesson", "Lesson", "Step by step, at your own pace.", "gui.panels.lesson.LessonPanel")
WIDTH = 300
"""Width of the panel in pixels."""
_LOOK_MS = 250
"""Time from one look at the screen to the next, while a lesson is open."""


class Lessons(QObject):
    """The lesson that is open, if one is.

    Attributes:
        lesson: it; None without one.
        number: which of its steps is shown, from 0.
        panel: the panel that shows it, once there was one.
        dock: holds the panel.
        ring: around what is meant.
        menu: lists them all.
    """

    changed = pyqtSignal()
    """Another lesson is open, or none, or there is progress."""

    def __init__(self, window: MainWindow, control: RunControl) -> None:
        """Have no lesson open; nothing is made before one is."""
        super().__init__(window)
        self._window, self._control = window, control
        self.lesson: Lesson | None = None
        self.number = 0
        self.panel: LessonPanel | None = None
        self.dock: Dock | None = None
        self.ring: Ring | None = None
        self._ticks: list[bool] = []
        self._answered = False
        self._demonstrating = False
        self._again: list[Condition] = []
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        actions = window.actions_
        self.menu = LessonMenu(actions.menus["&Lessons"], self, actions.by_key["lesson_leave"])

    def _parts(self, key: str) -> Any:
        """Return the view or panel with this key, or None while there is none."""
        dock = self._window.docks.get(key)
        return dock.part if dock is not None and dock.built else None

    def _make(self) -> None:
        """Make the panel and what leads through a lesson, when the first one is opened."""
        from gui.panels.lesson import LessonPanel  # most starts do without all of it
        from gui.widgets.ring import Ring
        from gui.window.lesson_doer import LessonDoer
        from gui.window.lesson_places import Places
        from gui.window.lesson_stage import Stage
        from gui.window.lesson_watch import LessonWatch

        window = self._window
        context, control = window.context, self._control
        toolbar, actions = window.actions_.toolbar, window.actions_.by_key
        keys = {"start": "toggle", "step": "step", "epoch": "epoch", "reset": "reset"}
        buttons = {name: toolbar.widgetForAction(actions[key]) for name, key in keys.items()}
        self._places = Places(self._parts, window.time_line, buttons)
        self._watch = LessonWatch(context, self._places, self._parts, self)
        self._doer = LessonDoer(context, control, self._places, window.show_part, self._parts)
        self._stage = Stage(
            window,
            context,
            control,
            window.arrange,
            window.docks,
            lambda: window.experiment.config(),
            lambda path: window.pad.open_picture(path),
        )
        self.dock = Dock(_SPEC, partial(LessonPanel, context, window.theme), window.theme, window)
        # Made at once, so that the dock asks for no more room than the panel does.
        self.panel = panel = cast(LessonPanel, self.dock.part)
        self.dock.hide()  # it would be seen empty, and remembered as part of the window
        window.addDockWidget(Qt.RightDockWidgetArea, self.dock)
        self.dock.installEventFilter(self)
        self.ring = Ring(window, window.theme)
        panel.next_wanted.connect(self.go_on)
        panel.back_wanted.connect(lambda: self._turn(self.number - 1, entering=False))
        panel.show_wanted.connect(self.show_me)
        panel.answered.connect(self._answer)

    # --- opening and leaving --------------------------------------------------------------------------

    def open(self, name: str) -> bool:
        """Open the lesson with this name, or in this folder, where it was left; returns whether it is open.

        What is wrong with it, and what was asked, is told.
        """
        from engine.lessons.shipped import find_lesson  # most starts do without

        try:
            lesson = find_lesson(name)
        except EngineError as error:
            self._window.context.notices.problem(str(error))
            return False
        return self.begin(lesson)

    def open_first(self) -> None:
        """Open the lesson with which one begins."""
        from engine.lessons.shipped import SHIPPED  # most starts do without

        self.open(SHIPPED[0])

    def choose(self) -> None:
        """Ask for the folder of a lesson, and open it."""
        folder = self._window.context.dialogs.open_folder("Open a lesson")
        if folder is not None:
            self.open(str(folder))

    def record(self) -> None:
        """Begin a lesson of one's own from what is on the screen."""
        from gui.window.lesson_record import record_lesson  # most starts do without

        record_lesson(self._window)

    def begin(self, lesson: Lesson) -> bool:
        """Open ``lesson`` where it was left."""
        if self.panel is None:
            self._make()
        assert self.dock is not None  # noqa: S101 - for the type checker
        number = self.progress(lesson.key)
        number = number if 0 <= number < len(lesson.steps) else 0
        scene = lesson.scene_at(number)
        if not self._stage.may_begin([scene, *(step.scene for step in lesson.steps[number + 1 :])]):
            return False
        if self.lesson is None:
            self._stage.enter()
        self.lesson = lesson
        self._stage.set_up(scene)
        self.dock.show()
        QTimer.singleShot(0, self._fit)  # Qt shares the width out anew when it shows docks
        self._window.hints.suspend(on=True)
        self._turn(number, entering=False)
        # What was trained and visited when it was left is again; what trains waits until the run is loaded.
        self._again = [check for check in lesson.done_before(number) if check.type_name in _AGAIN]
        self._timer.start()
        self.changed.emit()
        return True

    def _fit(self) -> None:
        if self.lesson is not None and self.dock is not None and not self.dock.isFloating():
            self._window.resizeDocks([self.dock], [WIDTH], Qt.Horizontal)

    def leave(self) -> None:
        """Close the lesson, and put the window back as it was; how far it is stays remembered."""
        if self.lesson is None or self.dock is None or self.ring is None:
            return
        self._timer.stop()
        self.lesson, self._again = None, []
        self._watch.begin()
        self.ring.point_at(None)
        self.dock.hide()
        self._stage.leave()
        self.dock.hide()
        self._window.hints.suspend(on=False)
        self.changed.emit()

    def progress(self, key: str) -> int:
        """Return how many steps of a lesson are done; ``DONE`` if all are."""
        steps = self._window.settings.lessons.get(key, 0)
        return steps if type(steps) is int and steps >= DONE else 0

    def forget(self, key: str) -> None:
        """Begin a lesson from its first step the next time."""
        self._window.settings.lessons.pop(key, None)

    def before(self) -> tuple[str, dict[str, Any]] | None:
        """Return the layout and settings to be remembered, if those of a lesson must not be."""
        return self._stage.before if self.lesson is not None else None

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        if self.panel is not None and self.dock is not None and self.ring is not None:
            for part in (self.panel, self.dock, self.ring):
                part.set_theme(theme)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave the lesson when its panel is closed."""
        if watched is self.dock and event.type() == QEvent.Close and self.lesson is not None:
            self.leave()
        return False

    # --- one step after the other -----------------------------------------------------------------------

    def go_on(self) -> None:
        """Show the next step; after the last one the lesson is done."""
        lesson = self.lesson
        if lesson is None:
            return
        if self.number + 1 < len(lesson.steps):
            self._turn(self.number + 1, entering=True)
            return
        self._remember(DONE)
        self.leave()
        self._window.context.notices.tell(
            f"You have finished \N{LEFT DOUBLE QUOTATION MARK}{lesson.title}"
            "\N{RIGHT DOUBLE QUOTATION MARK}. The Lessons menu has the next one."
        )

    def _turn(self, number: int, *, entering: bool) -> None:
        lesson, panel = self.lesson, self.panel
        if lesson is None or panel is None or not 0 <= number < len(lesson.steps):
            return
        step = lesson.steps[number]
        self.number, self._answered, self._demonstrating = number, False, False
        self._ticks = [False] * len(step.checks)
        if entering:
            self._stage.set_up(step.scene)
        self._watch.begin(place for check in step.checks if (place := check.uses))
        panel.show_step(lesson, number, answered=False)
        if self.progress(lesson.key) != DONE:
            self._remember(number)
        self.look()

    def _remember(self, steps: int) -> None:
        if self.lesson is not None:
            self._window.settings.lessons[self.lesson.key] = steps
            self.changed.emit()

    def _answer(self, right: bool) -> None:
        self._answered = self._answered or right
        self.look()

    def situation(self) -> Situation:
        """Return what stands on the screen, as far as the present step asks for it."""
        checks = self.lesson.steps[self.number].checks if self.lesson is not None else ()
        places = [check.sees for check in checks if check.sees]
        judged = any(check.judges for check in checks)
        return self._watch.situation(places, judged=judged)

    def look(self) -> None:
        """Look at the screen, and show what is there already; what was once so stays ticked."""
        lesson, panel, ring = self.lesson, self.panel, self.ring
        if lesson is None or panel is None or ring is None or self._window.isMinimized():
            return
        if self._again and (self._control.can_train or self._stage.replays):
            again, self._again = self._again, []
            for check in again:
                check.demonstrate(self._doer)
        step, now = lesson.steps[self.number], self.situation()
        self._ticks = [before or met for before, met in zip(self._ticks, step.ticks(now), strict=True)]
        ready = all(self._ticks) and (step.question is None or self._answered)
        panel.show_ticks(self._ticks, [check.so_far(now) for check in step.checks], ready=ready)
        done = all(self._ticks) and bool(step.checks)
        ring.point_at(self._places.find(step.point) if step.point and not done else None)
        if done and self._demonstrating:
            self._demonstrating = False
            if now.running:
                self._window.context.bridge.pause()

    def show_me(self) -> None:
        """Do what is not done yet, if that can be done for the learner, and point at it once more."""
        if self.lesson is None or self.ring is None:
            return
        step = self.lesson.steps[self.number]
        if step.point:
            self._doer.show(step.point)
        open_ = [check for check, met in zip(step.checks, self._ticks, strict=True) if not met]
        shown = [check.demonstrate(self._doer) for check in open_]
        for check in open_:
            if check.uses:
                self._watch.mark(check.uses)
        self._demonstrating = any(shown)
        if open_ and not any(shown):
            self._window.context.notices.tell("This only you can do; the ring shows where.")
        self.look()
        self.ring.again()
