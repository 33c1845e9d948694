"""Looks into a network at rest, in a thread beside the window; the one in training sends its own pictures."""

from __future__ import annotations

from PyQt5.QtCore import QObject, pyqtSignal

from engine.model.model_file import Model
from engine.session.capture import capture
from engine.session.messages import Request
from engine.types import Bytes
from gui.run.runner import Runner


class TrainedLook(QObject):
    """Takes the newest model and image that it was given, and emits what the network makes of them."""

    seen = pyqtSignal(object, object)
    """The Snapshot, and the Model that it is of."""
    failed = pyqtSignal(str)
    """The sentence why nothing came of it."""

    def __init__(self, parent: QObject) -> None:
        """Make it without a thread; the first question starts one."""
        super().__init__(parent)
        self._runner = Runner(self)

    def ask(self, model: Model, image: Bytes | None) -> None:
        """Look into ``model`` with ``image``, ``(C, H, W)``; at its kernels alone if none fits."""
        request = Request(kernels=True, maps=True, image=image)
        self._runner.ask(
            lambda _task: capture(request, model.network, model.preprocessing, 0, 0),
            lambda snapshot: self.seen.emit(snapshot, model),
            self.failed.emit,
        )

    def drop(self) -> None:
        """Forget what was asked."""
        self._runner.drop()
