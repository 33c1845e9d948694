"""What can be done to the images that enter a network."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.damage.base import InputChange
from engine.data.augment import sampled
from engine.model.network import Network
from engine.options import option
from engine.types import Array, Bytes

_GREY = np.array([0.299, 0.587, 0.114], np.float32)
"""What red, green and blue add to brightness (ITU-R BT.601)."""


def _bytes(values: Array) -> Bytes:
    result: Bytes = (np.clip(values, 0, 255) + 0.5).astype(np.uint8)
    return result


def _moved(images: Bytes, matrix: Array, shift: tuple[float, float]) -> Bytes:
    """Return ``images`` read at ``middle + matrix (place - middle) - shift``; beyond the edge it repeats.

    Args:
        images: ``(N, C, H, W)``.
        matrix: ``(2, 2)``, for (row, column).
        shift: how far the picture moves: rows down, columns to the right, in pixels.
    """
    count, _, height, width = images.shape
    middle = (height - 1) / 2, (width - 1) / 2
    down = np.arange(height)[:, None] - middle[0] - shift[0]
    across = np.arange(width)[None, :] - middle[1] - shift[1]
    rows, columns = (
        np.broadcast_to(
            (middle[axis] + matrix[axis, 0] * down + matrix[axis, 1] * across).astype(np.float32),
            (count, height, width),
        ).copy()
        for axis in (0, 1)
    )
    return sampled(images, rows, columns)


@dataclass(frozen=True)
class InputNoise(InputChange):
    """Normal noise on every pixel; an image gets the same noise wherever it is seen."""

    type_name: ClassVar[str] = "input_noise"
    title: ClassVar[str] = "Noise on the input"
    about: ClassVar[str] = "Whether the answer holds when every pixel is a little off."

    size: float = option(30.0, "Standard deviation, in grey levels of 255.", low=0.0, high=255.0)
    seed: int = option(1, "Another number gives other noise.", low=0, high=2**31 - 1)

    def words(self, network: Network) -> str:
        """Name the size."""
        return f"noise of {self.size:.3g} grey levels on the input"

    def apply(self, images: Bytes) -> Bytes:
        """Add the noise."""
        result = np.empty_like(images)
        for number, image in enumerate(images):
            rng = np.random.default_rng((self.seed, zlib.crc32(image.tobytes())))
            result[number] = _bytes(image + self.size * rng.standard_normal(image.shape, np.float32))
        return result


@dataclass(frozen=True)
class Rotate(InputChange):
    """The picture turned about its middle."""

    type_name: ClassVar[str] = "rotate"
    title: ClassVar[str] = "Rotate the input"
    about: ClassVar[str] = "How far a picture may be turned before it is another one."

    degrees: float = option(15.0, "Clockwise, in degrees.", low=-180.0, high=180.0)

    def words(self, network: Network) -> str:
        """Name the angle."""
        return f"input turned by {self.degrees:.3g}°"

    def apply(self, images: Bytes) -> Bytes:
        """Turn the images."""
        angle = math.radians(self.degrees)
        cos, sin = math.cos(angle), math.sin(angle)
        return _moved(images, np.array([[cos, -sin], [sin, cos]]), (0, 0))


@dataclass(frozen=True)
class Shift(InputChange):
    """The picture moved sideways and down."""

    type_name: ClassVar[str] = "shift"
    title: ClassVar[str] = "Shift the input"
    about: ClassVar[str] = "Whether the network has learnt that place does not matter."

    right: float = option(3.0, "To the right, in pixels.", low=-64.0, high=64.0)
    down: float = option(0.0, "Down, in pixels.", low=-64.0, high=64.0)

    def words(self, network: Network) -> str:
        """Name the distances."""
        return f"input shifted by {self.right:.3g} right, {self.down:.3g} down"

    def apply(self, images: Bytes) -> Bytes:
        """Shift the images."""
        return _moved(images, np.eye(2), (self.down, self.right))


@dataclass(frozen=True)
class Scale(InputChange):
    """The picture made larger or smaller about its middle."""

    type_name: ClassVar[str] = "scale"
    title: ClassVar[str] = "Scale the input"
    about: ClassVar[str] = "Whether the network has learnt that size does not matter."

    factor: float = option(0.8, "1 changes nothing, 2 doubles width and height.", low=0.1, high=10.0)

    def words(self, network: Network) -> str:
        """Name the factor."""
        return f"input scaled by {self.factor:.3g}"

    def apply(self, images: Bytes) -> Bytes:
        """Scale the images."""
        return _moved(images, np.eye(2) / self.factor, (0, 0))


@dataclass(frozen=True)
class Blur(InputChange):
    """The picture out of focus: each pixel the mean of those around it, with Gaussian weights."""

    type_name: ClassVar[str] = "blur"
    title: ClassVar[str] = "Blur the input"
    about: ClassVar[str] = "How much the answer hangs on fine detail."

    radius: float = option(1.0, "Standard deviation of the weights, in pixels.", low=0.0, high=20.0)

    def words(self, network: Network) -> str:
        """Name the radius."""
        return f"input blurred by {self.radius:.3g} pixels"

    def apply(self, images: Bytes) -> Bytes:
        """Blur the images; beyond the edge it repeats."""
        if self.radius < 0.05:
            return _bytes(images.astype(np.float32))
        reach = math.ceil(3 * self.radius)
        weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / self.radius) ** 2).astype(np.float32)
        weights /= weights.sum()
        values: Array = images.astype(np.float32)
        for axis in (2, 3):
            size = values.shape[axis]
            total: Array = np.zeros_like(values)
            for weight, step in zip(weights, range(-reach, reach + 1), strict=True):
                total += weight * values.take(np.clip(np.arange(size) + step, 0, size - 1), axis)
            values = total
        return _bytes(values)


@dataclass(frozen=True)
class Recolour(InputChange):
    """Other brightness, contrast and colours."""

    type_name: ClassVar[str] = "recolour"
    title: ClassVar[str] = "Recolour the input"
    about: ClassVar[str] = "Whether the network looks at shapes, or at light and colour."

    brightness: float = option(0.0, "Added to every pixel, in grey levels.", low=-255.0, high=255.0)
    contrast: float = option(
        1.0, "Distance from middle grey is multiplied by this; -1 gives the negative.", low=-5.0, high=5.0
    )
    saturation: float = option(
        1.0, "Distance from grey is multiplied by this; 0 takes all colour away.", low=-5.0, high=5.0
    )

    def words(self, network: Network) -> str:
        """Name what is changed."""
        parts = [f"brightness {self.brightness:+.3g}"] if self.brightness else []
        parts += [f"contrast × {self.contrast:.3g}"] if self.contrast != 1 else []
        parts += [f"colour × {self.saturation:.3g}"] if self.saturation != 1 else []
        return "input: " + (", ".join(parts) or "as it is")

    def apply(self, images: Bytes) -> Bytes:
        """Recolour the images; those without colour have no saturation."""
        values: Array = images.astype(np.float32)
        if values.shape[1] == 3 and self.saturation != 1:
            grey = np.tensordot(values, _GREY, axes=([1], [0]))[:, None]
            values = grey + self.saturation * (values - grey)
        return _bytes(127.5 + self.contrast * (values - 127.5) + self.brightness)
