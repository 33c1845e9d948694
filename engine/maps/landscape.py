"""The loss around the weights of a network, in a plane through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.preprocess import Preprocessing
from engine.maps.pca import Components
from engine.model.network import Network
from engine.task import Task
from engine.types import Array, Bytes, Context, Labels

SIZE = 21
"""Places along each direction; an odd number, so that the weights themselves are one of them."""
_MARGIN = 0.25
"""Room around a path, as a share of its extent."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane in the space of the weights: ``w(a, b) = centre + a first + b second``.

    Attributes:
        centre: trained values, like ``Network.vector``.
        first, second: directions, like ``Network.vector``.
        low, high: the corners ``(a, b)`` of the part that is looked at.
        path: coordinates ``(T, 2)`` of recorded weights, as they lie nearest in the plane; else ``(0, 2)``.
        steps: of the path, ``(T,)``.
        shares: of the path's variance along either direction; else empty.
    """

    centre: Array
    first: Array
    second: Array
    low: tuple[float, float]
    high: tuple[float, float]
    path: Values
    steps: tuple[int, ...] = ()
    shares: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Landscape:
    """The mean cross-entropy in a plane.

    Attributes:
        plane: the plane.
        a, b: coordinates along its directions, ``(A,)`` and ``(B,)``.
        loss: mean cross-entropy at ``(a[i], b[j])``, ``(A, B)``; infinity where it is not finite.
        images: how many images it was computed with.
    """

    plane: Plane
    a: Values
    b: Values
    loss: Values
    images: int


def random_plane(network: Network, seed: int = 0) -> Plane:
    """Return the plane through the weights of ``network`` along two random directions, from -1 to 1.

    Each direction is drawn from the normal distribution and filter-normalised: its part for a kernel is
    scaled to the norm of that kernel, so that networks with weights of different size can be compared;
    biases and normalisations stay as they are.
    Source: Li, Xu, Taylor, Studer and Goldstein, *Visualizing the loss landscape of neural nets*, 2018.
    """
    rng = np.random.default_rng([seed, 11])
    directions = []
    for _ in range(2):
        other = network.copy()
        other.vector[:] = 0
        for layer, params, own in zip(network.spec.layers, other.params, network.params, strict=True):
            for name in layer.decayed:
                if name not in params:
                    continue
                noise = rng.standard_normal(params[name].shape)
                axes = tuple(range(1, noise.ndim))
                norms = np.sqrt(np.square(noise).sum(axis=axes, keepdims=True))
                wanted = np.sqrt(np.square(own[name], dtype=np.float64).sum(axis=axes, keepdims=True))
                params[name][:] = noise / np.maximum(norms, 1e-12) * wanted
        directions.append(other.vector)
    nothing = np.zeros((0, 2))
    return Plane(network.vector.copy(), directions[0], directions[1], (-1.0, -1.0), (1.0, 1.0), nothing)


def path_plane(recorded: Sequence[tuple[int, Array]]) -> Plane:
    """Return the plane in which the recorded weights of a run moved most, with their path.

    Its directions are the first two principal components of ``w(t) - w(T)``, as Li et al. 2018 have them.

    Args:
        recorded: steps and the trained values after them, like ``Network.vector``; at least 3, the last of
            which are the centre.

    Raises:
        ValueError: there are less than 3.
    """
    if len(recorded) < 3:
        raise ValueError(f"A path needs at least 3 recorded steps; there are {len(recorded)}.")
    centre = recorded[-1][1]
    moves = np.stack([vector.astype(np.float64) - centre for _, vector in recorded])
    found = Components.of(moves, 2)
    axes = np.zeros((2, len(centre)))
    axes[: len(found.axes)] = found.axes
    path = moves @ axes.T
    extent = np.maximum(np.ptp(path, axis=0), 1e-6)
    extent[:] = np.maximum(extent, 0.3 * extent.max())
    middle = (path.min(axis=0) + path.max(axis=0)) / 2
    low, high = middle - (0.5 + _MARGIN) * extent, middle + (0.5 + _MARGIN) * extent
    kind = centre.dtype
    return Plane(
        centre.copy(),
        axes[0].astype(kind),
        axes[1].astype(kind),
        (float(low[0]), float(low[1])),
        (float(high[0]), float(high[1])),
        path,
        tuple(step for step, _ in recorded),
        tuple(float(share) for share in found.shares),
    )


def landscape(
    network: Network,
    plane: Plane,
    preprocessing: Preprocessing,
    images: Bytes,
    labels: Labels,
    task: Task,
    size: int = SIZE,
) -> Landscape:
    """Return the loss in ``plane``.

    Args:
        network: where layers and running statistics come from; not changed.
        plane: where in the space of the weights to look.
        preprocessing: what the images go through.
        images: uint8 ``(N, C, H, W)``.
        labels: their classes, ``(N,)``.
        task: how far this is; raises Cancelled.
        size: places along each direction.
    """
    copy = network.copy()
    a, b = (np.linspace(plane.low[axis], plane.high[axis], size) for axis in (0, 1))
    x = preprocessing.apply(images)
    loss = np.empty((size, size))
    for row in range(size):
        for column in range(size):
            task.report(row * size + column, size * size, "the loss around the weights")
            copy.vector[:] = plane.centre + a[row] * plane.first + b[column] * plane.second
            loss[row, column] = _loss(copy, x, labels)
    return Landscape(plane, a, b, loss, len(labels))


def _loss(network: Network, x: Array, labels: Labels) -> float:
    with np.errstate(all="ignore"):
        logits = network.forward(x, Context())[0].astype(np.float64)
        shifted = logits - logits.max(axis=1, keepdims=True)
        losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
        mean = float(losses.mean())
    return mean if np.isfinite(mean) else float("inf")
