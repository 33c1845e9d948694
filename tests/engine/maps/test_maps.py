"""Maps: against an exact decomposition, turns that are known, and the libraries where they are installed."""

from __future__ import annotations

import importlib.util
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.maps.align import aligned
from engine.maps.features import features, most_images
from engine.maps.pca import Components
from engine.maps.projections import PROJECTIONS, MapError, Pca, Tsne, Umap
from engine.model.network import INPUT, Network
from engine.model.spec import NetworkSpec, preset
from engine.task import Cancelled, Task

RNG = np.random.default_rng(2)


def blobs(count: int = 60, size: int = 30) -> np.ndarray:
    """Return three groups of points in ``size`` dimensions, one after the other."""
    middles = 6 * np.random.default_rng(1).standard_normal((3, size))
    noise = np.random.default_rng(3).standard_normal((3, count, size))
    return (middles[:, None] + noise).reshape(-1, size).astype(np.float32)


GROUPS = np.repeat([0, 1, 2], 60)


@pytest.mark.parametrize("shape", [(40, 5), (12, 90), (400, 300)])
def test_components_are_those_of_the_singular_value_decomposition(shape: tuple[int, int]) -> None:
    scales = 0.7 ** np.arange(shape[1])
    points = (RNG.standard_normal(shape) * scales + 5).astype(np.float32)
    found = Components.of(points, 3)
    _, sizes, axes = np.linalg.svd(points - points.mean(axis=0, dtype=np.float64), full_matrices=False)
    np.testing.assert_allclose(np.abs((found.axes * axes[:3]).sum(axis=1)), 1, atol=1e-4)
    np.testing.assert_allclose(found.shares, sizes[:3] ** 2 / (sizes**2).sum(), rtol=1e-3)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(3), atol=1e-6)
    placed = found.place(points)
    np.testing.assert_allclose(placed.mean(axis=0), 0, atol=1e-4)
    assert np.array_equal(Components.of(points, 3).axes, found.axes)


def test_points_that_do_not_differ_have_no_components() -> None:
    found = Pca().draw(np.ones((5, 4), np.float32), Task())
    np.testing.assert_array_equal(found.points, np.zeros((5, 2)))
    line = np.outer(np.arange(5), [1, 2, 2]).astype(np.float32)
    placed = Pca().draw(line, Task())
    np.testing.assert_allclose(np.diff(placed.points[:, 0]), 3, rtol=1e-5)
    np.testing.assert_allclose(placed.points[:, 1], 0, atol=1e-6)
    assert placed.shares == pytest.approx((1.0,))
    with pytest.raises(MapError, match="at least 3 images; there are 2"):
        Pca().draw(line[:2], Task())


def test_new_points_lie_where_they_would_have_been() -> None:
    points = blobs()
    placed = Pca().draw(points, Task())
    np.testing.assert_allclose(placed.place(points[:7]), placed.points[:7], atol=1e-3)


@given(
    st.floats(-3, 3),
    st.booleans(),
    st.floats(0.1, 10),
    st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
)
def test_a_turned_mirrored_scaled_and_shifted_map_is_laid_back(
    angle: float, mirrored: bool, scale: float, shift: tuple[float, float]
) -> None:
    reference = np.random.default_rng(5).standard_normal((20, 2)) * [3, 1]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    if mirrored:
        turn = turn @ np.diag([1, -1])
    moved = scale * reference @ turn + np.array(shift)
    found, matrix, offset = aligned(moved, reference)
    np.testing.assert_allclose(found, reference, atol=1e-6)
    np.testing.assert_allclose(moved[:3] @ matrix + offset, reference[:3], atol=1e-6)


def test_no_turn_of_the_plane_lies_nearer() -> None:
    reference, other = RNG.standard_normal((2, 15, 2))
    found, _, _ = aligned(other, reference)
    best = np.square(found - reference).sum()
    centred = other - other.mean(axis=0)
    for mirror in (1, -1):
        for angle in np.linspace(0, 2 * np.pi, 60):
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            turned = centred @ turn @ np.diag([1, mirror])
            for scale in np.linspace(0, 1.5, 20):
                assert best <= np.square(scale * turned + reference.mean(axis=0) - reference).sum() + 1e-9
    assert aligned(np.zeros((4, 2)), reference[:4])[0] == pytest.approx(
        np.tile(reference[:4].mean(axis=0), (4, 1))
    )


def test_features_are_what_the_layer_gives(spec: NetworkSpec, dataset: Dataset) -> None:
    network, prepared = Network.new(spec, 1), Preprocessing(dataset.mean, dataset.std)
    images = dataset.test_images[:130]
    for layer in (INPUT, 0, 4, 6):
        found, answers, confidence = features(network, prepared, images, layer, Task())
        maps = network.maps(prepared.apply(images))
        expected = prepared.apply(images) if layer == INPUT else maps[layer]
        np.testing.assert_allclose(found, expected.reshape(130, -1), atol=1e-5)
        np.testing.assert_array_equal(answers, maps[-1].argmax(axis=1))
        np.testing.assert_allclose(confidence, network.predict(prepared.apply(images)).max(axis=1), rtol=1e-5)
    assert most_images(network, 6) == 1500
    large = Network.new(preset("resnet", (3, 96, 96), 10), 1)
    assert 100 <= most_images(large, 0) < 1500
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        features(network, prepared, images, 0, task)


needs_libraries = pytest.mark.skipif(
    any(importlib.util.find_spec(cls.package) is None for cls in (Tsne, Umap)),
    reason="the extra 'maps' is not installed",
)


@pytest.mark.maps  # they load and compile for half a minute
@needs_libraries
@pytest.mark.parametrize("kind", ["tsne", "umap"])
def test_a_library_keeps_neighbours_together(kind: str) -> None:
    points = blobs(20)
    groups = np.repeat([0, 1, 2], 20)
    seen: list[float] = []
    placed = PROJECTIONS[kind]().draw(points, Task(lambda now: seen.append(now.done / now.total)))
    assert placed.points.shape == (60, 2) and seen and max(seen) <= 1
    distances = np.linalg.norm(placed.points[:, None] - placed.points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (groups[distances.argmin(axis=1)] == groups).mean() > 0.95
    new = placed.place(points[:5] + 0.01)
    assert np.linalg.norm(new - placed.points[:5], axis=1).max() < 0.25 * np.ptp(placed.points)


@pytest.mark.maps
@needs_libraries
def test_a_library_can_be_cancelled_at_any_moment() -> None:
    task = Task()
    timer = threading.Timer(0.3, task.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        Tsne().draw(blobs(), task)
    timer.join()


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tsne, "package", "no_such_package_here")
    assert "pip install 'kernelscope[maps]'" in Tsne.missing() and Pca.missing() == ""
    with pytest.raises(MapError, match="t-SNE needs a library"):
        Tsne().draw(blobs(), Task())


def test_every_way_to_draw_says_what_it_shows() -> None:
    for name, cls in PROJECTIONS.items():
        assert cls.type_name == name and cls.title and cls.about.endswith(".")
