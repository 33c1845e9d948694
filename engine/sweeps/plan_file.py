"""The file of a sweep: TOML, read through the gate and written so that people can change it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.io.files import write_text
from engine.io.gate import SWEEP, explained
from engine.io.toml_file import toml_file
from engine.model.spec import PRESETS, preset
from engine.sweeps.plan import Plan, planned
from engine.training.config import RunConfig


def read_plan(path: Path) -> Plan:
    """Return the sweep that the file ``path`` describes; raises ConfigError naming the file."""
    with explained(path, SWEEP):
        table = toml_file(path, SWEEP)
        table.setdefault("name", path.stem[:60] or "sweep")
        return planned(table, path.parent.absolute())


def write_plan(path: Path, plan: Plan) -> None:
    """Write the file of a sweep; raises OSError."""
    write_text(path, as_toml(plan))


def as_toml(plan: Plan) -> str:
    """Return the file of a sweep; settings that are the usual ones are left out."""
    lines = [f"{name} = {_inline(getattr(plan, name))}" for name in ("name", "method", "figure")]
    lines.append(f"seeds = {_inline(list(plan.seeds))}")
    for name in plan.options():
        default, value = Plan.__dataclass_fields__[name].default, getattr(plan, name)
        if value != default and name not in ("eta", "min_steps"):
            lines.append(f"{name} = {_inline(value)}")
    if plan.eta:
        lines += ["", "[halving]", f"eta = {plan.eta}", f"min_steps = {plan.min_steps}"]
    lines += ["", "[base]"]
    usual = RunConfig.from_json({}).to_json()
    for name, value in plan.base.items():
        if name == "network" and isinstance(value, dict):
            word = str(value.get("name"))
            known = word in PRESETS and preset(word).to_json()["layers"] == value.get("layers")
            value = word if known else value
        if value not in (usual.get(name), "classic" if name == "network" else None):
            lines.append(f"{name} = {_inline(value)}")
    lines += ["", "[space]", *(f"{each.setting} = {_inline(each.to_toml())}" for each in plan.space)]
    return "\n".join(lines) + "\n"


def _inline(value: Any) -> str:
    """Return a value as TOML on one line."""
    if isinstance(value, dict):
        pairs = (f"{_key(name)} = {_inline(each)}" for name, each in value.items() if each is not None)
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, str):  # JSON's escapes are TOML's, but for one character that JSON leaves as it is
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else json.dumps(name)
