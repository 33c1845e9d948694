"""Weights on their way from the training to the disk: which are kept, which wait, which go."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.runs.keeping import Keeping
from engine.runs.writer import Writer
from engine.types import Array

_WAITING = 32 << 20
"""Bytes of weights that may wait for the writer; while they do, no other step is kept."""
_HEADER = 4096
"""Bytes of a weights file beside the values, on the safe side."""


@dataclass(frozen=True)
class _Weights:
    step: int
    vector: Array
    gone: Sequence[int]


class Pending:
    """The weights of one run that are kept, and those of them that are not written yet.

    ``wants`` and ``add`` are called by the thread that trains, ``written`` by any, all else by the one that
    writes.
    """

    def __init__(self, spec: NetworkSpec, budget: int, kept: Iterable[int]) -> None:
        """Let nothing wait yet.

        Args:
            spec: the network.
            budget: bytes that its kept weights may take.
            kept: steps whose weights are on the disk.
        """
        self._spec = spec
        size = Network.empty(spec).state_vector.nbytes + _HEADER
        self._keeping = Keeping(max(3, budget // size), kept)
        self._most = max(8, _WAITING // size)
        self._waiting: deque[_Weights] = deque()
        self._lost: deque[int] = deque()
        self._gone: list[int] = []

    def wants(self, step: int) -> bool:
        """Return whether the weights after ``step`` are to be kept; asked after every step, so quick."""
        return self._keeping.wants(step) and len(self._waiting) < self._most

    def add(self, step: int, state_vector: Array, best: int | None) -> None:
        """Let a copy of the weights after ``step`` wait; those of the step ``best`` never go."""
        while self._lost:
            self._keeping.forget([self._lost.popleft()])
        if step in self._keeping.steps or len(self._waiting) >= 2 * self._most:
            return
        gone = self._keeping.add(step, () if best is None else (best,))
        self._waiting.append(_Weights(step, state_vector.copy(), gone))

    def write(self, writer: Writer) -> None:
        """Write what waits, and remove what had to make room for it; raises OSError."""
        while self._waiting:
            item = self._waiting[0]
            writer.weights(item.step, self._spec, item.vector)
            self._gone += item.gone
            self._waiting.popleft()
        while self._gone:
            writer.remove_weights(self._gone[-1])
            self._gone.pop()

    def written(self) -> list[int]:
        """Return the steps whose weights are on the disk, in order; any thread may ask."""
        missing = {*(item.step for item in list(self._waiting)), *list(self._lost)}
        return [step for step in list(self._keeping.steps) if step not in missing]

    def give_up(self) -> None:
        """Forget what waits, which would fill the memory while it cannot be written."""
        while self._waiting:
            item = self._waiting.popleft()
            self._lost.append(item.step)
            self._gone += item.gone

    def lose_all(self) -> None:
        """Note that nothing is on the disk any more."""
        self._lost.extend(self._keeping.steps)
