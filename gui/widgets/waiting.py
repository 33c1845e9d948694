"""What lies where a widget will be that is made when it is first seen."""

from __future__ import annotations

from PyQt5.QtWidgets import QWidget


class Waiting(QWidget):
    """An empty place; what holds one will hold many widgets later."""
