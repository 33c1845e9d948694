"""The dialog that makes a data set of one's own pictures."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QDragEnterEvent, QDropEvent
from PyQt5.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.data.catalogue import forget
from engine.data.dataset import Dataset
from engine.data.own import store
from engine.data.pictures.build import build
from engine.data.pictures.found import NO_ANSWERS, Answers, Broken, Found
from engine.data.pictures.scan import scan
from engine.formatting import counted, grouped
from engine.task import Task
from gui.dialogs.own_pictures.form import OwnForm
from gui.dialogs.own_pictures.left_out import LeftOut
from gui.dialogs.own_pictures.preview import Preview
from gui.dialogs.own_pictures.sets import OwnSets
from gui.presenters.own_pictures import OwnPictures, is_source
from gui.run.context import AppContext
from gui.run.job_bar import JobBar
from gui.style.theme import GRID, Theme
from gui.widgets.dropped import files_in
from gui.widgets.in_row import in_column
from gui.widgets.plain import Label, tooltip
from gui.widgets.section import Section

_ABOUT = (
    "A folder with one sub-folder of pictures for each class, perhaps in parts to train and to test on; "
    "a table (CSV) of file and class; or an .npz file with images and labels. The pictures stay as they are."
)
_SIDE = 320
_KINDS = "Pictures (*.csv *.tsv *.txt *.npz)"


class OwnPicturesDialog(QDialog):
    """Looks through pictures, shows what they become, and adds them as a data set.

    Attributes:
        state: what was found and what is chosen.
    """

    added = pyqtSignal(str)
    """A data set of this name is there now."""
    removed = pyqtSignal(str)
    """The data set of this name is gone."""
    renamed = pyqtSignal(str)
    """The data set of this name has another title."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make a dialog with nothing chosen; no thread of it outlives it."""
        super().__init__(parent)
        self.setWindowTitle("Your own pictures")
        self.setWindowModality(Qt.WindowModal)
        self.setAcceptDrops(True)
        self.resize(920, 680)
        self.state = OwnPictures()
        self._context = context
        self._build_head()
        self._build_body(theme)
        self._build_foot()
        in_column(
            self, self.about, self._head, self.pages, self.left_out, self.own, self._foot, tall=(self.pages,)
        )
        # Enter finishes a field; it must not press a button that happens to be the first one.
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        self.set_theme(theme)
        self._refresh(anew=True)

    def _build_head(self) -> None:
        self.about = Label(_ABOUT)
        self.about.setObjectName("about")
        self.about.setWordWrap(True)
        self.folder = QPushButton("Choose &folder\u2026")
        self.folder.setToolTip("A folder with one sub-folder for each class")
        self.folder.clicked.connect(
            lambda _checked: self._open(self._context.dialogs.open_folder("Pictures"))
        )
        self.file = QPushButton("Choose fi&le\u2026")
        self.file.setToolTip("A table (CSV) of file and class, or an .npz with images and labels")
        self.file.clicked.connect(
            lambda _checked: self._open(self._context.dialogs.open_file("Pictures", _KINDS))
        )
        self.summary = Label()
        self.summary.setAccessibleName("What was found")
        self._head = QHBoxLayout()
        self._head.setSpacing(GRID)
        for widget in (self.folder, self.file):
            self._head.addWidget(widget)
        self._head.addSpacing(GRID)
        self._head.addWidget(self.summary, 1)

    def _build_body(self, theme: Theme) -> None:
        self.form = OwnForm(self.state, theme)
        self.form.changed.connect(lambda anew: self._refresh(anew=anew))
        self.form.answered.connect(self._look_again)
        self.understood = Label()
        self.understood.setObjectName("caption")
        self.understood.setWordWrap(True)
        self.understood.setTextInteractionFlags(Qt.TextSelectableByMouse)
        self.understood.setAccessibleName("How the pictures were understood")
        self.preview = Preview(self.state, theme)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, GRID, 0, 0)
        row.setSpacing(2 * GRID)
        side = QScrollArea()
        side.setWidget(self.form)
        side.setWidgetResizable(True)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        side.setFixedWidth(_SIDE)
        row.addWidget(side)
        shown = QVBoxLayout()
        shown.setSpacing(GRID)
        shown.addWidget(self.understood)
        shown.addWidget(self.preview, 1)
        row.addLayout(shown, 1)
        self.empty = Label("Drop a folder or a file here, or choose one above.")
        self.empty.setAlignment(Qt.AlignCenter)
        self.empty.setWordWrap(True)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(both)
        self.left_out = LeftOut()
        self.sets = OwnSets(self._context)
        self.sets.removed.connect(self._removed)
        self.sets.renamed.connect(self.renamed)
        self.own = Section("My data sets", folding=True, folded=True)
        self.own.add(self.sets)
        # There is room for one of the two.
        for one, other in ((self.left_out.button, self.own.button), (self.own.button, self.left_out.button)):
            if one is not None and other is not None:
                one.toggled.connect(lambda open_, other=other: open_ and other.setChecked(False))

    def _build_foot(self) -> None:
        self.problem = Label()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.problem.setAccessibleName("Why no data set can be made now")
        self.job = JobBar()
        self.job.changed.connect(self._job_changed)
        self.job.failed.connect(self._failed)
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(lambda _checked: self.reject())
        self.add = QPushButton("&Add data set")
        self.add.setObjectName("primary")
        self.add.clicked.connect(lambda _checked: self._add())
        self._foot = QHBoxLayout()
        self._foot.setSpacing(GRID)
        self._foot.addWidget(self.problem, 1)
        for widget in (self.job, self.close_button, self.add):
            self._foot.addWidget(widget)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.form.set_theme(theme)
        self.preview.sheet.set_theme(theme)
        self.empty.setStyleSheet(
            f"color: {theme.muted}; border: 1px dashed {theme.muted}; border-radius: {GRID}px;"
        )
        self.left_out.set_theme(theme)

    # --- looking through -------------------------------------------------------------------------------

    def look_through(self, path: Path) -> None:
        """Look through the pictures of a folder, a table or an archive, in a thread."""
        self._look(path, NO_ANSWERS)

    def _look(self, path: Path, answers: Answers) -> None:
        self.job.start(
            "Reading", lambda task: scan(path, task, answers), lambda found: self._take(found, path, answers)
        )

    def _look_again(self, answers: Answers) -> None:
        if self.state.path is not None:
            self._look(self.state.path, answers)

    def _failed(self, sentence: str) -> None:
        self.problem.setText(sentence)

    def _job_changed(self) -> None:
        self._refresh(anew=False)
        if not self.job.busy:
            # After a failure or a stop, the boxes show again what is in force.
            self.form.questions.refresh()

    def _open(self, path: Path | None) -> None:
        if path is not None:
            self.look_through(path)

    def _take(self, found: Found, path: Path, answers: Answers) -> None:
        self.state.take(found, path, answers)
        self.form.questions.refresh()
        self.understood.setText(self.state.understood())
        self.left_out.show_broken(found.broken)
        self._refresh(anew=True)

    # --- adding ----------------------------------------------------------------------------------------

    def _add(self) -> None:
        found, options, title = self.state.found, self.state.options, self.state.title
        if found is None:
            return

        def work(task: Task) -> tuple[str, Dataset, tuple[Broken, ...]]:
            dataset, gone = build(found, options, title, task)
            return store(dataset, title), dataset, gone

        self.job.start("Making", work, self._added)

    def _added(self, result: tuple[str, Dataset, tuple[Broken, ...]]) -> None:
        name, dataset, gone = result
        forget(name)
        sentence = (
            f"The data set \u201c{dataset.title.strip()}\u201d is there now: "
            f"{grouped(len(dataset.train_images))} training, "
            f"{counted(len(dataset.test_images), 'test picture')}."
        )
        if gone:
            sentence += f" {counted(len(gone), 'picture')} could not be read any more."
        self._context.notices.tell(sentence)
        self.added.emit(name)
        self.accept()

    def _removed(self, name: str) -> None:
        self.removed.emit(name)
        self._refresh(anew=False)

    # --- what is seen ----------------------------------------------------------------------------------

    def _refresh(self, *, anew: bool) -> None:
        busy = self.job.busy
        reason = self.state.reason(self.form.problems())
        self.pages.setCurrentIndex(0 if self.state.found is None else 1)
        self.pages.setEnabled(not busy)
        self.own.setVisible(self.sets.count > 0)
        self.summary.setText(self.state.summary())
        self.problem.setText("" if busy or self.state.found is None else reason)
        for button in (self.folder, self.file):
            button.setEnabled(not busy)
        self.add.setEnabled(not busy and not reason)
        self.add.setToolTip(tooltip(reason or "Make the data set and choose it"))
        self.form.refresh()
        if anew:
            self.preview.sheet.refresh(anew=True)
            self.preview.describe(self.state)

    # --- dropping --------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one folder or file of the right kind."""
        if _dropped(event) is not None and not self.job.busy:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Look through what was dropped."""
        path = _dropped(event)
        if path is not None and not self.job.busy:
            event.acceptProposedAction()
            self.look_through(path)


def _dropped(event: QDropEvent) -> Path | None:
    files = files_in(event.mimeData())
    return files[0] if len(files) == 1 and is_source(files[0]) else None
