"""What kind of image a model was made for, as far as pictures must be brought to it.

Told apart from ``engine.recognise``, which brings Pillow: a window asks this before there is a picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.data.built_in import DATASETS

if TYPE_CHECKING:
    from engine.model.model_file import Model

DARK_GROUND = 0.4
"""A model whose training images have a lower mean than this, of 1, expects a dark ground."""
_DIGITS = tuple("0123456789")
_GARMENTS = DATASETS["fashion-mnist"].class_names


def takes_digits(model: Model) -> bool:
    """Whether ``model`` takes digits in the form of MNIST's images; they are found one by one."""
    return model.network.spec.in_shape == (1, 28, 28) and model.class_names == _DIGITS


def takes_garments(model: Model) -> bool:
    """Whether ``model`` takes garments in the form of Fashion-MNIST's images."""
    return model.network.spec.in_shape == (1, 28, 28) and model.class_names == _GARMENTS


def takes_dark_ground(model: Model) -> bool:
    """Whether the images that ``model`` learnt from were mostly dark."""
    return model.preprocessing.mean[0] < DARK_GROUND
