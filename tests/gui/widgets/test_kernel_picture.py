"""The kernels of a layer in a picture: all of them, about zero, in colour over RGB."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt5.QtGui import QColor
from pytestqt.qtbot import QtBot

from engine.look.colour import TOP
from gui.style.theme import DARK, LIGHT
from gui.widgets.kernel_picture import KernelPicture
from gui.widgets.mosaic import signed_table


@pytest.mark.parametrize("shape", [(1, 1, 3, 3), (8, 1, 5, 5), (4, 8, 3, 3), (6, 3, 5, 5), (64, 32, 3, 3)])
def test_kernels_fit_into_their_place(qtbot: QtBot, shape: tuple[int, ...]) -> None:
    picture = KernelPicture(LIGHT)
    qtbot.addWidget(picture)
    picture.resize(260, 160)
    picture.show_kernels(np.random.default_rng(0).normal(size=shape).astype(np.float32))
    image = picture.grab().toImage()
    colours = {image.pixel(x, y) for x in range(0, 260, 3) for y in range(0, 160, 3)}
    assert len(colours) > 3


def test_colours_are_about_zero_and_follow_the_theme(qtbot: QtBot) -> None:
    picture = KernelPicture(LIGHT)
    qtbot.addWidget(picture)
    picture.resize(200, 200)
    kernels = np.array([[[[-1.0, 0.0], [0.5, 1.0]]]], np.float32)
    picture.show_kernels(kernels)
    for theme in (LIGHT, DARK):
        picture.set_theme(theme)
        image, table = picture.grab().toImage(), signed_table(theme)
        shown = [QColor(image.pixel(x, y)).rgb() for x, y in ((4, 4), (30, 4), (30, 30))]
        assert shown == [table[0], table[TOP // 2], table[TOP]]
    picture.show_kernels(None)
    assert QColor(picture.grab().toImage().pixel(4, 4)) == QColor(DARK.panel)
