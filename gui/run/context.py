"""What every view and panel is given: the few shared objects of the program."""

from __future__ import annotations

from dataclasses import dataclass

from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Selection
from gui.state.settings import Settings
from gui.widgets.questions import Dialogs


@dataclass(frozen=True)
class AppContext:
    """The shared objects; passed to constructors, so that nothing is global.

    Attributes:
        bridge: the training session.
        selection: the image that all views look at.
        models: the networks at hand, and which of them is looked at.
        notices: the one place that tells the user about problems.
        dialogs: questions to the user.
        settings: what is remembered from one start to the next.
    """

    bridge: SessionBridge
    selection: Selection
    models: ModelRegistry
    notices: Notices
    dialogs: Dialogs
    settings: Settings
