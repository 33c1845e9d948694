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
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt5.QtCore import QTimer

from tests.benchmarks.event_loop import GOAL_MS, Lateness, Slowest, Traces, idle, timed_application
from tests.benchmarks.monkey_acts import Monkey, dialogs, make_pictures
from tests.benchmarks.row import Row

NAME = "monkey"
SECONDS = 60.0
"""Of the benchmark; ``make monkey`` takes ten minutes."""


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
