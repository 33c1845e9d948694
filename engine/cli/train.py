"""``train``: train a network and write the model, its curves and its configuration."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.cli import progress
from engine.data.augment import AUGMENTATIONS
from engine.data.catalogue import DATASETS, load
from engine.data.dataset import Dataset
from engine.errors import ConfigError, EngineError
from engine.io.files import replacing, write_text
from engine.model.model_file import load_model
from engine.model.network import Network
from engine.model.spec import PRESETS, NetworkSpec, preset
from engine.optimisers import OPTIMISERS
from engine.schedules import SCHEDULES
from engine.session.channel import Channel
from engine.session.checkpoint import Checkpoint, load_checkpoint
from engine.session.loop import run as run_session
from engine.session.messages import Finish, Play, Quit, Save, Saved, State, StateChanged, Validated
from engine.training.config import SHARE, RunConfig
from engine.training.evaluation import evaluate
from engine.training.workers import Workers
from engine.typed_numbers import number_like

HELP = "train a network; writes the model, its curves and its configuration"

MODEL, STEPS, VALIDATIONS, CONFIG, RESULT, CHECKPOINT = (
    "model.safetensors",
    "curves.csv",
    "validation.csv",
    "config.json",
    "result.json",
    "checkpoint.safetensors",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command; every number of ``RunConfig`` is one."""
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for the results; made if needed"
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings as JSON; the options below come on top"
    )
    parser.add_argument(
        "--data", metavar="NAME", help=f"data set: {', '.join(DATASETS)}, or one of your own (default: mnist)"
    )
    parser.add_argument("--network", metavar="NAME_OR_FILE", help=f"{', '.join(PRESETS)}, or a JSON file")
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
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in DIR")
    parser.add_argument("--overwrite", action="store_true", help="replace results that are already in DIR")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def configuration(args: argparse.Namespace) -> RunConfig:
    """Return the settings that the options ask for; raises ConfigError or ShapeError."""
    config = RunConfig.from_file(args.config) if args.config else RunConfig(network=preset("classic"))
    changes: dict[str, Any] = {
        name: value for name in RunConfig.options() if (value := getattr(args, name)) is not None
    }
    if args.data:
        changes["data"] = args.data
    if args.network:
        changes["network"] = network(args.network)
    if args.optimiser:
        changes["optimiser"] = OPTIMISERS[args.optimiser]()
    if args.schedule:
        changes["schedule"] = SCHEDULES[args.schedule]()
    if args.augmentation:
        changes["augmentation"] = AUGMENTATIONS[args.augmentation]
    return dataclasses.replace(config, **changes)


def network(name: str) -> NetworkSpec:
    """Return the preset called ``name``, or the network described in the file ``name``."""
    if name in PRESETS:
        return preset(name)
    path = Path(name)
    if not path.exists():
        raise ConfigError(
            f"There is no network {name!r}; there are {', '.join(PRESETS)}, or name a JSON file."
        )
    try:
        return NetworkSpec.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read as a network: {error}.") from None


def run(args: argparse.Namespace, *, keep_checkpoint: bool = False) -> int:
    """Train as ``args`` say; returns the exit code.

    Args:
        args: what ``arguments`` has defined.
        keep_checkpoint: leave the checkpoint of the finished run in the folder.
    """
    config, resume = configuration(args), None
    dataset = load(config.data)
    config = dataclasses.replace(
        config, network=config.network.fitted(dataset.in_shape, len(dataset.class_names))
    )
    if args.validation_images is None and not args.config:
        held = min(config.validation_images, len(dataset.train_images) // SHARE)
        config = dataclasses.replace(config, validation_images=held)
    out: Path = args.out
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not os.access(out, os.W_OK):
            raise PermissionError(13, "Permission denied")
        if args.resume:
            resume = load_checkpoint(out / CHECKPOINT)
            config = resume.config
        elif (out / MODEL).exists() and not args.overwrite:
            raise ConfigError(f"{out} already holds a {MODEL}; choose another folder or add --overwrite.")
        write_text(out / CONFIG, json.dumps(config.to_json(), indent=2) + "\n")
        code = _train(config, out, resume, quiet=args.quiet)
        if not keep_checkpoint:
            (out / CHECKPOINT).unlink(missing_ok=True)
        return code
    except OSError as error:
        raise EngineError(f"Cannot write to {out}: {error.strerror or error}.") from None


def train_blocking(
    config: RunConfig,
    dataset: Dataset,
    out: Path,
    resume: Checkpoint | None,
    watch: Callable[[Channel], None],
) -> tuple[State, str, Channel]:
    """Train in a thread until the end; calls ``watch`` about ten times a second.

    Ctrl-C ends the run early with what it has learnt so far. Returns the last state, its
    message and the channel.
    """
    channel = Channel(1)
    thread = threading.Thread(
        target=run_session,
        args=(config, channel, resume),
        kwargs={"autosave": out / CHECKPOINT, "loader": lambda _: dataset},
        name="training",
    )
    thread.start()
    channel.send(Play())
    state, message, started, early = State.LOADING, "", False, ""
    try:
        while not (started and state in (State.FINISHED, State.FAILED)) and thread.is_alive():
            try:
                thread.join(0.1)
                for event in channel.events():
                    if isinstance(event, StateChanged):
                        started = started or event.state in (State.RUNNING, State.FAILED, State.FINISHED)
                        state, message = event.state, event.message
                        if message and state is State.RUNNING:
                            progress.say(message)
                    elif isinstance(event, Validated):
                        _report(channel, event.row)
                watch(channel)
            except KeyboardInterrupt:
                early = "Interrupted"
                channel.send(Finish())
        channel.send(Save(out / MODEL))
        message = early or message
        while (thread.is_alive() and state is not State.FAILED) or (
            thread.is_alive() and channel.history.steps.length
        ):
            thread.join(0.02)
            saved = [event for event in channel.events() if isinstance(event, Saved)]
            if saved:
                if saved[0].problem:
                    raise EngineError(saved[0].problem)
                break
    finally:
        channel.send(Quit())
        thread.join()
    return state, message, channel


def _report(channel: Channel, row: int) -> None:
    rows = channel.history.validations
    accuracy, loss = rows.column("accuracy")[row], rows.column("loss")[row]
    step, epoch = rows.column("step")[row], rows.column("epoch")[row]
    line = f"step {step:,.0f}, epoch {epoch:.2f}: validation accuracy {100 * accuracy:.2f} %, cost {loss:.4f}"
    progress.say(line)


def _train(config: RunConfig, out: Path, resume: Checkpoint | None, *, quiet: bool) -> int:
    dataset = load(config.data)
    parameters = Network.new(config.network, config.seed).vector.size
    print(f"{config.network.name} on {dataset.title}: {parameters:,} parameters", file=sys.stderr)
    with progress.bar(config.epochs, "epoch", disable=quiet, bar_format=_BAR) as bar:

        def watch(channel: Channel) -> None:
            steps = channel.history.steps
            if steps.length:
                bar.n = min(steps.last("epoch"), config.epochs)
                bar.set_postfix_str(_speed(channel, config), refresh=False)
                bar.refresh()

        state, message, channel = train_blocking(config, dataset, out, resume, watch)
    history = channel.history
    if not history.steps.length:
        raise EngineError(message or "Nothing was trained.")
    for name, columns in ((STEPS, history.steps), (VALIDATIONS, history.validations)):
        with replacing(out / name) as file:
            file.write(columns.csv().encode("ascii"))
    if state is State.FAILED:
        raise EngineError(message)
    model = load_model(out / MODEL)
    with Workers(config.threads) as workers:
        result = evaluate(
            model.network, model.preprocessing, dataset.test_images, dataset.test_labels, workers
        )
    figures = {
        "test_accuracy": result.accuracy,
        "test_cost": result.mean_loss,
        "test_images": len(result.labels),
        "steps": int(history.steps.last("step")),
        "training_seconds": round(history.steps.last("seconds"), 3),
        "parameters": parameters,
    }
    write_text(out / RESULT, json.dumps(figures, indent=2) + "\n")
    print(
        f"test accuracy {100 * result.accuracy:.2f} % on {len(result.labels):,} images after "
        f"{figures['training_seconds']:.1f} s of training; model: {out / MODEL}"
    )
    if message == "Interrupted":
        raise EngineError(f"Interrupted at step {figures['steps']}; what was learnt so far is in {out}.")
    return 0


_BAR = "{percentage:3.0f}% |{bar}| epoch {n:.2f}/{total_fmt} [{elapsed}<{remaining}]{postfix}"


def _speed(channel: Channel, config: RunConfig) -> str:
    steps = channel.history.steps
    start = max(0, steps.length - 200)
    seconds = steps.column("seconds", start)
    rate = (
        (len(seconds) - 1) * config.batch_size / max(seconds[-1] - seconds[0], 1e-9)
        if len(seconds) > 1
        else 0.0
    )
    return f"{rate:.0f} images/s, cost {steps.column('loss', start).mean():.4f}"
