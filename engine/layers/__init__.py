"""The steps a network is made of. Adding one: a class in a file here, and a name below."""

from __future__ import annotations

from typing import Any

from engine.layers.activations import LeakyRelu, Relu, Relu6, Sigmoid, Tanh
from engine.layers.base import Layer
from engine.layers.batch_norm import BatchNorm
from engine.layers.conv import Conv
from engine.layers.dense import Dense
from engine.layers.dropout import Dropout
from engine.layers.flatten import Flatten
from engine.layers.global_pool import GlobalAveragePool
from engine.layers.pooling import AveragePool, MaxPool
from engine.layers.residual import Residual
from engine.options import from_json

LAYERS: dict[str, type[Layer]] = {
    "conv": Conv,
    "relu": Relu,
    "relu6": Relu6,
    "leaky_relu": LeakyRelu,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "max_pool": MaxPool,
    "average_pool": AveragePool,
    "flatten": Flatten,
    "dense": Dense,
    "dropout": Dropout,
    "batch_norm": BatchNorm,
    "residual": Residual,
    "global_average_pool": GlobalAveragePool,
}
"""Every kind of layer by the word that names it in JSON."""


def layer_from_json(data: Any) -> Layer:
    """Return the layer that ``data`` describes.

    Raises:
        ConfigError: the kind or an option is unknown, or a value is not allowed.
    """
    return from_json(LAYERS, data, "layer")


__all__ = ["LAYERS", "Layer", "layer_from_json"]
