"""Networks whose weights went astray: every instrument gives something or says why it cannot."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest

from engine.errors import EngineError
from engine.explain import METHODS, sanity
from engine.explain.kernels import kernel_pictures
from engine.explain.maximise import Maximise
from engine.explain.neighbours import FeatureIndex
from engine.explain.part import Part
from engine.explain.projection import project
from engine.explain.smallest_change import SmallestChange
from engine.explain.top_images import TopImages
from engine.model.network import Network
from engine.model.spec import preset
from tests.engine.explain.test_methods import PLAIN, picture

IMAGES, LABELS = picture(3, 1, 28, 28), np.arange(3)

INSTRUMENTS = {
    **{
        name: lambda network, kind=kind: kind().explain(network, PLAIN, IMAGES[0], 3)
        for name, kind in METHODS.items()
    },
    "sanity": lambda network: sanity.check(
        {"saliency": METHODS["saliency"]()}, network, PLAIN, IMAGES[0], 3, draws=1
    ),
    "change": lambda network: SmallestChange().find(network, PLAIN, IMAGES[0]),
    "nearest": lambda network: FeatureIndex.of(network, PLAIN, IMAGES, LABELS).nearest(IMAGES[1]),
    "top": lambda network: TopImages.of(network, PLAIN, IMAGES, 4).best(0),
    "projection": lambda network: project(network, PLAIN, IMAGES[0], Part(6, 3)),
    "maximise": lambda network: list(Maximise(steps=3).frames(network, PLAIN, Part(6, 3))),
    "kernels": lambda network: kernel_pictures(network, PLAIN),
}


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30, 0.0])
@pytest.mark.parametrize("name", INSTRUMENTS)
def test_it_gives_something_or_says_a_sentence(name: str, value: float) -> None:
    network = Network.new(preset("classic"), 1)
    network.vector[...] = value
    with suppress(EngineError):
        INSTRUMENTS[name](network)
