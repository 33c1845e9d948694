"""A network that is not asked twice about one image: while somebody draws, most of the sheet stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from engine.recognise.judge import Odds, Source
from engine.types import Array, Bytes

_MOST = 512
"""So many answers of each kind are remembered."""
_Said = TypeVar("_Said")


class Asked:
    """Asks a network, and remembers what it said of the last images."""

    def __init__(self, source: Source) -> None:
        """Remember nothing yet of ``source``, whose network nobody trains."""
        self.source = source
        self._answers: dict[bytes, Odds] = {}
        self._odds: dict[bytes, Array] = {}

    def ask(self, image: Bytes) -> Odds:
        """Return what ``Source.ask`` says of an image."""
        return _known(self._answers, [image], lambda images: [self.source.ask(images[0])])[0]

    def odds(self, images: Sequence[Bytes]) -> Array:
        """Return the probabilities ``(N, K)`` for several images."""

        def ask(new: list[Bytes]) -> list[Array]:
            return list(self.source.odds(new))

        rows: list[Array] = _known(self._odds, images, ask)
        return np.stack(rows)


def _known(
    known: dict[bytes, _Said], images: Sequence[Bytes], ask: Callable[[list[Bytes]], list[_Said]]
) -> list[_Said]:
    """Return what is known of each image; asks about all that nothing is known of at once."""
    keys = [image.tobytes() for image in images]
    new = {key: image for key, image in zip(keys, images, strict=True) if key not in known}
    if new:
        said: dict[bytes, _Said] = dict(zip(new, ask(list(new.values())), strict=True))
        result = [said[key] if key in said else known[key] for key in keys]
        known.update(said)
        for key in list(known)[: max(0, len(known) - _MOST)]:
            del known[key]
        return result
    return [known[key] for key in keys]
