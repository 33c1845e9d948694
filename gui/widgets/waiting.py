"""What lies where a widget will be that is made when it is first seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PyQt5.QtGui import QShowEvent
from PyQt5.QtWidgets import QVBoxLayout, QWidget

W = TypeVar("W", bound=QWidget)

EMPTY = "waiting"
"""The name of an object in which a widget, and all that is in it, will be made later."""


class Waiting(QWidget, Generic[W]):
    """The place of a widget that is made when this is first shown, or when somebody asks for it.

    Attributes:
        made: the widget, once it is there.
    """

    def __init__(self, make: Callable[[], W]) -> None:
        """Keep the place of what ``make`` makes."""
        super().__init__()
        self.setObjectName(EMPTY)
        self._make = make
        self.made: W | None = None

    @property
    def widget(self) -> W:
        """The widget, which is made if it is not there yet."""
        if self.made is None:
            made = self._make()
            column = QVBoxLayout(self)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(made)
            self.setObjectName("")
            self.made = made
        return self.made

    def showEvent(self, event: QShowEvent) -> None:
        """Have the widget made."""
        self.widget.show()
        super().showEvent(event)
