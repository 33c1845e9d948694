"""A box for a whole number that is typed in any usual form."""

from __future__ import annotations

from PyQt5.QtGui import QValidator
from PyQt5.QtWidgets import QSpinBox, QWidget

from engine.errors import ConfigError
from engine.typed_numbers import read_number


class WholeBox(QSpinBox):
    """A spin box that reads ``1,000`` and ``1e3`` as a thousand; what is no number leaves the last one.

    Qt's own drops every key that is no digit, so that ``1e3`` becomes 13.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make a box that takes a number when it is entered, not at every key."""
        super().__init__(parent)
        self.setKeyboardTracking(False)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Let anything be typed; only a number within the range is taken."""
        if text == self.specialValueText():
            return QValidator.Acceptable, text, position
        number = self._read(text)
        fits = number is not None and self.minimum() <= number <= self.maximum()
        return (QValidator.Acceptable if fits else QValidator.Intermediate), text, position

    def fixup(self, text: str) -> str:
        """Mend nothing: Qt's own would make 15 of ``1,5``."""
        return text

    def valueFromText(self, text: str) -> int:
        """Return the number in ``text``."""
        number = self._read(text)
        return self.minimum() if number is None else number

    def _read(self, text: str) -> int | None:
        try:
            number = read_number(text.removeprefix(self.prefix()).removesuffix(self.suffix()), whole=True)
        except ConfigError:
            return None
        if number is None or number != number or abs(number) == float("inf") or number != int(number):
            return None
        return int(number)
