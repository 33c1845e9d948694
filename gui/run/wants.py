"""What a view needs to be drawn, and of which network."""

from __future__ import annotations

from typing import Protocol

from engine.model.reference import THE_RUN, Reference
from engine.records import dataclass


@dataclass(frozen=True)
class Wants:
    """What a view needs to be drawn; all False while it is hidden.

    Attributes:
        kernels: the network itself.
        maps: what its layers make of the image that is looked at.
        evaluate: how it does on the test images.
        start: what its newest training step began with.
        of: the network.
    """

    kernels: bool = False
    maps: bool = False
    evaluate: bool = False
    start: bool = False
    of: Reference = THE_RUN

    def __or__(self, other: Wants) -> Wants:
        """Return what both need together of the same network."""
        return Wants(
            self.kernels or other.kernels,
            self.maps or other.maps,
            self.evaluate or other.evaluate,
            self.start or other.start,
            self.of,
        )

    def __bool__(self) -> bool:
        """Return whether anything is needed."""
        return self.kernels or self.maps or self.evaluate


class Watcher(Protocol):
    """A view that draws what it asks for."""

    def wants(self) -> Wants:
        """Return what is needed now; nothing while hidden."""
