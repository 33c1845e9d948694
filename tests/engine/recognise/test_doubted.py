"""What is doubted on images of a data set is counted by its kind, right and wrong apart."""

from __future__ import annotations

import numpy as np

from engine.data.catalogue import load
from engine.model.model_file import find_model
from engine.recognise.doubted import Doubted
from engine.recognise.judge import Source
from engine.training.evaluation import evaluate
from engine.training.workers import Workers


def test_each_doubt_is_counted_once_and_the_order_is_by_all_signs():
    model, dataset = find_model("digits"), load("mnist")
    images, labels = dataset.test_images[:45].copy(), dataset.test_labels[:45]
    images[30:] = np.random.default_rng(3).integers(0, 256, (15, 1, 28, 28))
    with Workers() as workers:
        result = evaluate(model.network, model.preprocessing, images, labels, workers)
    doubted = Doubted.of(model, images, result)
    source = Source.of(model)
    said = [source.ask(image).answer(model.class_names) for image in images]
    right = result.labels == result.predicted
    for k, some in enumerate((right, ~right)):
        expected = sum(bool(each.reason) for each, chosen in zip(said, some, strict=True) if chosen)
        assert sum(both[k] for both in doubted.reasons.values()) == expected
    assert doubted.known and set(doubted.reasons) <= {each.reason for each in said}
    told = doubted.to_json()
    assert told["training_pictures_known"] and told["right"] + told["wrong"] == 45
    assert doubted.rejection.accuracy[0] == 1  # the most certain answers are right
