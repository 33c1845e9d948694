"""Looks into a network at rest, in a thread beside the window; the one in training sends its own pictures."""

from __future__ import annotations

from PyQt5.QtCore import QObject, pyqtSignal

from engine.model.model_file import Model
from engine.session.capture import capture
from engine.session.messages import Request, Snapshot
from engine.types import Bytes
from gui.run.job import Job


class TrainedLook(QObject):
    """Takes the newest model and image that it was given, and emits what the network makes of them."""

    seen = pyqtSignal(object, object)
    """The Snapshot, and the Model that it is of."""

    def __init__(self, parent: QObject) -> None:
        """Make it without a thread; the first question starts one."""
        super().__init__(parent)
        self._job: Job | None = None
        self._next: tuple[Model, Bytes | None] | None = None

    def ask(self, model: Model, image: Bytes | None) -> None:
        """Look into ``model`` with ``image``, ``(C, H, W)``; at its kernels alone if none fits."""
        self._next = (model, image)
        if self._job is None:
            self._begin()

    def stop(self) -> None:
        """Forget what was asked, and wait until nothing is done any more."""
        self._next = None
        job, self._job = self._job, None
        if job is not None:
            job.stop()
            job.deleteLater()

    def _begin(self) -> None:
        if self._next is None:
            return
        (model, image), self._next = self._next, None
        request = Request(kernels=True, maps=True, image=image)
        job = self._job = Job(
            lambda _report, _asked: capture(request, model.network, model.preprocessing, 0, 0),
            self,
        )
        job.done.connect(lambda snapshot: self._ended(job, snapshot, model))
        job.failed.connect(lambda _sentence: self._ended(job, None, model))
        job.start()

    def _ended(self, job: Job, snapshot: Snapshot | None, model: Model) -> None:
        if job is not self._job:
            return
        job.wait()
        job.deleteLater()
        self._job = None
        newer = self._next is not None
        self._begin()
        if snapshot is not None and not newer:
            self.seen.emit(snapshot, model)
