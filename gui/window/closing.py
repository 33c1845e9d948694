"""What has to be asked and done before the window may close."""

from __future__ import annotations

from PyQt5.QtCore import QEventLoop, QTimer

from gui.run.autosave import Autosave
from gui.run.run_control import RunControl
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.widgets.questions import Dialogs

_PATIENCE_MS = 30_000


class Closing:
    """Lets the window go only when nothing is lost without being asked."""

    def __init__(
        self,
        bridge: SessionBridge,
        control: RunControl,
        autosave: Autosave,
        dialogs: Dialogs,
        notices: Notices,
    ) -> None:
        """Watch over the run of ``bridge``."""
        self._bridge = bridge
        self._control = control
        self._autosave = autosave
        self._dialogs = dialogs
        self._notices = notices

    def may_close(self) -> bool:
        """Ask what becomes of a run that is not saved, do it, and end the session.

        Returns False if the user wants to stay, or if keeping the run failed.
        """
        if self._control.unsaved:
            question = (
                f"The network has learnt for {self._bridge.steps:,} steps and is not saved. "
                "Keep it, so that you can go on at the next start?"
            )
            answer = self._dialogs.choose(question, ["Keep for next time", "Discard"])
            if answer is None or (answer == 0 and not self._keep()):
                return False
            keep = answer == 0
        else:
            keep = False
        self._bridge.shutdown()
        if not keep:
            self._autosave.drop()
        self._autosave.release()
        return True

    def _keep(self) -> bool:
        """Write the checkpoint; returns whether that worked."""
        path = self._autosave.path
        if path is None:
            self._notices.problem(
                "The run cannot be kept: the program's data folder cannot be written. Save it."
            )
            return False
        outcome: list[str] = []
        loop = QEventLoop()

        def written(_path: object, problem: str) -> None:
            outcome.append(problem)
            loop.quit()

        self._bridge.saved.connect(written)
        self._bridge.pause()
        self._bridge.save(path, checkpoint=True)
        QTimer.singleShot(_PATIENCE_MS, loop.quit)
        if not outcome:
            loop.exec_()
        self._bridge.saved.disconnect(written)
        return outcome == [""]
