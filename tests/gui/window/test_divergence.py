"""A run that diverges in the window: it is said, and it can go on from its last good step."""

from __future__ import annotations

import dataclasses

from PyQt5.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.runs.folder import RunFolder
from engine.session.messages import State
from gui.app.build import Kernelscope

LONG = 30000


def test_it_goes_on_with_a_tenth_of_the_learning_rate(qtbot: QtBot, program: Kernelscope) -> None:
    bridge, window = program.context.bridge, program.window
    bridge.advance(4)
    qtbot.waitUntil(lambda: bridge.state is State.PAUSED and bridge.steps == 4, timeout=LONG)
    bridge.change(dataclasses.replace(bridge.live, learning_rate=100.0, weight_decay=0.1))
    bridge.play()
    qtbot.waitUntil(lambda: bridge.state is State.FAILED, timeout=LONG)
    failed, folder = bridge.run, bridge.run.folder
    assert "Try a learning rate below 100" in window.notice_bar.text
    assert window.notice_bar._offer.text() == "Go on with a tenth of the learning rate"
    good = int(window.notice_bar.text.split("weights of step ")[1].split()[0].replace(",", ""))
    assert bridge.steps > good
    qtbot.mouseClick(window.notice_bar._offer, Qt.LeftButton)
    qtbot.waitUntil(lambda: bridge.run is not failed and bridge.steps > good, timeout=LONG)
    assert bridge.run.folder == folder and not failed.alive
    bridge.pause()
    qtbot.waitUntil(lambda: bridge.state in (State.PAUSED, State.FAILED), timeout=LONG)
    assert bridge.live is not None and bridge.live.learning_rate == 10.0
    steps = bridge.history.steps  # without those that failed
    assert steps.column("step").tolist() == list(range(1, steps.length + 1))
    assert set(steps.column("learning_rate", good).tolist()) == {10.0}
    bridge.keep()
    qtbot.waitSignal(bridge.kept, timeout=LONG).wait()
    written = RunFolder(folder).history().steps
    assert written.column("learning_rate").tolist() == steps.column("learning_rate").tolist()
