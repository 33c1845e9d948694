"""The foreground of a picture: what stands out, lighter or darker, under whatever light.

The background is a surface of second order, fitted to the picture by least absolute deviations, so that
foreground, which covers the lesser part, does not bend it (as long as it explains the border as well; of a
picture full of foreground only the border is background). Under light that no such surface follows, the
background is the median of the neighbourhood. What strays from the surface is foreground, on that side to
which more strays. Then the light is followed more closely: the mean of what is not foreground, in cells of
an eighth of the picture, is taken away too.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from engine.types import Array

Mask = npt.NDArray[np.bool_]

LEAST_CONTRAST = 8 / 255
"""A picture whose greys differ by less than this shows nothing."""
_COARSE = 96
"""The background is fitted to a picture reduced to this many pixels a side."""
_WINDOW = 25
"""Where that surface does not fit, the background is the median of a square of n of these pixels."""
_UNFIT = 0.012
"""A surface that is so far off half of the picture does not fit."""
_CELLS = 8
_ROUNDS = 12
_SIGMAS = 3.0
"""Within this many standard deviations of the noise all is background."""
_GRAINY = 0.03
"""A picture with more noise than this is smoothed."""
_DARKEST = 0.1
"""A darker background counts as this bright: on it, foreground cannot be distinguished from noise."""


def foreground(grey: Array) -> Array:
    """Return the foreground of a picture whatever its polarity and its light.

    Args:
        grey: brightness, ``(H, W)``, from 0 to 1.

    Returns:
        ``(H, W)`` from 0 (background) to 1 (full foreground); all 0 if nothing stands out.
    """
    background = _background(grey)
    if _noise(grey - background) > _GRAINY:
        grey = _smoothed(grey)
    stray = grey - background
    side, sign = _darker_or_lighter(stray)
    strong = side > max(_noise(stray), LEAST_CONTRAST / 2)
    if not strong.any():
        return np.zeros_like(grey)
    light = _uneven_light(stray, side < 0.5 * _otsu(side[strong]))
    # Ink swallows a share of the light that falls on it; paint in the light adds what it adds.
    stray = (stray - light) / (np.maximum(background + light, _DARKEST) if sign < 0 else 1.0)
    side, noise = np.maximum(sign * stray, 0), _noise(stray)
    strong = side > max(noise, LEAST_CONTRAST / 2)
    if not strong.any():
        return np.zeros_like(grey)
    values = side[strong]
    peak = float(np.percentile(values[values >= _otsu(values)], 75))
    if peak < max(LEAST_CONTRAST, 1.5 * noise):
        return np.zeros_like(grey)
    floor = min(noise, 0.5 * peak)
    return np.asarray(np.clip((side - floor) / (peak - floor), 0, 1))


def _background(grey: Array) -> Array:
    """Return the brightness that the background has at every pixel, ``(H, W)``."""
    height, width = grey.shape
    coarse = _resized(grey, (min(width, _COARSE), min(height, _COARSE)), Image.Resampling.BOX)
    terms = _terms(*coarse.shape)
    border = np.zeros(coarse.shape, bool)
    border[[0, -1]] = border[:, [0, -1]] = True
    everywhere = np.ones(coarse.size, bool)
    surface = _fit(terms, coarse.ravel(), everywhere)
    stray = np.abs(coarse.ravel() - terms @ surface)
    if np.median(stray[border.ravel()]) > 0.3 * stray.max():
        # The surface follows the foreground: there is more of it than of the background.
        terms[:, 3:] = 0
        surface = _fit(terms, coarse.ravel(), border.ravel())
        surface[3:] = 0
        stray = np.abs(coarse.ravel() - terms @ surface)[border.ravel()]
    if np.median(stray) > _UNFIT:
        level = Image.fromarray((np.clip(coarse, 0, 1) * 255 + 0.5).astype(np.uint8))
        local = np.asarray(level.filter(ImageFilter.MedianFilter(_WINDOW)), np.float64) / 255
        return _resized(local, (width, height), Image.Resampling.BICUBIC)
    across, down = _axes(height, width)
    one, x, y, xx, xy, yy = surface
    return np.asarray(one + x * across + xx * across**2 + (y + xy * across) * down + yy * down**2)


def _terms(height: int, width: int) -> Array:
    """Return 1, x, y, x^2, xy, y^2 of every pixel, ``(H W, 6)``."""
    x, y = np.broadcast_arrays(*_axes(height, width))
    return np.stack([np.ones(x.size), *(v.ravel() for v in (x, y, x * x, x * y, y * y))], axis=1)


def _axes(height: int, width: int) -> tuple[Array, Array]:
    return np.linspace(-1, 1, width)[None], np.linspace(-1, 1, height)[:, None]


def _resized(values: Array, size: tuple[int, int], how: Image.Resampling) -> Array:
    return np.asarray(Image.fromarray(values.astype(np.float32)).resize(size, how), np.float64)


def _smoothed(grey: Array) -> Array:
    """Return the means over 3x3 pixels."""
    wide = np.pad(grey, 1, mode="edge")
    rows = wide[:-2] + wide[1:-1] + wide[2:]
    return np.asarray((rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9)


def _fit(terms: Array, values: Array, chosen: Mask) -> Array:
    """Fit by least absolute deviations, as least squares with weights 1/|stray| in a few rounds."""
    terms, values = terms[chosen], values[chosen]
    surface = np.zeros(terms.shape[1])
    surface[0] = np.median(values)
    for _ in range(_ROUNDS):
        weights = 1 / np.maximum(np.abs(values - terms @ surface), 1e-3)
        weighted = terms * weights[:, None]
        surface = np.linalg.lstsq(weighted.T @ terms, weighted.T @ values, rcond=1e-9)[0]
    return np.asarray(surface)


def _darker_or_lighter(stray: Array) -> tuple[Array, int]:
    """Return how far each pixel strays to that side to which more strays, ``(H, W)``, and its sign."""
    noise = _noise(stray)
    lighter, darker = np.maximum(stray, 0), np.maximum(-stray, 0)
    more = np.maximum(lighter - noise, 0).sum() > np.maximum(darker - noise, 0).sum()
    return (lighter, 1) if more else (darker, -1)


def _noise(stray: Array) -> float:
    """Return how far the background strays by its noise alone."""
    return _SIGMAS * 1.4826 * float(np.median(np.abs(stray)))


def _otsu(values: Array) -> float:
    """Return the threshold that parts ``values`` into two classes of least variance (Otsu 1979)."""
    counts, edges = np.histogram(values, 128)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    mass = np.cumsum(counts * middles)
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = below * above * (mass / below - (mass[-1] - mass) / above) ** 2
    return float(edges[int(np.nanargmax(apart)) + 1]) if np.isfinite(apart).any() else float(values.min())


def _uneven_light(stray: Array, background: Mask) -> Array:
    """Return what the background's stray is in the neighbourhood of every pixel, ``(H, W)``."""
    height, width = stray.shape
    cells = (min(_CELLS, width), min(_CELLS, height))
    amount = _resized(background.astype(np.float64), cells, Image.Resampling.BOX)
    total = _resized(np.where(background, stray, 0.0), cells, Image.Resampling.BOX)
    # A cell that is nearly all foreground knows little of its background.
    return _resized(total / (amount + 0.05), (width, height), Image.Resampling.BILINEAR)
