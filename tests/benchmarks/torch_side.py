"""The same networks in PyTorch, in a process of their own so that neither side's threads disturb."""

from __future__ import annotations

import importlib.util
import multiprocessing
import time
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from engine.exchange.torch_file import state
from engine.exchange.torch_text import class_name, torch_text
from engine.model.model_file import Model


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

    def build(self, model: Model, x: np.ndarray, labels: np.ndarray, rate: float) -> None:
        """Make the network of ``model`` with its weights, and hand it its batches, ``(B, N, C, H, W)``.

        ``x`` is prepared already. ``rate`` is the learning rate; the momentum is 0.95.
        """
        self._pipe.send(("build", torch_text(model), class_name(model), state(model), x, labels, rate))
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
    training: dict[str, Any] = {}
    while True:
        word, *arguments = pipe.recv()
        if word == "end":
            return
        if word == "build":
            text, name, weights, x, labels, rate = arguments
            model = _model(torch, text, name, weights)
            training = {
                "model": model,
                "optimiser": torch.optim.SGD(model.parameters(), lr=rate, momentum=0.95),
                "x": torch.from_numpy(x),
                "labels": torch.from_numpy(labels),
            }
            pipe.send(None)
        else:
            pipe.send(_train(torch, count=arguments[0], **training))


def _model(torch: Any, text: str, name: str, weights: dict[str, np.ndarray]) -> Any:
    """Return the layers of the class in ``text``, what is exported for PyTorch, with its ``weights``."""
    names: dict[str, Any] = {"__name__": name}
    exec(text, names)  # noqa: S102 (what the program itself exports)
    module = names[name]()
    module.load_state_dict({key: torch.from_numpy(np.array(value)) for key, value in weights.items()})
    return module.layers


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
