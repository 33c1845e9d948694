"""A task tells how far work is, and ends it soon after it is cancelled."""

from __future__ import annotations

import threading
import time

import pytest

from engine.errors import DataError, expected, in_words
from engine.task import BLOCK, PAUSE, Cancelled, Progress, Task, watched


def test_reports_are_shown_now_and_then_and_the_end_always() -> None:
    seen: list[Progress] = []
    task = Task(seen.append)
    for done in range(1000):
        task.report(done, 1000, "Reading")
    task.report(1000, 1000, "Reading")
    assert seen[0] == Progress(0, 1000, "Reading") and seen[-1] == Progress(1000, 1000, "Reading")
    assert len(seen) < 100


def test_later_reports_are_shown_again() -> None:
    seen: list[Progress] = []
    task = Task(seen.append)
    task.report(1, 3)
    time.sleep(PAUSE)
    task.report(2, 3)
    assert [each.done for each in seen] == [1, 2]


def test_every_look_after_cancelling_ends_the_work() -> None:
    task = Task()
    task.check()
    task.report(1, 2)
    task.cancel()
    assert task.cancelled
    for look in (task.check, lambda: task.report(1, 2), lambda: task.wait(60)):
        with pytest.raises(Cancelled):
            look()


def test_a_wait_ends_as_soon_as_another_thread_cancels() -> None:
    task = Task()
    threading.Timer(0.05, task.cancel).start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        task.wait(60)
    assert time.monotonic() - began < 5


def test_errors_in_words() -> None:
    assert in_words(DataError("It is broken.")) == "It is broken."
    assert in_words(MemoryError(), "this picture") == "There is not enough memory for this picture."
    assert in_words(ValueError("two\nlines")) == "Something unexpected went wrong (ValueError: two lines)."
    assert in_words(KeyError()) == "Something unexpected went wrong (KeyError)."
    assert len(in_words(ValueError("x" * 10_000))) < 300
    assert expected(DataError()) and expected(MemoryError()) and not expected(ValueError())


def test_a_watched_file_is_read_and_written_as_it_is_and_looks_at_every_block(tmp_path) -> None:
    content = bytes(range(256)) * (3 * BLOCK // 256)
    path, task = tmp_path / "file", Task()
    with path.open("wb") as file:
        assert watched(file, task).write(content) == len(content)
    with path.open("rb") as file:
        each = watched(file, task)
        assert (each.read(5), each.read(0), each.tell()) == (content[:5], b"", 5)
        assert each.read() == content[5:]
        each.seek(0)
        assert each.read(2 * BLOCK + 1) == content[: 2 * BLOCK + 1]
        assert each.read(None) == content[2 * BLOCK + 1 :]
        task.cancel()
        with pytest.raises(Cancelled):
            each.read(1)
    with (tmp_path / "other").open("wb") as file, pytest.raises(Cancelled):
        watched(file, task).write(b"x")


def test_a_part_reports_as_a_share_of_the_whole_and_is_cancelled_with_it() -> None:
    seen: list[Progress] = []
    task = Task(seen.append)
    part = task.part(2, 4, "third")
    part.report(10, 10)
    assert seen == [Progress(3, 4, "third")]
    task.cancel()
    with pytest.raises(Cancelled):
        part.check()
