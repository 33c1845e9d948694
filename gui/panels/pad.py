"""The Test panel: draw, open, drop or paste, and read what a network makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt5.QtCore import QMimeData, QTimer
from PyQt5.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QResizeEvent
from PyQt5.QtWidgets import QApplication, QWidget

from engine.errors import DataError
from engine.model.input_form import takes_digits
from engine.model.reference import THE_RUN, Reference
from engine.recognise.judge import EMPTY, Answer
from engine.recognise.subject import Subject
from engine.recognise.subject_reading import SubjectReading
from engine.types import Array, Bytes
from gui.panels.pad_follow import Follower
from gui.panels.pad_intake import Opener, can_take, from_file, from_mime
from gui.panels.pad_parts import PadParts
from gui.panels.pad_reading import Reader
from gui.run.context import AppContext
from gui.run.moment import Moment
from gui.run.wants import Wants
from gui.style.theme import GRID, Theme
from gui.widgets.picture_sheet import Rectangle

if TYPE_CHECKING:
    from engine.recognise.readings import Found

ROOMY = 760
"""In a lower panel the bars are narrow."""
LARGEST = 420
"""The sheet grows with the panel up to this many pixels."""
HOLD = 0.05
"""Seconds for which the training waits at most until a movement of the pen is answered."""
_PICTURES = "Pictures (*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff *.ppm *.pgm);;All files (*)"


class PadPanel(PadParts):
    """A sheet for drawings and pictures, the answer in words, and the probabilities of the classes.

    Predictions are made with a copy of the network that nobody else changes; however many movements of the
    pen arrive at once, one prediction answers them all. Pictures are opened and read beside the window, and
    drawings, too, unless the network is quick.
    """

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty sheet that the chosen model of the registry answers."""
        super().__init__(context, theme, parent)
        self.subject = Subject("your drawing")
        self.reading: SubjectReading | None = None
        """What the network makes of it."""
        self.chosen = 0
        """Which of the things found is looked at."""
        self.answer: Answer = EMPTY
        self._reader, self._opener = Reader(context, self), Opener(self)
        self._reader.answered.connect(self._show_reading)
        self._opener.changed.connect(self._tell)
        self._opener.opened.connect(self._show_picture)
        self._opener.failed.connect(context.notices.problem)
        self._answered: Reference | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._answer)
        self._follower = Follower(context, self)
        self.setAcceptDrops(True)
        self.canvas.changed.connect(self._drawn)
        for sheet in (self.canvas, self.picture):
            sheet.picked.connect(self.pick)
        self.picture.cropped.connect(self._crop)
        self.number.stepped.connect(lambda by: self.pick((self.chosen + by) % max(1, len(self.found))))
        self.tools.open_wanted.connect(self._open)
        self.tools.paste_wanted.connect(self.paste)
        self.tools.whole_wanted.connect(lambda: self._crop(None))
        self.tools.draw_wanted.connect(self.draw)
        self.source_box.activated.connect(
            lambda index: context.models.choose(self.source_box.itemData(index))
        )
        self.show_button.clicked.connect(lambda _checked: self._show("network"))
        self.explain_button.clicked.connect(lambda _checked: self._show("explain"))
        context.models.changed.connect(self._models_changed)
        context.moments.moved.connect(self._moved)
        context.moments.run_changed.connect(lambda _run: self._soon.start())
        self._models_changed()
        self._answer()

    @property
    def found(self) -> Sequence[Found]:
        """What was found, in reading order."""
        return self.reading.found if self.reading is not None else ()

    @property
    def image(self) -> Bytes | None:
        """What the network gets of the thing looked at, uint8 ``(C, H, W)``; None if nothing is there."""
        return self.reading.image(self.chosen) if self.reading is not None else None

    @property
    def probabilities(self) -> Array | None:
        """The answer about the thing looked at, ``(K,)``; None if there is none."""
        return self.reading.probabilities(self.chosen) if self.reading is not None else None

    def wants(self) -> Wants:
        """Ask for the chosen network while the panel is in sight."""
        return Wants(kernels=self.isVisible(), of=self._context.models.current)

    # --- what is to be recognised ------------------------------------------------------------------

    def take(self, mime: QMimeData) -> bool:
        """Show the picture that ``mime`` holds or names; tells the user if there is none."""
        try:
            self._opener.open(from_mime(mime))
        except DataError as error:
            self._context.notices.problem(str(error))
            return False
        return True

    def paste(self) -> None:
        """Take the picture on the clipboard."""
        held: QMimeData | None = QApplication.clipboard().mimeData()  # none while its owner is silent
        self.take(held if held is not None else QMimeData())

    def open_picture(self, path: Path) -> None:
        """Show the picture in the file ``path``; tells the user if it cannot be read."""
        self._opener.open(from_file(path))

    def draw(self) -> None:
        """Put the picture away; the drawing is still there."""
        self.sheets.setCurrentWidget(self.canvas)
        self.tools.show_for(picture=False)
        self._drawn()
        self.canvas.setFocus()

    def pick(self, number: int) -> None:
        """Look at another of the things found."""
        if number != self.chosen and number < len(self.found):
            self.chosen = number
            self._tell()
            self._follower.touched()
            self._follower.offer(self.image, self.subject.name)

    def _open(self) -> None:
        path = self._context.dialogs.open_file("Open a picture", _PICTURES)
        if path is not None:
            self.open_picture(path)

    def _show_picture(self, subject: Subject, pixels: Bytes) -> None:
        self.subject = subject
        self.picture.show_picture(pixels)
        self.sheets.setCurrentWidget(self.picture)
        self.tools.show_for(picture=True)
        self.picture.setFocus()
        self._changed()

    def _crop(self, crop: Rectangle | None) -> None:
        from engine.recognise.marks import Box

        scale = self.subject.scale
        part = Box(*(round(v * scale) for v in crop)) if crop is not None else None
        self.subject = self.subject.cropped(part)
        self.picture.set_crop(crop)
        self.tools.show_for(picture=True, cropped=crop is not None)
        self._changed()

    def _drawn(self) -> None:
        self._opener.drop()
        self.subject = Subject("your drawing", ink=self.canvas.ink(), lines=self.canvas.drawing.lines)
        self._changed()

    def _changed(self) -> None:
        self._context.bridge.hold(HOLD)
        self._follower.touched()
        if not self._soon.isActive():
            self._soon.start()

    # --- who answers ---------------------------------------------------------------------------------

    def _models_changed(self) -> None:
        models = self._context.models
        self._context.settings.follow = models.current == THE_RUN
        self.offer_models(models)
        self._soon.start()

    def _moved(self, moment: Moment) -> None:
        if moment.of != self._context.models.current or moment.reference == self._answered:
            return
        if self.isVisible() and not self._soon.isActive():
            self._answered = moment.reference  # a network that stands still is asked once
            self._soon.start()

    # --- the answer ------------------------------------------------------------------------------------

    def _answer(self) -> None:
        """Find what is there, ask the network, show what it says."""
        self._soon.stop()
        who = self._reader.model()
        if who is not None:  # the registry tells when it is there
            self.picture.square = not takes_digits(who[1])
            self._reader.ask(self.subject, who, self.reading)

    def _show_reading(self, reading: SubjectReading) -> None:
        """Show what was read, unless it is of a picture that is not looked at any more."""
        ours = reading.subject is self.subject or (reading.subject.picture is self.subject.picture is None)
        if not ours:
            return
        new = self.reading is None or self.reading.found is not reading.found
        self.reading = reading
        self.chosen = min(self.chosen, max(0, len(reading.found) - 1))
        if new:
            self._follower.offer(self.image, self.subject.name)
        self._tell()
        QTimer.singleShot(0, self._context.bridge.release)  # once it is painted

    def _tell(self) -> None:
        """Show what is known about the thing looked at."""
        reading, image = self.reading, self.image
        if reading is None:
            return
        names, probabilities = reading.names, self.probabilities
        opening = self._opener.name
        self.answer = Answer("empty", "Opening\u2026", opening) if opening else reading.answer(self.chosen)
        answers = reading.answers
        self.number.show_number(answers, self.chosen)
        boxes = [part.box.scaled(1 / reading.subject.scale) for part in reading.found[: len(answers)]]
        tags = [f"{k}: {name}" if len(answers) < 10 else name for k, name in enumerate(answers, 1)]
        for sheet in (self.canvas, self.picture):
            sheet.show_found(boxes, tags, self.chosen)
        self.show_bars(names, probabilities, self.answer)
        self._share_room()
        self.card.show_answer(image, self.answer, reading.caption)
        self.show_actions(possible=image is not None)
        best = int(probabilities.argmax()) if probabilities is not None else None
        self.teach.show_case(image, reading.reference, names, best)

    def _show(self, view: str) -> None:
        self._follower.show(self.reading.reference if self.reading is not None else None)
        self.show_view.emit(view)

    # --- events --------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept what may be a picture."""
        if can_take(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Show the picture that was dropped."""
        if self.take(event.mimeData()):
            event.acceptProposedAction()

    def hideEvent(self, event: QHideEvent) -> None:
        """Send nothing more."""
        self._follower.stop()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the sheet grow into a square as wide as the panel, and no further."""
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        # In a low window the sheet needs the room more than the bars do.
        rows = self.bars.minimumSizeHint().height()
        self.bars.setMaximumHeight(rows if self.height() < ROOMY else 2 * rows)
        self.holder.setMaximumHeight(max(96, min(self.width() - 2 * GRID, LARGEST)))
