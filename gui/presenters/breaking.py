"""A copy that is broken, in words, and the kernels of a layer as small pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from engine.damage.ranking import Rank
from engine.formatting import grouped, share
from engine.layers.base import Layer
from engine.types import Array, Params
from gui.presenters.arithmetic import Row

RANK_COLUMNS = ("Filter", "Without it", "Loses")


def accuracy_words(usual: float, now: float, images: int) -> tuple[str, str]:
    """Return the accuracy of the copy, and what that is against the network as it was."""
    points = 100 * (now - usual)
    sign = "\N{MINUS SIGN}" if points < 0 else "+"
    change = "as before" if abs(points) < 0.005 else f"{sign}{abs(points):.1f} points"
    return share(now, 1), f"{change}, on {grouped(images)} test images; {share(usual, 1)} as it was"


def rank_rows(ranks: Sequence[Rank], most: int = 100) -> list[Row]:
    """Return a row for each filter, the one that is missed most first."""
    return [
        Row(
            (
                f"layer {rank.layer + 1}, filter {rank.kernel + 1}",
                share(rank.accuracy),
                f"{100 * rank.loss:.1f}".replace("-", "\N{MINUS SIGN}") + " points",
            ),
            rank,
        )
        for rank in ranks[:most]
    ]


def kernel_layers(layers: Sequence[Layer], params: Sequence[Params]) -> list[tuple[str, int]]:
    """Return name and number of the layers that have kernels."""
    return [
        (f"{index + 1} {layer.title or layer.type_name}", index)
        for index, (layer, own) in enumerate(zip(layers, params, strict=True))
        if layer.kernels in own and own[layer.kernels].ndim >= 2
    ]


def kernel_tiles(kernels: Array, channel: int) -> Array:
    """Return kernels as pictures ``(K, h, w)``: one input channel of each, or the weights of a unit in rows.

    What is missing in the last row of a unit is not a number.
    """
    if kernels.ndim == 4:
        return kernels[:, min(channel, kernels.shape[1] - 1)]
    flat = kernels.reshape(len(kernels), -1)
    width = math.ceil(math.sqrt(flat.shape[1]))
    height = -(-flat.shape[1] // width)
    tiles = np.full((len(flat), height * width), np.nan, flat.dtype)
    tiles[:, : flat.shape[1]] = flat
    return tiles.reshape(len(flat), height, width)


def weight_number(kernels: Array, channel: int, row: int, column: int) -> int | None:
    """Return the number in its kernel of the weight at a place of its picture, if there is one.

    Args:
        kernels: of a convolution ``(filters, channels, h, w)``, or of a dense layer ``(units, D)``.
        channel: of the kernel, from 0.
        row: from 0.
        column: from 0.
    """
    if kernels.ndim == 4:
        _, channels, height, width = map(int, kernels.shape)
        return (min(channel, channels - 1) * height + row) * width + column
    size = int(kernels[0].size)
    number: int = row * math.ceil(math.sqrt(size)) + column
    return number if number < size else None
