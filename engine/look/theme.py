"""The colours by their purpose, light and dark: of the window, and of what is published."""

from __future__ import annotations

from engine.records import dataclass


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
        diverging: colour map for signed values, zero in the middle.
        sequential: colour map for values from low to high.
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
