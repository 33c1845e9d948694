"""The look: colours, type and spacing, light and dark, in one place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PyQt5.QtGui import QColor, QFont, QFontDatabase, QPalette
from PyQt5.QtWidgets import QApplication

from engine.resources import RESOURCES

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


@dataclass(frozen=True)
class Theme:
    """Colours by their purpose, as ``#rrggbb``.

    Attributes:
        name: ``light`` or ``dark``.
        window: behind everything.
        panel: surface of a panel, plots included.
        raised: fields and buttons.
        line: separators and frames, used sparingly.
        text: ordinary text.
        muted: captions, axes, what is switched off.
        accent: the one accent colour; selection, the main button.
        on_accent: text on it.
        good, warn, bad: judgements; never the only sign.
        train, validation, best: series of the curves (Okabe-Ito).
        series: further series (Okabe-Ito), told apart by colour-blind eyes.
        diverging: pyqtgraph colour map for signed values, zero in the middle.
        sequential: pyqtgraph colour map for values from low to high.
    """

    name: str
    window: str
    panel: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    good: str
    warn: str
    bad: str
    train: str
    validation: str
    best: str
    series: tuple[str, ...]
    diverging: str
    sequential: str

    @property
    def dark(self) -> bool:
        """Whether the background is dark."""
        return self.name == "dark"


LIGHT = Theme(
    name="light",
    window="#eef0f3",
    panel="#ffffff",
    raised="#f6f7f9",
    line="#d9dde3",
    text="#1d2430",
    muted="#626c7a",
    accent="#0067b8",
    on_accent="#ffffff",
    good="#00795a",
    warn="#9a5b00",
    bad="#b83a00",
    train="#0072b2",
    validation="#d55e00",
    best="#00795a",
    series=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"),
    diverging="CET-D1",
    sequential="inferno",
)

DARK = Theme(
    name="dark",
    window="#14171c",
    panel="#1c2027",
    raised="#272d36",
    line="#353c47",
    text="#e6e9ee",
    muted="#98a2b0",
    accent="#4da3e8",
    on_accent="#0b1118",
    good="#35c79a",
    warn="#e6b04d",
    bad="#f07f4f",
    train="#56b4e9",
    validation="#f08a3c",
    best="#35c79a",
    series=("#56b4e9", "#f08a3c", "#2fc598", "#dd93bd", "#e6b04d", "#0092dd", "#f0e442"),
    diverging="CET-D4",
    sequential="inferno",
)

THEMES: dict[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK)}


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
    names = "|".join(name for name, value in values.items() if isinstance(value, str))
    # A semicolon after a name inside a word only ends the name; elsewhere it belongs to the rule.
    text = re.sub(rf"@({names});(?=\.)", lambda found: values[found[1]], _STYLE.read_text(encoding="utf-8"))
    return re.sub(rf"@({names})\b", lambda found: values[found[1]], text)
