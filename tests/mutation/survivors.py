"""Mutants that no test kills, and why none should."""

from __future__ import annotations

from typing import NamedTuple


class Survivor(NamedTuple):
    """A changed line that makes no difference.

    Attributes:
        file: where it is.
        function: the function or method, as mutmut names it.
        before: the line as it stands.
        after: the line as mutmut changes it.
        reason: why this cannot, or should not, be noticed.
    """

    file: str
    function: str
    before: str
    after: str
    reason: str


SURVIVORS: tuple[Survivor, ...] = ()
