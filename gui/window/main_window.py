"""The window: puts views and panels in docks, and connects actions with what they do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PyQt5.QtWidgets import QAction, QShortcut

from engine.session.messages import State
from gui.panels.pad import PadPanel
from gui.run.context import AppContext
from gui.run.run_control import RunControl
from gui.run.view import View
from gui.run.view_spec import ViewSpec
from gui.state.settings import Settings
from gui.style.theme import GRID, THEMES, Theme
from gui.widgets.plain import tooltip
from gui.window.about import About
from gui.window.actions import Actions
from gui.window.closing import Closing
from gui.window.dock import Dock
from gui.window.docked import DockedWindow
from gui.window.error_log import show_error_log
from gui.window.file_actions import FileActions
from gui.window.guide import show_guide
from gui.window.hints import Hints
from gui.window.lessons import Lessons
from gui.window.look import Look
from gui.window.notice_bar import NoticeBar
from gui.window.picture_dialog import open_picture_dialog
from gui.window.publishing import Publishing, shared_in
from gui.window.status import RunStatus
from gui.window.sweeping import Sweeping
from gui.window.time_line import WORDS, TimeLine, run_in
from gui.window.toolbar import Choices

if TYPE_CHECKING:
    from engine.races.race import Race
    from gui.panels.experiment import ExperimentPanel
    from gui.views.network import NetworkView
    from gui.views.runs import RunsView

_CAPTIONS = 980
"""A narrower window has no room for the names of the choices on the toolbar."""
_LOW = 600
"""A lower one has none for the figures of the time line."""


class MainWindow(DockedWindow):
    """Docks, menus, toolbar and status bar around a ``AppContext``."""

    closing = pyqtSignal()
    """The window is about to close; settings are up to date."""

    resume_wanted = pyqtSignal(object)
    """The user wants to go on with the run in this folder (a Path)."""

    def __init__(
        self, context: AppContext, control: RunControl, closing: Closing, settings: Settings, theme: Theme
    ) -> None:
        """Build the window; it is arranged as ``settings`` remember it."""
        super().__init__(context, settings, theme)
        self.setWindowTitle("Kernelscope")
        self._control, self._closing = control, closing
        for worker in (context.moments, context.races):
            worker.setParent(self)  # its work must end with the window
        self.failure: Exception | None = None
        """What went wrong unexpectedly while the window closed."""
        self.look = Look(self, theme)
        self.hints = Hints(self, settings, theme)
        self.part_made.connect(self._made)
        self.picture_wanted.connect(partial(open_picture_dialog, self))
        self.pad = pad = self.part(PadPanel)
        files = FileActions(self, context, control, lambda: self.experiment)
        self.publishing = Publishing(self, context, self.docks, pad)
        self.sweeping = Sweeping(self, context, lambda: self.experiment.config(), self._look_at_sweep)
        self.actions_ = Actions(
            self,
            {
                **files.handlers(),
                **self.publishing.handlers(),
                "sweep": self.sweeping.open,
                "picture_of": lambda: open_picture_dialog(self),
                "quit": self.close,
                "toggle": control.toggle,
                "step": control.step,
                "epoch": control.epoch,
                "finish": control.finish,
                "reset": lambda: control.start_over(self.experiment.config()),
                "race": self.set_up_race,
                "tile": lambda: self.tile(self.actions_.by_key["tile"].isChecked()),
                "layout": self.arrange,
                **{f"time_{word}": partial(self._travel, word) for word in WORDS},
                "theme": lambda: self.set_theme(THEMES["light" if self.theme.dark else "dark"]),
                "lesson_open": lambda: self.lessons.choose(),
                "lesson_record": lambda: self.lessons.record(),
                "lesson_leave": lambda: self.lessons.leave(),
                "guide": lambda: show_guide(self),
                "hints": self._show_hints,
                "log": lambda: show_error_log(self),
                "about": lambda: About(self).show(),
            },
            theme,
        )
        self._add_view_actions()
        self.choices = Choices(context.bridge, settings)
        self.actions_.add_right(self.choices)
        self.notice_bar = NoticeBar(context.notices)
        self.addToolBarBreak()
        self.addToolBar(Qt.TopToolBarArea, self.notice_bar)
        self.time_line = TimeLine(context.moments, theme)
        self.addToolBar(Qt.BottomToolBarArea, self.time_line)
        self.time_line.branch_wanted.connect(files.branch)
        self.status = RunStatus(context.bridge, context.moments)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self.status, 1)
        QShortcut(QKeySequence.Paste, self).activated.connect(lambda: self._test(pad.paste))
        self.setAcceptDrops(True)
        control.changed.connect(self._refresh_actions)
        context.bridge.history_grew.connect(self._refresh_actions)
        context.bridge.run_started.connect(lambda _: self._refresh_actions())
        self.hints.add_target("start", self.actions_.toolbar.widgetForAction(self.actions_.by_key["toggle"]))
        control.changed.connect(lambda: self.hints.done("start") if control.running else None)
        self.lessons = Lessons(self, control)
        self.hints.shown_round.connect(self.lessons.open_first)
        self.tiled.connect(self.actions_.by_key["tile"].setChecked)
        self.restore()
        self.notice_bar.hide()
        self._refresh_actions()

    def _hovered(self, text: str) -> None:
        if text and self.hints.current == "watch":
            self.hints.done("watch")

    def _show_hints(self) -> None:
        self.hints.show_again()
        if self._control.running:
            self.hints.done("start")

    @property
    def experiment(self) -> ExperimentPanel:
        """The panel of the settings, which is made if it is not there yet."""
        return cast("ExperimentPanel", self.parts["experiment"])

    # --- arrangement ----------------------------------------------------------------------------

    def _made(self, spec: ViewSpec, part: View) -> None:
        part.show_view.connect(self.show_part)
        part.settings_wanted.connect(lambda settings: self.experiment.take(settings))
        part.resume_wanted.connect(self.resume_wanted)
        part.race_wanted.connect(self.set_up_race)
        part.publish_wanted.connect(lambda key, run: self.publishing.publish(key, run))
        if spec.key == "experiment":
            cast("ExperimentPanel", part).restart_requested.connect(self._control.start_over)
        if spec.key == "pad":
            canvas = cast(PadPanel, part).canvas
            self.hints.add_target("draw", canvas)
            canvas.changed.connect(lambda: self.hints.done("draw") if canvas.drawing.strokes else None)
        if spec.key == "network":
            picture = cast("NetworkView", part).canvas
            self.hints.add_target("watch", picture)
            picture.hovered.connect(self._hovered)

    def _add_view_actions(self) -> None:
        menu = self.actions_.menus["&View"]
        menu.addSeparator()
        for number, (key, dock) in enumerate(self.docks.items(), 1):
            action = QAction(dock.windowTitle(), self)
            action.setShortcut(f"Ctrl+{number}" if number < 10 else "")
            action.setToolTip(tooltip(f"Bring {dock.windowTitle()} to the front"))
            action.triggered.connect(lambda _=False, name=key: self.show_part(name))
            menu.addAction(action)

    def set_up_race(self) -> None:
        """Ask who takes part in a race, and begin it."""
        from gui.dialogs.race_dialog import RaceDialog  # most starts do without

        dialog = RaceDialog(self.experiment.config(), self)
        dialog.setAttribute(Qt.WA_DeleteOnClose)
        dialog.chosen.connect(self._race)
        dialog.open()

    def _race(self, race: Race) -> None:
        if self._control.may_end("It stays recorded. Begin the race?", "Begin the race"):
            self.show_part("race")
            self.context.races.begin(race)

    def _look_at_sweep(self, name: str) -> None:
        self.show_part("runs")
        cast("RunsView", self.parts["runs"]).look_at_sweep(name)

    def _test(self, take: Callable[[], object]) -> None:
        """Show the Test panel and let it take a picture."""
        self.show_part("pad")
        take()

    def _travel(self, word: str) -> None:
        self.time_line.act(word)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Let a picture, the folder of a run, or a shared run be dropped anywhere in the window."""
        if run_in(event.mimeData()) is not None or shared_in(event.mimeData()) is not None:
            event.acceptProposedAction()
        else:
            self.pad.dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Test the picture that was dropped, or look at the run."""
        folder, shared = run_in(event.mimeData()), shared_in(event.mimeData())
        if shared is not None:
            event.acceptProposedAction()
            self.publishing.open_shared(shared)
        elif folder is None:
            self._test(lambda: self.pad.dropEvent(event))
        elif self.context.moments.open_run(folder):
            event.acceptProposedAction()

    def set_theme(self, theme: Theme) -> None:
        """Change the look of everything, part by part."""
        self.theme = theme
        self.settings.theme = theme.name
        self.actions_.set_theme(theme)
        self.hints.set_theme(theme)
        self.lessons.set_theme(theme)
        self.time_line.set_theme(theme)
        self._refresh_actions()
        parts: list[Dock | View] = [*self.docks.values(), *self.parts.built]
        self.look.change(theme, [partial(part.set_theme, theme) for part in parts])

    # --- state ----------------------------------------------------------------------------------

    def _refresh_actions(self) -> None:
        control, actions, steps = self._control, self.actions_.by_key, self.context.bridge.steps
        self.actions_.show_running(control.running, steps > 0)
        loading = self.context.bridge.state is State.LOADING
        for key in ("toggle", "step", "epoch"):
            actions[key].setEnabled(control.can_train)
        for key in ("save_model", "save_run"):
            actions[key].setEnabled(steps > 0 and not loading)
        actions["finish"].setEnabled(steps > 0 and self.context.bridge.state in (State.RUNNING, State.PAUSED))
        actions["reset"].setEnabled(not loading)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Start or pause with the space bar, wherever no button or field uses it."""
        if event.key() == Qt.Key_Space and not event.isAutoRepeat():
            self._control.toggle()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the toolbar say in fewer words what it has no room for."""
        super().resizeEvent(event)
        self.choices.show_captions(self.width() >= _CAPTIONS)
        self.time_line.set_low(self.height() < _LOW)
        self.actions_.fit(self.width(), self.choices.sizeHint().width() + 4 * GRID)

    def remember(self) -> None:
        """Write the present arrangement into the settings."""
        self.remember_places()
        if self.docks["experiment"].built:  # a window that closes at once has not even read them
            self.settings.config = self.experiment.config().to_json()
        if before := self.lessons.before():
            self.settings.layout, self.settings.config = before

    def _leave(self) -> None:
        """Remember how things lie, and go out of sight."""
        self.remember()
        self.hide()

    def end(self) -> bool:
        """Do what has to be done before the window goes; returns False if the user wants to stay."""
        try:
            if not self._closing.may_close(self._leave):
                return False
            self.closing.emit()
        except Exception as error:  # noqa: BLE001 - raised again when the event loop has ended
            self.failure = error
        return True

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close, unless the user wants to go back to what is not saved."""
        event.setAccepted(self.end())
