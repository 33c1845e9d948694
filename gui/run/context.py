"""What every view and panel is given: the few shared objects of the program."""

from __future__ import annotations

from dataclasses import dataclass, field

from gui.run.model_registry import ModelRegistry
from gui.run.moments import Moments
from gui.run.races import Races
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Selection
from gui.state.settings import Settings
from gui.widgets.questions import Dialogs


@dataclass(frozen=True)
class AppContext:
    """The shared objects; passed to constructors, so that nothing is global.

    Attributes:
        bridge: the run in training, and what the user does with it.
        selection: the image that all views look at.
        models: the networks at hand, and which of them is looked at.
        notices: the one place that tells the user about problems.
        dialogs: questions to the user.
        settings: what is remembered from one start to the next.
        moments: the moment that all views follow; made of the others.
        races: the race, if there is one; made of the others.
    """

    bridge: SessionBridge
    selection: Selection
    models: ModelRegistry
    notices: Notices
    dialogs: Dialogs
    settings: Settings
    moments: Moments = field(init=False)
    races: Races = field(init=False)

    def __post_init__(self) -> None:
        """Make the one that follows the others."""
        moments = Moments(self.bridge, self.selection, self.models)
        moments.failed.connect(self.notices.problem)
        object.__setattr__(self, "moments", moments)
        object.__setattr__(self, "races", Races(self.bridge, self.notices))
