"""``train``: train a network and write the model, its curves and its configuration."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from engine import signals
from engine.cli import progress
from engine.cli.arguments import name_or_path, to_path
from engine.cli.attended import attended
from engine.cli.results import MODEL, OLD_STATE, Results, recover, set_aside, what_is_there
from engine.cli.run_settings import budget, configuration, fitted, held_out, settings
from engine.data.catalogue import load
from engine.data.dataset import Dataset
from engine.errors import ConfigError, EngineError
from engine.formatting import loss_figure, share
from engine.io.gate import is_there
from engine.model.network import Network
from engine.runs import names
from engine.runs.destination import Destination, make_free
from engine.runs.hold import Hold
from engine.runs.library import Library
from engine.runs.moments import moment
from engine.session.channel import Channel
from engine.session.messages import State
from engine.text import plain
from engine.training.checkpoint import Checkpoint, branched, load_checkpoint
from engine.training.config import STOPPING, LiveSettings, RunConfig


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--out",
        type=to_path,
        metavar="DIR",
        help="folder of the run and its results; made if needed (default: a new one among your runs)",
    )
    parser.add_argument(
        "--from",
        dest="parent",
        type=name_or_path,
        metavar="RUN@STEP",
        help="begin with the weights that a run had after a step, and with its settings",
    )
    settings(parser)
    parser.add_argument("--resume", action="store_true", help="resume the run in DIR")
    parser.add_argument("--overwrite", action="store_true", help="replace the run that is already in DIR")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def run(args: argparse.Namespace) -> int:
    """Train as ``args`` say; returns the exit code.

    Raises:
        EngineError: something is wrong with the settings, the data, the folder or the training.
        KeyboardInterrupt: a signal has ended it early; the message says what is kept and how to go on.
    """
    if args.resume:
        return go_on(args)
    parent = moment(args.parent) if args.parent else None
    config = configuration(args, parent.settings if parent else None)
    out: Path | None = args.out
    if out is not None and not args.overwrite:
        _check_free(out)
    dataset = load(config.data)
    config = fitted(config, dataset)
    if args.validation_images is None and not args.config and not parent:
        config = held_out(config, dataset)
    start = branched(config, parent.network_for(config)) if parent else None
    with _claimed(out, config.network.name) as hold:
        if not args.overwrite:
            _check_free(hold.path)  # again: what a killed program had set aside may be back
        with set_aside(hold.path):
            record = Destination(hold.path, hold, parent.parent if parent else None, budget(args))
            return _attend(config, dataset, record, start, quiet=args.quiet)


def go_on(args: argparse.Namespace) -> int:
    """Go on with the run in ``args.out``; returns the exit code, and raises as ``run`` does."""
    out: Path | None = args.out
    if out is None:
        raise ConfigError("--resume goes on with the run in a folder; name it with --out.")
    if args.parent:
        raise ConfigError("--resume goes on with a run and --from begins one; use one of them.")
    if not is_there(out):
        load_checkpoint(out / names.STATE)  # says so
    with _claimed(out) as hold:  # before anything is loaded that would be for nothing
        old = not is_there(out / names.STATE) and is_there(out / OLD_STATE)
        kept = load_checkpoint(out / (OLD_STATE if old else names.STATE))
        config, dataset, resume = continued(args, kept)
        record = Destination(out, hold, budget=budget(args))
        return _attend(config, dataset, record, resume, quiet=args.quiet)


@contextmanager
def _claimed(out: Path | None, network: str = "") -> Iterator[Hold]:
    """Claim ``out``, which is made if needed, and goes again if nothing came of it; raises EngineError.

    Without ``out`` it is a new folder among the runs, named after ``network``.
    """
    try:
        new = out is None or not out.exists()
        if out is None:
            out = Library().destination(network).path
            out = make_free(out)
        out.mkdir(parents=True, exist_ok=True)
        if not os.access(out, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        hold = Hold(out)
        recover(out)
    except OSError as error:
        raise EngineError(f"Cannot write to {out}: {error.strerror or error}.") from None
    try:
        yield hold
    finally:
        recover(out)
        hold.release()
        if new:
            with suppress(OSError):  # which it raises where there is something
                out.rmdir()


def _attend(
    config: RunConfig, dataset: Dataset, record: Destination, resume: Checkpoint | None, *, quiet: bool
) -> int:
    interruptions = signals.Interruptions("kernelscope train")
    with signals.on_signal(interruptions.note):
        return _train(config, dataset, record, resume, interruptions, quiet=quiet)


def _check_free(out: Path) -> None:
    """Raise ConfigError if there are results or an unfinished run in ``out``."""
    if there := what_is_there(out):
        go_on = "--resume to go on with its run, " if is_there(out / names.STATE) else ""
        raise ConfigError(
            f"{out} already holds a {there}; add {go_on}--overwrite to replace it, or choose another folder."
        )


def continued(args: argparse.Namespace, kept: Checkpoint) -> tuple[RunConfig, Dataset, Checkpoint]:
    """Return what goes on from ``kept`` with the changes that ``args`` ask for.

    Raises:
        ConfigError: they ask for what cannot be changed in the middle of a run.
    """
    begun = kept.config.changed(kept.live)
    wanted = configuration(args, begun)
    changeable = [*LiveSettings.__dataclass_fields__, "threads", "validation_every", *STOPPING]
    dataset = load(begun.data)
    if wanted.data == begun.data:
        wanted = fitted(wanted, dataset)
    before, after = begun.to_json(), wanted.to_json()
    for name, value in before.items():
        if name not in changeable and after[name] != value:
            title = name.replace("_", " ")
            names = ", ".join(each.replace("_", " ") for each in changeable)
            raise ConfigError(
                f"The run in {args.out} has the {title} {_brief(value)}, which --resume cannot change to "
                f"{_brief(after[name])}; only {names} can change."
            )
    if kept.values.get("epoch", 0) >= wanted.epochs:
        print(f"All {wanted.epochs} epochs are done; --epochs with a larger number goes on.", file=sys.stderr)
    return wanted, dataset, kept.changed(wanted)


def _brief(value: Any) -> str:
    """Name a setting in a sentence."""
    if isinstance(value, dict):
        title = value.get("name") or value.get("kind")
        options = ", ".join(f"{k} {v}" for k, v in value.items() if isinstance(v, int | float))
        return f"'{title}'" + (f" ({options})" if options else "")
    return f"{value!r}" if isinstance(value, str) else f"{value:g}"


def _train(
    config: RunConfig,
    dataset: Dataset,
    record: Destination,
    resume: Checkpoint | None,
    interruptions: signals.Interruptions,
    *,
    quiet: bool,
) -> int:
    parameters = Network.new(config.network, config.seed).vector.size
    print(f"{config.network.name} on {dataset.title}: {parameters:,} parameters", file=sys.stderr)
    with attended(config, dataset, record, resume) as training:
        with progress.bar(config.epochs, "epoch", disable=quiet, bar_format=_BAR) as bar:

            def watch(channel: Channel) -> None:
                steps = channel.history.steps
                if steps.length:
                    bar.n = min(steps.last("epoch"), config.epochs)
                    bar.set_postfix_str(_speed(channel, config), refresh=False)
                    bar.refresh()

            training.until_end(interruptions, watch)
        if not training.history.steps.length and interruptions.count:
            raise KeyboardInterrupt("interrupted before the first step; nothing is written")
        if not training.history.steps.length or not training.alive:
            raise EngineError(training.message or "Nothing was trained.")
        results = Results(training, dataset, interruptions)
        where, problem = results.write(record.path)
    figures = results.figures
    if training.state is State.FINISHED and training.message and not interruptions.count:
        print(training.message, file=sys.stderr)
    print(
        f"test accuracy {share(figures['test_accuracy'], 2)} on {figures['test_images']:,} images after "
        f"{figures['training_seconds']:.1f} s of training; model: {plain(str(where / MODEL))}"
    )
    if training.state is State.FAILED:
        raise EngineError(f"{training.message} The results so far are in {where}.")
    if problem:
        problem = f"{problem} The results are in {where} instead."
    if interruptions.count:
        told = f"interrupted at step {figures['steps']:,}; the results so far are in {where}"
        raise KeyboardInterrupt(f"{told}; main.py resume {where} resumes it. {problem}".rstrip())
    if problem:
        raise EngineError(problem)
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
    return f"{rate:.0f} images/s, loss {loss_figure(float(steps.column('loss', start).mean()))}"
