"""The unfinished run of an earlier start: offered until it lives on, or its user is done with it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject

from engine.errors import ModelFileError
from engine.runs import names
from engine.runs.destination import Destination
from engine.runs.hold import Hold
from engine.session.messages import State
from gui.run.in_order import InOrder
from gui.run.run_control import RunControl, missing_data, read_checkpoint
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices

if TYPE_CHECKING:
    from engine.runs.library import Library
    from engine.runs.summary import Summary
    from engine.training.checkpoint import Checkpoint


class KeptRun(QObject):
    """Offers to go on with a run that an earlier process kept or lost.

    Its folder stays as it is, and other processes leave it alone, until the session stands at the step that
    is kept in it. Whatever goes wrong before, it is offered again.
    """

    def __init__(
        self,
        bridge: SessionBridge,
        control: RunControl,
        library: Library,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        """Watch over what lies in ``library``."""
        super().__init__(parent)
        self._bridge = bridge
        self._control = control
        self._library = library
        self._notices = notices
        self._awaited: tuple[Hold, int] | None = None
        self._read: Path | None = None
        self._reading = InOrder(self)
        bridge.state_changed.connect(self._on_state)
        bridge.run_started.connect(lambda _config: self._give_back())

    def offer(self) -> bool:
        """Offer the newest unfinished run; returns whether there is one."""
        found = self._library.unfinished()
        if found:
            run = found[0]
            self._offer(Path(run.path), f"An unfinished run is kept: {described(run)}. Resume it?")
        return bool(found)

    def _offer(self, path: Path, sentence: str) -> None:
        self._notices.offer(sentence, "Resume it", lambda: self.resume(path))

    def resume(self, path: Path) -> None:
        """Go on with the run in ``path``, read beside the window, after asking if something would be lost."""
        if path == self._read:
            return
        try:
            hold = Hold(path)
        except ModelFileError:
            self._notices.problem("The run is already open in another window.")
            return
        except OSError as error:
            self._notices.problem(f"The run is gone, or cannot be used: {error.strerror or error}.")
            return
        self._read = path
        self._reading.do(
            partial(read_checkpoint, path / names.STATE),
            partial(self._go_on, hold),
            partial(self._cannot_be_read, hold),
        )

    @property
    def reading(self) -> bool:
        """Whether a run is being read."""
        return self._reading.busy

    def _cannot_be_read(self, hold: Hold, sentence: str) -> None:
        self._read = None
        hold.release()
        self._notices.problem(f"The run cannot be read; it stays where it is. {sentence}")

    def _go_on(self, hold: Hold, checkpoint: Checkpoint) -> None:
        path = hold.path
        if self._read != path:  # another run has begun meanwhile
            hold.release()
            return
        self._read = None
        told = missing_data(checkpoint)
        record = Destination(path, hold, budget=self._library.budget().run_bytes)
        if told or not self._control.begin_from(checkpoint, record):
            hold.release()
            if told:
                self._offer(path, f"{told} The run is still kept.")
            elif any(Path(run.path) == path for run in self._library.unfinished()[:1]):
                self.offer()
            return
        self._awaited = (hold, int(checkpoint.values.get("step", 0)))

    def _on_state(self, state: State, message: str) -> None:
        if self._awaited is None or state is State.LOADING:
            return
        hold, step = self._awaited
        if state is State.FAILED or self._bridge.history.steps.last("step") < step:
            self._give_back()
            self._offer(hold.path, f"{message} The run is still kept.".strip())
        else:
            self._awaited = None

    def _give_back(self) -> None:
        """Leave the run as it was, for another attempt."""
        self._read = None
        if self._awaited is not None:
            hold, _ = self._awaited
            self._awaited = None
            hold.release()


def described(run: Summary) -> str:
    """Return in words which run it is, how far it came and when it ended."""
    name = run.title or f"{run.network} on {run.data}"
    try:
        ended = datetime.fromisoformat(run.changed).astimezone()
    except ValueError:
        return f"{name}, step {run.steps:,}"
    return f"{name}, step {run.steps:,}, ended {ended.day} {ended:%B %Y, %H:%M}"
