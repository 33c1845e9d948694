"""Ways to draw many-dimensional points in the plane: PCA at once, t-SNE and UMAP by libraries."""

from __future__ import annotations

import importlib.util
import os
import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from engine import signals
from engine.errors import EngineError
from engine.maps.pca import Components
from engine.options import Configurable, option
from engine.task import Task
from engine.training.helper_process import end_helper, processes, start_helper
from engine.types import Array

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Values = npt.NDArray[np.float64]

_BEFORE = 50
"""Principal components that t-SNE and UMAP are given; the rest is mostly noise."""
_NEIGHBOURS = 10
"""A new point is placed among this many of its nearest neighbours."""


class MapError(EngineError):
    """A map cannot be drawn."""


@dataclass(frozen=True, eq=False)
class Placed:
    """Points in the plane.

    Attributes:
        points: ``(N, 2)``.
        shares: share of the variance along each axis, for PCA; else empty.
        components: the principal components that were used.
        features: the points before, along these components, ``(N, k)``.
        linear: whether the plane is that of the first two components.
    """

    points: Values
    shares: tuple[float, ...]
    components: Components
    features: Values
    linear: bool

    def place(self, features: Array) -> Values:
        """Return where new points ``(M, D)`` lie, ``(M, 2)``.

        For PCA by the projection itself. Else at the mean of the ten nearest known points with the weights
        ``1 / distance``, which is where t-SNE and UMAP begin when they take in new points.
        """
        new = self.components.place(features)
        if self.linear:
            return _plane(new)
        result = np.empty((len(new), 2))
        for row, point in enumerate(new):
            distances = np.linalg.norm(self.features - point, axis=1)
            near = np.argsort(distances, kind="stable")[:_NEIGHBOURS]
            weights = 1 / np.maximum(distances[near], 1e-9 * max(float(distances[near].max()), 1e-30))
            result[row] = weights @ self.points[near] / weights.sum()
        return result


@dataclass(frozen=True)
class Projection(Configurable, ABC):
    """A way to draw points in the plane.

    Attributes:
        about: a sentence: what the picture shows, and what it does not.
        package: what must be installed for it, or "".
    """

    about: ClassVar[str] = ""
    package: ClassVar[str] = ""

    @classmethod
    def missing(cls) -> str:
        """Return in a sentence what has to be installed, or "" if it can be used."""
        if not cls.package or importlib.util.find_spec(cls.package) is not None:
            return ""
        return f"{cls.title} needs a library that is not installed: pip install 'kernelscope[maps]'."

    @abstractmethod
    def draw(self, features: Array, task: Task, start: Values | None = None) -> Placed:
        """Place points ``(N, D)`` in the plane.

        Args:
            features: the points.
            task: how far this is; raises Cancelled.
            start: where they were in an earlier map, ``(N, 2)``, to begin from.

        Raises:
            MapError: there are too few points, or a library is missing or has failed.
        """


@dataclass(frozen=True)
class Pca(Projection):
    """The plane in which the points differ most."""

    type_name: ClassVar[str] = "pca"
    title: ClassVar[str] = "PCA"
    about: ClassVar[str] = (
        "The flat view along the two directions in which the images differ most. Distances are real ones, "
        "but what lies apart in other directions may lie together here."
    )

    def draw(self, features: Array, task: Task, start: Values | None = None) -> Placed:
        """Place the points by their first two principal components."""
        _enough(features)
        task.check()
        found = Components.of(features, 2)
        shares = tuple(float(share) for share in found.shares)
        placed = found.place(features)
        return Placed(_plane(placed), shares, found, placed, linear=True)


@dataclass(frozen=True)
class _ByLibrary(Projection):
    """What the ways that a library computes share: it runs in a process of its own, which can be ended."""

    def draw(self, features: Array, task: Task, start: Values | None = None) -> Placed:
        """Place the points, beginning with ``start``, else with the first two principal components."""
        _enough(features)
        if told := self.missing():
            raise MapError(told)
        found = Components.of(features, _BEFORE)
        reduced = found.place(features)
        first = _plane(reduced) if start is None else start
        spread = float(first[:, 0].std()) or 1.0
        options = {name: getattr(self, name) for name in self.options()}
        points = _computed(self.type_name, reduced, first / spread, options, self.title, task)
        return Placed(points, (), found, reduced, linear=False)


@dataclass(frozen=True)
class Tsne(_ByLibrary):
    """t-distributed stochastic neighbour embedding: neighbours stay neighbours.

    Source: van der Maaten and Hinton, *Visualizing data using t-SNE*, 2008; computed by openTSNE.
    """

    type_name: ClassVar[str] = "tsne"
    title: ClassVar[str] = "t-SNE"
    package: ClassVar[str] = "openTSNE"
    about: ClassVar[str] = (
        "Images that are alike for this layer lie side by side. Distances between groups, and their sizes, "
        "mean nothing."
    )

    perplexity: float = option(30.0, "How many neighbours count, about.", low=2.0, high=200.0)


@dataclass(frozen=True)
class Umap(_ByLibrary):
    """Uniform manifold approximation and projection: neighbours stay neighbours, groups keep some order.

    Source: McInnes, Healy and Melville, *UMAP: Uniform manifold approximation and projection for dimension
    reduction*, 2018; computed by umap-learn.
    """

    type_name: ClassVar[str] = "umap"
    title: ClassVar[str] = "UMAP"
    package: ClassVar[str] = "umap"
    about: ClassVar[str] = (
        "Images that are alike for this layer lie side by side, and the order of the groups is kept better "
        "than by t-SNE. Distances between groups mean little."
    )

    neighbours: int = option(15, "How many neighbours count.", low=2, high=200)
    distance: float = option(0.1, "How close points may lie.", low=0.0, high=0.99)


PROJECTIONS: dict[str, type[Projection]] = {cls.type_name: cls for cls in (Pca, Tsne, Umap)}
"""Adding a way to draw a map: a class like these, and an entry here."""


def _enough(features: Array) -> None:
    if len(features) < 3:
        raise MapError(f"A map needs at least 3 images; there are {len(features)}.")


def _plane(placed: Values) -> Values:
    """Return the first two columns; zeros stand for those that are missing."""
    plane = np.zeros((len(placed), 2))
    plane[:, : min(2, placed.shape[1])] = placed[:, :2]
    return plane


# --- in a process of its own --------------------------------------------------------------------------


def _computed(
    kind: str, features: Values, start: Values, options: dict[str, Any], title: str, task: Task
) -> Values:
    """Return the points that a library computes in a process of its own, which ends with the task."""
    link, other = processes().Pipe()
    process = start_helper(_compute, kind, features, start, options, other)
    other.close()
    try:
        while True:
            task.check()
            if not link.poll(0.05):
                continue
            word, value = link.recv()
            if word == "moved":
                task.report(value, 1.0, title)
            elif word == "done":
                points: Values = value
                return points
            else:
                raise MapError(f"{title} has failed: {value}.")
    except EOFError:
        raise MapError(f"{title} has ended without a result.") from None
    finally:
        end_helper(process)
        link.close()


def _compute(kind: str, features: Values, start: Values, options: dict[str, Any], link: Connection) -> None:
    """Compute a map and send it; runs in the process."""
    signals.ignore()  # they are for the caller, with whom this one ends
    if hasattr(os, "nice"):
        os.nice(10)  # training comes first
    warnings.simplefilter("ignore")
    try:
        link.send(("done", _RUN[kind](features, start, options, link)))
    except (EOFError, OSError):
        return
    except Exception as error:  # noqa: BLE001 - told in the caller's process
        link.send(("failed", str(error).split("\n")[0] or type(error).__name__))


def _tsne(features: Values, start: Values, options: dict[str, Any], link: Connection) -> Values:
    from openTSNE import TSNE

    steps, every = 500, 10
    passed = 0

    def moved(*_: object) -> None:
        nonlocal passed
        passed += every
        link.send(("moved", passed / (steps + 250)))

    found = TSNE(
        perplexity=min(options["perplexity"], (len(features) - 1) / 3),
        initialization=1e-2 * start,
        n_iter=steps,
        callbacks=[moved],
        callbacks_every_iters=every,
        random_state=0,
        n_jobs=1,
    ).fit(features)
    return np.array(found, np.float64)


def _umap(features: Values, start: Values, options: dict[str, Any], link: Connection) -> Values:
    link.send(("moved", 0.05))
    from umap import UMAP

    link.send(("moved", 0.3))
    found = UMAP(
        n_neighbors=min(options["neighbours"], len(features) - 1),
        min_dist=options["distance"],
        init=(5 * start).astype(np.float32),
        random_state=0,
        n_jobs=1,
    ).fit_transform(features.astype(np.float32))
    return np.array(found, np.float64)


_RUN = {Tsne.type_name: _tsne, Umap.type_name: _umap}
