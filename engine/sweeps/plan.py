"""What a sweep is to do: which settings are varied and how, which runs go on, what they are judged by."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.data.catalogue import load
from engine.data.dataset import Dataset
from engine.errors import ConfigError, EngineError
from engine.model.spec import NetworkSpec
from engine.options import OptionInfo, checked, option
from engine.sweeps.sampling import METHODS, combinations
from engine.sweeps.space import Dimension, Value, dimension, flattened, shown, varied
from engine.text import shortened
from engine.training.config import SHARE, RunConfig

FIGURES = {"accuracy": 1.0, "loss": -1.0}
"""What trials are judged by, of the validation images, and whether more of it is better."""
MOST_RUNS = 10_000
"""Runs of one sweep, which are all known before the first one begins."""
_MOST_SEEDS = 100


@dataclass(frozen=True)
class Plan:
    """A sweep. Trials are combinations of settings; each is trained once for each seed.

    Attributes:
        name: what the sweep is called.
        base: the settings that are not varied, as JSON (see ``RunConfig.to_json``); its network fits no
            data set yet.
        space: what is varied.
        method: how combinations are chosen, a key of ``METHODS``.
        seeds: of the runs of each combination.
        figure: what they are judged by, a key of ``FIGURES``; over several seeds, by its mean.
        folder: where files of networks are looked for.
    """

    name: str
    base: dict[str, Any]
    space: tuple[Dimension, ...]
    method: str = "random"
    seeds: tuple[int, ...] = (1,)
    figure: str = "accuracy"
    trials: int = option(
        20, "Combinations that are drawn; a grid has as many as it has.", low=1, high=MOST_RUNS
    )
    draw: int = option(1, "Number from which the combinations are drawn.", low=0, high=2**32 - 1)
    steps: int = option(0, "Most steps of a run; 0: as many as its epochs have.", low=0, high=10**9)
    eta: int = option(
        0, "Successive halving: of so many combinations one goes on at each rung; 0: all of them do.",
        low=0, high=100,
    )  # fmt: skip
    min_steps: int = option(
        100, "Successive halving: steps before the first combinations are given up.", low=1, high=10**9
    )
    megabytes: int = option(2, "Room for the weights that each run keeps, in MB.", low=1, high=2**20)
    folder: Path = Path()

    def __post_init__(self) -> None:
        """Check every part; raises ConfigError."""
        for name, info in self.options().items():
            default = type(self).__dataclass_fields__[name].default
            object.__setattr__(self, name, checked(name, getattr(self, name), default, info))
        if not self.name.strip() or len(self.name) > 60:
            raise ConfigError(f"name is {self.name[:60]!r}; allowed are 1 to 60 characters.")
        for key, allowed in (("method", METHODS), ("figure", FIGURES)):
            if getattr(self, key) not in allowed:
                value = str(getattr(self, key))[:60]
                raise ConfigError(f"{key} is {value!r}; allowed is one of {', '.join(allowed)}.")
        if self.eta == 1:
            raise ConfigError("eta is 1; allowed is 0, or a whole number of at least 2.")
        if not self.space:
            raise ConfigError("Nothing is varied; name at least one setting with its values in [space].")
        info = RunConfig.options()["seed"]
        for seed in self.seeds:
            checked("seeds", seed, 1, info)
        if not 1 <= len(self.seeds) <= _MOST_SEEDS or len(set(self.seeds)) < len(self.seeds):
            raise ConfigError(
                f"There are {len(self.seeds)} seeds; allowed are 1 to {_MOST_SEEDS}, each of them once."
            )
        if any(each.setting == "seed" for each in self.space) and len(self.seeds) > 1:
            raise ConfigError("seed is varied, and there are several seeds; use one of them.")
        if self.runs > MOST_RUNS:
            raise ConfigError(
                f"The sweep has {self.combinations:,} combinations of settings and {len(self.seeds)} seeds, "
                f"so {self.runs:,} runs; allowed are {MOST_RUNS:,}."
            )

    @classmethod
    def options(cls) -> dict[str, OptionInfo]:
        """Return the numbers by name with their explanations."""
        return {f.name: f.metadata["info"] for f in dataclasses.fields(cls) if "info" in f.metadata}

    @property
    def combinations(self) -> int:
        """How many combinations of settings there are."""
        if self.method != "grid":
            return self.trials
        count = 1
        for each in self.space:
            count *= len(each.grid())
        return count

    @property
    def runs(self) -> int:
        """How many runs there are, if all of them are begun."""
        return self.combinations * len(self.seeds)

    @property
    def key(self) -> str:
        """Eight letters that are others if anything in the plan is another, wherever its file lies."""
        told = json.dumps({**self.to_json(), "folder": ""}, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:8]

    def better(self, accuracy: float, loss: float) -> float:
        """Return the score of a run, which is larger for a better one."""
        return FIGURES[self.figure] * (accuracy if self.figure == "accuracy" else loss)

    def settings(self) -> list[dict[str, Value]]:
        """Return the varied settings of each trial, by name, in order; the same ones every time."""
        return combinations(self.space, self.method, self.trials, self.draw)

    def configs(self, settings: dict[str, Value], loader: Callable[[str], Dataset] = load) -> list[RunConfig]:
        """Return the settings of the runs of a trial, one for each seed, fitted to their data set.

        Raises:
            ConfigError: these settings do not go together; the message names them.
            DataError: there is no such data set.
        """
        try:
            data = varied(self.base, settings, self.folder)
            if not isinstance(data.get("data"), str):
                raise ConfigError(f"data is {data.get('data')!r}; allowed is the name of a data set.")
            dataset = loader(data["data"])
            spec = NetworkSpec.from_json({**data["network"], "in_shape": list(dataset.in_shape)})
            data["network"] = spec.fitted(dataset.in_shape, len(dataset.class_names)).to_json()
            data["threads"] = 1  # as many trials at once as there are processors
            config = RunConfig.from_json(data)
            held = min(config.validation_images, len(dataset.train_images) // SHARE)
            if not held:
                raise ConfigError(
                    "validation_images is 0; allowed is at least 1, as trials are judged by the validation."
                )
            config = dataclasses.replace(config, validation_images=held)
        except EngineError as error:
            told = ", ".join(f"{name} = {shown(value)}" for name, value in settings.items())
            raise type(error)(f"With {shortened(told, 120)}: {error}") from None
        if "seed" in settings:
            return [config]
        return [dataclasses.replace(config, seed=seed) for seed in self.seeds]

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain JSON values, from which ``from_json`` makes the same plan."""
        data: dict[str, Any] = {name: getattr(self, name) for name in ("name", "method", "figure")}
        data |= {"seeds": list(self.seeds), **{name: getattr(self, name) for name in self.options()}}
        data["base"] = self.base
        data["space"] = {each.setting: each.to_toml() for each in self.space}
        return data | {"folder": str(self.folder)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Plan:
        """Build a plan from what ``to_json`` gave; raises ConfigError."""
        return planned(data, Path(str(data.get("folder", ""))))


def planned(table: dict[str, Any], folder: Path) -> Plan:
    """Return the plan that ``table`` describes, the content of a TOML or JSON file.

    Args:
        table: the names of ``Plan``; ``seeds`` may be a number, from 1 on; ``halving`` a table with ``eta``
            and ``min_steps``; ``base`` may name a recipe with ``config``.
        folder: where files that it names are looked for.

    Raises:
        ConfigError: a part is missing, unknown or not allowed.
    """
    known = {field.name for field in dataclasses.fields(Plan)} | {"halving"}
    for name in table:
        if name not in known:
            raise ConfigError(f"There is no {name!r} in a sweep; there are {', '.join(sorted(known))}.")
    for name in ("name", "method", "figure"):
        if not isinstance(table.get(name, ""), str):
            raise ConfigError(f"{name} is {str(table[name])[:60]!r}; allowed is a word.")
    for name in ("base", "space", "halving"):
        if not isinstance(table.get(name, {}), dict):
            raise ConfigError(f"{name} is {str(table[name])[:60]!r}; allowed is a table of settings.")
    values = {name: value for name, value in table.items() if name not in ("halving", "folder")}
    if "halving" in table:
        halving = {"eta": 3, **table["halving"]}
        if unknown := sorted(halving.keys() - {"eta", "min_steps"}):
            raise ConfigError(f"There is no {unknown[0]!r} in [halving]; there are eta and min_steps.")
        values |= halving
    values["base"] = _base(dict(table.get("base", {})), folder)
    space = flattened(table.get("space", {}))
    values["space"] = tuple(dimension(name, said) for name, said in space.items())
    seeds = table.get("seeds", 1)
    if type(seeds) is int and 1 <= seeds <= _MOST_SEEDS:
        first = int(values["base"].get("seed", 1))
        seeds = list(range(first, first + seeds))
    if not isinstance(seeds, list):
        raise ConfigError(f"seeds is {str(seeds)[:60]!r}; allowed is 1 to {_MOST_SEEDS}, or a list of seeds.")
    values["seeds"] = tuple(seeds)
    values.setdefault("name", "sweep")
    return Plan(folder=folder, **values)


def _base(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the settings that are not varied, as JSON: the usual ones, those of a recipe, those said."""
    recipe = table.pop("config", None)
    config = RunConfig.from_json({})
    if recipe is not None:
        if not isinstance(recipe, str):
            raise ConfigError(f"config is {str(recipe)[:60]!r}; allowed is the name of a JSON file.")
        config = RunConfig.from_file(folder / recipe, config)
    base = config.to_json()
    said = flattened(table)
    for name in said:
        if name.partition(".")[0] not in base:
            raise ConfigError(f"There is no setting {name!r}; there are {', '.join(sorted(base))}.")
    base = varied(base, said, folder)
    # Numbers are checked here; whether the network fits is known when the data set is.
    RunConfig.from_json({**base, "network": "classic"})
    return base
