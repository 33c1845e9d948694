"""Training a model further: on MNIST, drawn, written, printed, scanned digits, and no digits.

``python -m engine.recognise.synthetic.retrain MODEL RECIPE OUT`` writes ``OUT/model.safetensors`` and
``OUT/validation.csv``; with the word ``familiar`` before MODEL it only writes a file OUT that knows what
digits look like to the model. ``RECIPE`` is JSON with the fields of ``Recipe``. Where only the last layers
are trained, what the others give is computed once for every image, which takes a tenth of the time. Images
of no class have even targets (see ``engine.model.losses``). Everything random grows from the seed.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.augment import Augmentation, augmentation_from_json
from engine.data.catalogue import load
from engine.data.dataset import Dataset, holdout
from engine.io.files import write_text
from engine.io.gate import CONFIG
from engine.io.json_file import json_file
from engine.layers.dropout import Dropout
from engine.layers.flatten import Flatten
from engine.model.familiar import PICTURES, Familiar
from engine.model.model_file import Model, load_model, save_model
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.optimisers import OPTIMISERS, UpdateSettings
from engine.recognise.synthetic import images as made
from engine.schedules import SCHEDULES
from engine.training.gradient import loss_gradient
from engine.training.train_state import TrainState
from engine.training.workers import hold_blas_to_one_thread
from engine.types import Array, Bytes, Context, Labels, Params, Scratch

_MADE, _CHOICE, _DROPOUT, _FAMILIAR = 30, 31, 32, 33
"""Purposes of the random generators, after the seed."""
_SHARE = 0.01
"""Right answers that may be doubted because of their features; other signs of doubt take about as many."""
_CHUNK = 250


@dataclass(frozen=True)
class Recipe:
    """How a model is trained further.

    Attributes:
        data: the data set; images of its training part are replayed.
        made: for each part of the mixture, how many images of it there are.
        batch: for each part, how many images of it are in a batch.
        fonts: files of fonts for printed digits.
        hands: files of fonts that were made of somebody's handwriting.
        augmentation: how every other image is varied.
        layers: how many layers at the end are trained; 0 for all.
        keep: share of the weights that the model began with, mixed into the trained ones at the end: it holds
            what was known (Wortsman et al., *Robust fine-tuning of zero-shot models*, 2022).
        learning_rate: of the first step; later ones shrink along a half cosine.
        validate_every: steps between two validations.
    """

    data: str
    made: dict[str, int]
    batch: dict[str, int]
    fonts: tuple[str, ...]
    augmentation: Augmentation
    layers: int
    steps: int = 6000
    keep: float = 0.0
    learning_rate: float = 0.02
    momentum: float = 0.9
    weight_decay: float = 0.0005
    averaging: float = 0.999
    validation_images: int = 5000
    validate_every: int = 500
    seed: int = 1
    hands: tuple[str, ...] = ()

    @classmethod
    def from_file(cls, path: Path) -> Recipe:
        """Read a recipe."""
        data = json_file(path, CONFIG)
        return cls(**{**data, "augmentation": augmentation_from_json(data["augmentation"])})

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as plain JSON values."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {**values, "augmentation": self.augmentation.to_json()}


def mixture(recipe: Recipe, dataset: Dataset) -> dict[str, made.Made]:
    """Return the parts of the mixture by name, and under ``validation`` what of the data set is held out."""
    rng = np.random.default_rng([recipe.seed, _MADE])
    train, held_out = holdout(dataset, recipe.validation_images, recipe.seed)
    digits = dataset.train_images[train], dataset.train_labels[train]
    counts, parts = recipe.made, {}
    for name, count in counts.items():
        if not count:
            continue
        chosen = rng.integers(0, len(train), count)
        images, labels = digits[0][chosen], digits[1][chosen]
        if name == "drawn":
            images, labels = made.drawn_digits(count, rng)
        elif name == "printed":
            images, labels = made.printed_digits(count, [Path(path) for path in recipe.fonts], rng)
        elif name == "scanned":
            images = made.scanned(images, rng)
        elif name == "formed":
            images, labels = made.formed_digits(count, rng)
        elif name == "written":
            images, labels = made.written_digits(count, recipe.hands, rng)
        elif name == "redrawn":
            images = made.redrawn(images, rng)
        elif name == "letters":
            images = made.written_letters(count, recipe.hands, rng)
            labels = np.full(count, made.NONE)
        elif name == "none":
            images, labels = made.no_digits(count, digits, rng), np.full(count, made.NONE)
        varied = recipe.augmentation.apply(images[::2], rng)
        parts[name] = np.concatenate([varied, images[1::2]]), np.concatenate([labels[::2], labels[1::2]])
    return parts | {"validation": (dataset.train_images[held_out], dataset.train_labels[held_out])}


def split(network: Network, layers: int) -> tuple[Network, Network]:
    """Return the first layers of a network, up to numbers ``(N, D)``, and the last ``layers`` ones.

    The second network takes images ``(N, D, 1, 1)``. Dropout between the convolutions and the numbers goes to
    it, where it is drawn anew in every step.
    """
    spec, first = network.spec, len(network.spec.layers) - layers
    (size,) = network.shapes[first - 1]
    dropped = tuple(layer for layer in spec.layers[first - 2 : first] if isinstance(layer, Dropout))
    front = NetworkSpec(spec.name, spec.in_shape, spec.layers[:first])
    back = NetworkSpec(spec.name, (size, 1, 1), (Flatten(), *dropped, *spec.layers[first:]))
    before: list[Params] = [{} for _ in (Flatten, *dropped)]
    return Network(front, network.params[:first]), Network(back, (*before, *network.params[first:]))


def through(network: Network, images: Bytes, model: Model) -> Array:
    """Return what the network gives for images, ``(N, D, 1, 1)``."""
    scratch = Scratch()
    parts = [
        network.forward(model.preprocessing.apply(images[start : start + _CHUNK]), Context(scratch=scratch))[
            0
        ].copy()
        for start in range(0, len(images), _CHUNK)
    ]
    return np.concatenate(parts)[:, :, None, None]


def retrain(model: Model, recipe: Recipe, out: Path, parts: dict[str, made.Made] | None = None) -> Model:
    """Train a copy of ``model`` further, write it and its log to ``out``, and return it."""
    hold_blas_to_one_thread()
    parts = parts or mixture(recipe, load(recipe.data))
    whole = recipe.layers == 0
    if whole:
        front, back = None, model.network.copy()
        features: dict[str, Any] = {name: images for name, (images, _) in parts.items()}
    else:
        front, back = split(model.network, recipe.layers)
        features = {name: through(front, images, model) for name, (images, _) in parts.items()}
    labels = {name: classes for name, (_, classes) in parts.items()}
    state, begun = TrainState(back, OPTIMISERS["nesterov"](), recipe.averaging), back.vector.copy()
    schedule, scratch = SCHEDULES["cosine"](), Scratch()
    grad: Array = np.empty_like(back.vector)
    log, started, total = ["step,seconds,loss,accuracy"], time.perf_counter(), 0.0

    def entering(chosen: Any) -> Array:
        """Return what the network that is trained is given."""
        given: Array = model.preprocessing.apply(chosen) if whole else chosen
        return given

    def note(step: int, last: Network, loss: float) -> None:
        answers = [
            last.predict(entering(features["validation"][start : start + _CHUNK])).argmax(axis=1)
            for start in range(0, len(labels["validation"]), _CHUNK)
        ]
        right = float((np.concatenate(answers) == labels["validation"]).mean())
        log.append(f"{step},{time.perf_counter() - started:.1f},{loss:.6f},{right:.4f}")
        out.mkdir(parents=True, exist_ok=True)
        write_text(out / "validation.csv", "\n".join(log) + "\n")

    for step in range(recipe.steps):
        x, classes = _batch(recipe, features, labels, step)
        rng = np.random.default_rng([recipe.seed, _DROPOUT, step])
        ctx = Context(training=True, rng=rng, scratch=scratch)
        loss, _, statistics = loss_gradient(back, entering(x), classes, ctx, grad)
        total += loss / len(x)
        rate = recipe.learning_rate * schedule.factor(float(step), recipe.steps)
        now = UpdateSettings(rate, recipe.momentum, recipe.weight_decay)
        state.update(grad / np.float32(len(x)), (statistics,), now, step + 1)
        if (step + 1) % recipe.validate_every == 0:
            note(step + 1, state.best_network(step + 1), total / recipe.validate_every)
            total = 0.0
    last = state.best_network(recipe.steps)
    last.vector[:] = recipe.keep * begun + (1 - recipe.keep) * last.vector
    note(recipe.steps, last, float("nan"))
    network = (
        last
        if front is None
        else Network(model.network.spec, (*front.params, *last.params[-recipe.layers :]))
    )
    best = dataclasses.replace(model, network=network, record={**model.record, "further": recipe.to_json()})
    save_model(out / "model.safetensors", best)
    write_text(out / "recipe.json", json.dumps(recipe.to_json(), indent=2) + "\n")
    return best


def familiar(model: Model, recipe: Recipe, dataset: Dataset) -> Familiar | None:
    """Return what digits look like to a model, drawn ones, too, and what is none; see ``Familiar``.

    The limit is that of digits held out: as they are, and drawn again along their middle lines.
    """
    rng = np.random.default_rng([recipe.seed, _FAMILIAR])
    train, held_out = holdout(dataset, recipe.validation_images, recipe.seed)
    known = train[: 2 * PICTURES // 3]
    digits = dataset.train_images[known], dataset.train_labels[known]
    count = PICTURES // (6 if recipe.hands else 3)
    pictures, none = [digits[0], made.formed_digits(count, rng)[0]], []
    if recipe.hands:
        pictures.append(made.written_digits(count, recipe.hands, rng)[0])
        none.append(made.written_letters(PICTURES // 4, recipe.hands, rng))
    none.append(made.no_digits(PICTURES // (4 if recipe.hands else 2), digits, rng))
    known = held_out[: recipe.validation_images // 2]
    images, labels = dataset.train_images[known], dataset.train_labels[known]
    half = len(labels) // 2
    images = np.concatenate([images, made.redrawn(images[:half], rng)])
    labels = np.concatenate([labels, labels[:half]])
    return Familiar.of(
        model.network,
        model.preprocessing,
        np.concatenate(pictures),
        images,
        labels,
        others=np.concatenate(none),
        share=_SHARE,
    )


def _batch(
    recipe: Recipe, features: dict[str, Any], labels: dict[str, Labels], step: int
) -> tuple[Any, Labels]:
    rng = np.random.default_rng([recipe.seed, _CHOICE, step])
    x, classes = [], []
    for name, count in recipe.batch.items():
        chosen = rng.integers(0, len(labels[name]), count)
        x.append(features[name][chosen])
        classes.append(labels[name][chosen])
    return np.concatenate(x), np.concatenate(classes)


def main(words: list[str]) -> None:
    """Do what the words of the command say; see above."""
    only = words[:1] == ["familiar"]
    source, settings, out = (Path(word) for word in words[only : 3 + only])
    recipe, model = Recipe.from_file(settings), load_model(source)
    if not only:
        model = retrain(model, recipe, out)
    model = dataclasses.replace(model, familiar=familiar(model, recipe, load(recipe.data)))
    save_model(out if only else out / "model.safetensors", model)


if __name__ == "__main__":
    main(sys.argv[1:])
