"""The pipe whose reader stays awake gives what comes, at once, soon or late, and says when nothing can."""

from __future__ import annotations

import select
import threading
from multiprocessing import Pipe

import pytest

from engine.training.wakeful_link import WakefulLink


@pytest.mark.parametrize("awake", [0.0, 0.001, 60.0])
@pytest.mark.parametrize("has_poll", [True, False])
def test_what_comes_is_read_whether_awake_or_asleep(
    awake: float, has_poll: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_poll:
        monkeypatch.delattr(select, "poll", raising=False)
    mine, theirs = Pipe()
    link = WakefulLink(mine, awake)
    theirs.send("there already")
    assert link.poll() and link.recv() == "there already" and not link.poll()
    answering = threading.Thread(target=lambda: theirs.send([theirs.recv(), "answered"]))
    answering.start()
    link.send((5, "question"))
    assert link.recv() == [(5, "question"), "answered"]
    answering.join()
    theirs.close()
    with pytest.raises((EOFError, OSError)):
        link.recv()
    link.close()
    with pytest.raises(OSError, match="closed"):
        link.send(1)
