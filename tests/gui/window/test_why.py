"""From a cell of the confusion matrix to its images to the why of one of them: three clicks."""

from __future__ import annotations

import numpy as np
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot

from gui.app.build import Kernelscope
from gui.presenters.evaluate import Choice
from gui.views.evaluate import EvaluateView
from gui.views.explain import ExplainView


def test_three_clicks(qtbot: QtBot, program: Kernelscope) -> None:
    window = program.window
    evaluate, explain = window.part(EvaluateView), window.part(ExplainView)
    window.show_part("evaluate")
    qtbot.waitUntil(lambda: evaluate.matrix.isVisible() and evaluate.matrix.counts.sum() > 0, timeout=30000)
    counts = evaluate.matrix.counts.copy()
    np.fill_diagonal(counts, 0)
    cell = Choice(*map(int, np.unravel_index(counts.argmax(), counts.shape)))

    qtbot.mouseClick(evaluate.matrix, Qt.LeftButton, pos=evaluate.matrix.cell_rect(cell).center())
    gallery = evaluate.gallery
    qtbot.waitUntil(lambda: evaluate.choice == cell and bool(gallery.entries_model.entries))

    spot = gallery.visualRect(gallery.model().index(0, 0)).center()
    qtbot.mouseClick(gallery.viewport(), Qt.LeftButton, pos=spot)
    sample = program.context.selection.sample
    assert sample is not None and sample.label == cell.true

    tabs, number = next(
        (bar, n)
        for bar in window.findChildren(QTabBar)
        if bar.isVisible()
        for n in range(bar.count())
        if bar.tabText(n) == "Explain"
    )
    qtbot.mouseClick(tabs, Qt.LeftButton, pos=tabs.tabRect(number).center())
    qtbot.waitUntil(lambda: explain.maps.isVisible() and explain.maps.reply is not None, timeout=30000)
    assert explain.maps.reply.question.image is sample.image
