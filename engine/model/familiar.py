"""What a network's training pictures look like to it, so that it can be said when a picture looks otherwise.

A softmax prefers some class whatever it is shown: a cross is a 4 with 99 %. The layer before the last one,
where a network has put together what it sees, tells more: there, pictures of the kind that was learnt lie
close to training pictures, and others apart from them. The measure is the mean cosine distance to the
``NEIGHBOURS`` nearest of some training pictures (Sun, Ming, Zhu, Li, *Out-of-distribution detection with deep
nearest neighbors*, 2022; there the distance to the k-th). Features belong to the weights that made them, so
they carry the checksum of their network: where that has learnt on, or was broken, nothing is said. A network
that was also taught pictures of no class has put those somewhere, too: then nearer to them means unlike.
"""

from __future__ import annotations

import zlib
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from engine.data.preprocess import Preprocessing
from engine.errors import ModelFileError
from engine.records import dataclass
from engine.types import Array, Bytes, Context, Labels, Scratch

if TYPE_CHECKING:
    from engine.model.network import Network
    from engine.model.spec import NetworkSpec

NEIGHBOURS = 10
"""How many of the nearest pictures count."""
PICTURES = 2000
"""Training pictures that are kept, as many of each class as possible."""
SHARE = 0.02
"""Of the held-out pictures that are answered rightly, this share is doubted at the limit."""
_SMALLEST = 0.02
"""Is added to distances before they are divided: what is nearer than this is the same."""
_MOST = 20_000
"""More pictures in a file are refused."""
_CHUNK = 200


@dataclass(frozen=True, eq=False)
class Familiar:
    """Features of training pictures of one network, and from where on a picture is unlike them.

    Attributes:
        features: of each picture, ``(n, D)``, float16; their lengths say nothing.
        limit: the measure above which a picture is unlike the training pictures.
        network: checksum of the network that gave the features.
        others: features of pictures of no class, ``(m, D)``; none if the network was taught none.
    """

    features: npt.NDArray[np.float16]
    limit: float
    network: int
    others: npt.NDArray[np.float16]

    @classmethod
    def of(
        cls,
        network: Network,
        preprocessing: Preprocessing,
        pictures: Bytes,
        held_out: Bytes,
        labels: Labels,
        others: Bytes | None = None,
        share: float = SHARE,
    ) -> Familiar | None:
        """Return what the training pictures of a network look like to it.

        Args:
            network: the network.
            preprocessing: what pictures go through.
            pictures: some that it has learnt from, uint8 ``(n, C, H, W)``.
            held_out: others, for the limit, ``(M, C, H, W)``.
            labels: their classes, ``(M,)``.
            others: pictures of no class, ``(m, C, H, W)``, such as it has learnt to be undecided about.
            share: of the right answers among ``held_out`` that may be doubted.

        Returns:
            None if the network has no layer before the last one to take features of, or is right on
            none of the pictures.
        """
        layer = feature_layer(network.spec)
        if layer is None or not len(pictures) or not len(held_out):
            return None
        rows, _ = features(network, preprocessing, pictures, layer)
        unlike = rows[:0]
        if others is not None and len(others):
            unlike, _ = features(network, preprocessing, others, layer)
        found, answers = features(network, preprocessing, held_out, layer)
        right = found[answers == labels]
        if not len(right) or not (np.isfinite(rows).all() and np.isfinite(unlike).all()):
            return None
        kept = [_unit(each).astype(np.float16) for each in (rows, unlike)]
        made = cls(kept[0], 1.0, checksum(network), kept[1])
        limit = float(np.quantile(made.strangeness(right), 1 - share))
        return cls(kept[0], max(limit, 1e-6), made.network, kept[1])

    @cached_property
    def _rows(self) -> tuple[Array, Array]:
        both = (_unit(each.astype(np.float32)).T for each in (self.features, self.others))
        pictures, others = (np.ascontiguousarray(each) for each in both)
        return pictures, others

    def strangeness(self, rows: Array) -> Array:
        """Return how unlike the training pictures features ``(N, D)`` are, ``(N,)``: above 1 too much so.

        The measure is the distance to the training pictures; where there are others, in relation to the
        distance to those. It is given as a share of the limit.
        """
        pictures, others = self._rows
        far = _distance(rows, pictures)
        if others.shape[1]:
            far = (far + _SMALLEST) / (_distance(rows, others) + _SMALLEST)
        return np.asarray(far / self.limit, np.float32)

    def to_json(self) -> dict[str, Any]:
        """Return all but the features as plain JSON values."""
        return {"limit": self.limit, "network": self.network}

    @classmethod
    def from_file(
        cls, data: Any, rows: npt.NDArray[Any], others: npt.NDArray[Any] | None, network: Network
    ) -> Familiar:
        """Return what ``to_json`` and arrays of a file say; raises ModelFileError."""
        layer = feature_layer(network.spec)
        width = 0 if layer is None else int(np.prod(network.shapes[layer]))
        unlike = np.zeros((0, width), np.float16) if others is None else others
        for each, least in ((rows, 1), (unlike, 0)):
            if each.ndim != 2 or each.shape[1] != width or not least <= len(each) <= _MOST:
                raise ModelFileError(
                    f"Its features of training pictures have the shape {each.shape}; "
                    f"allowed is (1 to {_MOST}, {width})."
                )
            if not np.issubdtype(each.dtype, np.floating) or not np.isfinite(each).all():
                raise ModelFileError("Its features of training pictures are no finite numbers.")
        limit, made_by = data["limit"], data["network"]
        if not isinstance(limit, float) or not 0 < limit < 1e6 or not isinstance(made_by, int):
            raise ModelFileError(f"Its limit of distance is {limit!r}; allowed is a number above 0.")
        return cls(_unit(rows).astype(np.float16), limit, made_by, _unit(unlike).astype(np.float16))


def feature_layer(spec: NetworkSpec) -> int | None:
    """Return the layer, from 0, that gives what enters the last dense one; None if there is none."""
    from engine.layers.dense import Dense  # no window waits for the layers

    dense = [number for number, layer in enumerate(spec.layers) if isinstance(layer, Dense)]
    return dense[-1] - 1 if dense and dense[-1] > 0 else None


def checksum(network: Network) -> int:
    """Return a number that is another one as soon as a network has learnt anything."""
    return zlib.crc32(network.state_vector.tobytes())


def features(
    network: Network, preprocessing: Preprocessing, images: Bytes, layer: int
) -> tuple[Array, Labels]:
    """Return what a layer gives for images, ``(N, D)``, and the classes answered, ``(N,)``."""
    scratch, found, answers = Scratch(), [], []
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(images), _CHUNK):
            x = preprocessing.apply(images[start : start + _CHUNK])
            trace = network.trace(x, Context(scratch=scratch))
            found.append(np.array(trace.outputs[layer]).reshape(len(x), -1))
            answers.append(trace.logits.argmax(axis=1))
    return np.concatenate(found), np.concatenate(answers)


def _unit(rows: Array) -> Array:
    length = np.sqrt(np.einsum("nd,nd->n", rows, rows))
    return np.asarray(rows / np.maximum(length, np.float32(1e-9))[:, None], np.float32)


def _distance(rows: Array, kept: Array) -> Array:
    """Return the mean cosine distance of rows ``(N, D)`` to the nearest of the columns ``(D, n)``."""
    count = min(NEIGHBOURS, kept.shape[1])
    alike = _unit(rows) @ kept
    nearest = np.partition(alike, alike.shape[1] - count, axis=1)[:, -count:]
    return np.asarray(1 - nearest.mean(axis=1), np.float32)
