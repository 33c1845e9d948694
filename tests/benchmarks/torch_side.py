"""The same networks in PyTorch, in a process of their own so that neither side's threads disturb."""

from __future__ import annotations

import importlib.util
import multiprocessing
import time
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from engine.model.spec import NetworkSpec


def installed() -> bool:
    """Return whether PyTorch can be imported."""
    return importlib.util.find_spec("torch") is not None


class TorchSide:
    """A process that trains networks with PyTorch on demand."""

    def __init__(self, threads: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, threads), daemon=True)
        self._process.start()

    def build(
        self, spec: NetworkSpec, flat: np.ndarray, x: np.ndarray, labels: np.ndarray, rate: float
    ) -> None:
        """Make the network with the weights ``flat`` and hand it its batches, ``(B, N, C, H, W)``.

        ``rate`` is the learning rate; the momentum is 0.95.
        """
        self._pipe.send(("build", spec.to_json(), flat, x, labels, rate))
        self._pipe.recv()

    def steps(self, count: int) -> tuple[float, list[float]]:
        """Train ``count`` steps; return the seconds and, after the clock has stopped, the losses."""
        self._pipe.send(("steps", count))
        return self._pipe.recv()

    def close(self) -> None:
        """End the process."""
        self._pipe.send(("end",))
        self._process.join()


def _serve(pipe: Connection, threads: int) -> None:
    import torch

    torch.set_num_threads(threads)
    state: dict[str, Any] = {}
    while True:
        word, *arguments = pipe.recv()
        if word == "end":
            return
        if word == "build":
            data, flat, x, labels, rate = arguments
            spec = NetworkSpec.from_json(data)
            model = _model(torch, spec, flat)
            state = {
                "model": model,
                "optimiser": torch.optim.SGD(model.parameters(), lr=rate, momentum=0.95),
                "x": torch.from_numpy(x),
                "labels": torch.from_numpy(labels),
            }
            pipe.send(None)
        else:
            pipe.send(_train(torch, count=arguments[0], **state))


def _model(torch: Any, spec: NetworkSpec, flat: np.ndarray) -> Any:
    """Return ``spec`` as ``torch.nn.Sequential`` with the weights ``flat``."""
    modules = []
    for layer, shape in zip(spec.layers, (spec.in_shape, *spec.shapes()), strict=False):
        if layer.type_name == "conv":
            geometry = layer.geometry
            modules.append(
                torch.nn.Conv2d(shape[0], layer.filters, geometry.size, geometry.stride, geometry.padding)
            )
        elif layer.type_name == "max_pool":
            modules.append(torch.nn.MaxPool2d(layer.geometry.size, layer.geometry.stride))
        elif layer.type_name == "dense":
            modules.append(torch.nn.Linear(shape[0], layer.units))
        else:
            modules.append({"relu": torch.nn.ReLU, "flatten": torch.nn.Flatten}[layer.type_name]())
    model = torch.nn.Sequential(*modules)
    torch.nn.utils.vector_to_parameters(torch.from_numpy(flat), model.parameters())
    return model


def _train(
    torch: Any, count: int, model: Any, optimiser: Any, x: Any, labels: Any
) -> tuple[float, list[float]]:
    cost = torch.nn.CrossEntropyLoss()
    losses = []
    start = time.perf_counter()
    for step in range(count):
        optimiser.zero_grad()
        loss = cost(model(x[step % len(x)]), labels[step % len(x)])
        loss.backward()
        optimiser.step()
        losses.append(loss.detach())
    seconds = time.perf_counter() - start
    return seconds, [float(loss) for loss in losses]
