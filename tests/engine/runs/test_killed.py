"""A run whose process is killed again and again, at any moment, ends as one that was never interrupted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.runs.folder import RunFolder

KILLS = 20

# One process loads everything, and a child of it trains until it is killed: loading takes longer than that.
_PROGRAM = """
import json, os, random, signal, sys, time
from pathlib import Path
from engine.runs import names, recorder
from engine.runs.folder import RunFolder
from engine.runs.destination import Destination
from engine.session import recording
from engine.session.channel import Channel
from engine.session.loop import run
from engine.session.messages import Play, Quit
from tests.engine.runs import test_recorder as small

recording.STATE_SECONDS = 0.01  # hardly a moment without writing
recorder.CURVES_SECONDS = recorder.STATUS_SECONDS = 0.001
config = small.dataclasses.replace(small.CONFIG, epochs=120, averaging=0.9, validation_every=7)
dataset = small.made()


class ToTheEnd(Channel):
    pipe = None

    def wait(self, seconds):
        self.send(Quit())

    def command(self):
        if self.pipe is not None:
            os.write(self.pipe, b".")  # another turn of the loop
        return super().command()


def train(path, pipe=None):
    resume = RunFolder(path).checkpoint() if (path / names.RUN).exists() else None
    channel = ToTheEnd()
    channel.pipe = pipe
    channel.send(Play())
    run(config, channel, resume, record=Destination(path), loader=lambda _: dataset)


broken, whole = Path(sys.argv[1]), Path(sys.argv[2])
rng, codes, notices, steps = random.Random(5), [], [], []
for _ in range(int(sys.argv[3])):
    turns, pipe = os.pipe()
    child = os.fork()
    if not child:
        train(broken, pipe)
        os._exit(0)
    os.close(pipe)
    for _ in range(rng.randrange(60)):
        os.read(turns, 1)
    time.sleep(rng.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    os.close(turns)
    if (broken / names.RUN).exists():
        folder = RunFolder(broken)
        folder.history()
        for step in folder.steps():
            folder.network(step)
        steps.append(folder.checkpoint().values["step"])
        notices += folder.notices
recording.STATE_SECONDS = 60
train(broken)
train(whole)
print(json.dumps([codes, notices, steps]))
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="needs processes of POSIX")
def test_a_run_that_is_killed_again_and_again_ends_bit_for_bit_as_without(tmp_path: Path) -> None:
    broken, whole = tmp_path / "broken", tmp_path / "whole"
    command = [sys.executable, "-c", _PROGRAM, str(broken), str(whole), str(KILLS)]
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[3]
    )
    assert ended.returncode == 0, ended.stderr
    codes, notices, steps = json.loads(ended.stdout)
    assert codes == [-9] * KILLS and len(steps) > KILLS // 2
    assert all("not written to its end" in notice for notice in notices)
    assert steps == sorted(steps) and steps[-1] > steps[0]
    one, other = RunFolder(broken), RunFolder(whole)
    assert one.notices == other.notices == []
    ends = [folder.checkpoint() for folder in (one, other)]
    assert ends[0].values == ends[1].values
    assert ends[0].arrays.keys() == ends[1].arrays.keys() >= {"average"}
    for name, array in ends[0].arrays.items():
        assert np.array_equal(array, ends[1].arrays[name]), name
    for column in ("step", "epoch", "loss", "accuracy", "learning_rate"):
        curves = [folder.history().steps.column(column) for folder in (one, other)]
        assert np.array_equal(*curves), column
        assert np.array_equal(*(end.history.steps.column(column) for end in ends)), column
    common = set(one.steps()) & set(other.steps())
    assert {0, ends[0].values["step"]} <= common and len(common) > 20
    for step in common:
        assert np.array_equal(one.network(step).state_vector, other.network(step).state_vector)
    assert not list(broken.rglob("*.part")) and not (broken / "run.lock").exists()
