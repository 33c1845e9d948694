"""Changes one after the other, each of which can be undone; what they are made to stays as it is."""

from __future__ import annotations

from engine.damage.base import Change, InputChange, NetworkChange
from engine.data.preprocess import Preprocessing
from engine.model.network import Network
from engine.records import dataclass
from engine.types import Array, Bytes


@dataclass(frozen=True)
class Damage:
    """A stack of changes; every method returns another stack.

    Attributes:
        changes: what is done, in order.
        undone: what was undone and can be done again, the last undone one at the end.
    """

    changes: tuple[Change, ...] = ()
    undone: tuple[Change, ...] = ()

    def then(self, change: Change, *, again: bool = False) -> Damage:
        """Return this with ``change`` on top.

        Args:
            change: what is done.
            again: it goes on with the change on top, such as a weight that is still being dragged, and takes
                its place if that has the same target.
        """
        below = self.changes
        if again and below and below[-1].target == change.target:
            below = below[:-1]
        return Damage((*below, change))

    def undo(self) -> Damage:
        """Return this without the change on top; itself if there is none."""
        if not self.changes:
            return self
        return Damage(self.changes[:-1], (*self.undone, self.changes[-1]))

    def redo(self) -> Damage:
        """Return this with the change that was undone last; itself if there is none."""
        if not self.undone:
            return self
        return Damage((*self.changes, self.undone[-1]), self.undone[:-1])

    def network(self, network: Network) -> Network:
        """Return a changed copy of ``network``.

        Raises:
            ConfigError: a change does not fit this network.
        """
        copy = network.copy()
        for change in self.changes:
            if isinstance(change, NetworkChange):
                change.apply(copy)
        return copy

    def images(self, images: Bytes) -> Bytes:
        """Return changed copies of ``images``, uint8 ``(N, C, H, W)``."""
        result = images
        for change in self.changes:
            if isinstance(change, InputChange):
                result = change.apply(result)
        return result if result is not images else images.copy()

    def before(self, preprocessing: Preprocessing) -> Preprocessing:
        """Return ``preprocessing`` with the changes of the input before it."""
        if not any(isinstance(change, InputChange) for change in self.changes):
            return preprocessing
        return _ChangedFirst(preprocessing.mean, preprocessing.std, self)

    def words(self, network: Network) -> tuple[str, ...]:
        """Say what is done, a line each."""
        return tuple(change.words(network) for change in self.changes)


@dataclass(frozen=True)
class _ChangedFirst(Preprocessing):
    """Changes the pixels before they are standardised."""

    damage: Damage

    def apply(self, images: Bytes) -> Array:
        """Return the standardised changed images."""
        return super().apply(self.damage.images(images))


UNBROKEN = Damage()
"""Nothing is changed."""
