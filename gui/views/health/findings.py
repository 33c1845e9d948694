"""What is wrong with a run, each with what was seen and a button that applies what to try."""

from __future__ import annotations

from PyQt5.QtCore import QSize, Qt, pyqtSignal
from PyQt5.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from engine.health.finding import Finding
from gui.presenters.health import place_words
from gui.style.theme import GRID
from gui.widgets.plain import Label, tooltip


class Card(QWidget):
    """One finding."""

    def __init__(self, finding: Finding) -> None:
        """Show ``finding``."""
        super().__init__()
        self.finding = finding
        title, place, seen, advice = (
            Label(text) for text in (finding.title, place_words(finding), finding.seen, finding.advice)
        )
        title.setObjectName("heading")
        place.setObjectName("note")
        self.button = QPushButton(finding.remedy.words)
        now = "It takes effect at once." if finding.remedy.live else "It takes effect in the next run."
        self.button.setToolTip(tooltip(f"{finding.advice} {now}"))
        self.show_images = QPushButton("Show one")
        self.show_images.setToolTip("Look at the clearest one of these images; press again for the next one.")
        self.show_images.setVisible(bool(finding.images))
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.button)
        row.addWidget(self.show_images)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, GRID)
        column.setSpacing(GRID // 2)
        for label in (title, place, seen, advice):
            label.setWordWrap(True)
            label.setMinimumWidth(1)
            column.addWidget(label)
        column.addLayout(row)


class Findings(QScrollArea):
    """All findings, one below the other."""

    applied = pyqtSignal(object)
    """The user wants to try this ``Remedy``."""
    shown = pyqtSignal(int)
    """The user wants to see this training image."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self.cards: list[Card] = []
        self._found: list[Finding] = []
        self._next: dict[str, int] = {}
        self.words = Label()
        self.words.setWordWrap(True)
        self.words.setObjectName("note")
        page = QWidget()
        page.setObjectName("panel")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, GRID, 0)
        self._column.setSpacing(GRID)
        self._column.addWidget(self.words)
        self._column.addStretch(1)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.setAccessibleName("What is wrong with the run")

    def minimumSizeHint(self) -> QSize:
        """Return the room of one finding."""
        return QSize(180, 48)

    def show_findings(self, found: list[Finding], words: str) -> None:
        """Show ``found``, and ``words`` above; nothing moves under the mouse if they are the same."""
        self.words.setText(words)
        if found == self._found:
            return
        self._found = found
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = [Card(each) for each in found]
        for number, card in enumerate(self.cards, 1):
            self._column.insertWidget(number, card)
            card.button.clicked.connect(lambda _checked, f=card.finding: self.applied.emit(f.remedy))
            card.show_images.clicked.connect(lambda _checked, f=card.finding: self._show_next(f))

    def _show_next(self, finding: Finding) -> None:
        number = self._next.get(finding.name, 0)
        self._next[finding.name] = number + 1
        self.shown.emit(finding.images[number % len(finding.images)])
