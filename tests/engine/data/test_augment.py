"""Augmentation against slow, obvious twins."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from engine.data.augment import AUGMENTATIONS, Augmentation, augmentation_from_json, sampled, shifted
from engine.errors import ConfigError


def blob(count: int = 1, side: int = 28, channels: int = 1) -> np.ndarray:
    """Return smooth pictures without symmetry."""
    y, x = np.mgrid[:side, :side] / side
    picture = np.exp(-30 * ((y - 0.4) ** 2 + (x - 0.6) ** 2)) + 0.7 * np.exp(-60 * (y - x - 0.1) ** 2)
    picture = 255 * picture / picture.max()
    return np.broadcast_to(picture.astype(np.uint8), (count, channels, side, side)).copy()


@given(seed=st.integers(0, 2**32 - 1), shape=st.tuples(*(st.integers(1, 7) for _ in range(4))))
def test_sampling_equals_interpolation_pixel_by_pixel(seed: int, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, shape, np.uint8)
    count, channels, height, width = shape
    rows = rng.uniform(-2, height + 1, (count, height, width)).astype(np.float32)
    columns = rng.uniform(-2, width + 1, (count, height, width)).astype(np.float32)
    expected = np.empty(shape)
    for n in range(count):
        for c in range(channels):
            places = (rows[n].astype(float), columns[n].astype(float))
            expected[n, c] = ndimage.map_coordinates(
                images[n, c].astype(float), places, order=1, mode="nearest"
            )
    result = sampled(images, rows.copy(), columns.copy())
    assert np.abs(result - expected).max() <= 0.51


@given(seed=st.integers(0, 2**32 - 1), shape=st.tuples(*(st.integers(1, 7) for _ in range(4))))
def test_shifting_equals_sampling_at_shifted_places(seed: int, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, shape, np.uint8)
    down, right = rng.uniform(-9, 9, (2, shape[0])).round(rng.integers(0, 4))
    rows, columns = np.mgrid[: shape[2], : shape[3]]
    places = (
        (grid + way.reshape(-1, 1, 1)).astype(np.float32) for grid, way in ((rows, down), (columns, right))
    )
    expected = sampled(images, *places).astype(int)
    assert np.abs(shifted(images, down, right) - expected).max() <= 1


def test_nothing_asked_nothing_done() -> None:
    images = blob()
    assert Augmentation().is_identity
    assert Augmentation().apply(images, np.random.default_rng(0)) is images
    # Only the strength decides; how smooth a bending of strength 0 would be does not matter.
    assert Augmentation(smoothness=2.0).is_identity


@pytest.mark.parametrize("name", [name for name, a in AUGMENTATIONS.items() if not a.is_identity])
def test_same_seed_same_images_and_the_original_is_kept(name: str) -> None:
    images = blob(70)
    before = images.copy()
    first = AUGMENTATIONS[name].apply(images, np.random.default_rng(5))
    assert np.array_equal(images, before)
    assert np.array_equal(first, AUGMENTATIONS[name].apply(images, np.random.default_rng(5)))
    assert not np.array_equal(first, AUGMENTATIONS[name].apply(images, np.random.default_rng(6)))
    assert first.dtype == np.uint8
    assert len({picture.tobytes() for picture in first}) > 60


def test_shift_moves_within_its_range() -> None:
    images = np.zeros((300, 1, 28, 28), np.uint8)
    images[:, :, 13:15, 13:15] = 255
    moved = Augmentation(shift=3.0).apply(images, np.random.default_rng(0)).astype(float)[:, 0]
    weight = moved.sum(axis=(1, 2))
    for axis in (1, 2):
        way = moved.sum(axis=3 - axis) @ np.arange(28) / weight - 13.5
        assert np.abs(way).max() <= 3.02
        assert way.min() < -2.5
        assert way.max() > 2.5
        assert abs(way.mean()) < 0.4


@pytest.mark.parametrize(("degrees", "turns"), [(90.0, (1, 3)), (180.0, (2,))])
def test_rotation_turns_about_the_middle(
    degrees: float, turns: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Extremes:
        """Draws the ends of every range, in turn."""

        def uniform(self, low: float, high: float, size: tuple[int, int]) -> np.ndarray:
            return np.tile(np.array([high, low])[: size[1]], (size[0], 1))

        def random(self, size: int) -> np.ndarray:
            return np.zeros(size)

    images = blob(2)
    turned = Augmentation(rotation=degrees).apply(images, Extremes())  # type: ignore[arg-type]
    seen = set()
    for picture in turned[:, 0]:
        found = [k for k in range(4) if np.abs(np.rot90(images[0, 0], k).astype(int) - picture).max() <= 1]
        seen.update(found)
    assert seen == set(turns)


@pytest.mark.parametrize("option", ["scale", "shear"])
def test_scale_and_shear_keep_the_middle_and_bend_the_rest(option: str) -> None:
    images = np.zeros((200, 1, 29, 29), np.uint8)
    images[:, :, 14, 14] = 255
    images[:, :, 4:7, 4:7] = 255
    changed = Augmentation(**{option: 0.3}).apply(images, np.random.default_rng(1))
    assert (changed[:, 0, 14, 14] >= 254).all()
    corner = changed[:, 0, :12].astype(float)
    rows = corner.sum(axis=2) @ np.arange(12) / corner.sum(axis=(1, 2))
    columns = corner.sum(axis=1) @ np.arange(29) / corner.sum(axis=(1, 2))
    assert np.ptp(columns) > 3
    assert (np.ptp(rows) > 3) == (option == "scale")


def test_elastic_bending_has_the_strength_and_smoothness_it_says() -> None:
    augmentation = Augmentation(elastic=2.0, smoothness=4.0)
    field = augmentation._bending(4000, 28, 28, np.random.default_rng(2))
    assert field.std(axis=0) == pytest.approx(np.full((28, 28), 2.0), rel=0.08)
    assert np.abs(field.mean(axis=0)).max() < 0.15
    # Gaussians of radius s one radius apart correlate like exp(-d^2 / 4 s^2).
    together = np.mean(field[:, 14, 8] * field[:, 14, 12]) / 4
    assert together == pytest.approx(math.exp(-(4**2) / (4 * 4.0**2)), abs=0.06)


def test_thickness_grows_and_shrinks_strokes_between_dilation_and_erosion() -> None:
    images = blob(400)
    images[:, :, :6] = 0
    changed = Augmentation(thickness=0.5).apply(images, np.random.default_rng(3))
    cross = ndimage.generate_binary_structure(2, 1)
    widest = ndimage.grey_dilation(images[0, 0], footprint=cross, mode="nearest")
    thinnest = ndimage.grey_erosion(images[0, 0], footprint=cross, mode="nearest")
    assert (changed <= widest).all()
    assert (changed >= thinnest).all()
    sums, middle = changed.sum(axis=(1, 2, 3)), images[0].sum()
    grown, shrunk = np.mean(sums > middle), np.mean(sums < middle)
    assert 0.15 < grown < 0.35
    assert 0.15 < shrunk < 0.35


def test_flip_mirrors_its_share() -> None:
    images = blob(400, channels=3)
    changed = Augmentation(flip=0.5).apply(images, np.random.default_rng(4))
    same = np.array([np.array_equal(a, b) for a, b in zip(changed, images, strict=True)])
    mirrored = np.array([np.array_equal(a, b[..., ::-1]) for a, b in zip(changed, images, strict=True)])
    assert (same ^ mirrored).all()
    assert 0.4 < mirrored.mean() < 0.6


def test_json_there_and_back() -> None:
    for name, augmentation in AUGMENTATIONS.items():
        assert augmentation_from_json(augmentation.to_json()) == augmentation
        assert augmentation_from_json(name) == augmentation
    with pytest.raises(ConfigError, match="rotation is 200"):
        augmentation_from_json({"kind": "augmentation", "rotation": 200})
    with pytest.raises(ConfigError, match="'kind'"):
        augmentation_from_json("stronger")
