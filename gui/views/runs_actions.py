"""What can be done with the chosen runs: each action once, for buttons, menu and keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PyQt5.QtCore import QObject, QUrl, pyqtSignal
from PyQt5.QtGui import QDesktopServices
from PyQt5.QtWidgets import QAction, QMenu, QWidget

from engine.errors import EngineError
from engine.formatting import counted
from engine.runs.bin import BIN_DAYS
from engine.runs.folder import RunFolder
from engine.runs.library import Library
from engine.runs.notes import change_notes
from engine.runs.summary import Summary
from gui.presenters.runs import deletion_question, name_of
from gui.run.context import AppContext
from gui.run.in_order import InOrder
from gui.run.room import offer_room
from gui.run.runner import Runner
from gui.style.theme import Theme
from gui.widgets.runs_table import RunsTable

_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_SPECS = (
    ("open", "&Open", "Look at the network of this run (Enter)"),
    ("resume", "&Resume", "Go on training this run"),
    ("compare", f"&Compare{_ELLIPSIS}", "Choose two runs or more to see them beside each other"),
    ("", "", ""),
    ("rename", "Re&name\tF2", "Give this run a name"),
    ("notes", f"Edit no&tes{_ELLIPSIS}", "Write down what this run was for"),
    ("star", "&Star\t*", "Mark the chosen runs, or do so no more"),
    ("reveal", "Show &folder", "Show the files of this run"),
    ("delete", f"&Delete{_ELLIPSIS}\tDel", "Move the chosen runs to the bin"),
    ("", "", ""),
    ("film", f"Make a &film{_ELLIPSIS}", "Make a film of its training, as GIF, WebP or MP4"),
    ("report", f"Save re&port{_ELLIPSIS}", "Write one HTML page about this run"),
    (
        "export_log",
        f"Export &log{_ELLIPSIS}",
        "Write its curves and weights for TensorBoard or as CSV",
    ),
    ("share", f"S&hare{_ELLIPSIS}", "Write this run as one file that opens on another computer"),
    ("", "", ""),
    ("bin", f"&Bin{_ELLIPSIS}", "Bring deleted runs back"),
    ("room", f"Roo&m for runs{_ELLIPSIS}", "How much room runs may take"),
)
PUBLISHED = ("film", "report", "export_log", "share")
"""What the window does with a run."""


class RunsActions(QObject):
    """The actions on the runs of a table.

    Attributes:
        by_key: the actions.
        menu: all of them.
    """

    changed = pyqtSignal()
    """The runs are to be listed anew."""
    resume_wanted = pyqtSignal(object)
    """The user wants to go on with the run in this folder (a Path)."""
    publish_wanted = pyqtSignal(str, object)
    """The user wants this action of ``PUBLISHED`` done with the run in this folder (a Path)."""
    theme_changed = pyqtSignal(object)
    """What was opened is to use the colours of this Theme."""
    opened = pyqtSignal()
    """The network of a run is looked at now."""

    def __init__(self, context: AppContext, theme: Theme, table: RunsTable, parent: QWidget) -> None:
        """Act on what is chosen in ``table``; dialogs open above ``parent``."""
        super().__init__(parent)
        self._theme = theme
        self._context, self._table, self._above = context, table, parent
        self._writing, self._reading = InOrder(self), Runner(self)
        self.menu = QMenu(parent)
        self.by_key: dict[str, QAction] = {}
        for key, text, about in _SPECS:
            action = self.menu.addAction(text) if key else self.menu.addSeparator()
            if key:
                action.setToolTip(about)
                action.triggered.connect(partial(self._do, key))
                self.by_key[key] = action
        table.selectionModel().selectionChanged.connect(lambda _new, _old: self.refresh())
        table.opened.connect(self._open)
        table.star_wanted.connect(lambda run: self._star([run], star=not run.star))
        table.notes_wanted.connect(self._edit_notes)
        table.deletion_wanted.connect(self._delete)
        table.runs_model.renamed.connect(self._rename)
        self.refresh()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.theme_changed.emit(theme)

    @property
    def busy(self) -> bool:
        """Whether something that the user has changed is not written yet."""
        return self._writing.busy

    def refresh(self) -> None:
        """Let only what is possible be chosen."""
        chosen = self._table.chosen
        one = len(chosen) == 1
        possible = {
            "open": one,
            "resume": one and self._can_resume(chosen[0]),
            "compare": len(chosen) > 1,
            "rename": one,
            "notes": one,
            "star": bool(chosen),
            "reveal": one,
            "delete": bool(chosen),
            **dict.fromkeys(PUBLISHED, one),
        }
        for key, on in possible.items():
            self.by_key[key].setEnabled(on)

    def _can_resume(self, run: Summary) -> bool:
        own = self._context.bridge.folder
        return run.state != "training" and (own is None or Path(run.path) != own)

    def _do(self, key: str) -> None:
        chosen = self._table.chosen
        first = chosen[0] if chosen else None
        if key in ("bin", "room"):
            self._open_bin() if key == "bin" else self._open_room()
        elif first is None:
            return
        elif key in PUBLISHED:
            self.publish_wanted.emit(key, Path(first.path))
        elif key == "open":
            self._open(first)
        elif key == "resume":
            self.resume_wanted.emit(Path(first.path))
        elif key == "compare":
            self._compare(chosen)
        elif key == "rename":
            self._table.rename()
        elif key == "notes":
            self._edit_notes(first)
        elif key == "star":
            self._star(chosen, star=not all(run.star for run in chosen))
        elif key == "reveal":
            self._reveal(first)
        else:
            self._delete()

    # --- looking ----------------------------------------------------------------------------------------

    def _open(self, run: Summary) -> None:
        """Look at the run on the time line."""
        if self._context.moments.open_run(Path(run.path)):
            self.opened.emit()

    def _compare(self, runs: Sequence[Summary]) -> None:
        from gui.dialogs.compare.dialog import CompareDialog  # most starts do without

        dialog = CompareDialog(self._context, self._theme, runs, self._above.window())
        self.theme_changed.connect(dialog.set_theme)
        dialog.show()

    def _reveal(self, run: Summary) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(run.path)):
            self._context.notices.tell(f"The run is in {run.path}.")

    # --- changing ---------------------------------------------------------------------------------------

    def _star(self, runs: Sequence[Summary], *, star: bool) -> None:
        for run in runs:
            self._note(run, star=star)

    def _rename(self, run: Summary, name: str) -> None:
        self._note(run, name=name)

    def _edit_notes(self, run: Summary) -> None:
        try:
            notes = RunFolder(Path(run.path)).notes()
        except EngineError as error:
            self._context.notices.problem(str(error))
            return
        text = self._context.dialogs.edit_text("Notes", f"Notes on {name_of(run)}:", notes.text)
        if text is not None and text.strip() != notes.text:
            self._note(run, text=text)

    def _note(self, run: Summary, **change: str | bool) -> None:
        def failed(sentence: str) -> None:
            self._context.notices.problem(sentence)
            self.changed.emit()

        work = partial(change_notes, Path(run.path), **change)  # type: ignore[arg-type]
        self._writing.do(work, lambda _none: self.changed.emit(), failed)

    def _delete(self) -> None:
        runs = self._table.chosen
        library = self._context.bridge.library
        if not runs or library is None:
            return
        if self._context.dialogs.confirm(deletion_question(runs, BIN_DAYS), "Delete"):
            paths = [Path(run.path) for run in runs]
            self._writing.do(
                partial(_delete_all, library, paths), self._deleted, self._context.notices.problem
            )

    def _deleted(self, outcome: object) -> None:
        assert isinstance(outcome, tuple)  # noqa: S101 - for the type checker
        count, problems = outcome
        notices = self._context.notices
        if problems:
            notices.problem(problems[0])
        else:
            notices.tell(f"{counted(count, 'run')} moved to the bin, from where it can be brought back.")
        self.changed.emit()

    def _open_bin(self) -> None:
        from gui.dialogs.runs_bin import BinDialog  # most starts do without

        library = self._context.bridge.library
        if library is not None:
            dialog = BinDialog(library.bin, self._context.dialogs, self._above.window())
            dialog.restored.connect(self.changed)
            dialog.open()

    def _open_room(self) -> None:
        from gui.dialogs.runs_room import RoomDialog  # most starts do without

        library = self._context.bridge.library
        if library is not None:
            dialog = RoomDialog(library, self._above.window())
            dialog.accepted.connect(self.changed)
            dialog.accepted.connect(lambda: offer_room(library, self._context.notices, self.changed.emit))
            dialog.open()


def _delete_all(library: Library, paths: Sequence[Path]) -> tuple[int, list[str]]:
    """Move runs to the bin; returns how many, and why others are not."""
    gone, problems = 0, []
    for path in paths:
        try:
            library.bin.delete(path)
            gone += 1
        except EngineError as error:
            problems.append(str(error))
    return gone, problems
