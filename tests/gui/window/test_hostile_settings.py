"""Whatever lies in the place of the settings, the window opens, says so and trains."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine.session.messages import State
from engine.training.config import RunConfig
from gui.app.build import build
from gui.state.settings import Settings, Store
from tests.gui.window.conftest import Answers


def _with(**values: object) -> str:
    return json.dumps({**Settings().to_json(), **values})


HUGE = {"name": "x", "in_shape": [4096] * 3, "layers": [{"kind": "flatten"}]}
CASES: dict[str, str] = {
    "nested": "[" * 100_000,
    "digits": _with(pen=1).replace('"pen": 1', '"pen": ' + "9" * 400),
    "infinite": _with().replace("0.1", "1e999"),
    "pen": _with(pen=10**30),
    "share": _with(drawing_share=-1e300),
    "layout": _with(layout="ff" * 1000, geometry="zz\U0001f600", theme="\x1b[31m<b>"),
    "config": _with(
        config={"network": {"name": "x", "in_shape": [4096] * 3, "layers": [{"kind": "flatten"}]}}
    ),
    "data": _with(config={"data": "<b>../x", "optimiser": {"kind": []}}),
}


@pytest.mark.parametrize("words", CASES.values(), ids=CASES.keys())
def test_the_window_opens_with_such_settings(
    qtbot: QtBot, store: Store, dialogs: Answers, words: str
) -> None:
    store.folder.mkdir(parents=True)
    store.file.write_text(words)
    opens(qtbot, store, dialogs, lambda: store.file.is_file())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders here")
def test_the_window_opens_with_a_pipe_for_settings(qtbot: QtBot, store: Store, dialogs: Answers) -> None:
    store.folder.mkdir(parents=True)
    os.mkfifo(store.file)
    opens(qtbot, store, dialogs, lambda: Path(store.file).exists())


def opens(qtbot: QtBot, store: Store, dialogs: Answers, still: Callable[[], bool]) -> None:
    program = build(store, theme="light", dialogs=dialogs)
    try:
        program.window.show()
        qtbot.waitExposed(program.window)
        qtbot.waitUntil(lambda: program.context.bridge.state is State.PAUSED, timeout=20000)
        assert isinstance(program.window.experiment.config(), RunConfig)
        told = program.window.notice_bar.text
        assert len(told) <= 450 and told.isprintable()
        assert still()
    finally:
        program.close()
