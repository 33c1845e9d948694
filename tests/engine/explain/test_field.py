"""Receptive fields: by hand, and against what really changes when a pixel changes."""

from __future__ import annotations

import numpy as np
import pytest

from engine.explain.field import Field, field_of
from engine.model.network import Network
from engine.model.spec import PRESETS, NetworkSpec, preset
from engine.ops.geometry import Geometry


def test_two_convolutions_and_a_pooling_by_hand() -> None:
    spec = preset("classic")  # conv 5x5, ReLU, conv 5x5, ReLU, max pooling 2x2
    assert field_of(spec, 0) == Field((5, 5), (1, 1), (0, 0))
    assert field_of(spec, 1) == field_of(spec, 0)
    assert field_of(spec, 2) == Field((9, 9), (1, 1), (0, 0))
    assert field_of(spec, 4) == Field((10, 10), (2, 2), (0, 0))


def test_padding_and_stride_by_hand() -> None:
    field = Field().through(Geometry((3, 5), (2, 1), (1, 0))).through(Geometry((2, 1), (2, 3), (0, 0)))
    assert field == Field((5, 5), (4, 3), (-1, 0))


@pytest.mark.parametrize("name", PRESETS)
def test_a_unit_changes_only_with_pixels_of_its_field(name: str) -> None:
    shape = (3, 32, 32) if name == "resnet" else (1, 28, 28)
    network = Network.new(preset(name, shape), 2, np.float64)
    x = np.random.default_rng(4).normal(size=(1, *shape))
    changed = x.copy()
    changed[0, :, 13, 17] += 3
    before, after = network.maps(x), network.maps(changed)
    for layer, (one, other) in enumerate(zip(before, after, strict=True)):
        if one.ndim != 4:
            break
        field = field_of(network.spec, layer)
        for axis, pixel in enumerate((13, 17)):
            first = field.start[axis] + np.arange(one.shape[2 + axis]) * field.step[axis]
            sees = (first <= pixel) & (pixel < first + field.size[axis])
            moved = (one != other).any(axis=(0, 1, 3 - axis))
            assert not (moved & ~sees).any()
            assert moved.any()


def test_each_pixel_belongs_to_the_nearest_unit() -> None:
    # Units 0 to 9 have their middles at 5, 7, ..., 23: between pixels 4 and 5, and so on.
    nearest = field_of(preset("classic"), 4).nearest(0, 28, 10)
    assert nearest.tolist() == [0] * 6 + [unit for unit in range(1, 9) for _ in range(2)] + [9] * 6
    middles = 5 + 2 * np.arange(10)
    distance = np.abs(np.arange(28)[:, None] + 0.5 - middles)
    np.testing.assert_array_equal(distance[np.arange(28), nearest], distance.min(axis=1))


def test_a_map_as_large_as_the_image_keeps_every_pixel() -> None:
    spec = NetworkSpec.from_json(
        {"name": "same", "in_shape": [1, 9, 9], "layers": [{"kind": "conv", "kernel": 5, "padding": "same"}]}
    )
    assert field_of(spec, 0).nearest(1, 9, 9).tolist() == list(range(9))
