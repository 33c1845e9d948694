"""Small changes to training images that do not change their class.

Every image is bent, turned and shifted by a map of its own from the pixels of the result to places
in the original, which is read there by bilinear interpolation; a whole batch is done at once. The
elastic part follows Simard, Steinkraus and Platt, *Best practices for convolutional neural networks
applied to visual document analysis* (ICDAR 2003).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from engine.data.jpeg import compress
from engine.options import Configurable, from_json, option
from engine.types import Array, Bytes

_BLOCK = 32
"""Images that are changed at a time, so that their coordinates stay in the second-level cache."""


@dataclass(frozen=True)
class Augmentation(Configurable):
    """How much images are varied; with every option at 0 they stay as they are.

    All amounts are the ends of a range: each image draws its own value, evenly, from minus the
    amount to the amount. What comes into view beyond an edge repeats the edge.
    """

    type_name: ClassVar[str] = "augmentation"
    title: ClassVar[str] = "Augmentation"

    shift: float = option(0.0, "Shift along each axis, in pixels.", low=0.0, high=16.0)
    rotation: float = option(0.0, "Turn, in degrees.", low=0.0, high=180.0)
    scale: float = option(
        0.0, "Growing and shrinking, of height and width each by itself, as a share.", low=0.0, high=0.5
    )
    shear: float = option(0.0, "Slant, in pixels sideways for each pixel of height.", low=0.0, high=1.0)
    elastic: float = option(
        0.0, "Elastic bending: typical way that a pixel goes, in pixels.", low=0.0, high=8.0
    )
    smoothness: float = option(
        4.0, "Radius over which elastic bending is alike, in pixels.", low=1.5, high=16.0
    )
    thickness: float = option(
        0.0, "Share of the images whose bright strokes become thicker or thinner.", low=0.0, high=1.0
    )
    flip: float = option(0.0, "Share of the images that are mirrored left to right.", low=0.0, high=1.0)
    jpeg: float = option(
        0.0, "Share of the images that lose what saving as JPEG loses, as photographs do.", low=0.0, high=1.0
    )

    @property
    def is_identity(self) -> bool:
        """Whether images stay as they are."""
        return not (self._moves or self.thickness or self.jpeg)

    @property
    def _moves(self) -> bool:
        return bool(self.shift or self._bends)

    @property
    def _bends(self) -> bool:
        return any((self.rotation, self.scale, self.shear, self.elastic, self.flip))

    def apply(self, images: Bytes, rng: np.random.Generator) -> Bytes:
        """Return changed copies of the images.

        Args:
            images: pixels, ``(N, C, H, W)``; not changed.
            rng: source of randomness; the same state gives the same result.

        Returns:
            Pixels, ``(N, C, H, W)``; the very array ``images`` if nothing is to be changed.
        """
        if self.is_identity or not images.size:
            return images
        result: Bytes = images.copy()
        if self.thickness:
            self._thicken(result, rng)
        if self._moves:
            for start in range(0, len(result), _BLOCK):
                block = result[start : start + _BLOCK]
                if self._bends:
                    block[:] = sampled(block, *self._places(block.shape, rng))
                else:
                    block[:] = shifted(block, *(self.shift * rng.uniform(-1.0, 1.0, (2, len(block)))))
        if self.jpeg:
            compress(result, self.jpeg, rng)
        return result

    def _thicken(self, images: Bytes, rng: np.random.Generator) -> None:
        """Blend chosen images with their dilation or erosion by a 3x3 cross, in place."""
        draw = rng.random((3, len(images)))
        for grows in (True, False):
            chosen = np.flatnonzero((draw[0] < self.thickness) & ((draw[1] < 0.5) == grows))
            if not len(chosen):
                continue
            before = images[chosen]
            extreme = np.maximum if grows else np.minimum
            after = before.copy()
            extreme(after[:, :, 1:], before[:, :, :-1], out=after[:, :, 1:])
            extreme(after[:, :, :-1], before[:, :, 1:], out=after[:, :, :-1])
            extreme(after[..., 1:], before[..., :-1], out=after[..., 1:])
            extreme(after[..., :-1], before[..., 1:], out=after[..., :-1])
            # Full erosion would wipe out a thin stroke.
            share = (draw[2][chosen] * (1.0 if grows else 0.6)).astype(np.float32).reshape(-1, 1, 1, 1)
            mixed = before + share * (after.astype(np.float32) - before)
            images[chosen] = (mixed + 0.5).astype(np.uint8)

    def _places(self, shape: tuple[int, ...], rng: np.random.Generator) -> tuple[Array, Array]:
        """Return where in the original each pixel is read: rows and columns, each ``(N, H, W)``."""
        count, _, height, width = shape
        draw = rng.uniform(-1.0, 1.0, (6, count))
        angle = np.radians(self.rotation) * draw[0]
        tall, wide = 1 + self.scale * draw[1], 1 + self.scale * draw[2]
        slant = self.shear * draw[3]
        mirror = np.where(rng.random(count) < self.flip, -1.0, 1.0)
        cos, sin = np.cos(angle), np.sin(angle)
        # place = mirror @ slant @ turn @ size @ (row, column), both counted from the middle.
        matrix = np.array(
            [[cos / tall, -sin / wide], [(sin + slant * cos) / tall, (cos - slant * sin) / wide]]
        )
        matrix[1] *= mirror
        middle = np.array([(height - 1) / 2, (width - 1) / 2])
        origin = middle[:, None] + self.shift * draw[4:]
        down = np.arange(height) - middle[0]
        across = np.arange(width) - middle[1]
        rows, columns = (
            (
                (origin[axis] + np.multiply.outer(down, matrix[axis, 0])).T.astype(np.float32)[:, :, None]
                + np.multiply.outer(matrix[axis, 1], across).astype(np.float32)[:, None, :]
            )
            for axis in (0, 1)
        )
        if self.elastic:
            rows += self._bending(count, height, width, rng)
            columns += self._bending(count, height, width, rng)
        return rows, columns

    def _bending(self, count: int, height: int, width: int, rng: np.random.Generator) -> Array:
        """Return smooth random fields of mean 0 and standard deviation ``elastic``, ``(N, H, W)``.

        Simard et al. blur one random number a pixel. A blurred field holds no more than about one
        number a radius, so only those are drawn, at knots one radius apart, and blended with the
        same Gaussian: field = R k C^T with knots k from N(0, 1).
        """
        by_rows = _blend(height, self.smoothness)
        by_columns = _blend(width, self.smoothness)
        knots = rng.standard_normal((count, by_rows.shape[1], by_columns.shape[1]), np.float32)
        return np.asarray(np.matmul(by_rows * np.float32(self.elastic), np.matmul(knots, by_columns.T)))


@lru_cache(maxsize=32)
def _blend(length: int, radius: float) -> Array:
    """Return Gaussian weights from knots to pixels, ``(length, knots)``, each row of norm 1."""
    reach = math.ceil(length / radius / 2) + 2
    knots = (length - 1) / 2 + radius * np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * ((np.arange(length)[:, None] - knots) / radius) ** 2)
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    weights = weights.astype(np.float32)
    weights.flags.writeable = False
    return weights


def sampled(images: Bytes, rows: Array, columns: Array) -> Bytes:
    """Read every image at its own places, by bilinear interpolation.

    Args:
        images: ``(N, C, H, W)``.
        rows: where to read, ``(N, H, W)``; places outside count as the nearest edge. Overwritten.
        columns: likewise.
    """
    count, channels, height, width = images.shape
    np.clip(rows, 0, height - 1, out=rows)
    np.clip(columns, 0, width - 1, out=columns)
    # The last row and column have no next one; they are reached with a weight of one instead.
    top = np.minimum(rows.astype(np.intp), max(height - 2, 0))
    left = np.minimum(columns.astype(np.intp), max(width - 2, 0))
    rows -= top
    columns -= left
    right, down = min(1, width - 1), width * min(1, height - 1)
    index = top * width + left
    index += (np.arange(count) * (channels * height * width))[:, None, None]
    pixels = images.reshape(-1).astype(np.float32)
    result = np.empty(images.shape, np.uint8)
    for channel in range(channels):
        upper = pixels.take(index)
        upper += columns * (pixels.take(index + right) - upper)
        lower = pixels.take(index + down)
        lower += columns * (pixels.take(index + (down + right)) - lower)
        lower -= upper
        lower *= rows
        upper += lower
        upper += 0.5
        result[:, channel] = upper
        index += height * width
    return result


def shifted(images: Bytes, down: Array, right: Array) -> Bytes:
    """Read every image a little further down and right: as ``sampled`` does there, in a fifth of the time.

    Args:
        images: ``(N, C, H, W)``.
        down: pixels for each image, ``(N,)``; places outside count as the nearest edge.
        right: likewise.
    """
    count, channels, height, width = images.shape
    top, left = (np.floor(way).astype(np.intp) for way in (down, right))
    below, beside = (
        (way - whole).astype(np.float32).reshape(-1, 1, 1, 1) for way, whole in ((down, top), (right, left))
    )
    reach = 1 + int(max(np.abs(top).max(), np.abs(left).max()))
    rows, columns = slice(reach, reach + height), slice(reach, reach + width)
    framed = np.empty((count, channels, height + 2 * reach, width + 2 * reach), np.uint8)
    framed[:, :, rows, columns] = images
    framed[:, :, :reach, columns] = images[:, :, :1]
    framed[:, :, rows.stop :, columns] = images[:, :, -1:]
    framed[..., :reach] = framed[..., reach : reach + 1]
    framed[..., columns.stop :] = framed[..., columns.stop - 1 : columns.stop]
    windows = sliding_window_view(framed, (height + 1, width + 1), (2, 3))
    near = windows[np.arange(count), :, top + reach, left + reach].astype(np.float32)
    across = near[..., 1:] - near[..., :-1]
    across *= beside
    across += near[..., :-1]
    result = across[:, :, 1:] - across[:, :, :-1]
    result *= below
    result += across[:, :, :-1]
    result += 0.5
    return result.astype(np.uint8)


AUGMENTATIONS: dict[str, Augmentation] = {
    "none": Augmentation(),
    "light": Augmentation(shift=1.5, rotation=8.0, scale=0.08, shear=0.08),
    "strong": Augmentation(
        shift=2.0, rotation=14.0, scale=0.15, shear=0.2, elastic=0.8, smoothness=4.0, thickness=0.4
    ),
}
"""Ready-made amounts, for images of digits and letters of about 28 pixels."""


def augmentation_from_json(data: Any) -> Augmentation:
    """Build from what ``to_json`` gave, or from the name of a ready-made one; raises ConfigError."""
    if isinstance(data, str) and data in AUGMENTATIONS:
        return AUGMENTATIONS[data]
    return from_json({Augmentation.type_name: Augmentation}, data, "augmentation")
