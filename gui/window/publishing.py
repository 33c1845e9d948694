"""What a recorded run becomes for others, from the menus: a film, a report, a log, a file to hand on."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt5.QtCore import QMimeData, QObject

from engine.errors import EngineError
from engine.formatting import counted
from engine.io.gate import is_there
from engine.runs import names
from engine.task import Task
from gui.dialogs.work_dialog import Outcome, WorkDialog
from gui.panels.pad import PadPanel
from gui.presenters.data_get import megabytes
from gui.presenters.shared import Sitting
from gui.run.context import AppContext
from gui.widgets.dropped import files_in
from gui.window.dock import Dock
from gui.window.sitting import show_again, taken_down

if TYPE_CHECKING:
    from engine.publish.film.settings import Film
    from engine.runs.folder import RunFolder
    from gui.window.main_window import MainWindow

_SHARED_RUNS = f"Shared runs (*{names.SHARED})"
_NOT_YET = "Nothing of this run is recorded yet; train at least one step, or choose a run in the Runs view."
WINDOW = "window"
"""Stands for a film of the whole window."""
_WHOLE = (
    WINDOW,
    "The whole window",
    "The whole window as it is arranged now, at one kept step after the other.",
)
_LOGS = (("tensorboard", "For TensorBoard"), ("csv", "As tables (CSV)"))


class Publishing(QObject):
    """The handlers of the Run menu, for the run that is looked at, or for one of the Runs view."""

    def __init__(
        self, window: MainWindow, context: AppContext, docks: dict[str, Dock], pad: PadPanel
    ) -> None:
        """Act for ``window``, whose parts are in ``docks``."""
        super().__init__(window)
        self._window, self._context = window, context
        self._docks, self._pad = docks, pad
        self._by_key: dict[str, Callable[[Path], object]] = {
            "film": self._film,
            "report": self._report,
            "export_log": self._export_log,
            "share": self._share,
        }

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of the menu does."""
        of_run = {key: (lambda key=key: self._of_shown(key)) for key in self._by_key}
        return {**of_run, "open_shared": self._choose_shared}

    def publish(self, key: str, run: Path) -> None:
        """Do the action ``key`` with the run in the folder ``run``."""
        self._by_key[key](run)

    def _of_shown(self, key: str) -> None:
        """Do it with the run that is looked at."""
        folder = self._context.moments.run.folder
        if folder is None or not is_there(folder / names.RUN):
            self._context.notices.problem(_NOT_YET)
        else:
            self.publish(key, folder)

    # --- out ------------------------------------------------------------------------------------------

    def _film(self, run: Path) -> None:
        from gui.dialogs.film_dialog import FilmDialog  # most starts do without

        shown = self._context.moments.run.folder == run
        sample = self._context.selection.sample
        dialog = FilmDialog(
            run,
            self._window.theme.name,
            [_WHOLE] if shown else [],
            sample.image if sample is not None and shown else None,
            self._window,
        )
        dialog.chosen.connect(lambda film, suffix: self._make_film(run, film, suffix))
        dialog.show()

    def _make_film(self, run: Path, film: Film, suffix: str) -> None:
        from engine.publish.film import make_film

        title = "Make a film"
        suggestion = f"{name_of(run)}-{film.of}{suffix}"
        path = self._context.dialogs.save_file(title, suggestion, f"Films (*{suffix})")
        if path is None:
            return
        if path.suffix.lower() != suffix:
            path = path.with_name(path.name + suffix)
        target = path

        def work(task: Task) -> list[str]:
            folder = read(run)
            make_film(folder, film, target, task)
            return folder.notices

        if film.of == WINDOW:
            self._film_window(film, target, title)
        else:
            self._do(title, work, path)

    def _film_window(self, film: Film, path: Path, title: str) -> None:
        from gui.window.window_film import WindowFrames

        dialog = WorkDialog(title, self._window)
        try:
            frames = WindowFrames(self._window, film, dialog.runner)
        except EngineError as error:
            dialog.close()
            self._context.notices.problem(str(error))
            return

        def work(task: Task) -> list[str]:
            frames.write(path, task)
            return []

        dialog.ended.connect(frames.done)
        dialog.do(work, lambda notices: self._saved(notices, path))

    def _report(self, run: Path) -> None:
        path = self._context.dialogs.save_file("Save a report", f"{name_of(run)}.html", "Web pages (*.html)")
        if path is None:
            return

        def work(task: Task) -> list[str]:
            from engine.publish.report import write_report  # most starts do without

            folder = read(run)
            write_report(folder, path, task)
            return folder.notices

        self._do("Save a report", work, path)

    def _export_log(self, run: Path) -> None:
        question = "In which form shall the log of this run be written?"
        chosen = self._context.dialogs.choose(question, [words for _, words in _LOGS])
        place = self._context.dialogs.open_folder("Write the log into") if chosen is not None else None
        if chosen is None or place is None:
            return

        def work(task: Task) -> tuple[list[Path], list[str]]:
            from engine.publish.log_files import write_log  # most starts do without

            folder = read(run)
            return write_log(folder, _LOGS[chosen][0], place, task), folder.notices

        def take(result: tuple[list[Path], list[str]]) -> Outcome:
            written, notices = result
            self._tell(notices)
            where = written[0].parent
            return Outcome(f"Wrote {counted(len(written), 'file')} into {where}.", where)

        WorkDialog("Export the log", self._window).do(work, take)

    def _share(self, run: Path) -> None:
        path = self._context.dialogs.save_file(
            "Share this run", f"{name_of(run)}{names.SHARED}", _SHARED_RUNS
        )
        if path is None:
            return
        if path.suffix.lower() != names.SHARED:
            path = path.with_name(path.name + names.SHARED)
        sitting = self.sitting(run).to_json()
        target = path

        def work(task: Task) -> list[str]:
            from engine.publish.share import share

            folder = read(run)
            share(folder, target, task, sitting)
            return folder.notices

        self._do("Share this run", work, path)

    def sitting(self, run: Path) -> Sitting:
        """Return what the window shows; the moment belongs to it if it is one of ``run``."""
        moments = self._context.moments
        shown = moments.run.folder
        step = moments.travel.at if shown is not None and shown == run else None
        return taken_down(self._window, self._docks, self._pad, step)

    def _do(self, title: str, work: Callable[[Task], list[str]], path: Path) -> None:
        """Do ``work``, which writes ``path`` and returns what it has to tell."""
        WorkDialog(title, self._window).do(work, lambda notices: self._saved(notices, path))

    def _saved(self, notices: list[str], path: Path) -> Outcome:
        self._tell(notices)
        size = f", {megabytes(path.stat().st_size)}" if path.is_file() else ""
        return Outcome(f"Saved {path.name} in {path.parent}{size}.", path)

    def _tell(self, notices: list[str]) -> None:
        for notice in notices[:1]:
            self._context.notices.problem(notice)

    # --- in -------------------------------------------------------------------------------------------

    def _choose_shared(self) -> None:
        path = self._context.dialogs.open_file("Open a shared run", _SHARED_RUNS)
        if path is not None:
            self.open_shared(path)

    def open_shared(self, path: Path) -> None:
        """Take in the run in the file ``path``, and show what its sender saw."""
        library = self._context.bridge.library
        if library is None:
            self._context.notices.problem("There is no folder of runs to put it in.")
            return

        def work(task: Task) -> tuple[Path, dict[str, Any]]:
            from engine.publish.share import receive

            return receive(path, library, task, reuse=True)

        def take(result: tuple[Path, dict[str, Any]]) -> None:
            self._show(path, *result)

        WorkDialog(f"Open {path.name}", self._window).do(work, take)

    def _show(self, path: Path, folder: Path, found: dict[str, Any]) -> None:
        if not self._context.moments.open_run(folder):
            return
        sitting = Sitting.from_json(found)
        show_again(sitting, self._window, self._docks, self._pad, self._context.moments.travel)
        self._context.moments.refresh()
        for problem in sitting.problems:
            self._context.notices.problem(problem)
        if not sitting.problems:
            self._context.notices.tell(f"Opened {path.name}; the run is among yours as {folder.name}.")


def read(run: Path) -> RunFolder:
    """Return what reads the recorded run in the folder ``run``; raises ModelFileError."""
    from engine.runs.folder import RunFolder  # most starts do without

    return RunFolder(run)


def shared_in(mime: QMimeData | None) -> Path | None:
    """Return the shared run that is dragged, if it is one."""
    files = files_in(mime)
    return files[0] if len(files) == 1 and files[0].suffix.lower() == names.SHARED else None


def name_of(run: Path) -> str:
    """Return a name for files of the run in a folder: the one its user gave it, or that of the folder."""
    try:
        name = read(run).notes().name
    except EngineError:
        name = ""
    return re.sub(r"[^\w.-]+", "-", name or run.name).strip("-.")[:80] or "run"
