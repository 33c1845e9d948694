"""Print how well digits, letters and scans outside of MNIST are read: the table of the README."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from engine.data.catalogue import load
from engine.errors import DataError
from engine.model.model_file import Model, find_model
from engine.recognise.judge import Source, judge
from engine.recognise.pen import draw
from engine.recognise.readings import recognise
from engine.recognise.synthetic.strokes import drawn
from engine.types import Array
from tests.hands.templates import DIGITS, OTHERS

COPIES = 6
SCANS = 200


def strokes(model: Model, forms: Iterable[tuple[str, str]]) -> tuple[int, int, int, int]:
    """Return how many are drawn, read rightly, claimed without doubt, and claimed wrongly."""
    source = Source(model.network, model.preprocessing, model.class_names)
    rng, count, right, sure, wrong = np.random.default_rng(11), 0, 0, 0, 0
    for name, form in forms:
        for _ in range(COPIES):
            image = draw(drawn(form, rng))
            assert image is not None
            odds, consistency = source.ask(image[None])
            hit = model.class_names[int(odds.argmax())] == name
            claimed = judge(odds, model.class_names, shift_consistency=consistency).verdict == "sure"
            count, right, sure, wrong = count + 1, right + hit, sure + claimed, wrong + (claimed and not hit)
    return count, right, sure, wrong


def scans(model: Model, change: Callable[[Array], Array]) -> tuple[int, int]:
    """Return how many test images of MNIST, cut to their ink and reduced to 16 pixels, are read rightly."""
    dataset, right = load("mnist"), 0
    for index in range(SCANS):
        image = dataset.test_images[index, 0]
        ink = image > 20
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        cut = Image.fromarray(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
        scale = 16 / max(cut.size)
        small = cut.resize((max(1, round(scale * cut.width)), max(1, round(scale * cut.height))))
        try:
            found = recognise(Image.fromarray(change(np.asarray(small))), model)
        except DataError:
            continue
        right += len(found) == 1 and found[0].best == dataset.test_labels[index]
    return SCANS, right


def main(names: list[str]) -> None:
    """Print the table for each model named."""
    for name in names or ["digits"]:
        model = find_model(name)
        print(name)
        for title, forms in (
            ("digits as strokes", [(d, form) for d, each in DIGITS.items() for form in each]),
            ("of these 1 with a long flag", [("1", form) for form in DIGITS["1"][1:]]),
            ("letters and shapes", list(OTHERS.items())),
        ):
            count, right, sure, wrong = strokes(model, forms)
            print(f"  {title}: {count}, right {right}, without doubt {sure}, of these wrong {wrong}")
        for title, change in (("light ink", lambda x: x), ("dark ink", lambda x: 255 - x)):
            count, right = scans(model, change)
            print(f"  scans of 16 pixels, {title}: {count}, right {right}")


if __name__ == "__main__":
    main([str(Path(word)) if word.endswith(".safetensors") else word for word in sys.argv[1:]])
