"""The files hold every step, or do not exist."""

from __future__ import annotations

import numpy as np
import pytest

from engine.model.history import History
from gui.presenters.export import ROWS, tables, write_tables


def history_of(steps: int) -> History:
    history, rng = History(), np.random.default_rng(1)
    for step in range(1, steps + 1):
        history.steps.append(step, step / 7, step / 3, rng.gamma(2), rng.random(), 1e-5)
    history.validations.append(steps, 1, 2, 0.25, 0.975)
    return history


@pytest.mark.parametrize("steps", [0, 1, ROWS, 2 * ROWS + 17])
def test_both_tables_are_written_at_full_resolution(tmp_path, steps) -> None:
    history = history_of(steps)
    shares = list(write_tables(tables(history, tmp_path / "run.csv")))
    assert shares[-1] == 1
    assert shares == sorted(shares)
    assert (tmp_path / "run.csv").read_text() == history.steps.csv()
    assert (tmp_path / "run-validation.csv").read_text() == history.validations.csv()
    assert len((tmp_path / "run.csv").read_text().splitlines()) == steps + 1


def test_rows_that_come_meanwhile_are_left_out(tmp_path) -> None:
    history = history_of(ROWS + 1)
    expected = history.steps.csv()
    writing = write_tables(tables(history, tmp_path / "run.csv"))
    next(writing)
    for _ in range(3000):
        history.steps.append(1, 2, 3, 4, 5, 6)
    list(writing)
    assert (tmp_path / "run.csv").read_text() == expected


def test_cancelling_leaves_nothing_new_and_keeps_the_old(tmp_path) -> None:
    (tmp_path / "run.csv").write_text("old")
    writing = write_tables(tables(history_of(5 * ROWS), tmp_path / "run.csv"))
    next(writing)
    writing.close()
    assert [path.name for path in tmp_path.iterdir()] == ["run.csv"]
    assert (tmp_path / "run.csv").read_text() == "old"


def test_a_folder_that_is_missing_is_an_error(tmp_path) -> None:
    with pytest.raises(OSError, match="No such file"):
        next(write_tables(tables(history_of(1), tmp_path / "nowhere" / "run.csv")))
