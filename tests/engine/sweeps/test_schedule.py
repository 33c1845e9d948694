"""A sweep is carried out by whoever takes jobs, and comes to the same end whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data.catalogue import load
from engine.data.dataset import Dataset
from engine.data.folders import runs_folder
from engine.errors import ConfigError, EngineError
from engine.runs.destination import Destination
from engine.runs.folder import RunFolder
from engine.runs.hold import Hold
from engine.runs.library import Library
from engine.session.channel import Channel
from engine.session.loop import run as run_session
from engine.session.messages import Event, Play, Quit, State, StateChanged
from engine.sweeps import trial as trials
from engine.sweeps.results import as_json, as_table, rows
from engine.sweeps.schedule import InProcess, Schedule
from engine.sweeps.state import OUTCOMES, Sweep, plan_in
from engine.sweeps.trial import Job, Outcome, carry_out
from engine.task import Cancelled, Task

Make = Callable[..., Sweep]


def carried_out(
    sweep: Sweep, executor: Any = None, runs: Path | None = None, task: Task | None = None
) -> list[str]:
    """Carry ``sweep`` out, and return what was told."""
    told: list[str] = []
    with sweep.held():
        Schedule(sweep, executor or InProcess(), runs or runs_folder(), told.append).carry_on(task or Task())
    return told


def figures(sweep: Sweep) -> list[tuple[Any, ...]]:
    """Return all that must be the same whoever has trained."""
    found = [
        (each.run, each.rung, each.step, each.accuracy, each.loss, each.problem)
        for each in sweep.outcomes.values()
    ]
    return sorted(found)


@pytest.fixture
def whole(sweep: Make, tmp_path: Path) -> Sweep:
    """Return the sweep as it is when nothing happens."""
    made = sweep("whole")
    carried_out(made, runs=tmp_path / "elsewhere")
    return made


def test_the_best_half_goes_on_and_its_runs_are_as_if_they_had_never_stood_still(sweep: Make) -> None:
    made = sweep()
    told = carried_out(made)
    assert made.rungs == [(4, 4), (8, 2), (14, 1)] and made.steps == 4 * 4 + 2 * 4 + 6
    assert len(told) == 7 and not made.left()
    table, found = as_table(made), rows(made)
    assert [row.steps for row in found] == [14, 8, 4, 4] and found[0].going and not found[1].going
    assert len(table.splitlines()) == 5 and "learning_rate" in table
    assert as_json(made)["trials"][0]["accuracy"] == found[0].accuracy[0]

    listed = Library().runs()
    assert {run.sweep for run in listed} == {made.id} and not Library().unfinished()
    best = RunFolder(runs_folder() / found[0].runs[0])
    assert best.record.trial is not None and best.record.trial.settings == found[0].settings

    class Whole(Channel):
        def emit(self, event: Event) -> None:
            if isinstance(event, StateChanged) and event.state in (State.PAUSED, State.FINISHED):
                self.send(Play() if event.state is State.PAUSED else Quit())

    unbroken = Whole()
    run_session(best.record.config, unbroken, record=Destination(runs_folder() / "unbroken"))
    names = ("step", "loss", "accuracy", "learning_rate")
    for name in names:
        assert np.array_equal(
            best.history().steps.column(name),
            RunFolder(runs_folder() / "unbroken").history().steps.column(name),
        )
    vectors = [RunFolder(runs_folder() / each).network(14).state_vector for each in (best.path, "unbroken")]
    assert np.array_equal(*vectors)


class Lossy(InProcess):
    """Loses the first two jobs as a process does that dies, the second one in the middle."""

    def __init__(self) -> None:
        self.given = 0

    def submit(self, job: Job) -> Future[Outcome]:
        self.given += 1
        if self.given > 2:
            return super().submit(job)
        if self.given == 2:
            carry_out(replace(job, until=3))
        future: Future[Outcome] = Future()
        future.cancel()
        return future


def test_a_process_that_dies_loses_nothing(sweep: Make, whole: Sweep) -> None:
    made, executor = sweep(), Lossy()
    carried_out(made, executor)
    assert figures(made) == figures(whole) and executor.given == 9


def test_a_job_whose_process_dies_each_time_is_a_result(sweep: Make) -> None:
    class Deadly(InProcess):
        def submit(self, job: Job) -> Future[Outcome]:
            if not job.run.endswith("002"):
                return super().submit(job)
            future: Future[Outcome] = Future()
            future.set_exception(CancelledError())
            return future

    made = sweep()
    told = carried_out(made, Deadly())
    assert [each for each in told if "was lost, 4 times." in each]
    assert rows(made)[-1].number == 2 and "1 trial failed; the first one: The process that" in as_table(made)


class Elsewhere:
    """A process with another disk, which has no data set at first."""

    def __init__(self) -> None:
        self.data: dict[str, Dataset] = {}
        self.sent = 0

    def submit(self, job: Job) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        job = replace(job, token=("/nowhere/at/all", ""), data=job.data)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(trials, "load", self._load)
            future.set_result(carry_out(job, self.data.get))
        return future

    def _load(self, name: str) -> Dataset:
        raise EngineError(f"There is no data set {name}.")

    def send(self, fingerprint: str, dataset: Dataset) -> None:
        self.sent += 1
        self.data[fingerprint] = dataset

    def stop(self) -> None:
        pass


def test_on_another_disk_data_travel_once_and_runs_come_back(sweep: Make, whole: Sweep) -> None:
    made, executor = sweep(), Elsewhere()
    carried_out(made, executor)
    assert figures(made) == figures(whole) and executor.sent == 1
    assert sorted(run.steps for run in Library().runs()) == [4, 4, 8, 14]
    best = RunFolder(runs_folder() / rows(made)[0].runs[0])
    assert best.history().steps.length == 14 and best.steps()[-1] == 14


def test_a_sweep_that_was_interrupted_goes_on(sweep: Make, whole: Sweep) -> None:
    for stop_after in (1, 5):
        made, task = sweep(), Task()
        for _ in range(2):

            def tell(_: str, made: Sweep = made, task: Task = task, stop_after: int = stop_after) -> None:
                if len(made.outcomes) == stop_after:
                    task.cancel()

            with made.held(), pytest.raises(Cancelled):
                Schedule(made, InProcess(), runs_folder(), tell).carry_on(task)
            break
    made = sweep()
    with (made.folder / OUTCOMES).open("a") as file:
        file.write('{"run": "torn')
    again = Sweep(plan_in(made.folder), made.folder, Task())
    told = carried_out(again)
    assert figures(again) == figures(whole) and 0 < len(told) < 7


def test_runs_that_are_there_already_are_judged_by_what_they_had_at_each_rung(
    sweep: Make, whole: Sweep
) -> None:
    carried_out(sweep())
    began_anew = sweep("again")  # its folder was removed, its runs were not
    told = carried_out(began_anew)
    assert figures(began_anew) == figures(whole) and len(told) == 7


def test_a_trial_that_fails_is_a_result_and_the_others_go_on(sweep: Make) -> None:
    made = sweep(space={"learning_rate": [0.01, 90.0, 0.02]}, halving={"eta": 2, "min_steps": 12})
    told = carried_out(made)
    failed = [row for row in rows(made) if row.problem]
    assert [row.number for row in failed] == [2] and failed[0].rank is None
    assert "the steps are too large. Try a learning rate below 90" in failed[0].problem
    assert any("002: " in each and "too large" in each for each in told)
    assert "1 trial failed; the first one: " in as_table(made)


def test_seeds_are_judged_together(sweep: Make) -> None:
    made = sweep(seeds=3, halving={"eta": 4, "min_steps": 4}, figure="loss")
    carried_out(made)
    row = rows(made)[0]
    assert len(row.runs) == len(row.loss) == 3 and made.runs == 12
    at_first = [made.score(trial, 0) for trial in range(4)]
    assert at_first.index(max(score for score in at_first if score is not None)) == row.number - 1
    assert made.score(row.number - 1, 0) == pytest.approx(
        -np.mean([made.outcomes[name, 0].loss for name in row.runs])
    )
    assert "\N{PLUS-MINUS SIGN}" in as_table(made)


def test_only_one_program_leads_a_sweep(sweep: Make) -> None:
    made = sweep()
    with made.held(), pytest.raises(ConfigError, match="is being trained by another process"), made.held():
        pass


def test_another_version_ends_the_sweep_with_a_sentence(sweep: Make) -> None:
    class Old(InProcess):
        def submit(self, job: Job) -> Future[Outcome]:
            return super().submit(replace(job, version="0.0.9"))

    with pytest.raises(
        EngineError, match=r"led by Kernelscope 0\.0\.9, but .* has .*; install the same version"
    ):
        carried_out(sweep(), Old())


def test_a_run_is_stopped_between_two_steps_and_waits_for_who_writes_it(
    sweep: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, looks = sweep(), iter([False, False, True])
    run = made.trials[0][0]
    with made.held():
        job = Job(
            run.name, 0, 14, run.config.to_json(), run.mark, run.data, str(runs_folder()), made.token, 10**6
        )
    outcome = carry_out(job, stop=lambda: next(looks, True))
    assert outcome.stopped and 0 < outcome.step < 14 and not outcome.problem
    assert carry_out(job).step == 14
    monkeypatch.setattr(trials, "_HELD_SECONDS", 0.1)
    hold = Hold(runs_folder() / run.name)
    assert "is being written by" in carry_out(job).problem
    hold.release()
    assert load(run.config.data).title == "Tiny"
