"""What holds for every test of the window: the fonts are those of the program, as when it starts."""

from __future__ import annotations

import pytest
from PyQt5.QtWidgets import QApplication

from gui.style.theme import LIGHT, load_fonts, prepare


@pytest.fixture(scope="session", autouse=True)
def fonts_of_the_program(qapp: QApplication) -> None:
    """Load them before any widget is measured, or sizes would depend on which test came first."""
    load_fonts()
    prepare(qapp, LIGHT)
