"""The time line, with mouse and keys: on the run in training and on an old one, and a run from the past."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PyQt5.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt5.QtGui import QDragEnterEvent, QDropEvent
from PyQt5.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.runs.destination import Destination
from engine.runs.folder import RunFolder
from engine.session.channel import Channel
from engine.session.loop import run as run_session
from engine.session.messages import Advance, Change, Quit, State
from engine.training.config import RunConfig
from gui.app.build import Kernelscope
from gui.app.screenshot import example
from gui.dialogs.branch_dialog import BranchDialog
from gui.run.moment import Judged
from gui.run.travel import SPEEDS
from gui.views.evaluate import EvaluateView
from gui.views.explain import ExplainView
from gui.views.learn import LearnView
from gui.views.network import NetworkView
from gui.window.time_line import TimeLine

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")

LONG = 30000
STEPS = 90


@pytest.fixture(scope="module")
def old_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run that has come to its end, with a setting changed on the way."""
    from engine.model.spec import preset

    config = RunConfig(
        network=preset("classic"), training_images=2000, validation_images=200, validation_every=40, epochs=30
    )
    path = tmp_path_factory.mktemp("runs") / "old-one"
    channel = Channel(1)
    thread = threading.Thread(
        target=run_session, args=(config, channel), kwargs={"record": Destination(path)}
    )
    thread.start()
    channel.send(Advance(50))
    while channel.history.steps.length < 50:
        threading.Event().wait(0.02)
    live = config.live()
    channel.send(Change(type(live)(**{**vars(live), "learning_rate": 0.002})))
    channel.send(Advance(STEPS - 50))
    while channel.history.steps.length < STEPS:
        threading.Event().wait(0.02)
    channel.send(Quit())
    thread.join()
    return path


@pytest.fixture
def opened(program: Kernelscope, qtbot: QtBot, old_run: Path) -> Kernelscope:
    """Return the program with the old run on the time line."""
    assert program.context.moments.open_run(old_run)
    qtbot.waitUntil(lambda: shown_step(program) == STEPS, timeout=LONG)
    return program


def line(program: Kernelscope) -> TimeLine:
    return program.window.time_line


def shown_step(program: Kernelscope) -> int | None:
    moment = program.window.part(NetworkView).canvas.moment
    return moment.step if moment is not None else None


def click_at(qtbot: QtBot, program: Kernelscope, step: int) -> None:
    """Press the mouse on the time line where ``step`` lies."""
    track = line(program).track
    qtbot.mouseClick(track, Qt.LeftButton, pos=QPoint(track.place_of(step), track.height() // 3))


def press(qtbot: QtBot, program: Kernelscope, *keys: int) -> int | None:
    """Press keys on the time line; returns the step that is looked at, None for the present."""
    track = line(program).track
    track.setFocus()
    assert track.hasFocus()
    for key in keys:
        qtbot.keyClick(track, key)
    return program.context.moments.travel.step


def test_it_follows_the_run_in_training(program: Kernelscope, qtbot: QtBot) -> None:
    line = program.window.findChild(TimeLine)
    program.context.bridge.advance(7)
    qtbot.waitUntil(lambda: line.track.newest == 7, timeout=LONG)
    assert line.words.text() == "step 7" and line.track.kept
    line.track.show_run(0, [], None, (), None)
    program.context.moments.history_grew.emit()
    assert line.track.newest == 0  # it is drawn anew twice a second
    qtbot.waitUntil(lambda: line.track.newest == 7, timeout=LONG)


def test_the_handle_takes_everything_along_while_training_goes_on(qtbot: QtBot, program: Kernelscope) -> None:
    window, bridge, moments = program.window, program.context.bridge, program.context.moments
    assert not line(program).buttons["play"].isEnabled()  # nothing is recorded yet
    window.tile(True)
    judged: list[Judged] = []
    moments.judged.connect(judged.append)
    for stroke in example(3):
        window.pad.canvas.add(stroke)
    bridge.play()
    qtbot.waitUntil(lambda: bridge.steps > 120, timeout=LONG)
    click_at(qtbot, program, 10)
    step = moments.travel.step
    assert step is not None and abs(step - 10) <= 2
    qtbot.waitUntil(lambda: shown_step(program) == step, timeout=LONG)
    assert bridge.folder is not None
    weights = RunFolder(bridge.folder).network(step).vector
    network, explain, learn = (window.part(kind) for kind in (NetworkView, ExplainView, LearnView))
    np.testing.assert_array_equal(network.canvas.moment.network.vector, weights)
    assert len(network.canvas.moment.maps) == len(network.canvas.moment.network.spec.layers)
    qtbot.waitUntil(lambda: window.pad.card.caption.text() == f"This run, step {step}", timeout=LONG)
    expected = RunFolder(bridge.folder).model(step)
    image = expected.preprocessing.apply(window.pad.image[None])
    qtbot.waitUntil(
        lambda: np.allclose(window.pad.probabilities, expected.network.predict(image)[0], atol=1e-3),
        timeout=LONG,
    )
    assert learn.curves.charts.charts[0].cursor.value() == step
    assert window.status.place.isVisible()
    assert window.status.place.text().startswith(f"Looking at step {step} of a run that is at ")
    before = bridge.steps
    qtbot.waitUntil(lambda: bridge.steps > before, timeout=LONG)  # it is not held up
    assert moments.travel.step == step
    bridge.pause()
    qtbot.waitUntil(lambda: bool(judged) and judged[-1].step == step, timeout=LONG)
    assert f"step {step}" in window.part(EvaluateView).scope.text()

    def explained() -> bool:
        reply = explain.maps.reply
        return reply is not None and np.array_equal(reply.question.model.network.vector, weights)

    qtbot.waitUntil(explained, timeout=LONG)
    qtbot.mouseClick(line(program).live, Qt.LeftButton)
    qtbot.waitUntil(lambda: shown_step(program) == bridge.steps, timeout=LONG)
    assert not window.status.place.isVisible() and moments.travel.live
    qtbot.waitUntil(lambda: judged[-1].step == bridge.steps, timeout=LONG)  # it was evaluated before
    moments.travel.go(step)
    moments.travel.go_live()
    assert shown_step(program) == bridge.steps  # at once: a session that stands still sends it once


def test_dragging_passes_through_the_steps_and_live_is_at_the_end(qtbot: QtBot, program: Kernelscope) -> None:
    bridge, travel, track = program.context.bridge, program.context.moments.travel, line(program).track
    bridge.advance(60)
    qtbot.waitUntil(lambda: bridge.steps == 60 and bridge.state is State.PAUSED, timeout=LONG)
    qtbot.waitUntil(lambda: travel.kept[-1] == 60, timeout=LONG)
    track.repaint()
    seen = []
    travel.moved.connect(lambda: seen.append(travel.step))
    qtbot.mousePress(track, Qt.LeftButton, pos=QPoint(track.place_of(5), 12))
    for step in (12, 25, 40):
        event_at = QPoint(track.place_of(step), 12)
        qtbot.mouseMove(track, event_at)
        track._choose(event_at.x()) if travel.step != step else None
    assert seen[0] == 5 and seen[-1] == 40 and seen == sorted(seen)
    qtbot.mouseRelease(track, Qt.LeftButton, pos=QPoint(track.place_of(40), 12))
    click_at(qtbot, program, 60)
    assert travel.live


def test_every_key_goes_where_it_says(qtbot: QtBot, opened: Kernelscope) -> None:
    travel = opened.context.moments.travel
    kept = travel.kept
    assert press(qtbot, opened, Qt.Key_Home) == kept[0]
    assert press(qtbot, opened, Qt.Key_Left) == kept[0]
    assert press(qtbot, opened, Qt.Key_Right, Qt.Key_Right) == kept[2]
    assert press(qtbot, opened, Qt.Key_PageUp) == kept[12]
    assert press(qtbot, opened, Qt.Key_PageDown, Qt.Key_Left) == kept[1]
    assert press(qtbot, opened, Qt.Key_End) == kept[-1]
    assert (
        press(qtbot, opened, Qt.Key_B)
        == travel.best
        == RunFolder(opened.context.moments.folder).status().best_step
    )
    window = opened.window
    for key, modifier, step in (
        (Qt.Key_Home, Qt.AltModifier, kept[0]),
        (Qt.Key_Right, Qt.AltModifier, kept[1]),
        (Qt.Key_Left, Qt.AltModifier, kept[0]),
        (Qt.Key_B, Qt.ControlModifier, travel.best),
        (Qt.Key_End, Qt.AltModifier, kept[-1]),
    ):
        qtbot.keyClick(window, key, modifier)
        assert travel.step == step
    qtbot.waitUntil(lambda: shown_step(opened) == kept[-1], timeout=LONG)
    qtbot.keyClick(window, Qt.Key_L, Qt.ControlModifier)
    assert travel.live and opened.context.moments.run is opened.context.bridge.run


def test_playing_shows_one_step_after_the_other_and_begins_again_if_it_is_to(
    qtbot: QtBot, opened: Kernelscope
) -> None:
    travel, bar = opened.context.moments.travel, line(opened)
    seen: list[int] = []
    travel.moved.connect(lambda: seen.append(travel.at))
    bar.speed.setCurrentIndex(len(SPEEDS) - 1)
    press(qtbot, opened, Qt.Key_Space)
    assert travel.playing and bar.buttons["play"].toolTip().startswith("Stop")
    qtbot.waitUntil(lambda: not travel.playing, timeout=LONG)
    assert seen[0] == travel.kept[0] and seen[-1] == travel.kept[-1] and seen == sorted(set(seen))
    qtbot.waitUntil(lambda: shown_step(opened) == travel.kept[-1], timeout=LONG)
    qtbot.mouseClick(bar.loop, Qt.LeftButton)
    qtbot.mouseClick(bar.buttons["play"], Qt.LeftButton)
    qtbot.waitUntil(lambda: seen.count(travel.kept[0]) == 3, timeout=LONG)
    qtbot.mouseClick(bar.buttons["play"], Qt.LeftButton)
    assert not travel.playing


def test_an_old_run_is_opened_without_training(
    qtbot: QtBot, program: Kernelscope, dialogs: object, old_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, moments = program.window, program.context.moments
    monkeypatch.setattr(type(dialogs), "open_folder", lambda _self, _title: old_run, raising=False)
    window.actions_.by_key["look_run"].trigger()
    qtbot.waitUntil(lambda: shown_step(program) == STEPS, timeout=LONG)
    qtbot.waitUntil(lambda: moments.dataset is not None, timeout=LONG)
    assert program.context.bridge.steps == 0 and moments.steps == STEPS
    assert window.status.place.text() == "Looking at step 90 of the run old-one, which has 90"
    assert window.part(NetworkView).source.currentText() == "Run old-one"
    track = line(program).track
    assert [(at, name) for at, name, _ in track.changes] == [(50, "learning_rate")]
    assert "learning rate became 0.002" in track_words(program, 50)
    click_at(qtbot, program, 7)
    qtbot.waitUntil(lambda: shown_step(program) == 7, timeout=LONG)
    window.show_part("evaluate")
    evaluate = window.part(EvaluateView)
    qtbot.waitUntil(lambda: "all 10,000 test images, step 7" in evaluate.scope.text(), timeout=LONG)
    qtbot.mouseClick(line(program).live, Qt.LeftButton)
    assert moments.run is program.context.bridge.run


def track_words(program: Kernelscope, step: int) -> str:
    from gui.presenters.time_line import about

    track = line(program).track
    return about(track.step_at(track.place_of(step)), track.best, track.changes, step)


def test_the_folder_of_a_run_can_be_dropped_and_what_is_none_is_said(
    qtbot: QtBot, program: Kernelscope, old_run: Path, tmp_path: Path
) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(old_run))])
    middle = program.window.rect().center()
    enter = QDragEnterEvent(middle, Qt.CopyAction, mime, Qt.LeftButton, Qt.NoModifier)
    QApplication.sendEvent(program.window, enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(middle), Qt.CopyAction, mime, Qt.LeftButton, Qt.NoModifier)
    QApplication.sendEvent(program.window, event)
    assert program.context.moments.run.folder == old_run
    assert not program.context.moments.open_run(tmp_path)
    assert str(tmp_path) in program.window.notice_bar.text
    assert program.context.moments.run.folder == old_run  # what was looked at stays


def test_weights_that_cannot_be_read_are_told_and_the_others_can_be_looked_at(
    qtbot: QtBot, opened: Kernelscope, old_run: Path, tmp_path: Path
) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(old_run, copy)
    steps = RunFolder(copy).steps()
    for file in (copy / "weights").glob("*.safetensors"):
        if int(file.stem) == steps[3]:
            file.write_bytes(b"nothing")
    assert opened.context.moments.open_run(copy)
    click_at(qtbot, opened, steps[3])
    qtbot.waitUntil(lambda: "safetensors" in opened.window.notice_bar.text, timeout=LONG)
    click_at(qtbot, opened, steps[5])
    qtbot.waitUntil(lambda: shown_step(opened) == steps[5], timeout=LONG)


def test_a_new_run_goes_on_from_the_past_and_knows_where_it_comes_from(
    qtbot: QtBot, opened: Kernelscope, old_run: Path
) -> None:
    window, bridge = opened.window, opened.context.bridge
    bridge.library.folder.mkdir(parents=True, exist_ok=True)
    (bridge.library.folder / old_run.name).symlink_to(old_run)
    click_at(qtbot, opened, 30)
    qtbot.waitUntil(lambda: shown_step(opened) == 30, timeout=LONG)
    qtbot.keyClick(window, Qt.Key_R, Qt.ControlModifier | Qt.ShiftModifier)
    dialog = window.findChild(BranchDialog)
    assert dialog.isVisible() and dialog.config.learning_rate != 0.004
    editor = dialog.form.fields["learning_rate"].editor
    opened.app.setActiveWindow(dialog)  # as a window manager would
    editor.setFocus()
    editor.lineEdit().selectAll()
    qtbot.keyClicks(editor.lineEdit(), "0.004")
    number = bridge.run.number
    qtbot.mouseClick(dialog.go, Qt.LeftButton)
    qtbot.waitUntil(lambda: bridge.run.number > number and bridge.state is State.PAUSED, timeout=LONG)
    assert bridge.config.learning_rate == 0.004
    qtbot.waitUntil(lambda: shown_step(opened) == 0, timeout=LONG)
    canvas = window.part(NetworkView).canvas
    np.testing.assert_array_equal(canvas.moment.network.vector, RunFolder(old_run).network(30).vector)
    bridge.advance(2)
    qtbot.waitUntil(lambda: bridge.steps == 2 and bridge.state is State.PAUSED, timeout=LONG)
    qtbot.waitUntil(lambda: (bridge.folder / "run.json").exists(), timeout=LONG)
    parent = RunFolder(bridge.folder).record.parent
    assert (parent.run, parent.step) == (RunFolder(old_run).record.id, 30)
    learn = window.part(LearnView)
    qtbot.waitUntil(lambda: learn.curves.charts.charts[0].curves.branched, timeout=LONG)
    assert learn.curves.drawing.view.shown.low == -30
