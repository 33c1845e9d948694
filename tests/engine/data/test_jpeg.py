"""The traces of JPEG, held against Pillow called by hand."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from engine.data.augment import Augmentation
from engine.data.jpeg import BEST, WORST, compress


def noise(count: int, channels: int, side: int = 16) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (count, channels, side, side), np.uint8)


def by_hand(image: np.ndarray, quality: int) -> np.ndarray:
    planes = [image.transpose(1, 2, 0)] if len(image) == 3 else list(image)
    out = []
    for plane in planes:
        file = io.BytesIO()
        Image.fromarray(plane).save(file, "JPEG", quality=quality)
        out.append(np.asarray(Image.open(file)))
    return out[0].transpose(2, 0, 1) if len(image) == 3 else np.stack(out)


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_every_image_is_what_some_quality_gives(channels: int) -> None:
    images = noise(8, channels)
    after = images.copy()
    compress(after, 1.0, np.random.default_rng(0))
    for before, got in zip(images, after, strict=True):
        qualities = [q for q in range(WORST, BEST + 1) if np.array_equal(by_hand(before, q), got)]
        assert qualities


def test_the_share_is_kept_and_drawn_by_the_seed() -> None:
    images = noise(400, 1, 8)
    first, again = images.copy(), images.copy()
    compress(first, 0.3, np.random.default_rng(4))
    compress(again, 0.3, np.random.default_rng(4))
    assert np.array_equal(first, again)
    changed = (first != images).any(axis=(1, 2, 3)).mean()
    assert 0.2 < changed < 0.4


def test_an_augmentation_of_jpeg_alone_changes_images_and_keeps_the_originals() -> None:
    images = noise(4, 3)
    before = images.copy()
    amount = Augmentation(jpeg=1.0)
    assert not amount.is_identity
    after = amount.apply(images, np.random.default_rng(0))
    assert np.array_equal(images, before)
    assert (after != images).any(axis=(1, 2, 3)).all()
