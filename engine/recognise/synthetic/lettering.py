"""Signs of fonts, above all of such as were made of somebody's handwriting, as the way of a pen."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.recognise.synthetic.strokes import HEIGHT, Lines
from engine.recognise.synthetic.thinning import lines_of, thinned

LETTERS = "ACEFHKLMNPRTUVWXYdehkmnptuw"
"""Letters that nobody takes for a digit, in most hands."""
_SIZE = 72
"""Size at which a font is thinned, in pixels: far more than the width of a pen in 28 pixels."""


@lru_cache(maxsize=64)
def signs(font: str, text: str) -> dict[str, Lines]:
    """Return the way of the pen for each sign of ``text`` in the font of this file, as high as a template.

    Raises:
        OSError: there is no such font.
    """
    opened = ImageFont.truetype(font, _SIZE)
    sheets = []
    for sign in text:
        sheet = Image.new("L", (3 * _SIZE, 3 * _SIZE))
        ImageDraw.Draw(sheet).text((_SIZE, _SIZE // 2), sign, fill=255, font=opened)
        sheets.append(np.asarray(sheet) > 127)
    ways = [lines_of(line) for line in thinned(np.stack(sheets))]
    return {sign: fitted(lines) for sign, lines in zip(text, ways, strict=True) if lines}


def fitted(lines: Lines) -> Lines:
    """Return lines moved to the corner, their longer side as long as a template is high."""
    points = np.concatenate(lines)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    scale = HEIGHT / max(float(size[1]), float(size[0]), 1.0)
    return [(line - low) * scale for line in lines]
