"""How late the event loop gets while a monkey uses the window: ``python -m tests.benchmarks.monkey``.

Random movements, clicks, drags, turns of the wheel and keys go to whatever is on top: popup, dialog or
window; in between it changes the theme, the arrangement and the model, draws, and opens pictures, one of them
of 84 megapixels, while a network trains. A precise timer measures how late it comes. What the thread of the
window computes meanwhile is measured, too, and an idle event loop beside it says what the machine
contributes: on a busy one the wall clock alone says little.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PyQt5.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PyQt5.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PyQt5.QtWidgets import QAction, QApplication, QWidget

from tests.benchmarks.row import Row

NAME = "monkey"
SECONDS = 60.0
"""Of the benchmark; ``make monkey`` takes ten minutes."""
GOAL_MS = 100.0
TICK_MS = 5
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


@dataclass
class Lateness:
    """How late a timer came: milliseconds by the wall clock, and what its thread computed meanwhile.

    Attributes:
        late: of every tick.
        worst: the latest ticks: how late, milliseconds computed, and what was being done.
    """

    late: list[float] = field(default_factory=list)
    worst: list[tuple[float, float, str]] = field(default_factory=list)
    doing: str = ""

    def begin(self) -> QTimer:
        """Start to tick; the timer must be kept."""
        self._timer = QTimer()
        self._timer.setTimerType(Qt.PreciseTimer)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tick)
        self._next()
        return self._timer

    def _next(self) -> None:
        self._due, self._computed = time.perf_counter() + TICK_MS / 1000, time.thread_time()
        self._timer.start(TICK_MS)

    def _tick(self) -> None:
        late = 1000 * max(0.0, time.perf_counter() - self._due)
        computed = 1000 * (time.thread_time() - self._computed)
        self.late.append(late)
        self.worst = sorted([*self.worst, (late, computed, self.doing)], reverse=True)[:20]
        self._next()

    def figures(self) -> dict[str, float]:
        """Return percentiles and the largest values."""
        late = np.array(self.late or [0.0])
        return {
            "ticks": len(late),
            "p99": float(np.percentile(late, 99)),
            "p99.9": float(np.percentile(late, 99.9)),
            "latest": float(late.max()),
            "over": int((late > GOAL_MS).sum()),
            "computed": max((computed for _, computed, _ in self.worst), default=0.0),
        }


class Slowest(QObject):
    """Notes which handlers took long; it stands in for ``QApplication.notify``, which they all pass."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, tuple[float, float]] = {}

    def note(self, name: str, wall: float, computed: float) -> None:
        """Keep the longest of each kind."""
        if wall > self.found.get(name, (0.0, 0.0))[0]:
            self.found[name] = (wall, computed)


def timed_application(slowest: Slowest, lateness: Lateness) -> QApplication:
    """Make an application that measures every event it delivers."""

    class Timed(QApplication):
        def notify(self, receiver: QObject, event: QEvent) -> bool:
            ticks, wall, computed = len(lateness.late), time.perf_counter(), time.thread_time()
            name = f"{type(receiver).__name__} {int(event.type())}"
            result = super().notify(receiver, event)
            if len(lateness.late) == ticks:  # otherwise an event loop ran within, and nothing was blocked
                spent = 1000 * (time.perf_counter() - wall)
                if spent > 20:
                    slowest.note(name, spent, 1000 * (time.thread_time() - computed))
            return result

    QApplication.setAttribute(Qt.AA_EnableHighDpiScaling)
    QApplication.setAttribute(Qt.AA_UseHighDpiPixmaps)
    return Timed(["kernelscope"])


class Traces(logging.Handler):
    """Keeps what is logged of unexpected errors, each once."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the traceback, if there is one."""
        if record.exc_info:
            self.texts.append(self.format(record))


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


def idle(seconds: float) -> dict[str, float]:
    """Return how late the timer of an event loop comes that does nothing else."""
    app = QCoreApplication([])
    lateness = Lateness()
    timer = lateness.begin()
    QTimer.singleShot(round(1000 * seconds), app.quit)
    app.exec_()
    timer.stop()
    return lateness.figures()


def play(seconds: float, seed: int) -> dict[str, Any]:
    """Let the monkey play for so long; must be called in a process of its own."""
    slowest, lateness, traces = Slowest(), Lateness(), Traces()
    logging.getLogger().addHandler(traces)
    app = timed_application(slowest, lateness)
    from gui.app.build import build
    from gui.state.settings import Store
    from gui.state.unexpected import Unexpected
    from tests.benchmarks.watch_cost import config

    with (
        tempfile.TemporaryDirectory() as name,
        subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.monkey", "--idle", "--seconds", str(seconds)],
            stdout=subprocess.PIPE,
        ) as beside,
        Unexpected().installed() as unexpected,
    ):
        folder = Path(name)
        make_pictures(folder)
        program = build(Store(folder, folder), config=config(), dialogs=dialogs(folder, seed))
        program.window.show()
        monkey = Monkey(program, folder, lateness, seed)
        QTimer.singleShot(2000, program.context.bridge.play)
        QTimer.singleShot(3000, lambda: (timers.append(lateness.begin()), monkey.begin()))
        QTimer.singleShot(round(1000 * (3 + seconds)), app.quit)
        timers: list[QTimer] = []
        app.setQuitOnLastWindowClosed(False)
        app.exec_()
        monkey.timer.stop()
        timers[0].stop()
        steps = program.context.bridge.steps
        program.close()
        baseline = json.loads(beside.communicate()[0])
    return {
        **lateness.figures(),
        "callback": max((computed for _, computed in slowest.found.values()), default=0.0),
        "actions": monkey.done,
        "steps": steps,
        "errors": unexpected.total,
        "error": unexpected.sentence,
        "traces": traces.texts,
        "idle": baseline,
        "worst": lateness.worst,
        "slowest": sorted(((*times, name) for name, times in slowest.found.items()), reverse=True)[:15],
    }


def run(seconds: float = SECONDS, seed: int = 1) -> list[Row]:
    """Play in a process of its own, which has no other application."""
    out = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.monkey", "--json", f"--seconds={seconds}", f"--seed={seed}"],
        capture_output=True,
        check=True,
    ).stdout
    found = json.loads(out)
    late = found["latest"]
    return [
        Row("monkey: event loop late, the latest", late, "ms", f"< {GOAL_MS:g}", late < GOAL_MS),
        Row("monkey: computed meanwhile, the most", found["computed"], "ms", f"< {GOAL_MS:g}", None),
        Row(
            *("monkey: computed in one callback, the most", found["callback"], "ms", f"< {GOAL_MS:g}"),
            found["callback"] < GOAL_MS,
        ),
        Row("monkey: an idle event loop beside it, the latest", found["idle"]["latest"], "ms", "", None),
        Row("monkey: unexpected errors", found["errors"], "", "0", not found["errors"]),
    ]


def main() -> None:
    """Play and print what was late."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.monkey", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--idle", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    found = idle(args.seconds) if args.idle else play(args.seconds, args.seed)
    if args.json or args.idle:
        print(json.dumps(found))
        return
    for name in (
        "actions",
        "steps",
        "ticks",
        "p99",
        "p99.9",
        "latest",
        "over",
        "computed",
        "callback",
        "errors",
        "error",
    ):
        print(f"{name:12} {found[name]}")
    print(f"idle beside  {found['idle']}")
    print("\nlate ms, computed ms, doing")
    for late, computed, doing in found["worst"]:
        print(f"{late:8.1f} {computed:8.1f}  {doing}")
    for trace in found["traces"]:
        print(f"\n{trace}")
    print("\nslowest handlers: ms, computed ms, receiver and number of the event")
    for wall, computed, name in found["slowest"]:
        print(f"{wall:8.1f} {computed:8.1f}  {name}")


if __name__ == "__main__":
    main()
