"""The text of the PyTorch class against the file of weights, with a stand-in that only notes shapes.

PyTorch itself is not needed here: the stand-in knows the constructors' arguments and the names under which
PyTorch's ``state_dict`` has their arrays, as its documentation states them.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from engine.exchange.torch_file import state
from engine.exchange.torch_text import class_name, torch_text
from engine.model.model_file import Model, find_model
from engine.model.shipped import SHIPPED
from engine.model.spec import PRESETS, preset
from tests.engine.exchange.conftest import LAYER_CASES, build, lively

CASES = [(kind, number) for kind, cases in LAYER_CASES.items() for number in range(len(cases))]
Shapes = dict[str, tuple[int, ...]]


class Module:
    """Notes its own arrays and those of the modules that are set on it."""

    def __init__(self) -> None:
        self.own: Shapes = {}

    def register_buffer(self, name: str, value: np.ndarray) -> None:
        self.own[name] = value.shape

    def shapes(self) -> Shapes:
        """Return every array as ``state_dict`` names it."""
        found = dict(self.own)
        for name, part in vars(self).items():
            if isinstance(part, Module):
                found |= {f"{name}.{key}": shape for key, shape in part.shapes().items()}
        return found


class Sequential(Module):
    def __init__(self, *parts: Module) -> None:
        super().__init__()
        for number, part in enumerate(parts):
            setattr(self, str(number), part)


def conv2d(
    channels: int, filters: int, size: Any, stride: Any = 1, padding: Any = 0, bias: bool = True
) -> Module:
    made = Module()
    made.own["weight"] = (filters, channels, *(size if isinstance(size, tuple) else (size, size)))
    if bias:
        made.own["bias"] = (filters,)
    return made


def linear(taken: int, given: int, bias: bool = True) -> Module:
    made = Module()
    made.own |= {"weight": (given, taken), **({"bias": (given,)} if bias else {})}
    return made


def batch_norm(channels: int, eps: float = 1e-5, momentum: float = 0.1) -> Module:
    made = Module()
    made.own = dict.fromkeys(("weight", "bias", "running_mean", "running_var"), (channels,))
    made.own["num_batches_tracked"] = ()
    return made


def plain(*_options: Any, **_more: Any) -> Module:
    return Module()


def declared(model: Model, monkeypatch: pytest.MonkeyPatch) -> Shapes:
    """Return the arrays that the class declares."""
    nn = ModuleType("torch.nn")
    vars(nn).update(Module=Module, Sequential=Sequential, Conv2d=conv2d, Linear=linear)
    vars(nn).update(BatchNorm1d=batch_norm, BatchNorm2d=batch_norm)
    for name in (
        "ReLU",
        "ReLU6",
        "Hardtanh",
        "LeakyReLU",
        "Sigmoid",
        "Tanh",
        "MaxPool2d",
        "AvgPool2d",
        "Flatten",
        "Dropout",
    ):
        setattr(nn, name, plain)
    nn.AdaptiveAvgPool2d = plain  # type: ignore[attr-defined]
    torch, files = ModuleType("torch"), ModuleType("safetensors.torch")
    vars(torch).update(nn=nn, tensor=np.array)
    vars(files).update(load_file=None)
    for name, module in (("torch", torch), ("torch.nn", nn), ("safetensors.torch", files)):
        monkeypatch.setitem(sys.modules, name, module)
    namespace: dict[str, Any] = {"__name__": "exported"}
    exec(torch_text(model), namespace)  # noqa: S102 - our own text
    shapes: Shapes = namespace[class_name(model)]().shapes()
    return shapes


def held(model: Model) -> Shapes:
    return {name: value.shape for name, value in state(model).items()}


@pytest.mark.parametrize(("kind", "number"), CASES)
def test_the_file_holds_what_the_class_declares(
    kind: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = build(LAYER_CASES[kind][number])
    assert declared(model, monkeypatch) == held(model)


@pytest.mark.parametrize("name", PRESETS)
def test_the_file_of_a_preset_holds_what_its_class_declares(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = lively(preset(name, (3, 32, 32), 3))
    assert declared(model, monkeypatch) == held(model)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_file_of_a_shipped_model_holds_what_its_class_declares(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = find_model(name)
    assert declared(model, monkeypatch) == held(model)
