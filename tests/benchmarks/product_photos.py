"""Photographs of garments as shops show them, made of Fashion-MNIST's images in code.

Fashion-MNIST's greys are inverted: what is bright there was dark on the photograph. A garment gets a colour
whose brightness follows its greys, lies or hangs on a plain ground of any colour, throws a shadow, and is
saved as JPEG.
"""

from __future__ import annotations

import colorsys
import io

import numpy as np
from PIL import Image, ImageFilter

from engine.types import Array, Bytes

Rng = np.random.Generator


def product(image: Bytes, rng: Rng) -> Image.Image:
    """Return a photograph of the garment on a 28x28 image, uint8 ``(28, 28)``."""
    side = int(rng.integers(120, 500))
    ink = Image.fromarray(_without_rim(image))
    value = np.asarray(ink.resize((side, side), Image.Resampling.BICUBIC), np.float64) / 255
    shape = _silhouette(image).resize((side, side), Image.Resampling.BICUBIC)
    mask = np.clip((np.asarray(shape, np.float64) / 255 - 0.4) / 0.2, 0, 1)
    sheet, mask, value = _placed(mask, value, side, rng)
    seen = (1 - value) ** rng.uniform(0.6, 1.6) * rng.uniform(
        0.7, 1.0
    )  # inverted as in the data set, and exposed
    brightness = np.clip(seen + rng.normal(0, 0.02, value.shape), 0, 1)
    photo = _ground(sheet, rng)
    shadow = np.roll(mask, (int(rng.integers(2, 8)), int(rng.integers(-6, 7))), axis=(0, 1))
    soft = Image.fromarray((shadow * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(side / 40))
    photo = photo * (1 - rng.uniform(0, 0.35) * np.asarray(soft, np.float64)[..., None] / 255)
    cloth = _dyed(brightness, rng)
    photo = photo * (1 - mask[..., None]) + cloth * mask[..., None]
    photo = photo + rng.normal(0, rng.uniform(0, 0.015), photo.shape)
    shown = Image.fromarray((np.clip(photo, 0, 1) * 255 + 0.5).astype(np.uint8))
    store = io.BytesIO()
    shown.save(store, "JPEG", quality=int(rng.integers(60, 95)))
    return Image.open(store)


def _without_rim(image: Bytes) -> Bytes:
    """Return a garment without the light rim that its white ground left."""
    inside = np.pad(np.asarray(_silhouette(image)) > 0, 1)
    core = inside[1:-1, 1:-1] & inside[:-2, 1:-1] & inside[2:, 1:-1] & inside[1:-1, :-2] & inside[1:-1, 2:]
    wide = np.pad(image, 1)
    near = [wide[1 + y :, 1 + x :][:28, :28] for y in (-1, 0, 1) for x in (-1, 0, 1)]
    return np.where(core, image, np.max(near, axis=0)).astype(np.uint8)


def _silhouette(image: Bytes) -> Image.Image:
    """Return where the garment is: what black does not reach from the border."""
    free = image < 10
    reached = np.zeros_like(free)
    reached[[0, -1]], reached[:, [0, -1]] = free[[0, -1]], free[:, [0, -1]]
    for _ in range(60):
        wide = np.pad(reached, 1)
        reached = free & (wide[:-2, 1:-1] | wide[2:, 1:-1] | wide[1:-1, :-2] | wide[1:-1, 2:] | reached)
    return Image.fromarray((~reached * np.uint8(255)).astype(np.uint8))


def _placed(mask: Array, value: Array, side: int, rng: Rng) -> tuple[tuple[int, int], Array, Array]:
    """Set the garment on a larger sheet; some touch its border."""
    more = np.zeros(4, int) if rng.random() < 0.1 else (rng.uniform(0.02, 0.3, 4) * side).astype(int)
    pads = ((more[0], more[1]), (more[2], more[3]))
    mask, value = np.pad(mask, pads), np.pad(value, pads)
    return (mask.shape[0], mask.shape[1]), mask, value


def _ground(shape: tuple[int, int], rng: Rng) -> Array:
    """Return a grey or coloured ground, ``(H, W, 3)``, lighter on one side."""
    if rng.random() < 0.5:
        colour = np.full(3, rng.uniform(0.35, 0.95))
    else:
        colour = np.array(colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.1, 0.7), rng.uniform(0.4, 0.95)))
    angle, slope = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.3)
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    light = 1 - slope * (1 + np.cos(angle) * x + np.sin(angle) * y) / 2
    return np.asarray(light[..., None] * colour)


def _dyed(brightness: Array, rng: Rng) -> Array:
    """Return cloth of a colour, as bright as it is, ``(H, W, 3)``."""
    if rng.random() < 0.4:
        return np.repeat(brightness[..., None], 3, axis=2)
    colour = np.array(colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.2, 0.8), 1.0))
    luma = float(colour @ (0.299, 0.587, 0.114))
    return np.clip(brightness[..., None] * (1 + 0.7 * (colour / luma - 1)), 0, 1)
