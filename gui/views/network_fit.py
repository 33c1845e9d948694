"""The layout of a network's picture for the room that a view has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QSize
from PyQt5.QtGui import QFontMetrics

from gui.style.theme import BODY, SMALL, font
from gui.views.network_layout import FULL_HEIGHT, LOWEST, Measure, lay_out
from gui.views.network_plan import Layout

if TYPE_CHECKING:
    from engine.model.spec import NetworkSpec

_LONGEST_NAME, _BESIDE_NAME = 80, 104
"""Width of a class name that is not shortened, and of its bar and percentage, in pixels."""
_SCROLL_BAR = 16
"""Height that is left for the scroll bar; no style of this program needs more."""


def fitting(spec: NetworkSpec, names: tuple[str, ...], room: QSize, zoom: float, *, full: bool) -> Layout:
    """Return the layout for ``room``; one that is wider leaves room for the scroll bar.

    Args:
        spec: the network.
        names: its classes.
        room: the size of the view, in pixels.
        zoom: height of the picture in heights of the view.
        full: whether every layer gets room for its maps, to be scrolled.
    """
    strong = {small: QFontMetrics(font(SMALL if small else BODY, strong=True)) for small in (False, True)}
    measure: Measure = lambda text, small: strong[small].horizontalAdvance(text)  # noqa: E731
    name = max((strong[False].horizontalAdvance(name) for name in names), default=0)
    bars = min(name, _LONGEST_NAME) + _BESIDE_NAME
    least = FULL_HEIGHT if full else LOWEST
    for height in (room.height(), room.height() - _SCROLL_BAR):
        size = (round(room.width() * zoom), round(max(least, height) * zoom))
        layout = lay_out(spec, size, measure, full=full, bars=bars)
        if layout.width <= room.width():
            break
    return layout
