"""The contract of all changes that are made to try what a network bears."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from engine.model.network import Network
from engine.options import Configurable
from engine.types import Bytes


@dataclass(frozen=True)
class Change(Configurable, ABC):
    """One step of damage; it is never changed itself.

    Attributes:
        about: a sentence: what it shows.
    """

    about: ClassVar[str] = ""

    @abstractmethod
    def words(self, network: Network) -> str:
        """Say what is done to ``network`` or its input, in a line."""

    @property
    def target(self) -> tuple[object, ...]:
        """What it acts on: a change that follows another with the same target may take its place."""
        return (type(self),)


@dataclass(frozen=True)
class NetworkChange(Change):
    """A change of what a network has learnt."""

    @abstractmethod
    def apply(self, network: Network) -> None:
        """Change the parameters of ``network``, which is a copy made for this, in place.

        Raises:
            ConfigError: the network has no such layer, kernel or value.
        """


@dataclass(frozen=True)
class InputChange(Change):
    """A change of the images that enter a network."""

    @abstractmethod
    def apply(self, images: Bytes) -> Bytes:
        """Return changed copies of ``images``, uint8 ``(N, C, H, W)``."""
