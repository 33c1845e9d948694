"""The choices on the right of the toolbar: how fast to train, and how much to draw."""

from __future__ import annotations

from PyQt5.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from gui.run.session_bridge import SessionBridge
from gui.state.settings import Settings
from gui.style.theme import GRID
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.plain import Label, tooltip

SPEEDS = (
    ("Full speed", 0.0),
    ("10 steps/s", 10.0),
    ("3 steps/s", 3.0),
    ("1 step/s", 1.0),
)
SHARES = (("Low", 0.04), ("Normal", 0.1), ("High", 0.3))


class Choices(QWidget):
    """Two lists: the speed of the training, and the share of the time that drawing may take."""

    def __init__(self, bridge: SessionBridge, settings: Settings) -> None:
        """Act on ``bridge`` and remember in ``settings``."""
        super().__init__()
        self._bridge, self._settings = bridge, settings
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, 0, 0)
        row.setSpacing(GRID)
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Preferred)
        row.addWidget(spacer, 1)
        self.speed = ChoiceBox(
            "Speed", "How fast to train: slow enough to follow single steps, or as fast as the machine can"
        )
        for text, _ in SPEEDS:
            self.speed.addItem(text)
        self.share = ChoiceBox("Refresh")
        for text, part in SHARES:
            self.share.addItem(text)
            if abs(part - settings.drawing_share) < 1e-9:
                self.share.setCurrentIndex(self.share.count() - 1)
        self.share.setToolTip(
            tooltip(
                "How often the pictures are drawn anew: the share of the time that drawing may take "
                "while the network trains; "
                + ", ".join(f"{text.lower()} {100 * part:.0f} %" for text, part in SHARES)
            )
        )
        self._captions = []
        for label, box in (("Speed", self.speed), ("Refresh", self.share)):
            caption = Label(label, buddy=box)
            self._captions.append(caption)
            caption.setObjectName("caption")
            row.addWidget(caption)
            row.addWidget(box)
        self.speed.currentIndexChanged.connect(self._set_speed)
        self.share.currentIndexChanged.connect(self._set_share)
        bridge.run_started.connect(lambda _: self._set_speed(self.speed.currentIndex()))
        self._set_share(self.share.currentIndex())

    def show_captions(self, shown: bool) -> None:
        """Say what the lists are beside them, or leave that to their tooltips."""
        for caption in self._captions:
            caption.setVisible(shown)

    def _set_speed(self, index: int) -> None:
        self._bridge.pace(SPEEDS[index][1])

    def _set_share(self, index: int) -> None:
        self._bridge.drawing_share = self._settings.drawing_share = SHARES[index][1]
