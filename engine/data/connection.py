"""A connection to a server that nobody has to wait for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

from engine.task import Task

if TYPE_CHECKING:
    from requests import Response

_LOOK_SECONDS = 0.05
"""Time between two looks whether to go on while nothing comes."""
_AHEAD = 64
"""Pieces that are fetched before anyone takes them."""


class _Left(Exception):  # noqa: N818 - never leaves this module
    """Nobody takes what comes any more."""


class Connection:
    """Asks a server in a thread of its own: a name, a handshake or silence can hold that up for long.

    Leaving the block breaks the connection; a thread that still looks for the server then ends by itself,
    within its time limits, and keeps nobody and no process from ending.
    """

    def __init__(
        self, url: str, headers: Mapping[str, str], piece: int, limits: tuple[float, float], task: Task
    ) -> None:
        """Begin to ask for ``url``.

        Args:
            url: what is wanted.
            headers: of the request.
            piece: bytes that are handed over at once.
            limits: seconds that the server may take to answer, and between two signs of life.
            task: says whether to go on.
        """
        self._task = task
        self._came: queue.Queue[Any] = queue.Queue(_AHEAD)
        self._left = threading.Event()
        self._answer: Response | None = None
        threading.Thread(
            target=self._fetch, args=(url, headers, piece, limits), name="fetching", daemon=True
        ).start()

    def __enter__(self) -> Connection:
        """Return the connection itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Break the connection."""
        self._left.set()
        if self._answer is not None:
            with suppress(OSError, ValueError, RuntimeError):  # it may have ended by now
                self._answer.raw.shutdown()  # wakes a thread that waits for the server

    def answer(self) -> Response:
        """Return what the server says, without the content; raises Cancelled and what requests raises."""
        self._answer = self._take()
        return self._answer

    def pieces(self) -> Iterator[bytes]:
        """Yield the content as it is sent; raises Cancelled and what urllib3 raises."""
        while (piece := self._take()) is not None:
            yield piece

    def _take(self) -> Any:
        while True:
            self._task.check()
            try:
                came = self._came.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            if isinstance(came, BaseException):
                raise came
            return came

    def _fetch(self, url: str, headers: Mapping[str, str], piece: int, limits: tuple[float, float]) -> None:
        try:
            import requests  # heavy, and needed only here

            with requests.get(url, headers=headers, stream=True, timeout=limits) as answer:
                self._give(answer)
                # As it is: some servers say of every .gz that it is only compressed for the way.
                for content in answer.raw.stream(piece, decode_content=False):
                    self._give(content)
            self._give(None)
        except _Left:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again where the content is taken
            if not self._left.is_set():
                self._came.put(error)

    def _give(self, value: object) -> None:
        while not self._left.is_set():
            try:
                self._came.put(value, timeout=_LOOK_SECONDS)
            except queue.Full:
                continue
            return
        raise _Left
