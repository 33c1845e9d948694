"""Where data sets come from that are not there yet: the dialogs that fetch and make them."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QObject, Qt, pyqtSignal
from PyQt5.QtWidgets import QDialog, QWidget

from engine.data.catalogue import entry
from gui.run.context import AppContext
from gui.style.theme import Theme


class MoreData(QObject):
    """Opens one dialog at a time above a panel.

    Attributes:
        theme: the look of dialogs that are opened from now on.
        dialog: the one that is open, or None.
    """

    changed = pyqtSignal()
    """There are other data sets than before, or they are called otherwise."""
    made = pyqtSignal(str)
    """The user made this data set."""

    def __init__(self, context: AppContext, theme: Theme, panel: QWidget) -> None:
        """Open dialogs above ``panel``."""
        super().__init__(panel)
        self.theme = theme
        self.dialog: QDialog | None = None
        self._context, self._panel = context, panel

    def get(self, name: str, then: Callable[[], None]) -> None:
        """Offer to bring the data set ``name`` to this computer; ``then`` is called when it is there."""
        from gui.dialogs.data_get import GetDataDialog  # most starts do without

        dialog = GetDataDialog(self._context, entry(name), self._panel)

        def arrived(_name: str) -> None:
            self.changed.emit()
            then()

        dialog.ready.connect(arrived)
        self._open(dialog)

    def make(self) -> None:
        """Open the window that makes data sets of one's own pictures."""
        from gui.dialogs.own_pictures.dialog import OwnPicturesDialog  # brings Pillow

        dialog = OwnPicturesDialog(self._context, self.theme, self._panel)
        for changed in (dialog.added, dialog.removed, dialog.renamed):
            changed.connect(lambda _name: self.changed.emit())
        dialog.added.connect(self.made)
        self._open(dialog)

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WA_DeleteOnClose)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()

    def _closed(self) -> None:
        self.dialog = None
