"""A monkey uses the window for a few seconds: nothing breaks, and no event is held up for long."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_nothing_breaks_and_little_is_computed_at_once(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.monkey", "--json", "--seconds=6", "--seed=2"],
        cwd=ROOT,
        env={"PATH": "", "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["errors"] == 0, found["traces"]
    assert found["actions"] > 20 and found["ticks"] > 20
    # The wall clock says little where others compute, too: `make monkey` measures that. Even what is computed
    # takes twice as long on a processor that is shared; the goal is 100 ms.
    assert found["callback"] < 200, found["slowest"]
    assert found["computed"] < 400, found["worst"]
