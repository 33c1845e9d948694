"""The unfinished run of an earlier start: offered, and let go only when it lives on in this process."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import QObject

from engine.errors import EngineError
from engine.session.messages import State
from engine.training.checkpoint import load_checkpoint
from gui.run.autosave import Autosave
from gui.run.run_control import RunControl, missing_data
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices

_SENTENCE = "An unfinished run of an earlier start is kept. Resume it?"


class KeptRun(QObject):
    """Offers to go on with a run that an earlier process kept or lost.

    Its file stays where it is, and other processes leave it alone, until the session stands at the step that
    is kept in it. Whatever goes wrong before, it is offered again.
    """

    def __init__(
        self,
        bridge: SessionBridge,
        control: RunControl,
        autosave: Autosave,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        """Watch over what ``autosave`` finds."""
        super().__init__(parent)
        self._bridge = bridge
        self._control = control
        self._autosave = autosave
        self._notices = notices
        self._awaited: tuple[Path, int] | None = None
        bridge.state_changed.connect(self._on_state)
        bridge.run_started.connect(lambda _config: self._give_back())

    def offer(self, sentence: str = _SENTENCE) -> None:
        """Offer the newest run that is kept, if there is one."""
        leftovers = self._autosave.leftovers()
        if leftovers:
            self._notices.offer(sentence, "Resume it", lambda: self._go_on(leftovers[0]))

    def _go_on(self, path: Path) -> None:
        if not self._autosave.claim(path):
            self._notices.problem("The unfinished run is already open in another window, or is gone.")
            return
        try:
            checkpoint = load_checkpoint(path)
        except EngineError as error:
            self._autosave.release(path)
            self._notices.problem(f"The unfinished run cannot be read; it stays where it is. {error}")
            return
        told = missing_data(checkpoint)
        if told or not self._control.begin_from(checkpoint):
            self._autosave.release(path)
            self.offer(f"{told} The unfinished run is still kept." if told else _SENTENCE)
            return
        self._awaited = (path, int(checkpoint.values.get("step", 0)))

    def _on_state(self, state: State, message: str) -> None:
        if self._awaited is None or state is State.LOADING:
            return
        path, step = self._awaited
        if state is State.FAILED or self._bridge.history.steps.last("step") < step:
            self._give_back()
            self.offer(f"{message} The unfinished run is still kept.".strip())
        else:
            self._awaited = None
            self._autosave.adopt(path)

    def _give_back(self) -> None:
        """Leave the file as it was, for another attempt."""
        if self._awaited is not None:
            path, _ = self._awaited
            self._awaited = None
            self._autosave.release(path)
