"""A network learns from one's own pictures: in grey and in colour, with any number of classes."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine.cli.attended import attended
from engine.cli.results import MODEL
from engine.data.catalogue import load
from engine.data.own import store
from engine.data.pictures.build import build
from engine.data.pictures.options import PictureOptions
from engine.data.pictures.scan import scan
from engine.model.model_file import load_model
from engine.model.spec import preset
from engine.runs.destination import Destination
from engine.session.messages import State
from engine.signals import Interruptions
from engine.training.config import RunConfig
from engine.training.evaluation import evaluate
from engine.training.workers import Workers


def bars(root, classes):
    """Write pictures of a bar whose place says the class."""
    rng = np.random.default_rng(7)
    for label in range(classes):
        (root / f"bar {label}").mkdir(parents=True)
        for index in range(24):
            pixels = rng.integers(0, 60, (40, 40, 3)).astype(np.uint8)
            top = 2 + label * 36 // classes
            pixels[top : top + 6] = rng.integers(150, 256, 3)
            Image.fromarray(pixels).save(root / f"bar {label}" / f"{index}.png")


@pytest.mark.parametrize(("colour", "classes", "size"), [(False, 2, 20), (True, 3, 24), (True, 7, 32)])
def test_own_pictures_are_learnt(tmp_path, colour, classes, size):
    bars(tmp_path / "bars", classes)
    options = PictureOptions(size=size, colour=colour, test_share=0.25)
    dataset, _ = build(scan(tmp_path / "bars"), options, "Bars")
    name = store(dataset, "Bars")
    loaded = load(name)
    assert loaded.in_shape == options.in_shape and len(loaded.class_names) == classes
    config = RunConfig(
        network=preset("classic", loaded.in_shape, classes),
        data=name,
        learning_rate=0.002,
        epochs=20,
        batch_size=8,
        validation_images=0,
        validation_every=0,
        threads=1,
    )
    with attended(config, loaded, Destination(tmp_path / "run")) as training:
        training.until_end(Interruptions("test"), lambda _channel: None)
        assert training.state is State.FINISHED, training.message
        training.save(tmp_path / MODEL)
    model = load_model(tmp_path / MODEL)
    assert model.class_names == tuple(f"bar {label}" for label in range(classes))
    with Workers(1) as workers:
        result = evaluate(model.network, model.preprocessing, loaded.test_images, loaded.test_labels, workers)
    assert result.accuracy >= 0.9
