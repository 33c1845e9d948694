"""Break it: what a copy of a network still does when it, or what it sees, is damaged."""

from __future__ import annotations

from engine.damage.base import Change
from engine.damage.input_changes import Blur, InputNoise, Recolour, Rotate, Scale, Shift
from engine.damage.network_changes import Prune, Quantise, ScaleKernel, SetWeight, SwitchOff, WeightNoise

CHANGES: dict[str, type[Change]] = {
    cls.type_name: cls
    for cls in (
        SwitchOff,
        SetWeight,
        ScaleKernel,
        Prune,
        WeightNoise,
        Quantise,
        InputNoise,
        Rotate,
        Shift,
        Scale,
        Blur,
        Recolour,
    )
}
"""Adding a change: a class like these, and an entry here."""
