"""Large pictures are reduced before they are read, and what is found lies where it lay in the large one."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine.model.model_file import find_model
from engine.recognise import readings
from engine.recognise.pictures import grey
from engine.recognise.readings import LARGEST_SIDE, LARGEST_SINGLE, recognise


def two_ones(factor: int) -> Image.Image:
    """Return a white picture of 200 x 120 times ``factor`` with two upright strokes."""
    sheet = np.full((120, 200), 255, np.uint8)
    sheet[20:100, 40:52] = 0
    sheet[20:100, 140:152] = 0
    return Image.fromarray(sheet.repeat(factor, 0).repeat(factor, 1))


@pytest.mark.parametrize(("several", "largest"), [(True, LARGEST_SIDE), (False, LARGEST_SINGLE)])
@pytest.mark.parametrize("factor", [1, 8, 20])
def test_no_more_than_the_largest_side_is_looked_at(
    several: bool, largest: int, factor: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, ...]] = []
    real = readings.foreground
    monkeypatch.setattr(readings, "foreground", lambda level: seen.append(level.shape) or real(level))
    recognise(two_ones(factor), find_model("digits"), several=several)
    scale = min(1.0, largest / (200 * factor))
    assert seen == [(round(120 * factor * scale), round(200 * factor * scale))]
    assert max(seen[0]) <= largest


@pytest.mark.parametrize("factor", [1, 8, 20])
def test_what_is_found_lies_in_the_picture_as_it_came(factor: int) -> None:
    found = recognise(two_ones(factor), find_model("digits"))
    assert [reading.best for reading in found] == [1, 1]
    slack = 4 * factor  # ink has soft edges
    for reading, left in zip(found, (40, 140), strict=True):
        box = reading.box
        assert box.left == pytest.approx(left * factor, abs=slack)
        assert box.right == pytest.approx((left + 12) * factor, abs=slack)
        assert box.top == pytest.approx(20 * factor, abs=slack)
        assert box.bottom == pytest.approx(100 * factor, abs=slack)


def test_reducing_keeps_the_proportions_and_the_mean() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (30, 90), np.uint8)
    level, scale = grey(Image.fromarray(pixels), 45)
    assert (level.shape, scale) == ((15, 45), 0.5)
    np.testing.assert_allclose(
        level,
        pixels.reshape(15, 2, 45, 2).mean(axis=(1, 3)) / 255,
        atol=1.01 / 255,  # rounded along each axis
    )
    level, scale = grey(Image.fromarray(pixels), 90)
    assert scale == 1
    np.testing.assert_array_equal(level, pixels / 255)
    assert grey(Image.fromarray(pixels[:1]), 9)[0].shape == (1, 9)
