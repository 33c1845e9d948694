"""Several sessions in lockstep: each takes its step k before any takes its step k + 1, one at a time.

One at a time, since each step is shared by all processors anyway, and so that nothing that two of them do
at once can make them wait for each other at the interpreter lock. Whoever has ended waits for nobody, and
nobody for it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from engine.data.preprocess import Preprocessing
from engine.session.capture import capture
from engine.session.channel import Channel, Latest
from engine.session.messages import Advance, Command, Finish, Pause, Play, Request, Snapshot
from engine.session.recording import shown_network
from engine.training.trainer import Trainer
from engine.training.workers import default_threads

_PROCESSES = 8
"""Processes that compute for all sessions together; each has its own, which wait while it is not its turn."""

_PICTURES = -1
"""Stands in the place of who takes a step while pictures of all are taken."""


class Lockstep:
    """The sessions behind some channels, and what their watcher wants of all of them.

    Attributes:
        snapshots: the newest pictures that were asked for, one a session, all of the same step but for those
            that have ended earlier; None for one that never began.
    """

    def __init__(self, channels: Sequence[Channel], limit: int = 0) -> None:
        """Let the sessions go up to step ``limit`` and end there; 0 for as far as their settings say."""
        self.snapshots: Latest[tuple[Snapshot | None, ...]] = Latest()
        self._channels = tuple(channels)
        self._limit = limit
        self._lock = threading.RLock()
        self._trainers: list[Trainer | None] = [None] * len(channels)
        self._steps = [0] * len(channels)
        self._left: set[int] = set()
        self._busy: int | None = None
        self._until, self._then = self._goal(None)
        self._told = False
        self._request: Latest[Request] = Latest()

    # --- the watcher's side -----------------------------------------------------------------------

    @property
    def step(self) -> int:
        """The step that all have done, or the one that some are still doing."""
        with self._lock:
            lanes = self._racing() or range(len(self._channels))
            return max(self._steps[lane] + (lane == self._busy) for lane in lanes)

    def send(self, command: Command) -> None:
        """Give all sessions a command, so that they stop at the same step; not for what only one may do."""
        with self._lock:
            if isinstance(command, Pause | Finish):
                if self._told and isinstance(self._then, Finish):
                    return
                self._until, self._then = self.step, command
                self._told = False
                self._arrived()
                return
            if isinstance(command, Play | Advance):
                to = None if isinstance(command, Play) else self._ahead(command.steps)
                self._until, self._then = self._goal(to)
                self._told = False
                command = Play()
            for lane in self._racing() or range(len(self._channels)):
                self._channels[lane].send(command)

    def ask(self, request: Request) -> None:
        """Ask all for pictures at once, the next time that all stand at the same step."""
        self._request.put(request)
        for channel in self._channels:
            channel.wake()

    def lane(self, number: int) -> Lane:
        """Return the place of the session behind the channel ``number``."""
        return Lane(self, number)

    def _goal(self, to: int | None) -> tuple[int | None, Command]:
        """Return up to which step to go and what to do there, where the watcher wants to go to ``to``."""
        if self._limit and (to is None or to >= self._limit):
            return self._limit, Finish()
        return to, Pause()

    def _ahead(self, steps: int) -> int:
        """Return the step that is ``steps`` ahead, or for 0 the end of the epoch."""
        trainer = next((trainer for trainer in self._trainers if trainer is not None), None)
        if steps or trainer is None:
            return self.step + max(1, steps)
        epoch = -(-trainer.epoch_size // trainer.live.batch_size)  # no batch changes in lockstep
        return (self.step // epoch + 1) * epoch

    # --- the sessions' side -----------------------------------------------------------------------

    def _racing(self) -> list[int]:
        return [lane for lane in range(len(self._channels)) if lane not in self._left]

    def join(self, lane: int, trainer: Trainer) -> None:
        """Note what the session ``lane`` trains."""
        with self._lock:
            self._trainers[lane] = trainer
            self._steps[lane] = trainer.step_count
        self._wake()

    def may_step(self, lane: int) -> bool:
        """Return whether it is the turn of ``lane``, whose step then begins."""
        with self._lock:
            if self._busy is not None or self._arrived():
                return False
            racing = self._racing()
            if any(self._trainers[each] is None for each in racing):
                return False
            if lane != min(racing, key=lambda each: (self._steps[each], each)):
                return False
            self._busy = lane
            return True

    def stepped(self, lane: int) -> None:
        """Note that the step of ``lane`` is over, and let the next one take its own."""
        with self._lock:
            trainer = self._trainers[lane]
            if self._busy == lane:  # else it has ended, and another one has begun
                self._busy = None
            if trainer is not None:
                self._steps[lane] = trainer.step_count
            racing = self._racing()
            if not self._arrived() and racing:
                self._channels[min(racing, key=lambda each: (self._steps[each], each))].wake()

    def leave(self, lane: int) -> None:
        """Note that ``lane`` has ended; nobody waits for it any more."""
        with self._lock:
            if lane in self._left:
                return
            self._left.add(lane)
            if self._busy == lane:
                self._busy = None
            self._arrived()
        self._wake()

    def serve(self) -> None:
        """Take the pictures that were asked for, if all stand at the same step."""
        with self._lock:
            racing = self._racing()
            if self._busy is not None or len({self._steps[lane] for lane in racing}) > 1:
                return
            if any(self._trainers[lane] is None for lane in racing):
                return
            request = self._request.take()
            if request is None:
                return
            self._busy = _PICTURES
        # Without the lock, which the watcher would wait for: nobody begins a step meanwhile.
        try:
            self.snapshots.put(tuple(self._picture(lane, request) for lane in range(len(self._channels))))
        finally:
            with self._lock:
                self._busy = None
            self._wake()

    def _picture(self, lane: int, request: Request) -> Snapshot | None:
        trainer = self._trainers[lane]
        if trainer is None:
            return None
        run_id, step = self._channels[lane].run_id, trainer.step_count
        preprocessing: Preprocessing = trainer.preprocessing
        return capture(request, shown_network(trainer), preprocessing, run_id, step)

    def _arrived(self) -> bool:
        """Return whether all are where they were to stop; then, once, say what to do there."""
        racing = self._racing()
        if self._until is None or any(self._steps[lane] < self._until for lane in racing):
            return False
        if not self._told:
            self._told = True
            for lane in racing:
                self._channels[lane].send(self._then)
        return True

    def _wake(self) -> None:
        for channel in self._channels:
            channel.wake()


class Lane:
    """The place of one session among those in lockstep."""

    def __init__(self, lockstep: Lockstep, number: int) -> None:
        """Be the place ``number`` of ``lockstep``."""
        self._lockstep, self._number = lockstep, number

    def threads(self, wanted: int) -> int:
        """Return how many processors the session may use, of ``wanted``; 0 stands for all there are."""
        share = max(2, _PROCESSES // len(self._lockstep._channels))  # noqa: SLF001 - one mechanism
        return min(wanted or default_threads(), share)

    def join(self, trainer: Trainer) -> None:
        """Say what is trained."""
        self._lockstep.join(self._number, trainer)

    def may_step(self) -> bool:
        """Return whether it is this session's turn, whose step then begins."""
        return self._lockstep.may_step(self._number)

    def stepped(self) -> None:
        """Say that the step is over, well or not."""
        self._lockstep.stepped(self._number)

    def leave(self) -> None:
        """Say that the session takes no further step."""
        self._lockstep.leave(self._number)

    def serve(self) -> None:
        """Let pictures of all be taken, if all stand at the same step."""
        self._lockstep.serve()
