"""How the learning rate moves during a run. Adding one: a class in a file here, and a line below."""

from __future__ import annotations

from typing import Any

from engine.options import from_json
from engine.schedules.base import Schedule
from engine.schedules.simple import Constant, Cosine, Step
from engine.schedules.warm import OneCycle, WarmUp

SCHEDULES: dict[str, type[Schedule]] = {
    cls.type_name: cls for cls in (Constant, Step, Cosine, WarmUp, OneCycle)
}


def schedule_from_json(data: Any) -> Schedule:
    """Return the schedule that ``data`` describes; raises ConfigError."""
    return from_json(SCHEDULES, data, "schedule")


__all__ = ["SCHEDULES", "Schedule", "schedule_from_json"]
