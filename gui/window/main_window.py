"""The window: puts views and panels in docks, and connects actions with what they do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from PyQt5.QtCore import QByteArray, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PyQt5.QtWidgets import QAction, QMainWindow, QShortcut, QTabWidget

from engine.session.messages import State
from gui.panels import PANELS
from gui.panels.experiment import ExperimentPanel
from gui.panels.pad import PadPanel
from gui.run.context import AppContext
from gui.run.run_control import RunControl
from gui.run.view import View
from gui.run.view_spec import ViewSpec
from gui.state.settings import Settings
from gui.style.theme import GRID, THEMES, Theme
from gui.views import VIEWS
from gui.widgets.plain import tooltip
from gui.window.about import About
from gui.window.actions import Actions
from gui.window.arrangement import LAYOUT_VERSION, Arrangement
from gui.window.closing import Closing
from gui.window.dock import Dock, Parts
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
    from gui.views.network import NetworkView
    from gui.views.runs import RunsView

P = TypeVar("P", bound=View)

_CAPTIONS = 980
"""A narrower window has no room for the names of the choices on the toolbar."""
_LOW = 600
"""A lower one has none for the figures of the time line."""


class MainWindow(QMainWindow):
    """Docks, menus, toolbar and status bar around a ``AppContext``."""

    closing = pyqtSignal()
    """The window is about to close; settings are up to date."""

    stands = pyqtSignal()
    """It has been painted for the first time: what takes processors or the disk may begin."""

    resume_wanted = pyqtSignal(object)
    """The user wants to go on with the run in this folder (a Path)."""

    def __init__(
        self, context: AppContext, control: RunControl, closing: Closing, settings: Settings, theme: Theme
    ) -> None:
        """Build the window; it is arranged as ``settings`` remember it."""
        super().__init__()
        self.setWindowTitle("Kernelscope")
        self.setDockNestingEnabled(True)
        self.setAnimated(False)  # views would be laid out anew for every picture of the movement
        self.setTabPosition(Qt.AllDockWidgetAreas, QTabWidget.North)
        self.context, self.settings, self.theme = context, settings, theme
        self._control, self._closing = control, closing
        for worker in (context.moments, context.races):
            worker.setParent(self)  # its work must end with the window
        self._placed = self._painted = False
        self.failure: Exception | None = None
        """What went wrong unexpectedly while the window closed."""
        self.look = Look(self, theme)
        self.hints = Hints(self, settings, theme)
        self.docks: dict[str, Dock] = {}
        self.parts = Parts(self.docks)
        for spec in (*PANELS, *VIEWS):
            self.docks[spec.key] = dock = Dock(spec, partial(self._make, spec), theme, self)
            dock.made.connect(partial(self._made, spec))
            dock.picture_wanted.connect(partial(open_picture_dialog, self, spec.key))
            self.addDockWidget(Qt.LeftDockWidgetArea, dock)
        self._arrangement = Arrangement(self, self.docks, tuple(view.key for view in VIEWS))
        self.experiment, self.pad = experiment, pad = self.part(ExperimentPanel), self.part(PadPanel)
        files = FileActions(self, context, control, experiment)
        self.publishing = Publishing(self, context, self.docks, pad)
        self.sweeping = Sweeping(self, context, experiment.config, self._look_at_sweep)
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
                "reset": lambda: control.start_over(experiment.config()),
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
        experiment.restart_requested.connect(control.start_over)
        control.changed.connect(self._refresh_actions)
        context.bridge.history_grew.connect(self._refresh_actions)
        context.bridge.run_started.connect(lambda _: self._refresh_actions())
        self.hints.add_target("start", self.actions_.toolbar.widgetForAction(self.actions_.by_key["toggle"]))
        control.changed.connect(lambda: self.hints.done("start") if control.running else None)
        self.lessons = Lessons(self, control)
        self.hints.shown_round.connect(self.lessons.open_first)
        self._restore(settings)
        self._refresh_actions()

    def _hovered(self, text: str) -> None:
        if text and self.hints.current == "watch":
            self.hints.done("watch")

    def _show_hints(self) -> None:
        self.hints.show_again()
        if self._control.running:
            self.hints.done("start")

    # --- arrangement ----------------------------------------------------------------------------

    def _make(self, spec: ViewSpec) -> View:
        """Make a view that is seen for the first time."""
        return spec.load()(self.context, self.theme)

    def _made(self, spec: ViewSpec, part: View) -> None:
        part.show_view.connect(self.show_part)
        part.settings_wanted.connect(lambda settings: self.experiment.take(settings))
        part.resume_wanted.connect(self.resume_wanted)
        part.race_wanted.connect(self.set_up_race)
        part.publish_wanted.connect(lambda key, run: self.publishing.publish(key, run))
        if spec.key == "pad":
            canvas = cast(PadPanel, part).canvas
            self.hints.add_target("draw", canvas)
            canvas.changed.connect(lambda: self.hints.done("draw") if canvas.drawing.strokes else None)
        if spec.key == "network":
            picture = cast("NetworkView", part).canvas
            self.hints.add_target("watch", picture)
            picture.hovered.connect(self._hovered)

    def part(self, kind: type[P]) -> P:
        """Return the view or panel of the class ``kind``."""
        return cast(P, next(self.parts[key] for key, dock in self.docks.items() if dock.spec.makes(kind)))

    def _add_view_actions(self) -> None:
        menu = self.actions_.menus["&View"]
        menu.addSeparator()
        for number, (key, dock) in enumerate(self.docks.items(), 1):
            action = QAction(dock.windowTitle(), self)
            action.setShortcut(f"Ctrl+{number}" if number < 10 else "")
            action.setToolTip(tooltip(f"Bring {dock.windowTitle()} to the front"))
            action.triggered.connect(lambda _=False, name=key: self.show_part(name))
            menu.addAction(action)

    def arrange(self) -> None:
        """Put every panel in its first place: settings left, views in the middle, pad right."""
        self._place(tiled=False)

    def tile(self, tiled: bool) -> None:
        """Show all views at once, or one behind the other."""
        self._place(tiled=tiled)

    def _place(self, *, tiled: bool) -> None:
        self._arrangement.place(tiled=tiled)
        self.actions_.by_key["tile"].setChecked(tiled)

    def _restore(self, settings: Settings) -> None:
        self.resize(1280, 800)
        self.arrange()
        if settings.geometry:
            self.restoreGeometry(QByteArray.fromHex(settings.geometry.encode()))
        if settings.layout:
            self.restoreState(QByteArray.fromHex(settings.layout.encode()), LAYOUT_VERSION)
        self.notice_bar.hide()

    def show_part(self, key: str) -> None:
        """Bring the view or panel ``key`` to the front."""
        dock = self.docks[key]
        dock.show()
        dock.raise_()
        self.parts[key].setFocus()
        self.context.moments.refresh()

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

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for pictures as soon as there is something to paint on."""
        super().showEvent(event)
        self.context.moments.refresh()
        if not self.settings.layout and not self._placed:
            self._placed = True
            self._place(tiled=self._arrangement.tiled)  # for the size that the screen left it
            # Qt shares the width out anew when it shows docks.
            QTimer.singleShot(0, self._proportion)

    def _proportion(self) -> None:
        self._arrangement.proportion()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell that the window stands, as soon as all that is in it is painted, too."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._stand)

    def _stand(self) -> None:  # a method of the window, so that it is not called when that is gone
        self.stands.emit()

    def remember(self) -> None:
        """Write the present arrangement into the settings."""
        self.settings.geometry = bytes(self.saveGeometry().toHex()).decode()
        self.settings.layout = bytes(self.saveState(LAYOUT_VERSION).toHex()).decode()
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
