"""What watching costs: speed with every view visible over the speed of the same run in a hidden window."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from pathlib import Path

from engine.model.spec import preset
from engine.runs.destination import Destination
from engine.session.channel import Channel
from engine.session.loop import run as run_session
from engine.session.messages import Play, Quit, State
from engine.training.config import RunConfig
from gui.app.build import Kernelscope, build
from gui.state.settings import Store
from tests.benchmarks.row import Row

NAME = "watch-cost"
PAIRS = 10
SECONDS = 1.5
"""A stretch of a pair: short, so that what else the machine does meets both alike."""
SETTLE = 0.5
"""After which pictures come as usual, or none does, once the window is shown or hidden."""
BLIND_SECONDS = 6.0
WARM_UP = 2.0


def config(network: str = "classic", batch: int = 20) -> RunConfig:
    """Return a run that is long enough to measure, without validations in between."""
    return RunConfig(
        network=preset(network), batch_size=batch, epochs=1000, validation_every=0, learning_rate=0.002
    )


def blind(settings: RunConfig, record: Destination | None = None) -> float:
    """Return images a second without a window, recorded in ``record``."""
    channel = Channel()
    thread = threading.Thread(target=run_session, args=(settings, channel), kwargs={"record": record})
    thread.start()
    channel.send(Play())
    steps = channel.history.steps
    while not steps.length:
        time.sleep(0.05)
    time.sleep(WARM_UP)
    first, began = steps.length, time.perf_counter()
    time.sleep(BLIND_SECONDS)
    rate = (steps.length - first) * settings.batch_size / (time.perf_counter() - began)
    channel.send(Quit())
    thread.join()
    return rate


def opened(settings: RunConfig, folder: Path) -> Kernelscope:
    """Return the program with every view visible, training."""
    program = build(Store(folder, folder), theme="light", config=settings)
    program.window.resize(1600, 1000)
    program.window.show()
    program.window.tile(True)
    bridge = program.context.bridge
    while bridge.state is State.LOADING:
        pump(program, 0.02)
    bridge.play()
    return program


def pump(program: Kernelscope, seconds: float) -> None:
    """Let the window live for so long, as its own event loop would."""
    from PyQt5.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec_()


def watched(settings: RunConfig) -> tuple[list[float], list[float]]:
    """Return pair by pair the speed with every view visible over that of the hidden window, and pictures/s.

    A hidden window asks the session for nothing and draws nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        program = opened(settings, Path(folder))
        bridge, pictures = program.context.bridge, [0]

        def count(_snapshot: object) -> None:
            pictures[0] += 1

        def rate(*, seen: bool) -> tuple[float, float]:
            program.window.setVisible(seen)
            pump(program, SETTLE)
            first, began, pictures[0] = bridge.steps, time.perf_counter(), 0
            pump(program, SECONDS)
            spent = time.perf_counter() - began
            return (bridge.steps - first) / spent, pictures[0] / spent

        bridge.snapshot_ready.connect(count)
        pump(program, WARM_UP)
        ratios, frames = [], []
        for pair in range(PAIRS):
            found = {seen: rate(seen=seen) for seen in ((True, False) if pair % 2 else (False, True))}
            ratios.append(found[True][0] / found[False][0])
            frames.append(found[True][1])
        program.close()
        pump(program, 0.05)
    return ratios, frames


def run() -> list[Row]:
    """Measure pairs, alternating, and return the medians."""
    rows = []
    for network, batch in (("classic", 20), ("lenet5", 64)):
        ratios, frames = watched(config(network, batch))
        ratio, frame = statistics.median(ratios), statistics.median(frames)
        label = f"watch-cost: {network} batch {batch}"
        rows.append(Row(f"{label}, speed seen / hidden", ratio, "ratio", ">= 0.93", ratio >= 0.93))
        rows.append(Row(f"{label}, pictures a second", frame, "1/s", ">= 10", frame >= 9.95))
    return rows
