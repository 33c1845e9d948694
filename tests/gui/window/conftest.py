"""The whole program, with a small real run on MNIST and answers to its questions at hand."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine.model.spec import preset
from engine.session.messages import State
from engine.training.config import RunConfig
from gui.app.build import Kernelscope, build
from gui.state.settings import Store
from gui.widgets.questions import Dialogs


class Answers(Dialogs):
    """Answers questions as the test says, and remembers them."""

    def __init__(self) -> None:
        self.questions: list[str] = []
        self.choice: int | None = None
        self.file: Path | None = None

    def choose(self, question: str, answers: Sequence[str]) -> int | None:
        self.questions.append(question)
        return self.choice

    def open_file(self, title: str, kinds: str) -> Path | None:
        return self.file

    def save_file(self, title: str, suggestion: str, kinds: str) -> Path | None:
        return self.file


@pytest.fixture
def dialogs() -> Answers:
    return Answers()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "config", tmp_path / "data" / "runs")


@pytest.fixture
def config() -> RunConfig:
    return RunConfig(
        network=preset("classic"), training_images=2000, validation_images=300, validation_every=40, epochs=30
    )


@pytest.fixture
def program(qtbot: QtBot, store: Store, config: RunConfig, dialogs: Answers) -> Iterator[Kernelscope]:
    """Return the program, shown, its data loaded, before the first step."""
    made = build(store, theme="light", config=config, dialogs=dialogs)
    made.window.show()
    qtbot.waitExposed(made.window)
    made.app.setActiveWindow(made.window)  # what a window manager would do: shortcuts need it
    qtbot.waitUntil(lambda: made.context.bridge.state is State.PAUSED, timeout=20000)
    qtbot.waitUntil(lambda: made.window.pad.reading is not None)
    yield made
    made.close()
    gc.collect()  # here and now, rather than in the middle of a later test
