"""The row of choices above the picture of the network; what has no room in it is in a menu."""

from __future__ import annotations

from PyQt5.QtCore import QSize, pyqtSignal
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import (
    QWIDGETSIZE_MAX,
    QActionGroup,
    QCheckBox,
    QHBoxLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.model.reference import Reference
from gui.run.model_registry import ModelRegistry
from gui.style.theme import GRID
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.image_chooser import SampleChooser
from gui.widgets.plain import tooltip

SCALES = ("Shared scale per layer", "Scale per map")
_SPACE = GRID // 2
_SOURCE = 168
"""Width that the name of the network should have, in pixels, before other things are shown."""


class NetworkRow(QWidget):
    """The network, the image, the scale of the colours and the size of the picture."""

    scale_changed = pyqtSignal(bool)
    """Each map is to have a scale of its own, or all maps of a layer one."""
    full_changed = pyqtSignal(bool)
    """The picture is to be at full size, or as much as fits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the row; the image is chosen in ``chooser``, the network in ``source``."""
        super().__init__(parent)
        self.source = ChoiceBox("Network shown", letters=7)
        self.chooser = SampleChooser()
        self.scale = ChoiceBox(
            "Colour scale",
            "Shared scale: maps of a layer can be compared.\nScale per map: faint maps can be seen as well.",
        )
        self.scale.addItems(SCALES)
        self.full = QCheckBox("Full si&ze")
        self.full.setToolTip("Give every layer room for its maps, and scroll; otherwise as much as fits.")
        self.more = QToolButton()
        self.more.setText("\N{HORIZONTAL ELLIPSIS}")
        self.more.setAccessibleName("More choices")
        self.more.setToolTip("Random image, colour scale, full size")
        self.more.setPopupMode(QToolButton.InstantPopup)
        self.more.setMenu(self._menu())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_SPACE)
        self._above, row = QHBoxLayout(), QHBoxLayout()
        self._row = row
        row.setSpacing(_SPACE)
        column.addLayout(self._above)
        column.addLayout(row)
        row.addWidget(self.source, 1)
        row.addWidget(self.chooser, 2)
        for widget in (self.scale, self.full, self.more):
            row.addWidget(widget)
        self.scale.currentIndexChanged.connect(self._scale_chosen)
        self.full.toggled.connect(self._full_chosen)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction("&Random image", self.chooser.random.click)
        menu.addSeparator()
        group = QActionGroup(menu)
        self._scales = []
        for number, text in enumerate(SCALES):
            action = menu.addAction(text, lambda index=number: self.scale.setCurrentIndex(index))
            action.setCheckable(True)
            action.setChecked(number == 0)
            group.addAction(action)
            self._scales.append(action)
        menu.addSeparator()
        self._full = menu.addAction("&Full size")
        self._full.setCheckable(True)
        self._full.toggled.connect(self.full.setChecked)
        return menu

    def _scale_chosen(self, index: int) -> None:
        self._scales[index].setChecked(True)
        self.scale_changed.emit(index == 1)

    def _full_chosen(self, on: bool) -> None:
        self._full.setChecked(on)
        self.full_changed.emit(on)

    def list_models(self, models: ModelRegistry, shown: Reference, stands_in: Reference) -> None:
        """List the networks at hand; ``stands_in`` is looked at in place of the one that is ``shown``."""
        items = [(models.title(each), each) for each in models.references]
        if stands_in != shown:
            items = [
                (f"{models.title(stands_in)} (for now)", each) if each == shown else (title, each)
                for title, each in items
            ]
        source = self.source
        if [(source.itemText(i), source.itemData(i)) for i in range(source.count())] != items:
            source.clear()
            for title, reference in items:
                source.addItem(title, reference)
        self.source.setCurrentIndex(self.source.findData(shown))
        tip = "Look into the network in training, or into a trained one."
        until = f"\n{models.title(stands_in)} is shown until training begins." if stands_in != shown else ""
        self.source.setToolTip(tooltip(tip + until))

    def minimumSizeHint(self) -> QSize:
        """Return the least width, at which the network has a row of its own and most is in the menu."""
        width = self.more.sizeHint().width() + _SPACE + self.chooser.least_width
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the row to its new width."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Leave out what there is no room for, the least needed first."""
        room = self.width() - self.chooser.least_width
        above = room < self.more.sizeHint().width() + _SOURCE + 2 * _SPACE
        if above == (self._above.count() == 0):
            (self._row if above else self._above).removeWidget(self.source)
            if above:
                self._above.addWidget(self.source)
            else:
                self._row.insertWidget(0, self.source, 1)
        room -= 0 if above else _SOURCE + _SPACE
        self.source.setMinimumWidth(0 if above else _SOURCE)
        self.source.setMaximumWidth(QWIDGETSIZE_MAX if above else _SOURCE + 80)
        beside = self.scale.sizeHint().width() + self.full.sizeHint().width() + 2 * _SPACE
        chance = self.chooser.random.sizeHint().width() + _SPACE
        kind = self.chooser.kind.sizeHint().width() + _SPACE
        roomy = room >= beside + chance
        for widget in (self.scale, self.full):
            widget.setVisible(roomy)
        self.more.setVisible(not roomy)
        room -= beside if roomy else self.more.sizeHint().width() + _SPACE
        self.chooser.random.setVisible(room >= chance)
        room -= chance
        self.chooser.kind.setVisible(room >= kind)
        room -= kind if room >= kind else 0
        words = self.chooser.truth_width
        self.chooser.truth.setMinimumWidth(words if room >= words else 1)
        self.chooser.truth.setVisible(room >= words)
