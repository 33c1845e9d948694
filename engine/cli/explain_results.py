"""What the ``explain`` command found, as JSON values and in lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.explain import Method
from engine.explain.base import Explanation
from engine.explain.deletion import deletion, order_of
from engine.explain.maximise import Frame
from engine.explain.sanity import Sanity
from engine.explain.smallest_change import Change
from engine.formatting import percent
from engine.model.model_file import Model
from engine.task import Task
from engine.types import Bytes

Found = tuple[dict[str, Any], list[str]]
"""Plain JSON values, and the same for a person in lines."""


def of_map(model: Model, method: Method, image: Bytes, target: int, found: Explanation, task: Task) -> Found:
    """Return the numbers of a map of ``image``, ``(C, H, W)``, as JSON values and in lines."""
    network, preprocessing = model.network, model.preprocessing
    odds = network.predict(preprocessing.apply(image[None]))[0]
    curve = deletion(network, preprocessing, image, target, order_of(method, found), task=task)
    name, balance = model.class_names[target], found.balance
    row, column = np.unravel_index(int(np.argmax(found.values)), found.values.shape)
    words = [
        f"{method.title} for {name} ({percent(float(odds[target]))}): {found.detail}",
        f"largest at row {row}, column {column}: {found.values[row, column]:.4g} {found.unit}",
        f"deletion: mean probability {curve.area:.3f} while pixels are taken away in the order of the map",
    ]
    if balance is not None:
        gap = f"differ by {percent(balance.gap)}"
        words.append(
            f"{balance.name}: {balance.total:.5g} and {balance.expected:.5g} {gap} ({balance.about})"
        )
    data = {
        "class": name,
        "probability": float(odds[target]),
        "unit": found.unit,
        "detail": found.detail,
        "signed": found.signed,
        "values": [[float(value) for value in line] for line in found.values],
        "deletion": {
            "area": curve.area,
            "shares": [float(each) for each in curve.shares],
            "probabilities": [float(each) for each in curve.probabilities],
        },
        "balance": None
        if balance is None
        else {"name": balance.name, "sum": balance.total, "expected": balance.expected, "gap": balance.gap},
    }
    return data, words


def of_sanity(found: Sanity) -> dict[str, Any]:
    """Return what a sanity check found as JSON values."""
    redrawn = [
        {"layers": [n + 1 for n in each.layers], "similarity": each.similarity, "places": each.places}
        for each in found.redrawn
    ]
    return {"verdict": found.verdict, "words": found.words, "redrawn": redrawn}


def of_change(model: Model, change: Change) -> Found:
    """Return a change's numbers as JSON values and in lines."""
    names = [model.class_names[k] for k in change.answers]
    shares = [float(odds[k]) for odds, k in zip(change.probabilities, change.answers, strict=True)]
    sizes = f"no value changed by more than {change.largest} of 255 grey levels; {change.mean:.2f} on average"
    words = [
        f"{names[0]} ({percent(shares[0])}) turns to {names[1]} ({percent(shares[1])})",
        f"{sizes}, {percent(change.changed)} of the pixels",
    ]
    data = {
        "answers": names,
        "probabilities": shares,
        "largest": change.largest,
        "mean": change.mean,
        "changed": change.changed,
        "pixels": change.after.tolist(),
    }
    return data, words


def of_frame(model: Model, name: str, frame: Frame) -> Found:
    """Return what a grown picture excites as JSON values and in lines."""
    best = int(frame.probabilities.argmax())
    share = float(frame.probabilities[best])
    words = [
        f"{name}: {frame.value:.4g} after {frame.step} steps",
        f"the network answers {model.class_names[best]} ({percent(share)}) to this picture",
    ]
    data = {
        "part": name,
        "steps": frame.step,
        "value": frame.value,
        "answer": model.class_names[best],
        "probability": share,
        "pixels": frame.image.tolist(),
    }
    return data, words
