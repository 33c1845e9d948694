"""The Map view of a real run, with the mouse and the keyboard."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest
from PyQt5.QtCore import QPoint, QPointF, Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtWidgets import QApplication

from engine.maps.landscape import landscape
from gui.state.selection import Sample
from gui.views.map import MapView
from gui.views.mapping import work


@pytest.fixture
def config(config):
    return dataclasses.replace(config, threads=1, training_images=600, validation_images=60)


@pytest.fixture
def view(qtbot, program, monkeypatch) -> MapView:
    monkeypatch.setattr(work, "most_images", lambda *_: 150)
    made = program.window.part(MapView)
    assert made.drawn is None and not made.wants()  # while it is hidden nothing is done
    program.context.bridge.advance(20)
    qtbot.waitUntil(lambda: program.context.bridge.steps >= 20, timeout=30000)
    assert made.drawn is None
    program.window.show_part("map")
    qtbot.waitUntil(lambda: made.drawn is not None and "step 20" in made.drawn.map.about, timeout=30000)
    return made


def press(widget, kind, place: QPoint, buttons=Qt.LeftButton) -> None:
    button = Qt.NoButton if kind == QMouseEvent.MouseMove else Qt.LeftButton
    QApplication.sendEvent(widget, QMouseEvent(kind, QPointF(place), button, buttons, Qt.NoModifier))


def test_a_map_is_read_lassoed_and_sent_on(qtbot, program, view) -> None:
    scatter = view.scatter
    qtbot.waitUntil(lambda: not scatter.gliding, timeout=5000)
    pixels = scatter.to_pixels(scatter.places)
    inside = [
        n
        for n, (x, y) in enumerate(pixels)
        if 20 < x < scatter.width() - 20 and 20 < y < scatter.height() - 20
    ]
    place = QPoint(*np.round(pixels[inside[0]]).astype(int))
    press(scatter, QMouseEvent.MouseMove, place, Qt.NoButton)
    assert view.readout.text().startswith("Test image ") and not view.side.preview.pixmap().isNull()

    middle = np.median(pixels, axis=0)
    corners = [
        QPoint(*np.round(middle + 40 * np.array(c)).astype(int)) for c in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    press(scatter, QMouseEvent.MouseButtonPress, corners[0])
    for corner in corners[1:]:
        press(scatter, QMouseEvent.MouseMove, corner)
    scatter.grab()
    press(scatter, QMouseEvent.MouseButtonRelease, corners[-1])
    low, high = np.array([corners[0].x(), corners[0].y()]), np.array([corners[2].x(), corners[2].y()])
    expected = np.flatnonzero(((pixels > low) & (pixels < high)).all(axis=1))
    assert set(scatter.chosen) == set(expected) and len(expected) > 3
    listed = view.side.gallery.entries_model.entries
    assert [entry.index for entry in listed] == view.drawn.map.indices[scatter.chosen].tolist()
    assert f"{len(expected)} images chosen" in view.side.about.text()

    star = scatter.star
    view.side.gallery.chosen.emit(listed[1])
    assert program.context.selection.sample.index == listed[1].index
    assert program.window.parts["network"].isVisible()
    program.window.show_part("map")
    known = scatter.places[scatter.chosen[1]]
    close = 0.02 * np.ptp(scatter.places)
    qtbot.waitUntil(
        lambda: scatter.star is not None and bool(np.abs(scatter.star - known).max() < close), timeout=10000
    )
    assert star is None or not np.allclose(star, scatter.star)

    scatter.setFocus()
    qtbot.keyClick(scatter, Qt.Key_Home)
    qtbot.keyClick(scatter, Qt.Key_Right)
    assert len(scatter.chosen) == 1


def test_points_glide_when_the_network_learns_and_the_star_when_one_draws(qtbot, program, view) -> None:
    scatter = view.scatter
    before = view.drawn
    program.context.bridge.advance(5)
    qtbot.waitUntil(lambda: view.drawn is not before, timeout=30000)
    assert scatter.gliding
    np.testing.assert_array_equal(view.drawn.map.indices, before.map.indices)
    # Laid over the map before, the points lie nearer to where they were than as they were computed.
    as_computed = np.square(view.drawn.placed.points - before.map.points).sum()
    assert np.square(view.drawn.map.points - before.map.points).sum() <= as_computed + 1e-9
    qtbot.waitUntil(lambda: not scatter.gliding and scatter.star is not None, timeout=10000)
    star = scatter.star
    ink = np.zeros((1, 28, 28), np.uint8)
    ink[0, 4:24, 12:15] = 255
    program.context.selection.choose(Sample(ink, "your drawing"))
    qtbot.waitUntil(lambda: not np.allclose(scatter.star, star), timeout=10000)
    program.context.selection.choose(Sample(np.zeros((3, 9, 9), np.uint8), "another form"))
    qtbot.waitUntil(lambda: scatter.star is None, timeout=10000)


def test_the_landscape_shows_the_path_and_can_be_cancelled(qtbot, program, view, monkeypatch) -> None:
    monkeypatch.setattr(work, "landscape", functools.partial(landscape, size=5))
    view.what.setCurrentIndex(view.what.findData("path"))
    view.what.activated.emit(view.what.currentIndex())
    qtbot.waitUntil(lambda: view.landscape.found is not None, timeout=30000)
    found = view.landscape.found
    assert found.plane.steps[0] == 0 and found.plane.steps[-1] == 20 and not view.layer.isVisible()
    area = view.landscape.area()
    press(view.landscape, QMouseEvent.MouseMove, area.center().toPoint(), Qt.NoButton)
    assert f"Loss {found.loss[2, 2]:.4g}" in view.readout.text()
    view.landscape.grab()

    monkeypatch.setattr(work, "landscape", functools.partial(landscape, size=400))
    view.what.setCurrentIndex(view.what.findData("random"))
    view.what.activated.emit(view.what.currentIndex())
    qtbot.waitUntil(view.work.button.isVisible, timeout=10000)
    qtbot.mouseClick(view.work.button, Qt.LeftButton)
    qtbot.waitUntil(lambda: not view.work.busy, timeout=10000)
    assert "Given up" in view.side.about.text() and view.landscape.found is found
    program.window.show_part("network")
    assert not view.work.busy and not view.wants()
