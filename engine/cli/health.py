"""``health``: what a recorded run looks like from inside, and what is wrong with it."""

from __future__ import annotations

import argparse
import json
from typing import Any

from engine.cli import progress
from engine.cli.progress import say
from engine.data.catalogue import load
from engine.formatting import DASH, grouped, share
from engine.health import WARNINGS, findings
from engine.health.finding import Evidence, Finding
from engine.health.measure import LayerHealth
from engine.health.recorded import recorded
from engine.runs.folder import RunFolder
from engine.runs.library import Library
from engine.runs.record import fingerprint
from engine.text import plain


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("run", metavar="RUN", help="name of a recorded run, its beginning, or its folder")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def run(args: argparse.Namespace) -> int:
    """Look at the run that ``args`` name; returns the exit code."""
    folder = RunFolder(Library().find(args.run))
    dataset = load(folder.record.config.data)
    with progress.task("moment", leave=False, disable=args.json) as task:
        evidence = recorded(folder, dataset, task)
    if fingerprint(dataset) != folder.record.data.fingerprint:
        say(f"{dataset.title} is not the same as when the run learnt from it.")
    for notice in folder.notices:
        say(notice)
    found = findings(evidence)
    if args.json:
        print(json.dumps(as_json(folder.record.id, evidence, found)))
    else:
        print(as_text(folder.record.id, evidence, found))
    return 0


def as_json(run: str, evidence: Evidence, found: list[Finding]) -> dict[str, Any]:
    """Return all figures as plain JSON values; None stands for what a layer does not have."""
    moments = [
        {
            "step": moment.step,
            "loss": _finite(moment.loss),
            "accuracy": moment.accuracy,
            "layers": [_layer(layer) for layer in moment.layers],
        }
        for moment in evidence.moments
    ]
    return {"run": run, "findings": [each.to_json() for each in found], "moments": moments}


def _layer(layer: LayerHealth) -> dict[str, Any]:
    names = ("activation_size", "weight_norm", "gradient_norm", "update_ratio", "dead", "saturated")
    return {
        "layer": layer.index + 1,
        "title": layer.title,
        **{name: _finite(getattr(layer, name)) for name in names},
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or value - value != 0 else float(value)


def as_text(run: str, evidence: Evidence, found: list[Finding]) -> str:
    """Return the layers at the newest moment as a table, and what is wrong below it."""
    lines = [f"{plain(run)}: {len(evidence.moments)} of its moments looked at"]
    if evidence.moments:
        newest = evidence.moments[-1]
        lines += [
            f"at step {grouped(newest.step)}, for {int(newest.images.sum())} training images:",
            "",
            f"{'layer':<28}{'weights':>10}{'gradient':>11}{'update':>11}{'outputs':>10}{'dead':>9}{'flat':>9}",
        ]
        lines += [_row(layer) for layer in newest.layers]
        lines += [
            "",
            "weights, gradient: norms; update: change in a step as a share of the weights; outputs: root",
            "mean square; dead: units that are always 0; flat: outputs where hardly any gradient passes",
        ]
    lines.append("")
    for each in found:
        lines += [
            f"{each.title} ({plain(each.where)}, since step {grouped(each.since)})",
            f"  {plain(each.seen)}",
            f"  {each.advice} To try: {each.remedy.words[0].lower()}{each.remedy.words[1:]}.",
        ]
    if not found:
        lines.append(f"Nothing is wrong, as far as the {len(WARNINGS)} warnings can see.")
    return "\n".join(lines)


def _row(layer: LayerHealth) -> str:
    def number(value: float | None, form: str = ".3g") -> str:
        return DASH if value is None else format(value, form)

    def part(value: float | None) -> str:
        return DASH if value is None else share(value)

    return (
        f"{layer.index + 1:>3} {layer.title:<24}{number(layer.weight_norm):>10}"
        f"{number(layer.gradient_norm):>11}{number(layer.update_ratio, '.1e'):>11}"
        f"{number(layer.activation_size):>10}{part(layer.dead):>9}{part(layer.saturated):>9}"
    )
