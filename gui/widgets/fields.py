"""Fields for one option each: a number, a switch, a choice, or words."""

from __future__ import annotations

from typing import Any

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtGui import QValidator
from PyQt5.QtWidgets import QAbstractSpinBox, QCheckBox, QHBoxLayout, QLineEdit, QWidget

from engine.errors import ConfigError
from engine.options import OptionInfo, checked
from engine.typed_numbers import read_number
from gui.presenters.numbers import show, stepped
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.plain import tooltip
from gui.widgets.wheel import guard_wheel


class Field(QWidget):
    """Edits one option; only allowed values leave it."""

    changed = pyqtSignal(object)
    """The user chose this other, allowed value."""
    judged = pyqtSignal(str)
    """Why what stands there is not allowed; empty when it is."""

    def __init__(self, title: str, info: OptionInfo, default: Any, editor: QWidget) -> None:
        """Wrap ``editor`` as the field of an option."""
        super().__init__()
        self.info, self.default, self.editor = info, default, editor
        self._title = title
        self._value: Any = default
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(editor)
        self.setFocusProxy(editor)
        editor.setAccessibleName(title)
        guard_wheel(editor)
        self.explain("")

    @property
    def value(self) -> Any:
        """The last allowed value."""
        return self._value

    def show_value(self, value: Any) -> None:
        """Show ``value`` without telling anyone."""
        self._value = value
        self._write(value)
        self.judged.emit("")

    def explain(self, reason: str) -> None:
        """Set the tooltip; ``reason`` says why the field cannot be used now."""
        text = self.info.help.rstrip(".") + "."
        if not isinstance(self.default, bool):
            text += f"\nAllowed: {self.info.allowed()}."
        self.editor.setToolTip(tooltip(f"{text}\n{reason}" if reason else text))

    def _write(self, value: Any) -> None:
        raise NotImplementedError

    def _read(self, text: str) -> Any:
        """Return what ``text`` means; raises ConfigError if it can mean two things."""
        raise NotImplementedError

    def _judge(self, text: str) -> None:
        """Say what is wrong with ``text``, and take nothing."""
        try:
            checked(self._title, self._read(text), self.default, self.info)
        except ConfigError as error:
            self.judged.emit(str(error))
        else:
            self.judged.emit("")

    def _enter(self, text: str) -> None:
        """Take what was typed, or say why not."""
        try:
            value = self._read(text)
        except ConfigError as error:
            self.judged.emit(f"{self._title}: {error}")
        else:
            self._take(value)

    def _take(self, value: Any) -> None:
        """Check what the user entered; hand it on if it is allowed and new."""
        try:
            value = checked(self._title, value, self.default, self.info)
        except ConfigError as error:
            self.judged.emit(str(error))
            return
        self.judged.emit("")
        if value != self._value:
            self._value = value
            self.changed.emit(value)


class NumberBox(QAbstractSpinBox):
    """A number that is typed in any usual form, or stepped with the arrows."""

    stepped = pyqtSignal(object)
    """The arrows chose this value."""

    def __init__(self, info: OptionInfo, *, whole: bool) -> None:
        """Make a box for an option."""
        super().__init__()
        self._info, self._whole = info, whole
        self.setMinimumWidth(72)

    def number(self) -> int | float | None:
        """Return the number that stands there, or None if there is none or it can mean two."""
        try:
            return read_number(self.text(), whole=self._whole)
        except ConfigError:
            return None

    def stepBy(self, steps: int) -> None:
        """Move by this many sensible steps."""
        value = self.number()
        if value is None:
            return
        for _ in range(min(abs(steps), 100)):
            value = stepped(value, self._info, whole=self._whole, up=steps > 0)
        self.lineEdit().setText(show(value))
        self.stepped.emit(value)

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabled:
        """Both arrows work as long as a number stands there."""
        if self.number() is None:
            return QAbstractSpinBox.StepEnabled(QAbstractSpinBox.StepNone)
        return QAbstractSpinBox.StepUpEnabled | QAbstractSpinBox.StepDownEnabled

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Let anything be typed; what is wrong with it is said beside the field."""
        return QValidator.Acceptable, text, position


class NumberField(Field):
    """A whole number or a fraction; takes effect at Enter, when left, or at each step of the arrows."""

    def __init__(self, title: str, info: OptionInfo, default: float) -> None:
        """Make a field for a number."""
        self._box = NumberBox(info, whole=isinstance(default, int))
        super().__init__(title, info, default, self._box)
        self._box.stepped.connect(self._take)
        self._box.lineEdit().textEdited.connect(self._judge)
        # A method of this object: Qt forgets it together with the object, even while the focus leaves it.
        self._box.editingFinished.connect(self._entered)

    def _entered(self) -> None:
        self._enter(self._box.text())

    def _read(self, text: str) -> Any:
        number = read_number(text, whole=isinstance(self.default, int))
        return text if number is None else number

    def _write(self, value: Any) -> None:
        self._box.lineEdit().setText(show(value))


class SwitchField(Field):
    """Yes or no."""

    def __init__(self, title: str, info: OptionInfo, default: bool) -> None:
        """Make a field for a switch."""
        self._box = QCheckBox()
        super().__init__(title, info, default, self._box)
        self._box.clicked.connect(self._take)

    def _write(self, value: Any) -> None:
        self._box.setChecked(bool(value))


class ChoiceField(Field):
    """One of several words."""

    def __init__(self, title: str, info: OptionInfo, default: str) -> None:
        """Make a field for a choice."""
        self._box = ChoiceBox(title)
        self._box.addItems(info.choices)
        super().__init__(title, info, default, self._box)
        self._box.activated.connect(lambda _index: self._take(self._box.currentText()))

    def _write(self, value: Any) -> None:
        self._box.setCurrentText(str(value))


class WordsField(Field):
    """A number, a pair such as ``5 x 3``, or an allowed word; checked while it is typed."""

    def __init__(self, title: str, info: OptionInfo, default: Any) -> None:
        """Make a field for a pair or a word."""
        self._box = QLineEdit()
        super().__init__(title, info, default, self._box)
        hints = [*info.words, *(("3", "5 x 3") if info.pair else ())]
        self._box.setPlaceholderText(" or ".join(hints))
        self._box.textEdited.connect(self._enter)
        self._box.editingFinished.connect(self._entered)

    def _entered(self) -> None:
        self._enter(self._box.text())

    def _read(self, text: str) -> Any:
        text = text.strip()
        if text in self.info.words:
            return text
        whole = read_number(text, whole=True)
        if whole is not None:
            return whole
        words = text.lower().replace("x", " ").replace(";", " ").split()
        parts = [read_number(part, whole=True) for part in words]
        numbers = [part for part in parts if part is not None]
        if not parts or len(numbers) != len(parts):
            return text
        return numbers[0] if len(numbers) == 1 else tuple(numbers)

    def _write(self, value: Any) -> None:
        self._box.setText(" x ".join(str(part) for part in value) if isinstance(value, tuple) else str(value))


def field_for(title: str, info: OptionInfo, default: Any) -> Field:
    """Return the field that suits an option: its kind follows from what is allowed and the default."""
    if info.choices:
        return ChoiceField(title, info, default)
    if info.pair or info.words:
        return WordsField(title, info, default)
    if isinstance(default, bool):
        return SwitchField(title, info, default)
    return NumberField(title, info, default)
