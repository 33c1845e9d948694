"""What is measured of a run's layers, as curves over its steps and as words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.formatting import grouped, share
from engine.health.finding import Finding
from engine.health.measure import Health, Histogram, LayerHealth

Values = npt.NDArray[np.float64]

_TAIL = 0.005
"""Share of the values at either end that the axis of a histogram leaves out."""


@dataclass(frozen=True)
class Quantity:
    """Something that is shown of the layers over the steps.

    Attributes:
        title: what it is called.
        about: a sentence that explains it.
        histogram: of one layer, or None.
        figure: a number of each layer, or None.
        logarithmic: whether the number is drawn on a logarithmic axis.
        pictures: whether kernels and their gradients are shown as pictures.
    """

    title: str
    about: str
    histogram: Callable[[LayerHealth], Histogram | None] | None = None
    figure: Callable[[LayerHealth], float | None] | None = None
    logarithmic: bool = False
    pictures: bool = False


QUANTITIES: tuple[Quantity, ...] = (
    Quantity(
        "Weights",
        "How the weights of the layer are spread, at one step below the other.",
        lambda x: x.weights,
    ),
    Quantity(
        "Activations",
        "How the outputs of the layer are spread for some training images, at one step below the other.",
        lambda x: x.activations,
    ),
    Quantity(
        "Gradients",
        "How the gradient of the loss for each weight of the layer is spread. All at 0: it does not learn.",
        lambda x: x.gradients,
    ),
    Quantity(
        "Kernels and gradients",
        "The kernels of a convolution for its first input channel, and what the loss asks of each weight.",
        lambda x: None if x.kernels is None else x.gradients,
        pictures=True,
    ),
    Quantity(
        "Update ratio",
        "How far the weights moved in a step, as a share of themselves. About 0.001 is usual.",
        figure=lambda x: x.update_ratio,
        logarithmic=True,
    ),
    Quantity(
        "Gradient norm",
        "Length of the gradient of each layer. Falling from the last layer to the first: it vanishes.",
        figure=lambda x: x.gradient_norm,
        logarithmic=True,
    ),
    Quantity("Weight norm", "Length of all weights of each layer.", figure=lambda x: x.weight_norm),
    Quantity(
        "Dead units",
        "Share of the units behind a ReLU that are 0 for every image.",
        figure=lambda x: x.dead,
    ),
    Quantity(
        "Saturated units",
        "Share of the outputs where the activation is flat.",
        figure=lambda x: x.saturated,
    ),
)


@dataclass(frozen=True, eq=False)
class Ridge:
    """One histogram in a stack of them.

    Attributes:
        step: when.
        x: middle of each bar, ``(B,)``.
        height: share of the highest bar, 0 to 1, ``(B,)``.
    """

    step: int
    x: Values
    height: Values


def layer_titles(moments: Sequence[Health], quantity: Quantity) -> list[tuple[int, str]]:
    """Return number and name of the layers of which there is a histogram of this quantity."""
    if not moments or quantity.histogram is None:
        return []
    read = quantity.histogram
    return [
        (layer.index, f"{layer.index + 1} {layer.title}")
        for layer in moments[-1].layers
        if read(layer) is not None
    ]


def ridges(
    moments: Sequence[Health], quantity: Quantity, layer: int
) -> tuple[list[Ridge], tuple[float, float]]:
    """Return the histograms of a layer, the oldest first, and the ends of their common axis."""
    found, lows, highs = [], [], []
    for moment in moments:
        if quantity.histogram is None or layer >= len(moment.layers):
            continue
        histogram = quantity.histogram(moment.layers[layer])
        if histogram is None or not histogram.counts.sum():
            continue
        edges = histogram.edges
        shares = np.cumsum(histogram.counts) / histogram.counts.sum()
        lows.append(edges[int(np.searchsorted(shares, _TAIL))])
        highs.append(edges[int(np.searchsorted(shares, 1 - _TAIL)) + 1])
        height = histogram.counts / histogram.counts.max()
        found.append(Ridge(moment.step, (edges[1:] + edges[:-1]) / 2, height))
    low, high = (min(lows), max(highs)) if found else (0.0, 1.0)
    return found, (float(low), float(high) if high > low else float(low) + 1.0)


def lines(moments: Sequence[Health], quantity: Quantity) -> list[tuple[str, Values, Values]]:
    """Return for each layer that has the figure its name, the steps ``(n,)``, and the values at them."""
    if not moments or quantity.figure is None:
        return []
    read, found = quantity.figure, []
    for layer in moments[-1].layers:
        points = [
            (moment.step, value)
            for moment in moments
            if layer.index < len(moment.layers) and (value := read(moment.layers[layer.index])) is not None
        ]
        if points:
            steps, values = np.array(points, np.float64).T
            found.append((f"{layer.index + 1} {layer.title}", steps, values))
    return found


def place_words(finding: Finding) -> str:
    """Say where and since when something is wrong."""
    return f"{finding.where[:1].upper()}{finding.where[1:]}, since step {grouped(finding.since)}"


def figure_words(quantity: Quantity, title: str, step: float, value: float) -> str:
    """Say what a line is at a step."""
    text = share(value) if quantity.title.endswith("units") else f"{value:.3g}"
    return f"Layer {title} at step {grouped(step)}: {quantity.title.lower()} {text}"
