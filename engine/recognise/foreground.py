"""The foreground of a picture: what stands out, lighter or darker, under whatever light.

The background is a surface of second order, fitted to the picture by least absolute deviations, so that
foreground, which covers the lesser part, does not bend it (as long as it explains the border as well; of a
picture full of foreground only the border is background). Under light that no such surface follows, the
background is the median of the neighbourhood. What strays from the surface is foreground, on that side to
which more strays. Then the light is followed more closely: the mean of what is not foreground, in cells of
an eighth of the picture, is taken away too.

Where the picture is small or cut close to the ink, most pixels may be ink, and no surface can tell. If its
greys fall into two classes, these are background and foreground: the background is the one that holds the
border, or where neither does, the one with more pixels.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from engine.types import Array

_BOX = Image.Resampling.BOX
Mask = npt.NDArray[np.bool_]

LEAST_CONTRAST = 8 / 255
"""A picture whose greys differ by less than this shows nothing."""
_COARSE = 96
"""The background is fitted to a picture reduced to this many pixels a side."""
_WINDOW = 25
"""Where that surface does not fit, the background is the median of a square of n of these pixels."""
_UNFIT = 0.012
"""A surface that is so far off half of the picture does not fit."""
_SMALL = 40
"""In a picture with no longer side than this, light is even."""
_MUCH = 0.12
"""A picture with more ink than this share of it is cut close to it."""
_PARTED = 0.8
"""Two classes of greys lie apart if the variance between them is this share of all; of noise it is 0.65."""
_WHOLE_SIDE = 0.97
"""What covers a side of a picture by this share is a shadow or a frame."""
_BLOCK = 0.4
"""Strokes are thinner than this share of the picture's longer side."""
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
    classes = _two_classes(grey)
    if classes is not None:
        return classes
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


def _two_classes(grey: Array) -> Array | None:
    """Return the foreground of a picture that is small or cut close to it; None of any other.

    A slope of the light is taken away first: the one that both classes have alike.
    """
    height, width = grey.shape
    small = max(grey.shape) <= _SMALL
    coarse = grey if small else _resized(grey, (min(width, _COARSE), min(height, _COARSE)), _BOX)
    if np.ptp(coarse) < LEAST_CONTRAST:
        return None
    bright = coarse > _otsu(coarse.ravel())
    if not small:
        slope = _slope(coarse, bright)
        grey, coarse = _level(grey, slope), _level(coarse, slope)
        if np.ptp(coarse) < LEAST_CONTRAST:
            return None
        bright = coarse > _otsu(coarse.ravel())
    if _between(coarse, bright) < (_PARTED / 2 if small else _PARTED):
        return None
    edge = np.concatenate([bright[0], bright[-1], bright[1:-1, 0], bright[1:-1, -1]])
    # Digits leave more of the border free than they cover, and more of their box.
    ground = bool(edge.mean() + bright.mean() > 1)
    ink = bright != ground
    shadow = max(side.mean() for side in (ink[0], ink[-1], ink[:, 0], ink[:, -1])) > _WHOLE_SIDE
    if not (small or (ink.mean() > _MUCH and not shadow and _is_thin(ink))):
        return None
    low = float(np.median(coarse[~ink]))
    high = float(np.percentile(coarse[ink], 25 if ground else 75))
    span = abs(high - low)
    if span < LEAST_CONTRAST:
        return None
    floor = min(_noise(coarse[~ink] - low), 0.3 * span)
    return np.asarray(np.clip(((grey - low) * np.sign(high - low) - floor) / (span - floor), 0, 1))


def _is_thin(ink: Mask) -> bool:
    """Whether ink is strokes: no square of ``_BLOCK`` of the picture's longer side fits into it."""
    side = max(3, int(_BLOCK * max(ink.shape)) // 2 * 2 + 1)
    wide = np.pad(ink, side // 2)
    return not np.asarray(Image.fromarray(wide.astype(np.uint8)).filter(ImageFilter.MinFilter(side))).any()


def _between(grey: Array, bright: Mask) -> float:
    """Return the share of the variance that lies between the two classes, 0 to 1."""
    share = float(bright.mean())
    if not 0 < share < 1:
        return 0.0
    apart = float(grey[bright].mean() - grey[~bright].mean())
    return share * (1 - share) * apart**2 / float(grey.var())


def _slope(grey: Array, bright: Mask) -> Array:
    """Return the change of light from the middle to the right and the lower edge, in both classes alike."""
    terms = surface_terms(*grey.shape)[:, :3]
    slope: Array = np.zeros(2)
    for _ in range(3):
        columns = np.column_stack([terms, bright.ravel()])
        slope = np.linalg.lstsq(columns, grey.ravel(), rcond=1e-9)[0][1:3]
        even = _level(grey, slope)
        if np.ptp(even) < LEAST_CONTRAST:
            break
        bright = even > _otsu(even.ravel())
    return np.asarray(slope)


def _level(grey: Array, slope: Array) -> Array:
    """Return a picture without a slope of its light."""
    across, down = _axes(*grey.shape)
    return np.asarray(grey - slope[0] * across - slope[1] * down)


def _background(grey: Array) -> Array:
    """Return the brightness that the background has at every pixel, ``(H, W)``."""
    height, width = grey.shape
    coarse = _resized(grey, (min(width, _COARSE), min(height, _COARSE)), _BOX)
    terms = surface_terms(*coarse.shape)
    border = np.zeros(coarse.shape, bool)
    border[[0, -1]] = border[:, [0, -1]] = True
    everywhere = np.ones(coarse.size, bool)
    surface = fit(terms, coarse.ravel(), everywhere)
    stray = np.abs(coarse.ravel() - terms @ surface)
    if np.median(stray[border.ravel()]) > 0.3 * stray.max():
        # The surface follows the foreground: there is more of it than of the background.
        terms[:, 3:] = 0
        surface = fit(terms, coarse.ravel(), border.ravel())
        surface[3:] = 0
        off = np.abs(coarse.ravel() - terms @ surface)[border.ravel()]
    else:
        # Noise is no light: it goes by smoothing.
        off = np.abs(_smoothed(_smoothed(coarse - (terms @ surface).reshape(coarse.shape))))
    if np.median(off) > _UNFIT:
        level = Image.fromarray((np.clip(coarse, 0, 1) * 255 + 0.5).astype(np.uint8))
        local = np.asarray(level.filter(ImageFilter.MedianFilter(_WINDOW)), np.float64) / 255
        return _resized(local, (width, height), Image.Resampling.BICUBIC)
    across, down = _axes(height, width)
    one, x, y, xx, xy, yy = surface
    return np.asarray(one + x * across + xx * across**2 + (y + xy * across) * down + yy * down**2)


def surface_terms(height: int, width: int) -> Array:
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


def fit(terms: Array, values: Array, chosen: Mask) -> Array:
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
    amount = _resized(background.astype(np.float64), cells, _BOX)
    total = _resized(np.where(background, stray, 0.0), cells, _BOX)
    # A cell that is nearly all foreground knows little of its background.
    return _resized(total / (amount + 0.05), (width, height), Image.Resampling.BILINEAR)
