"""The composition root: makes the shared objects, the window, and takes them apart again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from PyQt5 import sip
from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QPalette
from PyQt5.QtWidgets import QApplication, QWidget

from engine import signals
from engine.data.catalogue import entries, is_present
from engine.error_log import of_process
from engine.errors import EngineError
from engine.io.gate import CONFIG, explained
from engine.model.reference import THE_RUN
from engine.records import dataclass
from engine.runs.library import Library
from gui.app.collecting import no_collecting
from gui.app.ending import Ending
from gui.app.loading import load_later
from gui.app.qt_log import to_python_log
from gui.run.context import AppContext
from gui.run.gentler import Gentler
from gui.run.kept_run import KeptRun
from gui.run.model_registry import DIGITS, ModelRegistry
from gui.run.room import offer_room
from gui.run.run_control import RunControl
from gui.run.runner import Runner
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Selection
from gui.state.settings import Settings, Store
from gui.state.unexpected import Unexpected
from gui.style.icons import program_icon
from gui.style.theme import THEMES, Theme, load_fonts, prepare
from gui.widgets.questions import Dialogs
from gui.window.closing import Closing
from gui.window.dock import Dock
from gui.window.main_window import MainWindow

if TYPE_CHECKING:
    from engine.lessons.lesson import Lesson
    from engine.training.checkpoint import Checkpoint
    from engine.training.config import RunConfig

FRAME = 40
"""Height of the title bar that a desktop puts above a window, in pixels, on the safe side."""


@dataclass(frozen=True)
class Kernelscope:
    """The running program."""

    app: QApplication
    context: AppContext
    control: RunControl
    closing: Closing
    window: MainWindow
    store: Store

    def close(self) -> None:
        """End the session and take the window apart; its run stays recorded, but is offered no more.

        Each part is ended even if another one fails to; the error of the last one that did is raised.
        """
        if sip.isdeleted(self.window):
            return
        with ExitStack() as steps:  # the last one is done first
            steps.callback(self._take_apart)
            steps.callback(self.context.bridge.shutdown, kept=self.window.failure is not None)

    def end(self) -> None:
        """End the program without asking: what is not saved is kept for the next start."""
        self.closing.asks = False
        self.window.end()
        self.app.exit(signals.EXIT_CODE)

    def _take_apart(self) -> None:
        # Left to the garbage collector, parts of the window would go in an order that Qt does not survive.
        focused = self.app.focusWidget()
        if focused is not None:
            focused.clearFocus()
        self.window.hide()
        for dock in self.window.findChildren(Dock):  # those that float are windows of their own
            dock.hide()
        for runner in self.window.findChildren(Runner):  # what was dropped may not have ended yet
            runner.stop()
        sip.delete(self.window)


def application(arguments: Sequence[str] = ()) -> QApplication:
    """Return the one QApplication, made with high-DPI support if it is not there yet."""
    present = QApplication.instance()
    if isinstance(present, QApplication):
        return present
    QApplication.setAttribute(Qt.AA_EnableHighDpiScaling)
    QApplication.setAttribute(Qt.AA_UseHighDpiPixmaps)
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(["kernelscope", *arguments])
    app.setApplicationName("Kernelscope")
    app.setDesktopFileName("kernelscope")
    app.setWindowIcon(program_icon())
    return app


def chosen_theme(app: QApplication, name: str) -> Theme:
    """Return the theme called ``name``; without a name the one that suits the desktop."""
    if name in THEMES:
        return THEMES[name]
    dark = app.palette().color(QPalette.Window).lightness() < 128
    return THEMES["dark" if dark else "light"]


@no_collecting()
def build(
    store: Store,
    *,
    theme: str = "",
    config: RunConfig | None = None,
    resume: Checkpoint | None = None,
    dialogs: Dialogs | None = None,
) -> Kernelscope:
    """Make the whole program; once its window stands, it has a run before its first step.

    Args:
        store: where settings and runs are kept.
        theme: ``light`` or ``dark``; empty for the remembered one.
        config: settings of the run; None for the remembered ones.
        resume: a run to go on with.
        dialogs: what questions are asked with.

    If this raises, nothing of the program goes on: no thread, no process, no lock.
    """
    app = application()
    with ExitStack() as undo:
        program = _built(app, undo, store, theme, config, resume, dialogs or Dialogs())
        undo.pop_all()
    return program


def _built(
    app: QApplication,
    undo: ExitStack,
    store: Store,
    theme: str,
    config: RunConfig | None,
    resume: Checkpoint | None,
    dialogs: Dialogs,
) -> Kernelscope:
    settings, problem = store.load()
    look = chosen_theme(app, theme or settings.theme)
    load_fonts()
    prepare(app, look)
    notices, selection, library = Notices(), Selection(), Library(store.runs)
    bridge = SessionBridge(selection, library)
    models = ModelRegistry(bridge, THE_RUN if settings.follow else DIGITS)
    context = AppContext(bridge, selection, models, notices, dialogs, settings)
    control = RunControl(bridge, notices, dialogs.confirm)
    closing = Closing(bridge, control, dialogs, notices)
    window = MainWindow(context, control, closing, settings, look)
    for worker in (models, control):
        worker.setParent(window)  # so that its work ends with the window's

    def remember() -> None:
        told = store.save(settings)
        if told:
            notices.problem(told)

    window.closing.connect(remember)

    @cache
    def first() -> RunConfig:
        return resume.config if resume else config or remembered(settings)

    window.docks["experiment"].made.connect(lambda experiment: experiment.set_config(first()))
    undo.callback(bridge.shutdown)
    if problem:
        notices.problem(problem)
    Gentler(bridge, library, notices, window)
    kept = KeptRun(bridge, control, library, notices, window)
    window.resume_wanted.connect(kept.resume)

    def begin() -> None:
        from engine.training.workers import hold_blas_to_one_thread

        hold_blas_to_one_thread()
        bridge.start(first(), resume)
        load_later(window)
        if not kept.offer():
            offer_room(library, notices)

    window.stands.connect(begin)
    return Kernelscope(app, context, control, closing, window, store)


def remembered(settings: Settings) -> RunConfig:
    """Return the settings of the last run, or the first ones if those cannot be used any more."""
    from engine.model.spec import preset
    from engine.training.config import RunConfig

    default = RunConfig(network=preset("classic"))
    if not settings.config:
        return default
    try:
        with explained("The remembered run", CONFIG):
            config = RunConfig.from_json(settings.config)
    except EngineError:
        return default
    return config if config.data in entries() and is_present(config.data) else default


def fit_to_screen(window: QWidget) -> None:
    """Make ``window`` no larger than its screen has room for, with the frame of the desktop."""
    room = window.screen().availableGeometry().size() - QSize(0, FRAME)
    window.resize(window.size().boundedTo(room))


def run_window(
    theme: str, config: RunConfig | None, shared: Path | None = None, lesson: Lesson | None = None
) -> int:
    """Open the window, and the ``shared`` run or the ``lesson`` in it, and stay until it is closed.

    Returns the exit code.

    If it cannot be built or taken apart, this ends the process: whatever is done with half a window, Qt may
    not survive it.

    Raises:
        EngineError: something went wrong unexpectedly, and nobody was there to be told.
        KeyboardInterrupt: a signal that asks for an end has closed it without a question; the message says
            what is kept.
    """
    to_python_log()
    application()
    try:
        ending = Ending()
        with Unexpected().installed() as unexpected, ending.heard():
            program = build(Store.of_user(), theme=theme, config=config)
            unexpected.tell(program.context.notices)
            program.window.closing.connect(lambda: unexpected.tell(None))
            fit_to_screen(program.window)
            program.window.show()
            if shared is not None:
                program.window.publishing.open_shared(shared)
            if lesson is not None:
                program.window.lessons.begin(lesson)
            ending.when_asked(program.end, lambda: program.closing.ended)
            code = program.app.exec_()
            program.close()
        if program.window.failure is not None:
            raise program.window.failure
        if unexpected.untold:
            raise EngineError(f"{unexpected.untold} {of_process().where()}")
    except Exception as error:  # noqa: BLE001 - said, and the details are in the log
        leave_failed(error)
    if ending.count:
        raise KeyboardInterrupt(program.closing.outcome())
    return int(code)


def leave_failed(error: Exception) -> NoReturn:
    """End the process at once because of ``error``, which is reported on standard error."""
    signals.leave(f"kernelscope: error: {of_process().told(error)}", 1)
