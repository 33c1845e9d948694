"""What is dropped or pasted, as a picture: image data, a file, or the path of one as text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt5.QtCore import QMimeData, QObject, QUrl, pyqtSignal
from PyQt5.QtGui import QColor, QImage, QPainter

from engine.cli.arguments import to_path
from engine.errors import DataError
from engine.recognise.subject import Subject
from engine.records import dataclass
from engine.task import Task
from engine.text import plain
from engine.types import Bytes
from gui.run.runner import Runner
from gui.widgets.dropped import files_in
from gui.widgets.qimages import to_pixels

if TYPE_CHECKING:
    from PIL import Image

_LONGEST_PATH = 4096


def file_in(mime: QMimeData) -> Path | None:
    """Return the file that ``mime`` names, if it names one."""
    if files := files_in(mime):
        return files[0]
    text = mime.text().strip() if mime.hasText() else ""
    if not text or len(text) > _LONGEST_PATH or "\n" in text:
        return None
    local = QUrl(text).toLocalFile() or text
    path = to_path(local)
    return path if path.is_absolute() else None


def can_take(mime: QMimeData) -> bool:
    """Whether ``mime`` holds a picture or names a file."""
    return mime.hasImage() or file_in(mime) is not None


@dataclass(frozen=True)
class Intake:
    """A picture that is still to be opened.

    Attributes:
        name: what to call it.
        picture: opens it, in any thread; raises DataError.
    """

    name: str
    picture: Callable[[], Image.Image]


def from_mime(mime: QMimeData) -> Intake:
    """Return the picture that ``mime`` holds or names; raises DataError if there is none."""
    path = file_in(mime)
    if path is not None:
        return from_file(path)
    image = mime.imageData() if mime.hasImage() else None
    if not isinstance(image, QImage) or image.isNull():
        raise DataError("The clipboard holds no picture; copy a picture or a picture file first.")

    def picture() -> Image.Image:
        from engine.recognise.pictures import from_pixels

        return from_pixels(_on_paper(image))

    return Intake("your picture", picture)


def from_file(path: Path) -> Intake:
    """Return the picture in the file ``path``."""

    def picture() -> Image.Image:
        from engine.recognise.pictures import open_picture  # brings Pillow: loaded with the first picture

        return open_picture(path)

    return Intake(plain(path.name), picture)


class Opener(QObject):
    """Opens pictures beside the window, because a large one takes seconds; the newest wins.

    Attributes:
        name: of the picture that is being opened; empty if there is none.
    """

    opened = pyqtSignal(object, object)
    """The picture as a Subject, and its pixels as they are shown."""
    failed = pyqtSignal(str)
    """The sentence why it cannot be opened."""
    changed = pyqtSignal()
    """Another picture, or none any more, is being opened."""

    def __init__(self, parent: QObject) -> None:
        """Open nothing yet."""
        super().__init__(parent)
        self.name = ""
        self._runner = Runner(self)
        self._runner.changed.connect(self._changed)

    def open(self, intake: Intake) -> None:
        """Open a picture instead of one that is being opened."""

        def work(_task: Task) -> tuple[Subject, Bytes]:
            subject = Subject(intake.name, picture=intake.picture())
            return subject, subject.pixels()

        self.name = intake.name
        self._runner.ask(work, lambda both: self.opened.emit(*both), self.failed.emit)

    def drop(self) -> None:
        """Open nothing any more."""
        self._runner.drop()

    def _changed(self) -> None:
        self.name = self.name if self._runner.busy else ""
        self.changed.emit()


def _on_paper(image: QImage) -> Bytes:
    """Return the pixels of ``image`` on white paper, uint8 ``(H, W, 3)``."""
    paper = QImage(image.size(), QImage.Format_RGB888)
    paper.fill(QColor("white"))
    painter = QPainter(paper)
    painter.drawImage(0, 0, image)
    painter.end()
    return to_pixels(paper)
