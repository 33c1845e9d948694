"""The icons: a few lines of SVG each, drawn in the colour of the theme."""

from __future__ import annotations

from PyQt5.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PyQt5.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PyQt5.QtSvg import QSvgRenderer

from engine.resources import RESOURCES

_FILL = 'fill="{c}"'
_LINE = 'fill="none" stroke="{c}" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"'
_FINE = _LINE.replace("1.6", "1.3")
SIZE = 16
"""Units of the drawings each way, and pixels of a button's icon."""

ICONS: dict[str, str] = {
    "play": f'<path {_FILL} d="M4 2.5v11l9.5-5.5z"/>',
    "pause": f'<path {_FILL} d="M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z"/>',
    "step": f'<path {_FILL} d="M3 2.5v11l7-5.5zM11 2.5h2v11h-2z"/>',
    "epoch": f'<path {_FILL} d="M1.5 3v10l5.5-5zM7 3v10l5.5-5zM13 3h1.8v10H13z"/>',
    "first": f'<path {_FILL} d="M3 2.5h2v11H3zM13 2.5v11L6 8z"/>',
    "previous": f'<path {_FILL} d="M11.5 2.5v11L4 8z"/>',
    "next": f'<path {_FILL} d="M4.5 2.5v11L12 8z"/>',
    "best": f'<path {_FILL} d="M8 1.8l1.9 4 4.3.6-3.1 3 .8 4.4L8 11.7l-3.9 2.1.8-4.4-3.1-3 4.3-.6z"/>',
    "loop": f'<path {_FINE} d="M4.5 4H11a2.5 2.5 0 0 1 2.5 2.5V8M6.5 2L4.5 4l2 2'
    'M11.5 12H5A2.5 2.5 0 0 1 2.5 9.5V8M9.5 14l2-2-2-2"/>',
    "stop": f'<path {_FILL} d="M3 3h10v10H3z"/>',
    "reset": f'<path {_LINE} d="M3 3v3.6h3.6M3.2 6.4A5.4 5.4 0 1 1 2.6 9"/>',
    "tile": f'<path {_LINE} d="M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9z"/>',
    "theme": f'<path {_LINE} d="M8 2a6 6 0 1 0 0 12z"/><path {_FILL} d="M8 2a6 6 0 0 1 0 12z"/>',
    "float": f'<path {_LINE} d="M2.5 5.5h8v8h-8zM6 5.5V2.5h7.5V10H10.5"/>',
    "close": f'<path {_LINE} d="M4 4l8 8M12 4l-8 8"/>',
    "undo": f'<path {_FINE} d="M3 6H9.75A3.75 3.5 0 0 1 9.75 13H6M6 2.8L2.8 6L6 9.2"/>',
    "redo": f'<path {_FINE} d="M13 6H6.25A3.75 3.5 0 0 0 6.25 13H10M10 2.8L13.2 6L10 9.2"/>',
    "eraser": f'<path {_FINE} d="M2.5 9.5L9 3L13 7L7 13H5zM5.8 6.3L9.8 10.3M5 13.5H13.5"/>',
    "clear": f'<path {_FINE} d="M2.5 4.5h11M6 4V2.5h4V4M4 5l.7 8.5h6.6L12 5M6.7 7l.2 4.3M9.3 7l-.2 4.3"/>',
    "open": f'<path {_FINE} d="M2.5 12.5V4H6.5L8 5.8H13.5V12.5z"/>',
    "paste": f'<path {_FINE} d="M3.5 4h9v9.5h-9zM6 2.5h4v3H6z"/>',
    "whole": f'<path {_FINE} d="M6 2.5H2.5V6M10 2.5H13.5V6M6 13.5H2.5V10M10 13.5H13.5V10"/>',
    "draw": f'<path {_FINE} d="M3 13L3.8 10L11 2.8L13.2 5L6 12.2z"/>',
    "help": f'<path {_LINE} d="M5.6 6a2.4 2.4 0 1 1 3.6 2.1C8.3 8.6 8 9 8 10M8 12.8v.1"/>',
}


def program_icon() -> QIcon:
    """Return the icon of the program, sharp at every size."""
    return QIcon(str(RESOURCES / "icons" / "kernelscope.svg"))


def icon(name: str, colour: str, disabled: str) -> QIcon:
    """Return the icon ``name`` in ``colour``, and in ``disabled`` where it cannot be used."""
    return QIcon(_Drawing(name, colour, disabled))


class _Drawing(QIconEngine):
    """Draws an icon when it is first painted, in the size that is asked for."""

    def __init__(self, name: str, colour: str, disabled: str) -> None:
        super().__init__()
        self._what = name, colour, disabled
        self._drawn: dict[tuple[int, int, bool], QPixmap] = {}

    def clone(self) -> _Drawing:
        """Return another one for a copy of the icon that is going to be changed."""
        return _Drawing(*self._what)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw into ``rect``."""
        name, colour, disabled = self._what
        body = ICONS[name].replace("{c}", disabled if mode == QIcon.Disabled else colour)
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}">{body}</svg>'
        QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return the picture in pixels of the screen."""
        key = size.width(), size.height(), mode == QIcon.Disabled
        if key not in self._drawn:
            picture = QPixmap(size)
            picture.fill(Qt.transparent)
            painter = QPainter(picture)
            self.paint(painter, picture.rect(), mode, state)
            painter.end()
            self._drawn[key] = picture
        return self._drawn[key]
