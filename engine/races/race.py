"""What a race is: a few runs that differ in something, on the same batches in the same order."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.data.augment import AUGMENTATIONS
from engine.errors import ConfigError
from engine.formatting import counted
from engine.options import Configurable, OptionInfo, checked, option
from engine.runs.destination import Destination
from engine.runs.library import Library
from engine.runs.record import RaceEntry
from engine.training.config import RunConfig

FEWEST, MOST = 2, 4
"""Entrants of a race."""

MAY_DIFFER = (
    *("optimiser", "learning_rate", "network", "augmentation", "seed"),
    *("schedule", "momentum", "weight_decay", "smoothing", "averaging"),
)
"""Settings in which the entrants of a race may differ: none of them changes which images a step takes."""

_SEEDS = 2**32
_LONGEST = 120
"""Characters of an entrant's name."""


@dataclass(frozen=True)
class Entrant:
    """One of those that race.

    Attributes:
        changes: its settings that are not those of the race, with their values as ``RunConfig`` has them.
        name: what it is called; by default what its changes say.
    """

    changes: Mapping[str, Any]
    name: str = ""


@dataclass(frozen=True)
class Race:
    """A few runs that differ in something, on the same images in the same order.

    With the same number for the data (``RunConfig.data_seed``) and the same size of the batches, step k of
    every entrant trains on the same images. What is repeated over seeds is begun again with the next seed of
    everything, which is then again the same for all: the heats are pairs, which are compared one by one.

    Attributes:
        base: the settings that all have.
        entrants: in what they differ.
        heats: with how many seeds it is repeated.
        steps: where it ends; 0: after all epochs.
        name: what its runs are remembered by.

    Raises:
        ConfigError: there are too few or too many, or they differ in what would give them other batches, or
            in nothing.
        ShapeError: a network cannot be built.
    """

    base: RunConfig
    entrants: tuple[Entrant, ...]
    heats: int = option(1, "With how many seeds the race is repeated.", low=1, high=20)
    steps: int = option(0, "Steps of each entrant; 0: all epochs.", low=0, high=10**9)
    name: str = ""
    _titles: tuple[str, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        """Check that it is one."""
        for name, info in self.options().items():
            value = checked(f"{name} of a race", getattr(self, name), 0, info)
            object.__setattr__(self, name, value)
        if not FEWEST <= len(self.entrants) <= MOST:
            raise ConfigError(
                f"The race has {counted(len(self.entrants), 'entrant')}; allowed are {FEWEST} to {MOST}."
            )
        for name in {name: None for entrant in self.entrants for name in entrant.changes}:
            self._check(name)
        configs = [self.config(number) for number in range(len(self.entrants))]
        titles = titles_of(self.base, self.entrants)
        for number, config in enumerate(configs):
            if config in configs[:number]:
                first = titles[configs.index(config)]
                raise ConfigError(
                    f"'{first}' and '{titles[number]}' have the same settings; entrants must differ."
                )
            if titles[number] in titles[:number]:
                raise ConfigError(f"Two entrants are called '{titles[number]}'; give each its own name.")
            if len(titles[number]) > _LONGEST:
                raise ConfigError(
                    f"The entrant '{titles[number][:_LONGEST]}\u2026' has a name of {len(titles[number])} "
                    f"characters; allowed are {_LONGEST}."
                )
        if self.heats > 1 and self._seeds_differ:
            raise ConfigError(
                "The entrants differ in their seed, so the race cannot be repeated over seeds; choose one of "
                "these."
            )
        object.__setattr__(self, "_titles", tuple(titles))
        if not self.name:
            name = " against ".join(titles)
            object.__setattr__(self, "name", f"{name}, {time.strftime('%Y-%m-%d %H:%M:%S')}")

    @classmethod
    def options(cls) -> dict[str, OptionInfo]:
        """Return the numeric settings by name with their explanations."""
        return {f.name: f.metadata["info"] for f in dataclasses.fields(cls) if "info" in f.metadata}

    @property
    def titles(self) -> tuple[str, ...]:
        """The names of the entrants."""
        return self._titles

    @property
    def _seeds_differ(self) -> bool:
        return len({entrant.changes.get("seed", self.base.seed) for entrant in self.entrants}) > 1

    def _check(self, name: str) -> None:
        title = name.replace("_", " ")
        if name in ("batch_size", "training_images", "validation_images", "data", "data_seed"):
            raise ConfigError(
                f"The entrants differ in the {title}, so they would not train on the same batches; it is one "
                "for the whole race."
            )
        if name not in MAY_DIFFER:
            allowed = ", ".join(each.replace("_", " ") for each in MAY_DIFFER)
            raise ConfigError(f"The entrants differ in the {title}; in a race may differ: {allowed}.")

    def config(self, entrant: int, heat: int = 1) -> RunConfig:
        """Return the settings of a run: those of the entrant ``entrant``, from 0, in a heat, from 1."""
        config = dataclasses.replace(self.base, **self.entrants[entrant].changes)
        own: dict[str, Any] = {"seed": (config.seed + heat - 1) % _SEEDS}
        if self._seeds_differ or self.base.data_seed >= 0:
            own["data_seed"] = (self.base.seed_of_data + heat - 1) % _SEEDS
        return dataclasses.replace(config, **own)

    def entry(self, entrant: int, heat: int = 1) -> RaceEntry:
        """Return what a run remembers of the race."""
        return RaceEntry(self.name, self.titles[entrant], heat)

    def destination(self, library: Library, entrant: int, heat: int = 1) -> Destination:
        """Return where a run is recorded: a folder named after the time, the network and the entrant."""
        words = re.sub(r"\W+", "-", f"{self.base.network.name}-{self.titles[entrant]}")
        return dataclasses.replace(library.destination(words), race=self.entry(entrant, heat))

    def steps_of(self, epoch_size: int) -> int:
        """Return the steps of one entrant, where an epoch has ``epoch_size`` images."""
        whole = self.base.epochs * -(-epoch_size // self.base.batch_size)
        return min(self.steps, whole) if self.steps else whole


def titles_of(base: RunConfig, entrants: Sequence[Entrant]) -> list[str]:
    """Return what each entrant is called: by its name, or by what it differs in.

    One that differs in nothing is called by what it has where the others differ.
    """
    varied = {
        name: getattr(base, name, None)
        for entrant in entrants
        for name, value in entrant.changes.items()
        if value != getattr(base, name, None)
    }
    return [entrant.name or _in_words(entrant.changes or varied) for entrant in entrants]


def _in_words(changes: Mapping[str, Any]) -> str:
    """Return the settings ``changes`` as short words that name who has them."""
    order = [*MAY_DIFFER, *changes]
    items = sorted(changes.items(), key=lambda item: order.index(item[0]))
    words = [_word(name, value) for name, value in items]
    if len(words) > 1 and not isinstance(items[0][1], int | float):
        return f"{words[0]} with {', '.join(words[1:])}"
    return ", ".join(words) or "unchanged"


def _word(name: str, value: Any) -> str:
    if isinstance(value, int | float):
        return f"{name.replace('_', ' ')} {value:g}"
    if name == "augmentation":
        known = [title for title, each in AUGMENTATIONS.items() if each == value]
        return f"augmentation {known[0]}" if known else "own augmentation"
    if not isinstance(value, Configurable):
        return str(getattr(value, "name", value))
    usual = type(value)()
    own = [
        f"{option.replace('_', ' ')} {getattr(value, option):g}"
        for option in value.options()
        if getattr(value, option) != getattr(usual, option)
    ]
    title = f"{value.title.lower()} schedule" if name == "schedule" else value.title
    return f"{title} ({', '.join(own)})" if own else title
