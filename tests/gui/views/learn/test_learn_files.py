"""The Learn view writes files, or says why not."""

from __future__ import annotations

import errno

import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtGui import QImage
from PyQt5.QtWidgets import QMenu

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


def test_figures_are_saved_whole(qtbot, view, context, driver, tmp_path) -> None:
    driver.train(3500)
    context.dialogs.path = tmp_path / "run.csv"
    with qtbot.waitSignal(context.notices.posted) as told:
        view.curves.csv_action.trigger()
    assert told.args == [f"Saved run.csv and run-validation.csv in {tmp_path}.", False]
    assert (tmp_path / "run.csv").read_text() == context.bridge.history.steps.csv()
    assert (tmp_path / "run-validation.csv").read_text() == context.bridge.history.validations.csv()
    assert not view.curves.cancel.isVisible()


def test_saving_figures_can_be_cancelled(qtbot, view, context, driver, tmp_path) -> None:
    driver.train(9000, every=1000)
    context.dialogs.path = tmp_path / "run.csv"
    view.curves.csv_action.trigger()
    qtbot.waitUntil(view.curves.cancel.isVisible)
    qtbot.mouseClick(view.curves.cancel, Qt.LeftButton)
    assert not view.curves.cancel.isVisible()
    assert list(tmp_path.iterdir()) == []


def test_the_picture_has_twice_the_size(view, context, driver, tmp_path) -> None:
    driver.train(500)
    context.dialogs.path = tmp_path / "run.png"
    view.curves.png_action.trigger()
    image = QImage(str(tmp_path / "run.png"))
    charts = view.curves.charts
    assert (image.width(), image.height()) == (2 * charts.width(), 2 * charts.height())
    assert [path.name for path in tmp_path.iterdir()] == ["run.png"]


def test_no_file_chosen_writes_nothing(view, driver, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    driver.train(5)
    view.curves.csv_action.trigger()
    view.curves.png_action.trigger()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("action", ["csv_action", "png_action"])
def test_a_full_disk_is_told_in_one_sentence(
    qtbot, view, context, driver, tmp_path, monkeypatch, action
) -> None:
    def full(path):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr("gui.run.saving.replacing", full)
    monkeypatch.setattr("gui.presenters.export.replacing", full)
    driver.train(5)
    context.dialogs.path = tmp_path / "run.out"
    with qtbot.waitSignal(context.notices.posted) as told:
        getattr(view.curves, action).trigger()
    assert told.args == [f"Cannot write {tmp_path / 'run.out'}: No space left on device.", True]


def test_the_menu_offers_what_the_buttons_do(view, driver) -> None:
    driver.train(500)
    driver.wheel(driver.place(250), 2)
    viewport = view.curves.charts.viewport()
    view.curves.charts.menu_wanted.emit(viewport.mapToGlobal(QPoint(100, 100)))
    menu = next(m for m in view.findChildren(QMenu) if m.isVisible())
    follow, log, _health, _, csv, png = menu.actions()
    assert (csv, png) == (view.curves.csv_action, view.curves.png_action)
    assert not log.isChecked()
    follow.trigger()
    assert view.curves.drawing.view.following
    log.trigger()
    assert view.curves.log.isChecked()
    menu.close()
