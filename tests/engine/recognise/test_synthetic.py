"""Drawings made by the program have the form of MNIST's images, and a model learns from them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from engine.data.augment import Augmentation
from engine.data.catalogue import load
from engine.data.preprocess import Preprocessing
from engine.model.model_file import Model, find_model, load_model
from engine.model.network import Network
from engine.model.spec import preset
from engine.recognise.drawing import SIDE
from engine.recognise.judge import entropy_share
from engine.recognise.synthetic import images as made
from engine.recognise.synthetic.retrain import Recipe, mixture, retrain, split, through
from engine.recognise.synthetic.strokes import drawn, parsed
from engine.recognise.synthetic.templates import DIGITS, OTHERS
from engine.recognise.synthetic.thinning import lines_of, thinned
from engine.resources import RESOURCES

RECIPE = RESOURCES / "recipes" / "further" / "digits.json"


@pytest.fixture(scope="module")
def small() -> Recipe:
    recipe = Recipe.from_file(RECIPE)
    counts = dict.fromkeys(recipe.made, 40) | {"printed": 0}
    batch = {name: 8 for name in recipe.batch if name != "printed"}
    return dataclasses.replace(
        recipe,
        made=counts,
        batch=batch,
        fonts=(),
        steps=60,
        validate_every=60,
        averaging=0.0,
        learning_rate=0.02,
    )


@pytest.fixture(scope="module")
def parts(small: Recipe) -> dict[str, made.Made]:
    return mixture(small, load("mnist"))


def test_every_template_is_drawn_within_reach_of_what_it_says() -> None:
    rng = np.random.default_rng(1)
    for forms in (*DIGITS.values(), *OTHERS.values()):
        for form in forms:
            lines = drawn(form, rng, wildness=0)
            assert len(lines) == len(parsed(form))
            for line, stroke in zip(lines, parsed(form), strict=True):
                for x, y, _ in stroke:
                    assert np.hypot(*(line - (x, y)).T).min() < 1e-6
            wild = np.concatenate(drawn(form, rng))
            assert np.isfinite(wild).all() and np.ptp(wild, axis=0).max() < 400


def test_the_same_seed_gives_the_same_mixture(small: Recipe, parts: dict[str, made.Made]) -> None:
    one, two = parts, mixture(small, load("mnist"))
    for name, (images, labels) in one.items():
        np.testing.assert_array_equal(images, two[name][0])
        assert images.shape[1:] == (1, SIDE, SIDE) and len(labels) == len(images)
    assert set(one["none"][1]) == {made.NONE}
    assert len(one["validation"][1]) == small.validation_images


def test_a_model_learns_that_letters_are_none_of_its_classes(
    small: Recipe, parts: dict[str, made.Made], tmp_path: Path
) -> None:
    model = find_model("digits")
    model = dataclasses.replace(model, network=Network(model.network.spec, model.network.params))
    shapes = made.no_digits(30, parts["mnist"], np.random.default_rng(9))
    model.network.params[-1]["bias"][:] += np.linspace(0, 3, 10)  # so that there is something to learn
    before = np.mean([entropy_share(p) for p in _answers(model, shapes)])
    taught = retrain(model, small, tmp_path, parts)
    assert np.mean([entropy_share(p) for p in _answers(taught, shapes)]) > before + 0.1
    for index in range(len(model.network.spec.layers) - small.layers):
        for name, value in model.network.params[index].items():
            np.testing.assert_array_equal(value, taught.network.params[index][name])
    np.testing.assert_array_equal(
        load_model(tmp_path / "model.safetensors").network.vector, taught.network.vector
    )
    assert (tmp_path / "validation.csv").read_text().splitlines()[1].startswith("60,")
    assert json.loads((tmp_path / "recipe.json").read_text())["steps"] == 60


def test_all_layers_are_trained_with_what_their_input_is_on_average(
    small: Recipe, parts: dict[str, made.Made], tmp_path: Path
) -> None:
    model = find_model("digits")
    recipe = dataclasses.replace(small, layers=0, steps=2, validate_every=2)
    taught = retrain(model, recipe, tmp_path, parts)
    for index, params in enumerate(model.network.params):
        for name, value in params.items():
            after = taught.network.params[index][name]
            assert np.isfinite(after).all() and not np.array_equal(value, after), (index, name)
    right = (
        _answers(taught, parts["validation"][0][:200]).argmax(axis=1) == parts["validation"][1][:200]
    ).mean()
    assert right > 0.9


def test_hands_are_made_of_fonts_and_of_images() -> None:
    fonts, rng = [str(RESOURCES / "fonts" / "Roboto-Regular.ttf")], np.random.default_rng(4)
    digits, labels = made.written_digits(20, fonts, rng)
    letters = made.written_letters(6, fonts, rng)
    model = find_model("digits")
    assert (_answers(model, digits).argmax(axis=1) == labels).mean() > 0.7
    assert len(letters) == 6 and letters.any(axis=(1, 2, 3)).all()
    images, known = load("mnist").test_images[:20], load("mnist").test_labels[:20]
    again = made.redrawn(images, rng)
    assert (_answers(model, again).argmax(axis=1) == known).mean() > 0.8
    formed, _ = made.formed_digits(12, rng)
    assert formed.shape == (12, 1, SIDE, SIDE) and formed.any(axis=(1, 2, 3)).all()


def test_the_middle_of_a_ring_is_a_ring_and_of_a_bar_a_line() -> None:
    y, x = np.mgrid[:40, :40]
    ring = np.abs(np.hypot(x - 20, y - 20) - 12) < 3
    bar = (np.abs(x - 20) < 3) & (np.abs(y - 20) < 15)
    lines = [lines_of(thin) for thin in thinned(np.stack([ring, bar]))]
    far = np.concatenate([np.hypot(*(line - 20).T) for line in lines[0]])
    assert np.abs(far - 12).max() < 1.5 and len(far) > 50
    assert len(lines[1]) == 1 and np.ptp(lines[1][0][:, 0]) <= 2 and np.ptp(lines[1][0][:, 1]) > 20


def test_the_two_parts_of_a_network_give_what_the_whole_gives() -> None:
    network = Network.new(preset("classic"), 1)
    model = Model(network, Preprocessing((0.1,), (0.3,)), tuple("0123456789"))
    images = np.random.default_rng(2).integers(0, 256, (5, 1, 28, 28)).astype(np.uint8)
    front, back = split(network, 2 if len(network.shapes[-3]) == 1 else 1)
    whole = network.predict(model.preprocessing.apply(images))
    np.testing.assert_allclose(back.predict(through(front, images, model)), whole, rtol=1e-5)


def test_augmentation_of_a_recipe_is_read() -> None:
    recipe = Recipe.from_file(RECIPE)
    assert isinstance(recipe.augmentation, Augmentation) and recipe.augmentation.rotation == 10
    assert set(recipe.batch) == set(recipe.made)


def _answers(model: Model, images: np.ndarray) -> np.ndarray:
    return model.network.predict(model.preprocessing.apply(images))
