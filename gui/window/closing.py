"""What has to be asked and done before the window may close."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from PyQt5.QtCore import QEventLoop, QTimer

from engine.errors import EngineError
from engine.formatting import counted
from engine.runs import names
from gui.run.run_control import RunControl
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.widgets.questions import Dialogs

_PATIENCE_MS = 30_000


class Closing:
    """Lets the window go only when nothing is lost without being asked.

    Attributes:
        asks: whether the user is asked; False keeps what is not saved, and lets the window go in any case.
        problem: why the run could not be kept, in words.
        ended: whether the run is seen to and its session about to end.
    """

    def __init__(
        self,
        bridge: SessionBridge,
        control: RunControl,
        dialogs: Dialogs,
        notices: Notices,
    ) -> None:
        """Watch over the run of ``bridge``."""
        self._bridge = bridge
        self._control = control
        self._dialogs = dialogs
        self._notices = notices
        self.asks, self.problem, self.ended = True, "", False
        self._kept = False

    def may_close(self, leave: Callable[[], object]) -> bool:
        """See to a run that is not saved, and end the session.

        The user is asked what becomes of the run, unless ``asks`` is False: then it is kept. When that is
        done ``leave`` is called, which hides the window: its last step may take a while.

        Returns False if the user wants to stay, or if the run should be kept and that failed.
        """
        if self._over():
            return True
        keep, discard = self._control.unsaved, False
        if keep and self.asks:
            question = (
                f"The network has learnt for {counted(self._bridge.steps, 'step')} and is not saved. "
                "Keep it, so that you can resume it at the next start?"
            )
            answer = self._dialogs.choose(question, ["Keep for next time", "Discard"])
            if self._over():  # meanwhile a signal came
                return True
            if answer is None:
                return False
            keep, discard = answer == 0, answer == 1
        if keep:
            self.problem = self._keep()
            if self._over():
                return True
            if self.problem and self.asks:
                self._notices.problem(self.problem)
                return False
        self.ended, self._kept = True, keep
        leave()
        self._end(kept=keep)
        if discard:
            self._discard()
        return True

    def _end(self, *, kept: bool) -> None:
        """End the session; what is to be painted or told meanwhile is."""
        loop = QEventLoop()
        self._bridge.ended.connect(loop.quit)
        QTimer.singleShot(0, lambda: self._bridge.end(kept=kept))
        loop.exec_(QEventLoop.ProcessEventsFlags(QEventLoop.ExcludeUserInputEvents))
        self._bridge.shutdown(kept=kept)

    def _discard(self) -> None:
        """Move the run, or those of a race, to the bin, from which it can be brought back for a while."""
        library = self._bridge.library
        for folder in (run.folder for run in self._bridge.runs):
            if library is not None and folder is not None and (folder / names.RUN).exists():
                with suppress(EngineError):  # it stays then, and is offered no more
                    library.bin.delete(folder)

    def _over(self) -> bool:
        return self.ended

    def outcome(self) -> str:
        """Return in words what has become of the run."""
        if self.problem:
            return f"interrupted. {self.problem}"
        return "interrupted; the run is kept, and the next start offers to resume it" if self._kept else ""

    def _keep(self) -> str:
        """Have all of it recorded; returns a sentence if that did not work."""
        outcome: list[str] = []
        loop = QEventLoop()

        def written(problem: str) -> None:
            outcome.append(problem)
            loop.quit()

        self._bridge.kept.connect(written)
        self._notices.tell("Keeping the run\u2026")
        self._bridge.pause()
        self._bridge.keep()
        timer = QTimer()
        timer.setSingleShot(True)
        timer.timeout.connect(loop.quit)
        timer.start(_PATIENCE_MS)
        if not outcome:
            # What was typed or clicked meanwhile waits: it may no longer mean anything.
            loop.exec_(QEventLoop.ProcessEventsFlags(QEventLoop.ExcludeUserInputEvents))
        self._bridge.kept.disconnect(written)
        if not outcome:
            return (
                f"The run could not be kept within {_PATIENCE_MS // 1000} seconds: its present step has not "
                "ended yet. Wait for it and try again."
            )
        return f"The run cannot be kept. {outcome[0]}" if outcome[0] else ""
