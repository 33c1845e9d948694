"""What a monkey does to the window: random movements, clicks, drags, keys and pictures."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PyQt5.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt, QTimer
from PyQt5.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PyQt5.QtWidgets import QAction, QApplication, QWidget

from tests.benchmarks.event_loop import Lateness

ACTIONS_PER_SECOND = 40
LARGE = (12_000, 7_000)
"""Width and height of the large picture."""
KEYS = (
    *(Qt.Key_Tab, Qt.Key_Backtab, Qt.Key_Up, Qt.Key_Down, Qt.Key_Left, Qt.Key_Right, Qt.Key_Home, Qt.Key_End),
    *(Qt.Key_PageUp, Qt.Key_PageDown, Qt.Key_Space, Qt.Key_Return, Qt.Key_Escape, Qt.Key_Delete),
    *(Qt.Key_Backspace, Qt.Key_0, Qt.Key_1, Qt.Key_5, Qt.Key_9, Qt.Key_Period, Qt.Key_Plus, Qt.Key_A),
)
NEVER = (
    "quit",
    "save_model",
    "export_model",
    "save_run",
    "save_config",
    "picture",
    "open_model",
    "open_config",
)
"""Actions that end the program or only ask for a file."""


class Monkey:
    """Does something random, again and again."""

    def __init__(self, program: Any, folder: Path, lateness: Lateness, seed: int) -> None:
        self.program, self.folder, self.lateness = program, folder, lateness
        self.rng = random.Random(seed)  # noqa: S311 - for tests
        self.done = 0
        self._buttons: list[tuple[QWidget, QPoint]] = []
        self.timer = QTimer()
        self.timer.timeout.connect(self.act)

    def begin(self) -> None:
        """Act from now on."""
        self.timer.start(round(1000 / ACTIONS_PER_SECOND))

    def act(self) -> None:
        """Do one thing; events are posted, so that no event loop runs within this one."""
        choices: Sequence[tuple[int, Callable[[], str]]] = (
            (30, self._move),
            (30, self._click),
            (12, self._drag),
            (12, self._wheel),
            (20, self._key),
            (4, self._trigger),
            (3, self._draw),
            (1, self._theme),
            (1, self._open),
            (1, self._model),
            (1, self._resize),
            (1, self._close_dialogs),
        )
        weights = [weight for weight, _ in choices]
        action = self.rng.choices([each for _, each in choices], weights)[0]
        self.done += 1
        self.lateness.doing = action()
        self.program.window.setWindowState(Qt.WindowNoState)

    def _top(self) -> QWidget:
        app = QApplication
        return app.activePopupWidget() or app.activeModalWidget() or self.program.window

    def _place(self, widget: QWidget) -> QPoint:
        return QPoint(self.rng.randrange(max(1, widget.width())), self.rng.randrange(max(1, widget.height())))

    def _mouse(self, kind: QEvent.Type, top: QWidget, place: QPoint, button: Any, buttons: Any) -> None:
        window = top.windowHandle()
        if window is not None:
            event = QMouseEvent(
                kind, QPointF(place), QPointF(top.mapToGlobal(place)), button, buttons, Qt.NoModifier
            )
            QCoreApplication.postEvent(window, event)

    def _name(self, top: QWidget, place: QPoint) -> str:
        child = top.childAt(place)
        return f"{type(top).__name__}/{type(child or top).__name__}"

    def _move(self) -> str:
        top = self._top()
        place = self._place(top)
        self._mouse(QEvent.MouseMove, top, place, Qt.NoButton, Qt.NoButton)
        return f"move over {self._name(top, place)}"

    def _click(self) -> str:
        top = self._top()
        place = self._place(top)
        button = Qt.LeftButton if self.rng.random() < 0.9 else Qt.RightButton
        self._mouse(QEvent.MouseButtonPress, top, place, button, button)
        self._mouse(QEvent.MouseButtonRelease, top, place, button, Qt.NoButton)
        return f"click on {self._name(top, place)}"

    def _drag(self) -> str:
        top = self._top()
        start, end = self._place(top), self._place(top)
        self._mouse(QEvent.MouseButtonPress, top, start, Qt.LeftButton, Qt.LeftButton)
        for step in range(1, 6):
            self._mouse(QEvent.MouseMove, top, start + (end - start) * step / 5, Qt.NoButton, Qt.LeftButton)
        self._mouse(QEvent.MouseButtonRelease, top, end, Qt.LeftButton, Qt.NoButton)
        return f"drag from {self._name(top, start)}"

    def _wheel(self) -> str:
        top = self._top()
        place, window = self._place(top), top.windowHandle()
        if window is not None:
            turn = QPoint(0, self.rng.choice((-120, 120)))
            event = QWheelEvent(
                *(QPointF(place), QPointF(top.mapToGlobal(place)), QPoint(), turn, Qt.NoButton),
                *(Qt.NoModifier, Qt.NoScrollPhase, False),
            )
            QCoreApplication.postEvent(window, event)
        return f"wheel over {self._name(top, place)}"

    def _key(self) -> str:
        target = QApplication.activePopupWidget() or QApplication.focusWidget() or self._top()
        key = self.rng.choice(KEYS)
        text = chr(key) if 32 <= key < 127 else ""
        for kind in (QEvent.KeyPress, QEvent.KeyRelease):
            QCoreApplication.postEvent(target, QKeyEvent(kind, key, Qt.NoModifier, text))
        return f"key {int(key):#x} for {type(target).__name__}"

    def _trigger(self) -> str:
        if QApplication.activeModalWidget() is not None:
            return "nothing"
        window = self.program.window
        actions = [
            each
            for menu in window.actions_.menus.values()
            for each in menu.actions()
            if each.isEnabled() and each not in [window.actions_.by_key[key] for key in NEVER]
        ]
        action: QAction = self.rng.choice(actions)
        QTimer.singleShot(0, action.trigger)
        return f"action {action.text()}"

    def _draw(self) -> str:
        from gui.presenters.examples import example

        pad = self.program.window.pad
        QTimer.singleShot(0, pad.draw)
        for stroke in example(self.rng.randrange(10)):
            QTimer.singleShot(0, lambda stroke=stroke: pad.canvas.add(stroke))
        return "draw"

    def _theme(self) -> str:
        QTimer.singleShot(0, self.program.window.actions_.by_key["theme"].trigger)
        return "theme"

    def _open(self) -> str:
        path = self.rng.choice(sorted(self.folder.glob("*.png")))
        QTimer.singleShot(0, lambda: self.program.window.pad.open_picture(path))
        return f"open {path.name}"

    def _model(self) -> str:
        models = self.program.context.models
        key = self.rng.choice(list(models.references))
        QTimer.singleShot(0, lambda: models.choose(key))
        return f"model {key}"

    def _resize(self) -> str:
        size = self.rng.choice(((1280, 720), (1600, 1000), (1024, 700)))
        QTimer.singleShot(0, lambda: self.program.window.resize(*size))
        return f"resize to {size}"

    def _close_dialogs(self) -> str:
        modal, popup = QApplication.activeModalWidget(), QApplication.activePopupWidget()
        for each in (popup, modal):
            if each is not None:
                QTimer.singleShot(0, each.close)
        return "close dialogs"


def dialogs(folder: Path, seed: int) -> Any:
    """Return answers to questions about files: pictures, or nothing."""
    from gui.widgets.questions import Dialogs

    rng = random.Random(seed)  # noqa: S311 - for tests

    class Answers(Dialogs):
        def choose(self, question: str, answers: Sequence[str]) -> int | None:
            return rng.choice([None, *range(len(answers))])

        def open_file(self, title: str, kinds: str) -> Path | None:
            return rng.choice([None, *sorted(folder.glob("*.png"))]) if "icture" in title else None

        def open_files(self, title: str, kinds: str) -> list[Path]:
            return []

        def open_folder(self, title: str) -> Path | None:
            return rng.choice([None, folder / "classes"])

        def save_file(self, title: str, suggestion: str, kinds: str) -> Path | None:
            return None

    return Answers()


def make_pictures(folder: Path) -> None:
    """Write a large picture, a small one, and a folder of two classes."""
    from PIL import Image

    rng = np.random.default_rng(1)
    small = Image.fromarray(rng.integers(0, 256, (480, 640, 3), np.uint8))
    small.save(folder / "small.png")
    large = Image.new("L", LARGE, 255)
    for place in range(12):
        large.paste(0, (900 * place + 200, 3000, 900 * place + 300, 3600))
    large.save(folder / "large.png", compress_level=1)
    for name in ("a", "b"):
        (folder / "classes" / name).mkdir(parents=True)
        for number in range(20):
            small.rotate(number).save(folder / "classes" / name / f"{number}.png")
    large.crop((0, 0, 9000, 7000)).save(folder / "classes" / "a" / "large.png", compress_level=1)
