"""What saving as JPEG does to pictures."""

from __future__ import annotations

import io

import numpy as np

from engine.types import Bytes

WORST, BEST = 50, 95
"""Range of qualities that are drawn from, on the scale of 1 to 100 that encoders share."""


def compress(images: Bytes, share: float, rng: np.random.Generator) -> None:
    """Save and read again ``share`` of the images as JPEG, in place.

    Each chosen image draws a quality of its own, evenly from ``WORST`` to ``BEST``. Colours lose half of
    their resolution, as cameras and web sites have it (4:2:0). Photographs nearly always come as JPEG: a
    network that never saw its traces takes them for something.

    Args:
        images: pixels, ``(N, C, H, W)``; three channels are taken for red, green and blue, any other
            number for as many grey pictures.
        share: from 0 to 1.
        rng: source of randomness.

    Source: ITU-T Recommendation T.81; the encoder is Pillow's.
    """
    from PIL import Image  # most runs do without

    draw = rng.random((2, len(images)))
    for number in np.flatnonzero(draw[0] < share):
        quality = int(WORST + (BEST - WORST + 1) * draw[1, number])
        colour = images.shape[1] == 3
        planes = images[number].transpose(1, 2, 0)[None] if colour else images[number]
        for plane in planes:
            file = io.BytesIO()
            Image.fromarray(np.ascontiguousarray(plane)).save(file, "JPEG", quality=quality)
            with Image.open(file, formats=("JPEG",)) as picture:
                plane[...] = np.asarray(picture)
