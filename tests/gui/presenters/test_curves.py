"""What the curves show can be traced to the history."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.history import History
from gui.presenters.curves import SPANS, X_AXES, CurveData, auto_span, column_size
from gui.presenters.ranges import Range

STEP, EPOCH, SECONDS = X_AXES
ALL = Range(0, 1e9)


def run_of(steps: int, *, every: int = 50, seed: int = 0) -> History:
    """Return a history with random figures."""
    history, rng = History(), np.random.default_rng(seed)
    for step in range(1, steps + 1):
        history.steps.append(step, step / 100, step * 0.25, rng.gamma(2), rng.random(), 0.01)
        if step % every == 0:
            history.validations.append(
                step, step / 100, step * 0.25, rng.gamma(2), rng.integers(90, 99) / 100
            )
    return history


def data_of(history: History, span: int = 0) -> CurveData:
    data = CurveData(history, span)
    data.update()
    return data


@given(st.integers(1, 3000), st.integers(8, 400), st.integers(0, 3))
def test_the_band_never_loses_the_extremes_or_the_last_step(steps, columns, seed) -> None:
    history = run_of(steps, seed=seed)
    thin = data_of(history).training("loss", STEP, ALL, columns)
    loss = history.steps.column("loss")
    assert len(thin.x) <= columns
    assert thin.low.min() == loss.min()
    assert thin.high.max() == loss.max()
    assert thin.x[-1] == steps
    assert thin.low[-1] <= loss[-1] <= thin.high[-1]


def test_few_steps_are_all_drawn() -> None:
    history = run_of(300)
    thin = data_of(history).training("loss", STEP, ALL, 300)
    x, y = thin.line()
    assert thin.size == 1
    assert x.tolist() == list(range(1, 301))
    assert y.tolist() == history.steps.column("loss").tolist()


def test_a_part_is_thinned_to_its_rows_and_the_ones_beside_it() -> None:
    thin = data_of(run_of(3000)).training("loss", STEP, Range(1000, 1010), 500)
    assert thin.x.tolist() == list(range(999, 1012))


def test_columns_that_are_complete_never_change() -> None:
    history = run_of(1000)
    data = data_of(history, 50)
    before = data.training("loss", STEP, ALL, 150)
    means = data.averages("loss", before)
    for step in range(1001, 1011):
        history.steps.append(step, step, step, 1, 1, 0.01)
    data.update()
    after = data.training("loss", STEP, ALL, 150)
    assert after.size == before.size
    whole = len(before.x) - 1
    assert (after.low[:whole] == before.low[:whole]).all()
    assert (after.high[:whole] == before.high[:whole]).all()
    assert (data.averages("loss", after)[:whole] == means[:whole]).all()


def test_bars_are_joined_and_hold_every_value() -> None:
    history = run_of(1000)
    for row in range(500, 1000):  # a jump, so that neighbouring columns do not overlap by themselves
        history.steps._block[3, row] += 100
    thin = data_of(history).training("loss", STEP, ALL, 100)
    left, width, low, high = thin.bars()
    assert (left[1:] == thin.x[:-1]).all()
    np.testing.assert_allclose(left + width, thin.x)
    assert (low <= thin.low).all()
    assert (high >= thin.high).all()
    assert (low[1:] <= high[:-1]).all()
    assert (high[1:] >= low[:-1]).all()


def test_the_average_is_exact_at_every_drawn_step() -> None:
    history = run_of(2000)
    data = data_of(history, 70)
    thin = data.training("loss", STEP, ALL, 100)
    loss = history.steps.column("loss")
    expected = [loss[max(0, row - 69) : row + 1].mean() for row in thin.rows]
    np.testing.assert_allclose(data.averages("loss", thin), expected, rtol=1e-12)
    last = data.reading(STEP, 1e9)
    assert last is not None
    assert last.mean_loss == pytest.approx(loss[-70:].mean())


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3)), max_size=60), st.integers(0, 60))
def test_the_best_validation_is_that_of_the_history(marks, first) -> None:
    history = History()
    data = CurveData(history)
    for number, (accuracy, loss) in enumerate(marks):
        history.validations.append(number, number, number, loss, accuracy / 20)
        if number == first:
            data.update()
    data.update()
    assert data.best == history.best()


def test_thinned_validations_still_hold_the_best() -> None:
    history = History()
    history.steps.append(1, 0.01, 0.1, 1, 0.5, 0.01)
    for number in range(5000):
        history.validations.append(number, number, number, 0.5, 0.95 if number == 2503 else 0.9)
    data = data_of(history)
    thin = data.validations("accuracy", STEP, ALL, 300)
    assert len(thin.x) <= 300
    assert thin.high.max() == 0.95
    at = data.best_mark(STEP)
    assert at is not None
    assert at[0] == 2503
    assert at[1].accuracy == 0.95


def test_a_reading_is_the_row_at_the_step() -> None:
    history = run_of(500)
    data = data_of(history, 20)
    reading = data.reading(EPOCH, 1.234)
    assert reading is not None
    assert (reading.step, reading.epoch, reading.x) == (123, 1.23, 1.23)
    assert reading.seconds == 123 * 0.25
    assert reading.loss == history.steps.column("loss")[122]
    assert reading.accuracy == history.steps.column("accuracy")[122]
    assert reading.mean_loss == pytest.approx(history.steps.column("loss")[103:123].mean())
    assert reading.learning_rate == 0.01
    assert reading.validation is not None
    assert reading.validation.step == 100
    where, values = reading.lines()
    assert where == "step 123 · epoch 1.23 · 0:31 of training · learning rate 0.01"
    assert f"loss {reading.loss:.4g} (average {reading.mean_loss:.4g})" in values
    assert "validation at 100: " in values


@pytest.mark.parametrize(("at", "step"), [(-5, 1), (1.4, 1), (1.6, 2), (99, 10)])
def test_a_reading_takes_the_nearest_step(at, step) -> None:
    reading = data_of(run_of(10)).reading(STEP, at)
    assert reading is not None
    assert reading.step == step
    assert reading.validation is None


def test_before_the_first_step_there_is_nothing() -> None:
    data = data_of(History())
    assert data.reading(STEP, 0) is None
    assert data.best_mark(STEP) is None
    assert data.neighbour(STEP, 3.0, 1) == 3.0
    assert len(data.training("loss", STEP, ALL, 100).x) == 0


def test_neighbours_stop_at_the_ends() -> None:
    data = data_of(run_of(10))
    assert data.neighbour(SECONDS, 0.5, 2) == 1.0
    assert data.neighbour(SECONDS, 0.5, -9) == 0.25
    assert data.neighbour(SECONDS, 0.5, 99) == 2.5


def test_the_automatic_span_grows_with_the_run() -> None:
    spans = [auto_span(steps) for steps in (0, 100, 1000, 6000, 60_000, 10**6)]
    assert spans == [10, 10, 20, 100, 1000, 2000]
    assert set(spans) <= set(SPANS)


@given(st.integers(1, 10**7), st.integers(1, 4000))
def test_column_sizes_are_the_smallest_powers_of_two(rows, columns) -> None:
    size = column_size(rows, columns)
    assert size & (size - 1) == 0
    assert -(-rows // size) <= columns
    assert size == 1 or -(-rows // (size // 2)) > columns or rows > columns * (size // 2)
