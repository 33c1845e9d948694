"""What a recorded run becomes for others, from the menus: a film, a report, a log, a file to hand on."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PyQt5.QtCore import QMimeData, QObject
from PyQt5.QtWidgets import QMainWindow

from engine.errors import EngineError
from engine.formatting import counted
from engine.io.gate import is_there
from engine.publish.share import SUFFIX, receive, share
from engine.runs import names
from engine.runs.folder import RunFolder
from engine.task import Task
from gui.dialogs.work_dialog import Outcome, WorkDialog
from gui.panels.pad import PadPanel
from gui.presenters.data_get import megabytes
from gui.presenters.shared import Sitting
from gui.run.context import AppContext
from gui.window.dock import Dock
from gui.window.sitting import show_again, taken_down

_SHARED = f"Shared runs (*{SUFFIX})"
_LOGS = (("tensorboard", "For TensorBoard"), ("csv", "As tables (CSV)"))


class Publishing(QObject):
    """The handlers of the Run menu, for the run that is looked at, or for one of the Runs view."""

    def __init__(
        self, window: QMainWindow, context: AppContext, docks: dict[str, Dock], pad: PadPanel
    ) -> None:
        """Act for ``window``, whose parts are in ``docks``."""
        super().__init__(window)
        self._window, self._context = window, context
        self._docks, self._pad = docks, pad
        self._by_key: dict[str, Callable[[Path], object]] = {
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
            self._context.notices.problem("This run is not recorded yet: it is with its first step.")
        else:
            self.publish(key, folder)

    # --- out ------------------------------------------------------------------------------------------

    def _report(self, run: Path) -> None:
        path = self._context.dialogs.save_file("Save a report", f"{name_of(run)}.html", "Web pages (*.html)")
        if path is None:
            return

        def work(task: Task) -> list[str]:
            from engine.publish.report import write_report  # most starts do without

            folder = RunFolder(run)
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

            folder = RunFolder(run)
            return write_log(folder, _LOGS[chosen][0], place, task), folder.notices

        def take(result: tuple[list[Path], list[str]]) -> Outcome:
            written, notices = result
            self._tell(notices)
            where = written[0].parent
            return Outcome(f"Wrote {counted(len(written), 'file')} into {where}.", where)

        WorkDialog("Export the log", self._window).do(work, take)

    def _share(self, run: Path) -> None:
        path = self._context.dialogs.save_file("Share this run", f"{name_of(run)}{SUFFIX}", _SHARED)
        if path is None:
            return
        if path.suffix.lower() != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
        sitting = self.sitting(run).to_json()
        target = path

        def work(task: Task) -> list[str]:
            folder = RunFolder(run)
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

        def take(notices: list[str]) -> Outcome:
            self._tell(notices)
            size = megabytes(path.stat().st_size) if path.is_file() else ""
            return Outcome(f"Saved {path.name} in {path.parent}{', ' if size else ''}{size}.", path)

        WorkDialog(title, self._window).do(work, take)

    def _tell(self, notices: list[str]) -> None:
        for notice in notices[:1]:
            self._context.notices.problem(notice)

    # --- in -------------------------------------------------------------------------------------------

    def _choose_shared(self) -> None:
        path = self._context.dialogs.open_file("Open a shared run", _SHARED)
        if path is not None:
            self.open_shared(path)

    def open_shared(self, path: Path) -> None:
        """Take in the run in the file ``path``, and show what its sender saw."""
        library = self._context.bridge.library
        if library is None:
            self._context.notices.problem("There is no folder of runs to put it in.")
            return

        def work(task: Task) -> tuple[Path, dict[str, Any]]:
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


def shared_in(mime: QMimeData | None) -> Path | None:
    """Return the shared run that is dragged, if it is one."""
    urls = mime.urls() if mime is not None else []
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() == SUFFIX else None


def name_of(run: Path) -> str:
    """Return a name for files of the run in a folder: the one its user gave it, or that of the folder."""
    try:
        name = RunFolder(run).notes().name
    except EngineError:
        name = ""
    return re.sub(r"[^\w.-]+", "-", name or run.name).strip("-.")[:80] or "run"
