"""``race``: train a few runs that differ in something on the same batches, and say which is better."""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine import signals
from engine.cli import progress
from engine.cli.arguments import to_path
from engine.cli.race_outcome import as_json, as_text
from engine.cli.run_settings import budget, configuration, fitted, held_out, settings
from engine.data.augment import AUGMENTATIONS
from engine.data.catalogue import load
from engine.data.dataset import Dataset
from engine.errors import ConfigError, EngineError
from engine.formatting import DASH, grouped, loss_figure, share
from engine.model.spec import preset_or_file
from engine.optimisers import OPTIMISERS
from engine.races.heat import Heat
from engine.races.race import MAY_DIFFER, MOST, Entrant, Race
from engine.races.verdict import Outcome, verdict
from engine.runs.destination import Destination
from engine.runs.library import Library
from engine.schedules import SCHEDULES
from engine.session.messages import Event, Notice, State, StateChanged, Validated
from engine.task import Cancelled
from engine.training.config import RunConfig
from engine.typed_numbers import number_like

_KINDS: dict[str, dict[str, Any]] = {
    "optimiser": OPTIMISERS,
    "schedule": SCHEDULES,
    "augmentation": AUGMENTATIONS,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--vary",
        action="append",
        required=True,
        metavar="SETTING=VALUE,VALUE",
        help=f"what the entrants differ in, a value for each, 2 to {MOST}; may be given for several "
        f"settings; these are {', '.join(name.replace('_', '-') for name in MAY_DIFFER)}",
    )
    options = Race.options()
    for flag, name in (("--seeds", "heats"), ("--steps", "steps")):
        info = options[name]
        parser.add_argument(
            flag,
            dest=name,
            type=number_like(1),
            default=Race.__dataclass_fields__[name].default,
            metavar="N",
            help=f"{info.help} Allowed: {info.allowed()}; default: %(default)s.",
        )
    parser.add_argument("--name", default="", help="what the runs are remembered by")
    parser.add_argument(
        "--out",
        type=to_path,
        metavar="DIR",
        help="new folder for the folders of the runs (default: new ones among your runs)",
    )
    settings(parser)
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def run(args: argparse.Namespace) -> int:
    """Race as ``args`` say; returns the exit code.

    Raises:
        EngineError: something is wrong with the settings, the data or the folder, or nobody came to the end.
        KeyboardInterrupt: a signal has ended it early; the message says what is kept.
    """
    base = configuration(args)
    dataset = load(base.data)
    base = fitted(base, dataset)
    if args.validation_images is None and not args.config:
        base = held_out(base, dataset)
    entrants = tuple(Entrant(changes) for changes in varied(args.vary, dataset))
    race = Race(base, entrants, args.heats, args.steps, args.name)
    out: Path | None = args.out
    if out is not None and out.exists():
        raise ConfigError(f"{out} is there already; name a new folder for the runs of the race.")
    interruptions = signals.Interruptions("kernelscope race")
    with signals.on_signal(interruptions.note):
        heats = _Runner(race, dataset, out, args, interruptions).all()
    found = verdict(race.titles, heats)
    print(
        json.dumps(as_json(race, heats, found), indent=2)
        if args.json
        else "\n".join(as_text(race, heats, found))
    )
    if found.winner is None:
        raise EngineError("Nobody came to the end of the race.")
    return 0


# --- what is varied --------------------------------------------------------------------------------------


def varied(words: Sequence[str], dataset: Dataset) -> list[dict[str, Any]]:
    """Return what each entrant differs in; raises ConfigError or ShapeError."""
    columns: dict[str, list[Any]] = {}
    for word in words:
        title, separator, values = word.partition("=")
        name = title.strip().replace("-", "_")
        if not separator or not values.strip():
            raise ConfigError(f"--vary {word} names no values; allowed is, for example, optimiser=sgd,adam.")
        if name in columns:
            raise ConfigError(f"--vary names the {title.strip()} twice; give all its values at once.")
        parts = re.split(";" if ";" in values else ",", values)
        columns[name] = [_value(name, part.strip(), dataset) for part in parts]
    counts = {name.replace("_", " "): len(values) for name, values in columns.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{count} of the {name}" for name, count in counts.items())
        raise ConfigError(f"--vary gives {told}; allowed is one value of each for each entrant.")
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _value(name: str, word: str, dataset: Dataset) -> Any:
    if name in _KINDS:
        if word not in _KINDS[name]:
            raise ConfigError(f"There is no {name} {word!r}; there are {', '.join(_KINDS[name])}.")
        known = _KINDS[name][word]
        return known() if isinstance(known, type) else known
    if name == "network":
        return preset_or_file(word).fitted(dataset.in_shape, len(dataset.class_names))
    if name not in RunConfig.options():
        return word  # the race says that it cannot differ in this
    default: Any = RunConfig.__dataclass_fields__[name].default
    try:
        return number_like(default)(word)
    except argparse.ArgumentTypeError as error:
        raise ConfigError(f"--vary {name.replace('_', '-')}: {error}.") from None


# --- racing ----------------------------------------------------------------------------------------------


class _Runner:
    """Runs one heat after the other, with a bar."""

    def __init__(
        self,
        race: Race,
        dataset: Dataset,
        out: Path | None,
        args: argparse.Namespace,
        interruptions: signals.Interruptions,
    ) -> None:
        self._race, self._dataset, self._out = race, dataset, out
        self._quiet = args.quiet
        self._interruptions = interruptions
        self._library = Library()
        self._budget = budget(args)

    def all(self) -> list[list[Outcome]]:
        progress.say(f"{self._race.name}, on {self._dataset.title}")
        return [self._heat(number) for number in range(1, self._race.heats + 1)]

    def _record(self, lane: int, number: int) -> Destination:
        if self._out is None:
            record = self._race.destination(self._library, lane, number)
        else:
            word = re.sub(r"\W+", "-", self._race.titles[lane].lower()).strip("-") or "run"
            path = self._out / (f"{number}-{word}" if self._race.heats > 1 else word)
            record = Destination(path, numbered=True, race=self._race.entry(lane, number))
        return dataclasses.replace(record, budget=self._budget)

    def _heat(self, number: int) -> list[Outcome]:
        lanes = range(len(self._race.entrants))
        records = [self._record(lane, number) for lane in lanes]
        heat = Heat(self._race, number, self._dataset, records, self._tell)
        self._heard = heat
        kept = False
        try:
            if not self._through(heat):
                kept = True
                self._interrupted(heat)
            with progress.task("image", disable=self._quiet, leave=False) as task:

                def interrupt() -> None:
                    self._interruptions.note()
                    task.cancel()

                with signals.on_signal(interrupt):
                    return heat.outcomes(task)
        except Cancelled:
            raise KeyboardInterrupt(
                f"interrupted before it was said who has won; the runs are recorded{self._where(heat)}"
            ) from None
        finally:
            heat.close(kept=kept)

    def _through(self, heat: Heat) -> bool:
        """Race to the end; returns False if a signal came before."""
        shown = {"desc": f"seed {heat.number} of {self._race.heats}"} if self._race.heats > 1 else {}
        with progress.bar(0, "step", disable=self._quiet, **shown) as bar:

            def watch() -> None:
                size = heat.channels[0].epoch_size
                bar.total = self._race.steps_of(size) if size else 0
                bar.n = heat.lockstep.step
                bar.set_postfix_str(_losses(heat), refresh=False)
                bar.refresh()

            return heat.until_end(lambda: self._interruptions.count > 0, watch)

    def _interrupted(self, heat: Heat) -> None:
        step = heat.lockstep.step
        problems = heat.keep(lambda: self._interruptions.count > 1)
        for problem in problems:
            progress.say(problem)
        if not any(channel.history.steps.length for channel in heat.channels):
            raise KeyboardInterrupt("interrupted before the first step; nothing is written")
        kept = "the runs are kept" if not problems else "not all runs are kept"
        raise KeyboardInterrupt(f"interrupted at step {grouped(step)}; {kept}{self._where(heat)}")

    def _where(self, heat: Heat) -> str:
        paths = [channel.recorder.path for channel in heat.channels if channel.recorder is not None]
        return f", and main.py resume goes on with each: {', '.join(map(str, paths))}" if paths else ""

    def _tell(self, lane: int, event: Event) -> None:
        title = self._race.titles[lane]
        if isinstance(event, Validated) and not self._quiet:
            rows = self._heard.channels[lane].history.validations
            accuracy, step = rows.column("accuracy")[event.row], rows.column("step")[event.row]
            progress.say(f"step {grouped(step)}: {title}: validation accuracy {share(accuracy, 2)}")
        elif isinstance(event, Notice):
            progress.say(f"{title}: {event.message}")
        elif isinstance(event, StateChanged) and event.state is State.FAILED:
            progress.say(f"{title} drops out: {event.message}")


def _losses(heat: Heat) -> str:
    parts = []
    for title, channel, standing in zip(heat.race.titles, heat.channels, heat.standings, strict=True):
        steps = channel.history.steps
        recent = steps.column("loss", max(0, steps.length - 50))
        figure = (
            "out"
            if standing.state is State.FAILED
            else loss_figure(float(recent.mean()))
            if len(recent)
            else DASH
        )
        parts.append(f"{title} {figure}")
    return ", ".join(parts)
