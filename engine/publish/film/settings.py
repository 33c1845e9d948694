"""How a film is to be: what can be chosen, and which steps are seen when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.errors import ConfigError
from engine.look.theme import THEMES, Theme
from engine.types import Bytes

SCALES = ("log", "linear")
"""How the steps of a run are spread over the time of a film."""
REST = 1.0
"""Seconds for which the last picture stays."""
SECONDS = (2.0, 120.0)
RATES = (1, 60)
"""Pictures a second."""
NARROWEST, WIDEST = (160, 120), (3840, 2160)


@dataclass(frozen=True)
class Film:
    """The choices.

    Attributes:
        of: what is filmed, the ``key`` of one of ``SUBJECTS``.
        seconds: how long it lasts; for the last second the last picture stays.
        rate: pictures a second.
        size: width and height in pixels.
        scale: ``log`` gives every e-fold of steps the same time, ``linear`` every step.
        theme: ``light`` or ``dark``.
        captions: whether title, step and accuracy are written.
        image: number of the test image that is looked at, from 0.
        picture: an image ``(C, H, W)`` of the form that the network takes, in place of a test image.
    """

    of: str = "kernels"
    seconds: float = 8.0
    rate: int = 20
    size: tuple[int, int] = (960, 540)
    scale: str = "log"
    theme: str = "light"
    captions: bool = True
    image: int = 0
    picture: Bytes | None = None

    def __post_init__(self) -> None:
        """Refuse what no film can be; raises ConfigError."""
        if not SECONDS[0] <= self.seconds <= SECONDS[1]:
            raise ConfigError(
                f"A film of {self.seconds:g} seconds cannot be made; allowed are {SECONDS[0]:g} "
                f"to {SECONDS[1]:g}."
            )
        if not RATES[0] <= self.rate <= RATES[1]:
            raise ConfigError(
                f"A film of {self.rate} pictures a second cannot be made; allowed are {RATES[0]} "
                f"to {RATES[1]}."
            )
        if not all(low <= side <= high for low, side, high in zip(NARROWEST, self.size, WIDEST, strict=True)):
            raise ConfigError(
                f"A film of {words(self.size)} pixels cannot be made; allowed are {words(NARROWEST)} "
                f"to {words(WIDEST)}."
            )
        if self.scale not in SCALES:
            raise ConfigError(f"The scale of a film is {self.scale!r}; allowed are {', '.join(SCALES)}.")
        if self.theme not in THEMES:
            raise ConfigError(f"The theme of a film is {self.theme!r}; allowed are {', '.join(THEMES)}.")
        if self.image < 0:
            raise ConfigError(f"The image of a film is number {self.image}; allowed is 0 or more.")

    @property
    def colours(self) -> Theme:
        """The theme."""
        return THEMES[self.theme]

    @property
    def count(self) -> int:
        """How many pictures it has."""
        return max(2, round(self.seconds * self.rate))

    def places(self) -> npt.NDArray[np.float64]:
        """Return for each picture how far along the run it is, 0 to 1, ``(count,)``."""
        moving = max(2, self.count - round(REST * self.rate))
        along = np.linspace(0.0, 1.0, moving)
        return np.concatenate([along, np.ones(self.count - moving)])


def axis(steps: Sequence[int], scale: str) -> npt.NDArray[np.float64]:
    """Return where ascending ``steps`` lie on the scale: the first at 0, the last at 1."""
    places = np.asarray(steps, np.float64)
    if scale == "log":
        places = np.log1p(places)
    span = float(places[-1] - places[0])
    return (places - places[0]) / span if span else np.zeros(len(places))


def thinned(steps: Sequence[int], scale: str, most: int) -> list[int]:
    """Return at most ``most`` of the ascending ``steps``, as evenly on the scale as there are some."""
    if len(steps) <= most:
        return list(steps)
    places = axis(steps, scale)
    wanted = np.linspace(0.0, 1.0, most)
    after = np.clip(np.searchsorted(places, wanted), 1, len(places) - 1)
    nearer = after - (wanted - places[after - 1] < places[after] - wanted)
    return [int(steps[index]) for index in np.unique(nearer)]


def words(size: tuple[int, int]) -> str:
    """Write a size, for example ``960×540``."""
    return f"{size[0]}\N{MULTIPLICATION SIGN}{size[1]}"
