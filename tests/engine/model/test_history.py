"""Columns grow without losing a row, whoever reads meanwhile."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from engine.model.history import Columns, History


def test_every_row_is_kept_in_order() -> None:
    columns = Columns(("a", "b"))
    for i in range(5000):
        columns.append(i, -i)
    assert columns.length == 5000
    np.testing.assert_array_equal(columns.column("a"), np.arange(5000))
    np.testing.assert_array_equal(columns.column("b", 4990), -np.arange(4990, 5000))
    assert columns.last("b") == -4999


def test_views_are_read_only_and_stay_valid() -> None:
    columns = Columns(("a",))
    columns.append(1)
    view = columns.column("a")
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 2
    for i in range(3000):
        columns.append(i)
    assert view.tolist() == [1]


def test_a_reader_never_sees_a_row_that_is_not_complete() -> None:
    columns = Columns(("a", "b"))
    wrong: list[int] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            a, b = columns.column("a"), columns.column("b")
            n = min(len(a), len(b))
            if n and not np.array_equal(a[:n] + 1, b[:n]):
                wrong.append(n)

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(20000):
        columns.append(i, i + 1)
    stop.set()
    reader.join()
    assert not wrong


def test_csv() -> None:
    columns = Columns(("step", "loss"))
    columns.append(1, 2.5)
    columns.append(2, 0.125)
    assert columns.csv() == "step,loss\n1,2.5\n2,0.125\n"
    assert columns.csv() == columns.csv_header + columns.csv_lines(0, 1) + columns.csv_lines(1, 2)


def test_best_is_the_highest_accuracy_then_the_lowest_loss() -> None:
    history = History()
    assert history.best() is None
    for step, (loss, accuracy) in enumerate([(0.5, 0.8), (0.3, 0.9), (0.2, 0.9), (0.1, 0.85)]):
        history.validations.append(step, 0, 0, loss, accuracy)
    assert history.best() == 2
