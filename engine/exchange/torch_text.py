"""The text of a PyTorch class that a model's exported weights fit into.

The class is complete: it needs PyTorch and nothing of this program. It takes pixels from 0 to 255 and
standardises them itself.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable
from typing import Any

from engine.layers.activations import LeakyRelu, Relu6
from engine.layers.base import Layer
from engine.layers.batch_norm import BatchNorm
from engine.layers.conv import Conv
from engine.layers.dense import Dense
from engine.layers.dropout import Dropout
from engine.layers.pooling import AveragePool, MaxPool
from engine.layers.residual import Residual
from engine.model.model_file import Model
from engine.ops.geometry import Geometry
from engine.types import Shape

WEIGHTS = "model.safetensors"
"""The file that the text loads."""

Say = Callable[[Any, Shape], str]
"""Returns the expression that makes a layer in PyTorch, for an input shape without the batch."""


def _window(geometry: Geometry, stride: tuple[int, int]) -> str:
    """Return size, stride and padding of a window, without what PyTorch takes for granted.

    Args:
        geometry: of the window.
        stride: the one that PyTorch takes if none is given.
    """
    parts = [_pair(geometry.size)]
    if geometry.stride != stride:
        parts.append(f"stride={_pair(geometry.stride)}")
    if any(geometry.padding):
        parts.append(f"padding={_pair(geometry.padding)}")
    return ", ".join(parts)


def _pair(value: tuple[int, int]) -> str:
    rows, columns = value
    return str(rows) if rows == columns else str(value)


def _conv(layer: Conv, shape: Shape) -> str:
    bias = "" if layer.bias else ", bias=False"
    return f"nn.Conv2d({shape[0]}, {layer.filters}, {_window(layer.geometry, (1, 1))}{bias})"


def _dense(layer: Dense, shape: Shape) -> str:
    return f"nn.Linear({shape[0]}, {layer.units}{'' if layer.bias else ', bias=False'})"


def _batch_norm(layer: BatchNorm, shape: Shape) -> str:
    dimensions = "2d" if len(shape) == 3 else "1d"
    return f"nn.BatchNorm{dimensions}({shape[0]}, eps={layer.epsilon!r}, momentum={1 - layer.momentum:g})"


def _relu6(layer: Relu6, _shape: Shape) -> str:
    return "nn.ReLU6()" if layer.ceiling == 6 else f"nn.Hardtanh(0.0, {layer.ceiling!r})"


def _leaky_relu(layer: LeakyRelu, _shape: Shape) -> str:
    return f"nn.LeakyReLU({layer.slope!r})"


def _max_pool(layer: MaxPool, _shape: Shape) -> str:
    return f"nn.MaxPool2d({_window(layer.geometry, layer.geometry.size)})"


def _average_pool(layer: AveragePool, _shape: Shape) -> str:
    return f"nn.AvgPool2d({_window(layer.geometry, layer.geometry.size)})"


def _dropout(layer: Dropout, _shape: Shape) -> str:
    return f"{'nn.Dropout' if layer.inverted else 'PlainDropout'}({layer.rate!r})"


def _residual(layer: Residual, shape: Shape) -> str:
    return f"Residual({shape[0]}, {layer.filters}, {layer.stride})"


def _always(text: str) -> Say:
    """Return the sayer of a layer without options."""

    def say(_layer: Layer, _shape: Shape) -> str:
        return text

    return say


SAYERS: dict[str, Say] = {
    "conv": _conv,
    "relu": _always("nn.ReLU()"),
    "relu6": _relu6,
    "leaky_relu": _leaky_relu,
    "sigmoid": _always("nn.Sigmoid()"),
    "tanh": _always("nn.Tanh()"),
    "max_pool": _max_pool,
    "average_pool": _average_pool,
    "flatten": _always("nn.Flatten()"),
    "dense": _dense,
    "dropout": _dropout,
    "batch_norm": _batch_norm,
    "residual": _residual,
    "global_average_pool": _always("nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())"),
}
"""How each kind of layer is said in PyTorch; every kind of ``LAYERS`` needs one."""

_RESIDUAL = '''
class Residual(nn.Module):
    """Two convolutions whose result is added to their own input."""

    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.downsample = None
        if stride != 1 or channels != filters:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels, filters, 1, stride=stride, bias=False), nn.BatchNorm2d(filters)
            )

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        x = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(x)) + shortcut)

'''

_DROPOUT = '''
class PlainDropout(nn.Module):
    """Drops values while training and makes all of them smaller afterwards."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        return x * (torch.rand_like(x) >= self.rate) if self.training else x * (1 - self.rate)

'''

_HELPERS = ("Residual", "PlainDropout")
"""Names of the classes above."""


_TAKEN = ("Residual", "PlainDropout", "CLASSES")
"""Other names in the text."""


def class_name(model: Model) -> str:
    """Return a name for the class: ``Digits`` for a network called ``digits``; none that is taken."""
    words = re.findall(r"[A-Za-z0-9]+", model.network.spec.name)
    name = "".join(word[0].upper() + word[1:] for word in words)
    taken = keyword.iskeyword(name) or name in _HELPERS
    return name if name[:1].isalpha() and not taken else f"Network{name}"


def torch_text(model: Model, weights: str = WEIGHTS) -> str:
    """Return the class for ``model`` as Python text, with the lines that load ``weights``."""
    spec = model.network.spec
    shapes = (spec.in_shape, *model.network.shapes)
    layers = [
        SAYERS[layer.type_name](layer, shape) for layer, shape in zip(spec.layers, shapes, strict=False)
    ]
    channels, height, width = spec.in_shape
    name = class_name(model)
    kinds = {layer.type_name for layer in spec.layers}
    plain = any(isinstance(layer, Dropout) and not layer.inverted for layer in spec.layers)
    mean, std = ([float(f"{255 * v:.8g}") for v in values] for values in _standard(model))
    taken, given = f"(N, {channels}, {height}, {width})", f"(N, {model.network.classes})"
    lines = "".join(f"            {text},\n" for text in layers)
    return f'''"""{name}: {len(model.class_names)} classes, made with Kernelscope."""

import torch
from safetensors.torch import load_file
from torch import nn

CLASSES = {list(model.class_names)!r}

{_RESIDUAL if "residual" in kinds else ""}{_DROPOUT if plain else ""}
class {name}(nn.Module):
    """From pixels, 0 to 255, float32 {taken}, to logits {given}."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor({mean}).reshape(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor({std}).reshape(1, -1, 1, 1))
        self.layers = nn.Sequential(
{lines}        )

    def forward(self, pixels):
        return self.layers((pixels - self.mean) / self.std)


if __name__ == "__main__":
    model = {name}()
    model.load_state_dict(load_file("{weights}"))
    model.eval()
    pixels = torch.zeros(1, {channels}, {height}, {width})
    probabilities = model(pixels).softmax(dim=1)[0]
    print(CLASSES[int(probabilities.argmax())], float(probabilities.max()))
'''


def _standard(model: Model) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return model.preprocessing.mean, model.preprocessing.std
