"""The row of tools under the sheet: those of the pen, or of a picture, and where pictures come from."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QSize, Qt, pyqtSignal
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QHBoxLayout, QShortcut, QSlider, QToolButton, QWidget

from gui.style.icons import SIZE, icon
from gui.style.theme import Theme
from gui.widgets.canvas import MAX_WIDTH, MIN_WIDTH, Canvas
from gui.widgets.plain import tooltip

WIDTH_STEP = 2


class PadTools(QWidget):
    """Buttons for one canvas; their keys work anywhere inside ``scope``."""

    open_wanted = pyqtSignal()
    """The user wants to open a picture."""
    paste_wanted = pyqtSignal()
    """The user wants the picture on the clipboard."""
    whole_wanted = pyqtSignal()
    """The user wants the whole picture instead of a part."""
    draw_wanted = pyqtSignal()
    """The user wants to draw instead of looking at a picture."""

    def __init__(self, canvas: Canvas, theme: Theme, scope: QWidget) -> None:
        """Make the tools of ``canvas`` and their shortcuts in ``scope``."""
        super().__init__(scope)
        self._canvas = canvas
        self._scope = scope
        self._buttons: dict[str, QToolButton] = {}
        self.width_slider = QSlider(Qt.Horizontal)
        self.width_slider.setRange(MIN_WIDTH, MAX_WIDTH)
        self.width_slider.setValue(round(canvas.pen_width))
        self.width_slider.setMinimumWidth(36)
        self.width_slider.setAccessibleName("Pen width")
        self.width_slider.valueChanged.connect(self._set_width)
        self._set_width(self.width_slider.value())
        self.eraser = self._button("eraser", "Eraser", "Eraser (X); the right mouse button erases too")
        self.eraser.setCheckable(True)
        self.eraser.toggled.connect(self._set_eraser)
        self.undo = self._button("undo", "Undo", "Undo the last stroke (Ctrl+Z)", canvas.undo)
        self.redo = self._button("redo", "Redo", "Redo (Ctrl+Shift+Z or Ctrl+Y)", canvas.redo)
        self.clear = self._button("clear", "Clear", "Clear the pad (Delete); can be undone", canvas.clear)
        self.open = self._button("open", "Open a picture", "Open a picture… (O)", self.open_wanted.emit)
        tip = "Take the picture on the clipboard (Ctrl+V)"
        self.paste = self._button("paste", "From the clipboard", tip, self.paste_wanted.emit)
        tip = "Read the whole picture (Escape)"
        self.whole = self._button("whole", "Whole picture", tip, self.whole_wanted.emit)
        tip = "Put the picture away and draw"
        self.draw = self._button("draw", "Draw", tip, self.draw_wanted.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3)
        row.addWidget(self.width_slider, 1)
        row.addStretch(0)
        for button in self._buttons.values():
            row.addWidget(button)
        self._bind("O", self.open_wanted.emit)
        self._bind("Ctrl+Z", canvas.undo)
        self._bind("Ctrl+Shift+Z", canvas.redo)
        self._bind("Ctrl+Y", canvas.redo)
        self._bind("Delete", canvas.clear)
        self._bind("X", self.eraser.toggle)
        self._bind("[", lambda: self._widen(-WIDTH_STEP))
        self._bind("]", lambda: self._widen(WIDTH_STEP))
        canvas.history_changed.connect(self._refresh)
        self.set_theme(theme)
        self._refresh()
        self.show_for(picture=False)

    def show_for(self, *, picture: bool, cropped: bool = False) -> None:
        """Offer the tools of the pen, or those of a picture of which a part may be chosen."""
        for part in (self.width_slider, self.eraser, self.undo, self.redo, self.clear):
            part.setVisible(not picture)
        for button in (self.whole, self.draw):
            button.setVisible(picture)
        self.whole.setEnabled(cropped)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in other colours."""
        for name, button in self._buttons.items():
            button.setIcon(icon(name, theme.text, theme.line))

    def button(self, key: str) -> QToolButton:
        """Return the button with this key."""
        return self._buttons[key]

    def _button(self, key: str, name: str, tip: str, action: Callable[[], None] | None = None) -> QToolButton:
        button = QToolButton(self)
        self._buttons[key] = button
        button.setObjectName("icon")
        button.setIconSize(QSize(SIZE, SIZE))
        button.setFixedSize(28, 28)
        button.setStyleSheet("padding: 0;")
        button.setFocusPolicy(Qt.StrongFocus)
        button.setAccessibleName(name)
        button.setToolTip(tip)
        if action is not None:
            button.clicked.connect(lambda _checked: action())
        return button

    def _bind(self, keys: str, action: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self._scope)
        shortcut.setContext(Qt.WidgetWithChildrenShortcut)
        shortcut.activated.connect(action)

    def _widen(self, by: int) -> None:
        self.width_slider.setValue(self.width_slider.value() + by)

    def _set_width(self, width: int) -> None:
        self._canvas.pen_width = width
        self._canvas.update()
        self.width_slider.setToolTip(
            tooltip(f"Pen width: {width / 10:g} of the network's 28 pixels ([ and ])")
        )

    def _set_eraser(self, on: bool) -> None:
        self._canvas.eraser = on
        self._canvas.update()

    def _refresh(self) -> None:
        drawing = self._canvas.drawing
        self.undo.setEnabled(drawing.can_undo)
        self.redo.setEnabled(drawing.can_redo)
        self.clear.setEnabled(bool(drawing.strokes))
