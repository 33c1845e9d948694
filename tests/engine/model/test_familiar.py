"""What training pictures look like to a network, and how unlike them others are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.data.preprocess import Preprocessing
from engine.errors import ModelFileError
from engine.model.familiar import NEIGHBOURS, Familiar, checksum, feature_layer, features
from engine.model.model_file import Model, find_model, load_model, save_model
from engine.model.network import Network
from engine.model.spec import preset
from engine.recognise.judge import Source

NAMES = tuple("0123456789")


@pytest.fixture(scope="module")
def model() -> Model:
    network = Network.new(preset("classic"), 3)
    prepared = Preprocessing((0.1,), (0.3,))
    rng = np.random.default_rng(0)
    images = np.zeros((60, 1, 28, 28), np.uint8)
    images[:, 0, 8:20, 10:18] = rng.integers(120, 256, (60, 12, 8))
    labels = network.predict(prepared.apply(images)).argmax(axis=1)
    known = Familiar.of(network, prepared, images[:40], images[40:], labels[40:])
    return Model(network, prepared, NAMES, familiar=known)


def other(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (1, 28, 28)).astype(np.uint8)


def test_the_measure_is_the_mean_cosine_distance_to_the_nearest(model: Model) -> None:
    layer = feature_layer(model.network.spec)
    assert layer is not None and model.familiar is not None
    rows, _ = features(model.network, model.preprocessing, other(1)[None], layer)
    kept = model.familiar.features.astype(np.float64)
    cosines = kept @ rows[0] / np.linalg.norm(kept, axis=1) / np.linalg.norm(rows[0])
    expected = 1 - np.sort(cosines)[-NEIGHBOURS:].mean()
    found = float(model.familiar.strangeness(rows)[0]) * model.familiar.limit
    assert found == pytest.approx(expected, rel=1e-3)


def test_pictures_near_to_what_is_no_class_are_unlike(model: Model) -> None:
    layer = feature_layer(model.network.spec)
    assert layer is not None and model.familiar is not None
    near, _ = features(model.network, model.preprocessing, other(1)[None], layer)
    with_others = replace(model.familiar, others=np.repeat(near, NEIGHBOURS, axis=0).astype(np.float16))
    away, _ = features(model.network, model.preprocessing, other(1)[None] // 2, layer)
    assert with_others.strangeness(near)[0] > with_others.strangeness(away)[0]


def test_what_is_unlike_the_training_pictures_is_doubted_whatever_the_odds(model: Model) -> None:
    source = Source.of(model)
    odds = source.ask(other(2))
    assert odds.strangeness > 1
    said = replace(odds, probabilities=np.eye(10, dtype=np.float32)[4], shift_consistency=1.0).answer(NAMES)
    assert (said.verdict, said.reason) == ("unknown", "unlike the training pictures")
    assert "the closest is 4" in said.note


def test_features_of_other_weights_say_nothing(model: Model) -> None:
    learnt = model.network.copy()
    learnt.vector[0] += 0.5
    assert checksum(learnt) != checksum(model.network)
    assert Source.of(replace(model, network=learnt)).familiar is None
    assert Source.of(replace(model, network=learnt)).ask(other(2)).strangeness == 0


def test_a_file_keeps_them(model: Model, tmp_path: Path) -> None:
    save_model(tmp_path / "m.safetensors", model)
    back = load_model(tmp_path / "m.safetensors")
    assert Source.of(back).ask(other(3)).strangeness == pytest.approx(
        Source.of(model).ask(other(3)).strangeness, rel=1e-2
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"features": np.zeros((3, 5), np.float16)}, "shape"),
        ({"features": np.full((3, 1), np.nan, np.float16)}, "shape|finite"),
        ({"limit": 0.0}, "limit"),
        ({"limit": 2e6}, "limit"),
    ],
)
def test_a_damaged_file_is_refused_in_words(model: Model, tmp_path: Path, change, words) -> None:
    assert model.familiar is not None
    save_model(tmp_path / "m.safetensors", replace(model, familiar=replace(model.familiar, **change)))
    with pytest.raises(ModelFileError, match=words):
        load_model(tmp_path / "m.safetensors")


@pytest.mark.parametrize("name", ["digits", "clothes", "objects"])
def test_shipped_models_know_their_training_pictures(name: str) -> None:
    shipped = find_model(name)
    source = Source.of(shipped)
    assert source.familiar is not None and source.familiar is shipped.familiar
    width = shipped.network.spec.in_shape[-1]
    across = np.broadcast_to(np.linspace(0, 255, width).astype(np.uint8), shipped.network.spec.in_shape)
    if name != "objects":  # a sky may look like this
        assert source.ask(across).strangeness > 1
