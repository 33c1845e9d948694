"""The maps of several methods, whose options are set below them, and how far each can be trusted."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.explain import METHODS, Method
from engine.explain.question import Reply
from gui.presenters.explain import how
from gui.style.theme import GRID, Theme
from gui.views.explain_maps import ExplainMaps
from gui.widgets.option_form import KindChooser
from gui.widgets.plain import Label
from gui.widgets.readout import Readout

_HINT = "Point at a pixel to read it, or move over a map with the arrow keys."
_ONE_BELOW, _FEW_BELOW, _WORDS_FROM = 302, 450, 500
"""Heights of the view in pixels: maps of one class alone; few classes listed; words about the method."""


class MapsPage(QWidget):
    """Maps in columns, and below them words and options of one method."""

    stopped = pyqtSignal()
    """The user has enough of waiting for the slow methods."""
    wanted = pyqtSignal()
    """Other methods, or the same with other options, are to be asked."""

    def __init__(self, theme: Theme) -> None:
        """Make a page without maps."""
        super().__init__()
        self._methods: dict[str, Method] = {name: kind() for name, kind in METHODS.items()}
        self.maps = ExplainMaps(theme)
        self.method = KindChooser("Method", METHODS, self._methods["saliency"], "Whose options are shown.")
        self.trust, self.detail = Label(), Label()
        self.readout = Readout(_HINT, lines=1, narrow=470)
        for label in (self.trust, self.detail):
            label.setObjectName("note")
            label.setMinimumWidth(1)
            label.setWordWrap(True)
        self.stop = QPushButton("&Stop")
        self.stop.setToolTip("Do without the maps that take longer")
        self.stop.clicked.connect(lambda _checked: self._stop())
        self.stop.hide()
        foot = QGridLayout()
        foot.setHorizontalSpacing(2 * GRID)
        foot.setVerticalSpacing(GRID // 2)
        foot.setColumnStretch(0, 1)
        foot.addWidget(self.trust, 0, 0, Qt.AlignTop)
        foot.addWidget(self.detail, 1, 0, Qt.AlignTop)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.readout, 1, Qt.AlignBottom)
        line.addWidget(self.stop)
        foot.addLayout(line, 2, 0, Qt.AlignBottom)
        foot.setRowStretch(2, 1)
        foot.addWidget(self.method, 0, 1, 3, 1, Qt.AlignTop)
        self.method.setFixedWidth(240)
        inner = QVBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(GRID)
        inner.addWidget(self.maps, 1)
        inner.addLayout(foot)
        self.maps.pointed.connect(lambda text: self.readout.setText(text or _HINT))
        self.maps.picked.connect(self._picked)
        self.method.changed.connect(self._method_changed)
        self._say()

    @property
    def methods(self) -> dict[str, Method]:
        """The methods whose maps are seen, by name."""
        return {name: self._methods[name] for name in self.maps.shown}

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.maps.set_theme(theme)

    def set_room(self, height: int) -> None:
        """Show in a low view one class alone, and how a method works only where there is room for it."""
        self.maps.set_room(few=height < _FEW_BELOW, one=height < _ONE_BELOW)
        for part in (self.trust, self.detail, self.method):
            part.setVisible(height >= _WORDS_FROM)

    def show_reply(self, reply: Reply, source: str) -> None:
        """Show what the quick methods found for an image from ``source``."""
        self.stop.hide()
        self.maps.show_reply(reply, source)
        self._say()

    def show_progress(self, share: float) -> None:
        """Show how much of the slow methods' work is done, 0 to 1, and let it be stopped."""
        self.maps.show_progress(share)
        self.stop.show()

    def show_more(self, reply: Reply) -> None:
        """Add what the slow methods found."""
        self.stop.hide()
        self.maps.show_more(reply)
        self._say()

    def _stop(self) -> None:
        self.stop.hide()
        self.stopped.emit()
        self.maps.show_stopped()

    def _picked(self, name: str) -> None:
        """Show in the form below the method that was chosen above the maps, and ask it."""
        self.method.show_part(self._methods[name])
        self._say()
        if self.maps.reply is None or name not in self.maps.reply.found:
            self.wanted.emit()

    def _method_changed(self, method: Method) -> None:
        name = method.type_name
        changed = self._methods[name] != method
        self._methods[name] = method
        if name not in self.maps.shown:  # the form offers all: one that is not seen takes the last column
            self.maps.show_method(len(self.maps.shown) - 1, name)
        self._say()
        if changed:
            self.wanted.emit()

    def _say(self) -> None:
        """Say what the chosen method shows, how far it can be trusted, and how its map was made."""
        name = self.method.part.type_name
        self.trust.setText(self._methods[name].about)
        found = self.maps.reply.found.get(name) if self.maps.reply is not None else None
        self.detail.setText("" if found is None or isinstance(found, str) else how(found[0]))
