"""What the Explain view says and paints, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.preprocess import Preprocessing
from engine.explain import METHODS, Explanation
from engine.explain.question import Question, Reply
from engine.look.colour import Scale
from engine.model.model_file import Model
from engine.model.network import Network
from engine.model.spec import preset
from gui.presenters.explain import blend, misfit, plain, range_texts, reading

GREYS = tuple(0x010101 * level for level in (*range(255), 0))
NAMES = tuple("0123456789")


@pytest.fixture(scope="module")
def question() -> Question:
    model = Model(Network.new(preset("classic"), 1), Preprocessing((0.1,), (0.3,)), NAMES, {})
    image = np.random.default_rng(0).integers(0, 256, (1, 28, 28)).astype(np.uint8)
    return Question("one", model, image, (None, None), {name: kind() for name, kind in METHODS.items()})


def test_an_image_of_another_size_is_refused_in_words() -> None:
    image = np.zeros((1, 28, 28), np.uint8)
    assert misfit("Digits", (1, 28, 28), image) == ""
    assert misfit("Objects", (3, 32, 32), image) == (
        "This image has 28×28 pixels and 1 channel; Objects takes 32×32 pixels and 3 channels. "
        "Choose another image or another network."
    )


def test_a_map_is_mixed_with_the_image() -> None:
    image = np.array([[[0, 100, 255]]], np.uint8)
    values, scale = np.array([[-1, 0, 1]], np.float32), Scale(-1, 1)
    alone = blend(image, values, scale, GREYS, 1.0, signed=True)
    assert [hex(colour) for colour in alone[0]] == ["0xff000000", "0xff7f7f7f", "0xfffefefe"]
    half = blend(image, values, scale, GREYS, 0.5, signed=True)
    assert half[0].tolist() == [0xFF000000, 0xFF727272, 0xFFFEFEFE]  # 113.5 and 254.5 round to even
    none = blend(image, values, scale, GREYS, 0.0, signed=True)
    np.testing.assert_array_equal(none, plain(image))


def test_colours_stay_in_their_channels() -> None:
    image = np.array([1, 2, 3], np.uint8).reshape(3, 1, 1)
    assert plain(image)[0, 0] == 0xFF010203
    assert plain(np.array([10, 20], np.uint8).reshape(2, 1, 1))[0, 0] == 0xFF0F0F0F


def test_a_pixel_is_read_in_words(question: Question) -> None:
    values = np.array([[0.57, -0.01, 0.0]], np.float32)
    one = Explanation(values, True, "loss of probability", "", (1, 3))
    slope = Explanation(values, True, "score from black to white", "", (1, 3))
    shares = np.zeros(10, np.float32)
    shares[7], shares[1] = 0.98, 0.02
    reply = Reply(
        question, shares, (7, 1), {"occlusion": (one, one), "saliency": (slope,), "grad_cam": "No."}
    )
    assert reading(reply, "occlusion", 0, 0, 0) == "Row 0, column 0: covering this lowers 7 from 98 % to 41 %"
    assert reading(reply, "occlusion", 1, 0, 1) == (
        "Row 0, column 1: covering this raises 1 from 2.0 % to 3.0 %"
    )
    assert reading(reply, "occlusion", 0, 0, 2) == "Row 0, column 2: covering this leaves 7 at 98 %"
    assert reading(reply, "saliency", 0, 0, 1) == "Row 0, column 1: −0.01 score from black to white for 7"
    assert reading(reply, "grad_cam", 0, 0, 1) == "No."


def test_the_ends_of_a_scale_have_their_signs() -> None:
    assert range_texts(Scale(-1.2, 1.2)) == ("−1.2", "+1.2")
    assert range_texts(Scale(0, 3)) == ("0", "3")
