"""Is a run healthy? What is measured of it, and the warnings that say what is wrong and what to try."""

from __future__ import annotations

from engine.health.answers import UnansweredClass, WrongLabels
from engine.health.finding import Evidence, Finding, HealthWarning
from engine.health.layers import DeadUnits, ExplodingGradient, SaturatedUnits, VanishingGradient
from engine.health.learning import Overfitting, RateTooHigh, RateTooLow

WARNINGS: tuple[HealthWarning, ...] = (
    ExplodingGradient(),
    VanishingGradient(),
    DeadUnits(),
    SaturatedUnits(),
    RateTooHigh(),
    RateTooLow(),
    Overfitting(),
    UnansweredClass(),
    WrongLabels(),
)
"""Adding a warning: a class like these, and an entry here."""


def findings(evidence: Evidence) -> list[Finding]:
    """Return what is wrong with a run, in the order of ``WARNINGS``."""
    return [found for warning in WARNINGS if (found := warning.look(evidence)) is not None]
