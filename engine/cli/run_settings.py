"""The settings of a run as options of a command: those of training, and of what trains several runs."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from engine.cli import progress
from engine.cli.arguments import name_or_path, to_path
from engine.data.augment import AUGMENTATIONS
from engine.data.catalogue import DATASETS
from engine.data.dataset import Dataset
from engine.model.spec import PRESETS, preset, preset_or_file
from engine.optimisers import OPTIMISERS
from engine.runs.budget import Budget
from engine.runs.library import Library
from engine.schedules import SCHEDULES
from engine.training.config import SHARE, RunConfig
from engine.typed_numbers import number_like


def settings(parser: argparse.ArgumentParser) -> None:
    """Add the options for the settings of a run, of which every number is one, and for its room."""
    parser.add_argument(
        "--config", type=to_path, metavar="FILE", help="settings as JSON; the options below come on top"
    )
    parser.add_argument(
        "--data", metavar="NAME", help=f"data set: {', '.join(DATASETS)}, or one of your own (default: mnist)"
    )
    parser.add_argument(
        "--network", type=name_or_path, metavar="NAME_OR_FILE", help=f"{', '.join(PRESETS)}, or a JSON file"
    )
    parser.add_argument("--optimiser", choices=list(OPTIMISERS), help="default: momentum")
    parser.add_argument("--schedule", choices=list(SCHEDULES), help="of the learning rate; default: constant")
    parser.add_argument(
        "--augmentation", choices=list(AUGMENTATIONS), help="changes to the images; default: none"
    )
    for name, info in RunConfig.options().items():
        default: Any = RunConfig.__dataclass_fields__[name].default
        flag, text = (
            "--" + name.replace("_", "-"),
            f"{info.help} Allowed: {info.allowed()}; default: {default:g}.",
        )
        parser.add_argument(flag, type=number_like(default), metavar="N", help=text.replace("%", "%%"))
    info = Budget.options()["run_megabytes"]
    parser.add_argument(
        "--run-mb",
        dest="run_megabytes",
        type=number_like(1),
        metavar="N",
        help=f"{info.help} Allowed: {info.allowed()}; default: what main.py runs budget says.",
    )


def configuration(args: argparse.Namespace, base: RunConfig | None = None) -> RunConfig:
    """Return the settings that the options ask for, on top of ``base``; raises ConfigError or ShapeError."""
    config = base or RunConfig(network=preset("classic"))
    if args.config:
        config = RunConfig.from_file(args.config, config)
    changes: dict[str, Any] = {
        name: value for name in RunConfig.options() if (value := getattr(args, name)) is not None
    }
    if args.data is not None:
        changes["data"] = args.data
    if args.network is not None:
        changes["network"] = preset_or_file(args.network)
    if args.optimiser:
        changes["optimiser"] = OPTIMISERS[args.optimiser]()
    if args.schedule:
        changes["schedule"] = SCHEDULES[args.schedule]()
    if args.augmentation:
        changes["augmentation"] = AUGMENTATIONS[args.augmentation]
    return dataclasses.replace(config, **changes)


def fitted(config: RunConfig, dataset: Dataset) -> RunConfig:
    """Return ``config`` with its network made to fit the images and classes of ``dataset``."""
    network = config.network.fitted(dataset.in_shape, len(dataset.class_names))
    return dataclasses.replace(config, network=network)


def held_out(config: RunConfig, dataset: Dataset) -> RunConfig:
    """Return ``config`` with no more validation images than a small data set can spare."""
    held = min(config.validation_images, len(dataset.train_images) // SHARE)
    return dataclasses.replace(config, validation_images=held)


def budget(args: argparse.Namespace) -> int:
    """Return how many bytes the weights of a run may take."""
    if args.run_megabytes is not None:
        return Budget(args.run_megabytes).run_bytes
    library = Library()
    budget = library.budget()
    for problem in library.problems:
        progress.say(problem)
    return budget.run_bytes
