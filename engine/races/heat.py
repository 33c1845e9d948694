"""One heat of a race: all entrants with one seed, each a run like any other, in lockstep."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.model.model_file import Model
from engine.races.race import Race
from engine.races.verdict import Outcome
from engine.runs.compare import evaluations, loss_at
from engine.runs.destination import Destination
from engine.session.channel import Channel
from engine.session.lockstep import Lockstep
from engine.session.loop import run as run_session
from engine.session.messages import (
    Event,
    Keep,
    Kept,
    Pause,
    Play,
    Quit,
    Request,
    Snapshot,
    State,
    StateChanged,
)
from engine.task import Task
from engine.training.workers import Workers

ENDED = (State.FINISHED, State.FAILED)
"""What a run does that takes no further step."""


@dataclass
class Standing:
    """How an entrant stands.

    Attributes:
        state: what its session does.
        message: why, in words.
        kept: what came of having it recorded; None until that is done.
    """

    state: State = State.LOADING
    message: str = ""
    kept: str | None = None


class Heat:
    """The sessions of one heat, in threads that end with ``close``.

    Attributes:
        channels: the ways to them, in the order of the entrants.
        standings: how they stand, as they were last heard.
        lockstep: what they have in common.
    """

    def __init__(
        self,
        race: Race,
        number: int,
        dataset: Dataset,
        records: Sequence[Destination | None],
        tell: Callable[[int, Event], object] = lambda _lane, _event: None,
    ) -> None:
        """Start the sessions of heat ``number``, from 1, standing still before their first step.

        Args:
            race: what is raced.
            number: which heat.
            dataset: what all learn from.
            records: where each is recorded.
            tell: is given what each says, by its number.
        """
        lanes = range(len(race.entrants))
        self.race, self.number, self.dataset = race, number, dataset
        self.channels = [Channel(lane) for lane in lanes]
        self.standings = [Standing() for _ in lanes]
        self.lockstep = Lockstep(self.channels, race.steps)
        self._records, self._tell = records, tell
        self._threads = [
            threading.Thread(
                target=run_session,
                args=(race.config(lane, number), self.channels[lane]),
                kwargs={
                    "record": records[lane],
                    "loader": lambda _: dataset,
                    "lane": self.lockstep.lane(lane),
                },
                name=f"training {lane + 1}",
            )
            for lane in lanes
        ]
        for thread in self._threads:
            thread.start()

    def hear(self) -> None:
        """Take in what the sessions have said."""
        for lane, (channel, standing) in enumerate(zip(self.channels, self.standings, strict=True)):
            alive = self._threads[lane].is_alive()
            for event in channel.events():
                if isinstance(event, StateChanged):
                    standing.state, standing.message = event.state, event.message
                elif isinstance(event, Kept):
                    standing.kept = event.problem
                self._tell(lane, event)
            if not alive and standing.state is not State.FAILED:
                standing.state = State.FAILED
            if not alive and standing.kept is None:
                standing.kept = standing.message or "The training has ended."

    @property
    def ended(self) -> bool:
        """Whether nobody takes a further step."""
        return all(standing.state in ENDED for standing in self.standings)

    def until_end(self, interrupted: Callable[[], bool], watch: Callable[[], object]) -> bool:
        """Race until all have ended, or until ``interrupted``; returns whether they have ended."""
        self.lockstep.send(Play())
        while True:
            self.hear()
            watch()
            if self.ended:
                return True
            if interrupted():
                return False
            time.sleep(0.05)

    def keep(self, at_once: Callable[[], bool]) -> list[str]:
        """Have all runs recorded as they stand, at one step; returns what is wrong with any.

        Nothing is waited for any more once ``at_once`` says so.
        """
        self.lockstep.send(Pause())
        while any(standing.state is State.RUNNING for standing in self.standings) and not at_once():
            time.sleep(0.01)
            self.hear()
        for standing, channel in zip(self.standings, self.channels, strict=True):
            standing.kept = None if channel.history.steps.length else ""
            if standing.kept is None:
                channel.send(Keep())
        while any(standing.kept is None for standing in self.standings) and not at_once():
            time.sleep(0.01)
            self.hear()
        return [
            f"{title}: {standing.kept or 'It was stopped before all of it was kept.'}"
            for title, standing in zip(self.race.titles, self.standings, strict=True)
            if standing.kept != ""
        ]

    def outcomes(self, task: Task) -> list[Outcome]:
        """Return what each came to, the answers to all test images included; all must have ended.

        Raises:
            Cancelled: ``task`` is.
        """
        self.lockstep.ask(Request(kernels=True))
        while (pictures := self.lockstep.snapshots.take()) is None:
            if not any(thread.is_alive() for thread in self._threads):
                pictures = tuple(None for _ in self.channels)
                break
            time.sleep(0.005)
        found = judged(
            [
                picture if standing.state is State.FINISHED else None
                for picture, standing in zip(pictures, self.standings, strict=True)
            ],
            [standing.message for standing in self.standings],
            self.channels,
            self.dataset,
            task,
        )
        for channel, outcome in zip(self.channels, found, strict=True):
            if channel.recorder is not None and outcome.accuracy is not None:
                channel.recorder.status(test_accuracy=outcome.accuracy)
        return found

    def close(self, *, kept: bool = False) -> None:
        """End all sessions, after one step at most; runs that are ``kept`` can be gone on with."""
        for channel in self.channels:
            channel.send(Quit(kept))
        for thread in self._threads:
            thread.join()


def judged(
    pictures: Sequence[Snapshot | None],
    messages: Sequence[str],
    channels: Sequence[Channel],
    dataset: Dataset,
    task: Task,
) -> list[Outcome]:
    """Return what came of each run, whose last picture is None if it dropped out; raises Cancelled.

    Args:
        pictures: the networks at the end.
        messages: what each said last.
        channels: of each run, with its curves.
        dataset: whose test images are answered.
        task: is told how far it is.
    """
    preprocessing = Preprocessing(dataset.mean, dataset.std)
    networks = [None if picture is None else picture.network for picture in pictures]
    models = [
        Model(network, preprocessing, dataset.class_names, {}) for network in networks if network is not None
    ]
    with Workers() as workers:
        answers = iter(evaluations(models, dataset, workers, task))
    found = []
    for network, message, channel in zip(networks, messages, channels, strict=True):
        steps, rows = channel.history.steps, channel.history.validations
        last = int(steps.last("step")) if steps.length else 0
        accuracy = rows.last("accuracy")
        found.append(
            Outcome(
                last,
                loss_at(channel.history, last) if last else None,
                float(accuracy) if np.isfinite(accuracy) else None,
                None if network is None else next(answers),
                "" if network is not None else message,
                str(channel.recorder.path) if channel.recorder is not None else "",
            )
        )
    return found
