"""What every view and panel is given: the few shared objects of the program."""

from __future__ import annotations

from dataclasses import dataclass

from gui.dialogs import Dialogs
from gui.model_shelf import ModelShelf
from gui.notices import Notices
from gui.selection import Selection
from gui.session_bridge import SessionBridge
from gui.settings import Settings


@dataclass(frozen=True)
class Desk:
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
    models: ModelShelf
    notices: Notices
    dialogs: Dialogs
    settings: Settings
