"""The look: the colours of ``engine.look.theme`` for Qt, type and spacing."""

from __future__ import annotations

import re

from PyQt5.QtGui import QColor, QFont, QFontDatabase, QPalette
from PyQt5.QtWidgets import QApplication

from engine.look.theme import DARK, LIGHT, THEMES, Theme
from engine.resources import RESOURCES

__all__ = [
    "BODY",
    "DARK",
    "FIXED",
    "GRID",
    "HEADLINE",
    "LIGHT",
    "SMALL",
    "THEMES",
    "Theme",
    "font",
    "load_fonts",
    "palette",
    "prepare",
    "style_sheet",
]

_FONTS = RESOURCES / "fonts"
_ICONS = RESOURCES / "icons"
_STYLE = RESOURCES / "style.qss"

GRID = 8
"""All spacing is a multiple (or half) of this many pixels."""
BODY = 13
"""Size of ordinary text in pixels."""
HEADLINE = 18
"""Size in pixels of the one figure or answer that a panel is about."""
SMALL = 11
"""Size of notes, axis labels and captions in pixels."""
FIXED = "'Menlo', 'Consolas', 'DejaVu Sans Mono', 'Noto Sans Mono', 'Liberation Mono', monospace"
"""Families whose letters are all of one width; those of macOS and Windows, then Linux's.

Named one by one, since the system's own answer is no real family on every platform.
"""


def load_fonts() -> None:
    """Register the shipped fonts; their digits all have the same width, so figures do not jitter."""
    for path in sorted(_FONTS.glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))


def font(size: int = BODY, *, strong: bool = False) -> QFont:
    """Return the program's font in pixels."""
    result = QFont("Roboto")
    result.setPixelSize(size)
    result.setWeight(QFont.Medium if strong else QFont.Normal)
    return result


def palette(theme: Theme) -> QPalette:
    """Return the Qt palette of ``theme``."""
    result = QPalette()
    roles = {
        QPalette.Window: theme.window,
        QPalette.Light: theme.window,  # of the line below tabs, which is to be seen in neither theme
        QPalette.WindowText: theme.text,
        QPalette.Base: theme.panel,
        QPalette.AlternateBase: theme.raised,
        QPalette.Text: theme.text,
        QPalette.Button: theme.raised,
        QPalette.ButtonText: theme.text,
        QPalette.ToolTipBase: theme.raised,
        QPalette.ToolTipText: theme.text,
        QPalette.Highlight: theme.accent,
        QPalette.HighlightedText: theme.on_accent,
        QPalette.Link: theme.accent,
        QPalette.PlaceholderText: theme.muted,
    }
    for role, colour in roles.items():
        result.setColor(role, QColor(colour))
    for role in (QPalette.WindowText, QPalette.Text, QPalette.ButtonText):
        result.setColor(QPalette.Disabled, role, QColor(theme.muted))
    return result


def prepare(app: QApplication, theme: Theme) -> None:
    """Give the application the style, colours and font of ``theme``, all but its style sheet.

    Widgets are made faster without one; the window adds it once they are there.
    """
    app.setStyle("Fusion")
    app.setPalette(palette(theme))
    app.setFont(font())


def style_sheet(theme: Theme) -> str:
    """Return the style sheet with the colours of ``theme`` in place of their ``@names``."""
    values = {name: getattr(theme, name) for name in Theme.__dataclass_fields__}
    values["icons"] = _ICONS.as_posix()
    # A semicolon after a name inside a word only ends the name; elsewhere it belongs to the rule.
    return re.sub(
        r"@(\w+)(?:;(?=\.))?",
        lambda found: values.get(found[1], found[0]),
        _STYLE.read_text(encoding="utf-8"),
    )
