"""How much the maps say: what is left of the answer while the pixels are taken away in their order."""

from __future__ import annotations

import numpy as np

from engine.data.catalogue import load
from engine.explain import METHODS
from engine.explain.deletion import deletion, order_of
from engine.explain.sanity import check
from engine.model.model_file import find_model
from tests.benchmarks.row import Row

NAME = "map-quality"
IMAGES, CHECKED = 24, 4


def run() -> list[Row]:
    """Measure every method on test images of the shipped model for digits."""
    model, images = find_model("digits"), load("mnist").test_images[:IMAGES]
    network, preprocessing = model.network, model.preprocessing
    answers = network.predict(preprocessing.apply(images)).argmax(axis=1)
    rng = np.random.default_rng(0)
    rows = []
    for name, kind in METHODS.items():
        method, areas, alike = kind(), [], []
        for image, answer in zip(images, answers.tolist(), strict=True):
            found = method.explain(network, preprocessing, image, answer)
            areas.append(deletion(network, preprocessing, image, answer, order_of(method, found)).area)
        for image, answer in zip(images[:CHECKED], answers.tolist(), strict=False):
            sane = check({name: method}, network, preprocessing, image, answer, draws=1)
            alike.append(sane[name].similarity)
        rows.append(
            Row(f"{method.title}: area under the deletion curve", float(np.mean(areas)), "", "", None)
        )
        rows.append(
            Row(
                f"{method.title}: alike with weights drawn anew",
                float(np.mean(alike)),
                "",
                "below 0.5",
                float(np.mean(alike)) < 0.5,
            )
        )
    orders = [rng.permutation(images[0][0].size) for _ in images]
    curves = [
        deletion(network, preprocessing, image, answer, order).area
        for image, answer, order in zip(images, answers.tolist(), orders, strict=True)
    ]
    rows.append(Row("Pixels in random order: area under the curve", float(np.mean(curves)), "", "", None))
    return rows
