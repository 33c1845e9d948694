"""How many test images the broken copy still reads, beside what the network read as it was."""

from __future__ import annotations

import numpy as np
from PyQt5.QtWidgets import QHBoxLayout, QWidget

from engine.damage.stack import UNBROKEN, Damage
from engine.data.dataset import Dataset
from engine.model.model_file import Model
from engine.task import Task
from engine.training.evaluation import Sweep
from engine.training.workers import Workers
from engine.types import Bytes, Labels
from gui.presenters.breaking import accuracy_words
from gui.run.runner import Runner
from gui.style.theme import GRID
from gui.widgets.plain import Label

IMAGES = 1000
"""Test images that are judged after each change."""
_CHUNK = 100


class CopyAccuracy(QWidget):
    """The accuracy of the copy in large, and what that is against the network as it was.

    Attributes:
        value: the accuracy.
        against: the difference, in words, or why there is none.
        share: the accuracy as a number, 0 to 1; None if it is not known.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it with nothing to judge."""
        super().__init__(parent)
        self._runner = Runner(self)
        self._usual: tuple[Model, float] | None = None
        self.share: float | None = None
        self.value = Label("\N{EN DASH}")
        self.value.setStyleSheet("font-size: 24px; font-weight: 500;")
        self.value.setAccessibleName("Accuracy of the broken copy")
        self.against = Label()
        self.against.setObjectName("note")
        self.against.setWordWrap(True)
        self.against.setMinimumWidth(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.value)
        row.addWidget(self.against, 1)

    @property
    def busy(self) -> bool:
        """Whether a copy is being judged."""
        return self._runner.busy

    def drop(self) -> None:
        """Judge no more, and forget the network."""
        self._runner.drop()
        self._usual = self.share = None

    def judge(self, original: Model, copy: Model, damage: Damage, dataset: Dataset | None) -> None:
        """Judge ``copy`` beside the window; and ``original``, once."""
        self.share = None
        if dataset is None or dataset.in_shape != copy.network.spec.in_shape:
            self.value.setText("\N{EN DASH}")
            self.against.setText("The test images at hand have another form than this network takes.")
            return
        known = self._usual if self._usual is not None and self._usual[0] is original else None
        images, labels = dataset.test_images[:IMAGES], dataset.test_labels[:IMAGES]

        def work(task: Task) -> tuple[float, float]:
            usual = known[1] if known is not None else _accuracy(original, UNBROKEN, images, labels, task)
            return usual, _accuracy(copy, damage, images, labels, task)

        def done(found: tuple[float, float]) -> None:
            self._usual = (original, found[0])
            self.share = found[1]
            large, small = accuracy_words(*found, len(labels))
            self.value.setText(large)
            self.against.setText(small)

        self._runner.ask(work, done, self.against.setText)


def _accuracy(model: Model, damage: Damage, images: Bytes, labels: Labels, task: Task) -> float:
    """Return the accuracy on changed images; runs beside the window."""
    prepared = damage.before(model.preprocessing)
    sweep = Sweep(model.network, prepared, images, labels, np.arange(len(labels)))
    with Workers(1) as workers:
        while not sweep.finished:
            task.check()
            sweep.advance(_CHUNK, workers)
    return sweep.result().accuracy
