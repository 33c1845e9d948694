"""Travelling: time from moving the handle of the time line until everything visible is repainted."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest

from engine.session.messages import State
from gui.app.build import Kernelscope, build
from gui.app.screenshot import example
from gui.state.settings import Store
from gui.views.network import NetworkView
from tests.benchmarks.row import Row
from tests.benchmarks.watch_cost import config, pump

NAME = "travel"
GOALS = {"classic": (33.0, 60.0), "deep": (80.0, None)}
"""Milliseconds: the median, and the 95th percentile where there is one."""
STEPS = 120
JUMPS, WALK = 60, 40
PATIENCE = 10.0


def prepared(network: str, folder: Path) -> Kernelscope:
    """Return the program in its first arrangement, with a drawing, paused after some training."""
    program = build(Store(folder, folder), theme="light", config=config(network, 20))
    program.window.resize(1280, 800)
    program.window.hints.dismiss()
    program.window.show()
    bridge = program.context.bridge
    while bridge.state is State.LOADING:
        pump(program, 0.02)
    for stroke in example(3):
        program.window.pad.canvas.add(stroke)
    bridge.advance(STEPS)
    while bridge.steps < STEPS or bridge.state is not State.PAUSED:
        pump(program, 0.05)
    pump(program, 1.0)
    return program


def move(program: Kernelscope, step: int) -> tuple[float, float]:
    """Click on the time line at ``step``; returns ms until all is painted, and ms of processor time."""
    window, travel = program.window, program.context.moments.travel
    track, canvas = window.time_line.track, window.part(NetworkView).canvas
    began, worked = time.perf_counter(), time.process_time()
    QTest.mouseClick(track, Qt.LeftButton, pos=QPoint(track.place_of(step), 12))
    wanted = travel.step
    if wanted is None:
        return 0.0, 0.0
    words = f"This run, step {wanted}"
    while time.perf_counter() - began < PATIENCE:
        program.app.processEvents()  # paints, too
        seen = canvas.moment is not None and canvas.moment.step == wanted
        if seen and window.pad.card.caption.text() == words:
            program.app.processEvents()
            return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked)
        time.sleep(0.0002)
    raise RuntimeError(f"Step {wanted} was not shown after {PATIENCE} s.")


def measured(network: str, *, training: bool) -> dict[str, Sequence[tuple[float, float]]]:
    """Return what ``move`` does for jumps to steps not seen before, and for going on to the next step."""
    with tempfile.TemporaryDirectory() as folder:
        program = prepared(network, Path(folder))
        travel, rng = program.context.moments.travel, random.Random(1)  # noqa: S311 - no secret
        if training:
            program.context.bridge.play()
            pump(program, 1.0)
        kept = [step for step in travel.kept if step < STEPS]
        program.window.time_line.axis.setCurrentIndex(1)
        far = rng.sample(kept, min(JUMPS, len(kept) // 2))
        move(program, kept[0])
        jumps = []
        for step in far:
            jumps.append(move(program, step))
            pump(program, 0.08)
        walk = []
        travel.go(kept[0])
        pump(program, 0.3)
        for step in kept[1 : WALK + 1]:
            walk.append(move(program, step))
            pump(program, 0.04)
        program.close()
        pump(program, 0.05)
        return {"jump": [each for each in jumps if each[0]], "next step": [each for each in walk if each[0]]}


def run() -> list[Row]:
    """Measure with training paused, and while it goes on."""
    rows = []
    for network, (middle, high) in GOALS.items():
        for training in (False, True):
            state = "training" if training else "paused"
            for kind, found in measured(network, training=training).items():
                times = [spent for spent, _ in found]
                name = f"travel: {network}, {kind}, {state}"
                median, late = (float(np.percentile(times, part)) for part in (50, 95))
                rows.append(Row(f"{name}, median", median, "ms", f"<= {middle:g}", median <= middle))
                goal = f"<= {high:g}" if high else ""
                rows.append(Row(f"{name}, 95th percentile", late, "ms", goal, late <= high if high else None))
                if not training:
                    worked = float(np.median([cpu for _, cpu in found]))
                    rows.append(Row(f"{name}, processor time, median", worked, "ms", "", None))
    return rows
