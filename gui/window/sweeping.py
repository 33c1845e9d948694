"""Sweeps from the menu: the dialog, and its trials in the Runs view."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gui.run.context import AppContext

if TYPE_CHECKING:
    from PyQt5.QtWidgets import QWidget

    from engine.training.config import RunConfig
    from gui.dialogs.sweep.dialog import SweepDialog


class Sweeping:
    """Opens the dialog of sweeps, once at a time."""

    def __init__(
        self,
        window: QWidget,
        context: AppContext,
        config: Callable[[], RunConfig],
        look: Callable[[str], object],
    ) -> None:
        """Act for ``window``.

        Args:
            window: what the dialog stands above.
            context: the shared objects.
            config: returns the settings that are varied.
            look: shows the trials of a sweep.
        """
        self._window, self._context, self._config, self._look = window, context, config, look
        self._dialog: SweepDialog | None = None

    def open(self) -> None:
        """Show the dialog, which is there only once: it may lead a sweep."""
        from gui.dialogs.sweep.dialog import SweepDialog  # most starts do without

        if self._dialog is None:
            self._dialog = SweepDialog(self._config(), self._context.dialogs, self._window)
            self._dialog.begun.connect(self._look)
            self._dialog.destroyed.connect(self._gone)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def _gone(self) -> None:
        self._dialog = None
