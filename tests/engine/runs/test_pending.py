"""Weights on their way to the disk: none is lost without a word, and they fill neither memory nor disk."""

from __future__ import annotations

import errno
import os
from typing import Any

import numpy as np
import pytest

from engine.model.network import Network
from engine.runs import pending as module
from engine.runs.pending import Pending
from tests.engine.runs.test_recorder import SPEC

VALUES = Network.empty(SPEC).state_vector.size
BYTES = 4 * VALUES + 4096
"""What the weights of one step take."""


class Disk:
    """Stands for a writer: holds the weights by step, and fails while it is ``full``."""

    def __init__(self, steps: tuple[int, ...] = ()) -> None:
        self.weights_: dict[int, np.ndarray] = {step: np.empty(0) for step in steps}
        self.full = self.stuck = False

    def weights(self, step: int, spec: Any, vector: np.ndarray) -> None:
        assert spec is SPEC
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.weights_[step] = vector

    def remove_weights(self, step: int) -> None:
        if self.stuck:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        del self.weights_[step]

    @property
    def steps(self) -> list[int]:
        return sorted(self.weights_)


def vector(value: float) -> np.ndarray:
    return np.full(VALUES, value, np.float32)


def add(pending: Pending, *steps: int, best: int | None = None) -> None:
    for step in steps:
        pending.add(step, vector(step), best)


def test_what_is_written_is_what_was_there_when_it_was_added() -> None:
    pending, disk = Pending(SPEC, 100 * BYTES, ()), Disk()
    values = vector(1)
    pending.add(1, values, None)
    values[:] = 5
    pending.add(1, values, None)  # it is kept already
    pending.add(2, values, None)
    pending.write(disk)
    pending.write(disk)
    assert disk.steps == [1, 2]
    assert (disk.weights_[1] == 1).all() and (disk.weights_[2] == 5).all()


@pytest.mark.parametrize(("budget", "most"), [(0, 3), (3 * BYTES, 3), (5 * BYTES - 1, 4), (5 * BYTES, 5)])
def test_no_more_are_kept_than_the_budget_allows(budget: int, most: int) -> None:
    pending, disk = Pending(SPEC, budget, (0, 1)), Disk((0, 1))
    for step in (2, 4, 8, 16, 32, 64):
        add(pending, step)
        pending.write(disk)
    assert len(disk.steps) == most and {0, 64} <= set(disk.steps)


def test_the_best_ones_never_go() -> None:
    pending, disk = Pending(SPEC, 4 * BYTES, ()), Disk()
    for step in (1, 2, 3, 4, 8, 16, 32, 64):
        add(pending, step, best=3 if step >= 3 else None)
        pending.write(disk)
    assert {1, 3, 64} <= set(disk.steps) and len(disk.steps) == 4


def test_while_many_wait_no_more_are_wanted_and_in_the_end_none_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for waiting, most in ((0, 8), (9 * BYTES, 9), (10 * BYTES - 1, 9), (12 * BYTES, 12)):
        monkeypatch.setattr(module, "_WAITING", waiting)
        pending, disk = Pending(SPEC, 1000 * BYTES, ()), Disk()
        wanted = []
        for step in range(40):
            if pending.wants(step):
                wanted.append(step)
            add(pending, step)
        assert wanted == list(range(most))
        pending.write(disk)
        assert disk.steps == list(range(2 * most))
        assert pending.wants(40) and not pending.wants(2 * most - 1)


def test_what_cannot_be_written_waits_until_it_is_given_up() -> None:
    pending, disk = Pending(SPEC, 100 * BYTES, ()), Disk()
    add(pending, 1)
    pending.write(disk)
    disk.full = True
    add(pending, 2, 3)
    for _ in range(2):
        with pytest.raises(OSError, match="No space"):
            pending.write(disk)
    disk.full = False
    pending.write(disk)
    assert disk.steps == [1, 2, 3]
    add(pending, 4, 5)
    pending.give_up()
    pending.write(disk)
    assert disk.steps == [1, 2, 3]
    add(pending, 5)  # it may come again, for it is not there
    pending.write(disk)
    assert disk.steps == [1, 2, 3, 5]


def test_what_had_to_go_for_weights_that_were_given_up_goes_in_the_end() -> None:
    pending, disk = Pending(SPEC, 4 * BYTES, ()), Disk()
    add(pending, 1, 2, 4, 8)
    pending.write(disk)
    disk.stuck = True
    add(pending, 16)
    with pytest.raises(OSError, match="busy"):
        pending.write(disk)
    assert disk.steps == [1, 2, 4, 8, 16]
    add(pending, 32)
    pending.give_up()
    disk.stuck = False
    pending.write(disk)
    assert len(disk.steps) == 3 and {1, 16} <= set(disk.steps)
    add(pending, 64)
    pending.write(disk)
    assert len(disk.steps) == 4 and disk.steps[-1] == 64


def test_what_is_written_is_known_at_any_time() -> None:
    pending, disk = Pending(SPEC, 4 * BYTES, (0, 1)), Disk((0, 1))
    assert pending.written() == [0, 1]
    add(pending, 2, 4)
    assert pending.written() == [0, 1]
    pending.write(disk)
    assert pending.written() == disk.steps == [0, 1, 2, 4]
    add(pending, 8, 16)  # each takes the place of one
    pending.write(disk)
    assert pending.written() == disk.steps and len(disk.steps) == 4 and disk.steps[-1] == 16
    add(pending, 32)
    pending.give_up()
    assert 32 not in pending.written()
    pending.lose_all()
    assert pending.written() == []


def test_when_the_folder_is_gone_all_are_wanted_again() -> None:
    pending = Pending(SPEC, 100 * BYTES, (1, 2, 3))
    assert not pending.wants(3)
    pending.lose_all()
    disk = Disk()
    add(pending, 3)
    pending.write(disk)
    assert disk.steps == [3] and pending.wants(4)
