"""What is known of a view before it is loaded: enough for its dock, its tab and its line in the View menu."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from engine.records import dataclass

if TYPE_CHECKING:
    from gui.run.view import View


@dataclass(frozen=True)
class ViewSpec:
    """A view or a panel, whose class is loaded when it is first seen.

    Attributes:
        key: its name in the program, unique; remembered layouts and pictures of the documentation use it.
        title: stands above it, on its tab, and in the View menu, which has every view with Ctrl and its
            number in the lists.
        about: one sentence beside the title, where there is room.
        path: its class, a ``View``: the module and the name, with dots.
        late: for one that is made only when the window has been painted, its least width in pixels, so that
            nothing moves when it comes; 0 for all that are painted with the window.
    """

    key: str
    title: str
    about: str
    path: str
    late: int = 0

    @property
    def module(self) -> str:
        """The name of the module that has the class."""
        return self.path.rpartition(".")[0]

    def load(self) -> type[View]:
        """Return the class, loaded at the first use."""
        kind: type[View] = getattr(import_module(self.module), self.path.rpartition(".")[2])
        return kind

    def makes(self, kind: type[View]) -> bool:
        """Return whether ``kind`` is the class, without loading it."""
        return self.path == f"{kind.__module__}.{kind.__qualname__}"
