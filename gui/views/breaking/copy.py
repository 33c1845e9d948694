"""The copy that is broken: its stack of changes, and that all views look at it."""

from __future__ import annotations

from dataclasses import replace

from PyQt5.QtCore import QObject, pyqtSignal

from engine.damage.base import Change, InputChange
from engine.damage.stack import Damage
from engine.errors import EngineError
from engine.model.model_file import Model
from engine.model.reference import Damaged, Reference
from gui.run.context import AppContext
from gui.state.selection import Sample


class BrokenCopy(QObject):
    """Holds a network as it was and a stack of changes; the network itself is never touched.

    Attributes:
        damage: the changes.
        original: the network as it was; None while nothing is broken.
        model: the broken copy.
    """

    changed = pyqtSignal()
    """Something was changed or undone, or there is another network."""
    look_at = pyqtSignal(object)
    """The view shall show the network with this Reference."""

    def __init__(self, context: AppContext, parent: QObject) -> None:
        """Break nothing yet."""
        super().__init__(parent)
        self._context = context
        self.damage = Damage()
        self.original: Model | None = None
        self.model: Model | None = None
        self._of: Reference | None = None
        self._current: Reference | None = None
        self._version = 0
        self._clean: Sample | None = context.selection.sample
        self._ours: Sample | None = None
        context.selection.changed.connect(self._sample_chosen)

    def begin(self, of: Reference, model: Model) -> None:
        """Begin with a copy of ``model``, which is the network that ``of`` names."""
        self._of, self._current = of, self._context.models.current
        self.original, self.damage = model, Damage()
        self._clean = self._context.selection.sample
        self._apply()

    def end(self) -> None:
        """Go back to the network and the image as they were."""
        models = self._context.models
        if self.original is None or self._of is None:
            return
        here = Damaged(self._version)
        self.original, self.model, self.damage = None, None, Damage()
        self._show_clean()
        if models.current == here and self._current in models.references:
            models.choose(self._current)
        self.look_at.emit(self._of)
        if here in models.references:
            models.remove(here)
        self.changed.emit()

    def do(self, change: Change, *, again: bool = False) -> None:
        """Make a change; ``again`` as in ``Damage.then``."""
        self._take(self.damage.then(change, again=again))

    def undo(self) -> None:
        """Undo the last change."""
        self._take(self.damage.undo())

    def redo(self) -> None:
        """Make again what was undone last."""
        self._take(self.damage.redo())

    def reset(self) -> None:
        """Undo everything."""
        self._take(Damage())

    def _take(self, damage: Damage) -> None:
        if self.original is None or damage == self.damage:
            return
        before, self.damage = self.damage, damage
        try:
            self._apply()
        except EngineError as error:
            self.damage = before
            self._context.notices.problem(str(error))

    def _apply(self) -> None:
        """Let all views look at the copy as it is now."""
        original, models = self.original, self._context.models
        if original is None or self._of is None:
            return
        network = self.damage.network(original.network)
        self.model = replace(original, network=network)
        old = Damaged(self._version)
        self._version += 1
        new = Damaged(self._version)
        title = f"Broken copy of {models.title(self._of)}"
        models.add(new, title, self.model, damage=self.damage)
        self.look_at.emit(new)
        if old in models.references:
            models.remove(old)
        self._show_changed_image()
        self.changed.emit()

    # --- the image that is looked at --------------------------------------------------------------------

    def _sample_chosen(self, sample: Sample) -> None:
        """Break the image that somebody has chosen, too."""
        if sample is self._ours:
            return
        self._clean, self._ours = sample, None
        if self.original is not None:
            self._show_changed_image()

    def _show_changed_image(self) -> None:
        clean = self._clean
        if clean is None:
            return
        if not any(isinstance(change, InputChange) for change in self.damage.changes):
            self._show_clean()
            return
        image = self.damage.images(clean.image[None])[0]
        self._ours = Sample(image, f"{clean.source}, changed", clean.label)
        self._context.selection.choose(self._ours)

    def _show_clean(self) -> None:
        if self._ours is not None and self._clean is not None:
            self._ours = None
            self._context.selection.choose(self._clean)
