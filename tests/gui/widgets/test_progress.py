"""The bar shows the part that is done, and draws itself again only while it has to."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt5.QtCore import QEvent, QObject
from PyQt5.QtGui import QImage, QPalette

from gui.style.theme import THEMES, palette
from gui.widgets.progress import ProgressBar
from gui.widgets.qimages import to_pixels


class Paints(QObject):
    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Paint
        return False


@pytest.fixture
def bar(qtbot) -> ProgressBar:
    bar = ProgressBar("Work")
    bar.resize(200, 6)
    bar.setPalette(palette(THEMES["light"]))
    qtbot.addWidget(bar)
    bar.show()
    qtbot.waitExposed(bar)
    return bar


def filled(bar: ProgressBar) -> np.ndarray:
    """Return for each column whether it is in the colour of what is done."""
    picture = to_pixels(bar.grab().toImage().convertToFormat(QImage.Format_RGB888))
    accent = bar.palette().color(QPalette.Highlight)
    return (picture[3] == (accent.red(), accent.green(), accent.blue())).all(-1)


@pytest.mark.parametrize(("value", "columns"), [(0, 0), (25, 50), (50, 100), (100, 200)])
def test_the_part_that_is_done_is_filled(bar: ProgressBar, value: int, columns: int) -> None:
    bar.setRange(0, 100)
    bar.setValue(value)
    shown = filled(bar)
    assert abs(int(shown.sum()) - columns) <= 2 and not shown[columns + 2 :].any()


def test_it_moves_while_nobody_knows_how_long(bar: ProgressBar, qtbot) -> None:
    bar.setRange(0, 0)
    first = filled(bar)
    qtbot.waitUntil(lambda: bool((filled(bar) != first).any()))
    assert bar.busy


@pytest.mark.parametrize("end", [lambda bar: bar.setRange(0, 100), lambda bar: bar.hide()])
def test_it_stands_still_as_soon_as_it_may(bar: ProgressBar, qtbot, end) -> None:
    paints = Paints()
    bar.installEventFilter(paints)
    bar.setRange(0, 0)
    qtbot.waitUntil(lambda: paints.count > 2)
    end(bar)
    qtbot.waitUntil(lambda: not bar._timer)
    qtbot.wait(50)
    before = paints.count
    qtbot.wait(250)
    assert paints.count == before
