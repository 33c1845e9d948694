"""The settings being edited: always a valid run, and what has to happen for a change to take effect."""

from __future__ import annotations

import dataclasses
from typing import Any

from engine.data.catalogue import entries
from engine.errors import EngineError
from engine.formatting import counted
from engine.model.spec import PRESETS, NetworkSpec, preset
from engine.training.config import SHARE, USUAL, LiveSettings, RunConfig
from engine.types import Shape

LIVE = tuple(field.name for field in dataclasses.fields(LiveSettings))
"""Settings that may change while the network trains."""
CUSTOM = "custom"
"""Name of a network that is no preset (any more)."""


class Draft:
    """Holds the last valid settings; an edit that is not allowed changes nothing.

    Attributes:
        config: the settings.
    """

    def __init__(self, config: RunConfig) -> None:
        """Begin with ``config``."""
        self.config = config

    def edit(self, **changes: Any) -> str:
        """Take other values for some settings; returns why not, in words, or an empty string."""
        try:
            self.config = dataclasses.replace(self.config, **changes)
        except EngineError as error:
            return str(error)
        return ""

    def choose_data(self, name: str, in_shape: Shape, classes: int, train: int) -> str:
        """Use another data set, with the network fitted to it; returns why not, or an empty string.

        A data set with few training images (``train``) gives fewer of them away for validation.
        """
        network = fitted(self.config.network, in_shape, classes)
        held = self.config.validation_images
        known = entries().get(self.config.data)
        if known is not None and held == known.train // SHARE:  # the data set before was a small one
            held = USUAL
        return self.edit(data=name, network=network, validation_images=min(held, train // SHARE))

    def choose_preset(self, name: str) -> str:
        """Use a shipped network, fitted to the data in use; returns why not, or an empty string."""
        network = self.config.network
        return self.edit(network=preset(name, network.in_shape, network.shapes()[-1][0]))

    @property
    def preset(self) -> str:
        """The shipped network whose layers these are, or ``custom``."""
        return preset_of(self.config.network)

    def live_change(self, present: LiveSettings) -> LiveSettings | None:
        """Return the live settings if they differ from ``present``."""
        live = self.config.live()
        return None if live == present else live

    def needs_new_run(self, running: RunConfig) -> bool:
        """Whether something differs from ``running`` that cannot change while it trains."""
        return bool(self.differences(running))

    def differences(self, running: RunConfig) -> tuple[str, ...]:
        """Return the settings, in words, that only a new run would use."""
        names = [field.name for field in dataclasses.fields(RunConfig) if field.name not in LIVE]
        return tuple(
            name.replace("_", " ") for name in names if getattr(self.config, name) != getattr(running, name)
        )


def fitted(network: NetworkSpec, in_shape: Shape, classes: int) -> NetworkSpec:
    """Return ``network`` for other data; a preset is built anew, since it may depend on the input."""
    name = preset_of(network)
    return preset(name, in_shape, classes) if name != CUSTOM else network.fitted(in_shape, classes)


def preset_of(network: NetworkSpec) -> str:
    """Return the shipped network whose layers ``network`` has, or ``custom``."""
    try:
        classes = network.shapes()[-1][0]
    except EngineError:
        return CUSTOM
    for name in PRESETS:
        try:
            candidate = preset(name, network.in_shape, classes)
        except EngineError:
            continue
        if candidate.layers == network.layers:
            return name
    return CUSTOM


def summary(network: NetworkSpec) -> str:
    """Return the network in a line or two: its layers that learn, and how much they learn."""
    reports = network.report()
    learning = [f"{report.layer.title or report.layer.type_name}" for report in reports if report.parameters]
    total = sum(report.parameters for report in reports)
    return f"{counted(len(reports), 'layer')}, {counted(total, 'parameter')}: " + ", ".join(joined(learning))


def joined(words: list[str]) -> list[str]:
    """Return equal neighbours as one: ``['a', 'a', 'b']`` becomes ``['2 × a', 'b']``."""
    runs: list[tuple[str, int]] = []
    for word in words:
        if runs and runs[-1][0] == word:
            runs[-1] = (word, runs[-1][1] + 1)
        else:
            runs.append((word, 1))
    return [word if count == 1 else f"{count} × {word}" for word, count in runs]
