"""A page of Explain beside the maps: one question about what is looked at, answered beside the window."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, TypeVar
from weakref import ref

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtGui import QHideEvent
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.damage.stack import UNBROKEN, Damage
from engine.data.dataset import Dataset
from engine.explain.question import Question
from engine.formatting import grouped
from gui.run.answers import Memory
from gui.run.job_bar import JobBar
from gui.style.theme import GRID, Theme
from gui.widgets.plain import Label

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Asked:
    """What is looked at.

    Attributes:
        question: network, image, classes and methods; the image may be any where a page needs none.
        dataset: where training and test images are taken from, if it is loaded.
        step: of a network in training, else None.
        running: the network is training at this moment, so it is asked only when the user wishes.
        damage: of a copy that is being broken, what is done to images before they enter it.
    """

    question: Question
    dataset: Dataset | None = None
    step: int | None = None
    running: bool = False
    damage: Damage = UNBROKEN


class ExplainPage(QWidget):
    """Words, what the page shows, how far the work is, and a button to ask a network in training again.

    Attributes:
        asked: what the page shows or is working on.
    """

    title: ClassVar[str] = ""
    about: ClassVar[str] = ""

    chosen = pyqtSignal(object)
    """The user chose this ``Sample``."""

    def __init__(self, theme: Theme, memory: Memory) -> None:
        """Make an empty page; what takes long is remembered in ``memory``."""
        super().__init__()
        self._theme, self._memory = theme, memory
        self.asked: Asked | None = None
        self._next: Asked | None = None
        self.words = Label(self.about)
        self.words.setObjectName("note")
        self.words.setWordWrap(True)
        self.words.setMinimumWidth(1)
        self.job = JobBar(self.title, unit="", first="")
        self.job.failed.connect(self._failed)
        self.job.button.clicked.connect(lambda _checked: self._stopped())
        self.again = QPushButton("Ask &again")
        self.again.setToolTip("Ask the network as it is now")
        self.again.clicked.connect(lambda _checked: self._ask_next())
        self.again.hide()
        self.foot = QHBoxLayout()
        self.foot.setSpacing(GRID)
        self.foot.addWidget(self.job)
        self.foot.addStretch(1)
        self.foot.addWidget(self.again)
        self.body = QVBoxLayout()
        self.body.setSpacing(GRID)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.words)
        column.addLayout(self.body, 1)
        column.addLayout(self.foot)

    @property
    def busy(self) -> bool:
        """Whether work is being done."""
        return self.job.busy

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme

    def ask(self, asked: Asked) -> None:
        """Answer ``asked`` unless it is answered; a network that trains only when the button is pressed."""
        if self.asked is not None and self.key(self.asked) == self.key(asked):
            return
        known = self.asked is not None and self.matter(self.asked) == self.matter(asked)
        if asked.running and known:
            self._next = asked
            self.again.setText(f"Ask &again at step {grouped(asked.step or 0)}")
            self.again.setVisible(not self.busy)
            return
        self._begin(asked)

    def matter(self, asked: Asked) -> tuple[Any, ...]:
        """Return what an answer depends on, but for the state of the network."""
        return id(asked.question.image), asked.question.chosen, id(asked.dataset)

    def key(self, asked: Asked) -> tuple[Any, ...]:
        """Return all that an answer depends on."""
        return asked.question.reference, id(asked.question.model), *self.matter(asked)

    def drop(self) -> None:
        """Forget what is being worked out."""
        if self.busy:
            self.job.stop()
            self.asked = None

    def hideEvent(self, event: QHideEvent) -> None:
        """Work for nobody who does not look."""
        super().hideEvent(event)
        self.drop()

    def start(self, word: str, work: Callable[..., T], take: Callable[[T], object], *given: Any) -> None:
        """Do ``work(*given, task)`` beside the window."""
        self.job.start(word, partial(work, *given), take)

    def remembered(self, kind: Hashable, asked: Asked) -> Any:
        """Return what was remembered of this network and data set, or None."""
        model, dataset = asked.question.model, asked.dataset
        value, of, among = self._memory.get((kind, id(model), id(dataset))) or (
            None,
            ref(model),
            ref(dataset),
        )
        # The numbers of those that have gone may be given to others.
        return value if of() is model and among() is dataset else None

    def remember(self, kind: Hashable, asked: Asked, value: Any, size: int) -> None:
        """Remember ``value``, which takes ``size`` bytes, for this network and data set."""
        model, dataset = asked.question.model, asked.dataset
        self._memory.put((kind, id(model), id(dataset)), (value, ref(model), ref(dataset)), size)

    def say(self, sentence: str) -> None:
        """Say what came of it, and of which step."""
        step = self.asked.step if self.asked is not None else None
        self.words.setText(sentence if step is None else f"{sentence} Step {grouped(step)}.")

    def work_on(self, asked: Asked) -> None:
        """Begin to answer; a page says what it does."""
        raise NotImplementedError

    def clear(self) -> None:
        """Show nothing of an earlier answer."""

    def _begin(self, asked: Asked) -> None:
        self.asked, self._next = asked, None
        self.again.hide()
        self.clear()
        self.words.setText(self.about)
        self.work_on(asked)

    def _ask_next(self) -> None:
        if self._next is not None:
            self._begin(self._next)

    def _stopped(self) -> None:
        """Offer what the user has stopped once more."""
        self.words.setText("Stopped.")
        self._next = self._next or self.asked
        self.again.setText("Ask &again")
        self.again.show()

    def _failed(self, sentence: str) -> None:
        self.clear()
        self.words.setText(sentence)
