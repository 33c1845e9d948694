"""Lets all views follow what is drawn, until another image is chosen."""

from __future__ import annotations

from PyQt5.QtCore import QObject, QTimer

from engine.model.reference import Reference
from engine.types import Bytes
from gui.run.context import AppContext
from gui.state.selection import Sample

SEND_MS = 60
"""The views that follow the drawing get a new image at most this often."""
REST_MS = 200
"""The pen rests when nothing has changed for so long."""


class Follower(QObject):
    """Makes the image on the pad the one that is looked at, and gives the place back once it is gone."""

    def __init__(self, context: AppContext, parent: QObject) -> None:
        """Follow nothing yet; ``touched`` and ``offer`` begin it."""
        super().__init__(parent)
        self._context = context
        self._image: Bytes | None = None
        self._name = ""
        self._touched = False
        self._mine: Sample | None = None
        self._before: Sample | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SEND_MS)
        self._soon.timeout.connect(self._send)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._rested)
        context.selection.changed.connect(self._chosen)

    def touched(self) -> None:
        """Note that the user changed what is on the pad: the next image is to be looked at."""
        self._touched = True

    def offer(self, image: Bytes | None, name: str) -> None:
        """Take the image on the pad, ``(C, H, W)``, None for an empty one; the views get the newest soon."""
        self._image, self._name = image, name
        if self._touched or self._mine is not None:
            self._rest.start()
            if not self._soon.isActive():
                self._soon.start()

    def show(self, asked: Reference | None) -> None:
        """Look at what is on the pad, in the network ``asked``, now."""
        if self._image is not None:
            self._mine = Sample(self._image, self._name, asked=asked, passing=self._rest.isActive())
            self._context.selection.choose(self._mine)

    def stop(self) -> None:
        """Send nothing more."""
        self._soon.stop()
        if self._rest.isActive():
            self._rest.stop()
            self._rested()

    def _chosen(self, sample: Sample) -> None:
        """Remember the image that was looked at before; another one that is chosen is kept."""
        if sample is not self._mine:
            self._before, self._mine = sample, None

    def _send(self) -> None:
        self._touched = False
        if self._image is not None:
            self.show(None)
        elif self._mine is not None:
            before = self._image_before()
            if before is not None:
                self._context.selection.choose(before)

    def _rested(self) -> None:
        if self._mine is not None and self._mine.passing:
            self.show(self._mine.asked)

    def _image_before(self) -> Sample | None:
        """Return the image that was looked at before, or of another data set the first test image."""
        before, dataset = self._before, self._context.moments.dataset
        if dataset is None or (before is not None and before.image.shape == dataset.test_images.shape[1:]):
            return before
        if not len(dataset.test_images):
            return None
        return Sample.of_test(dataset, 0)
