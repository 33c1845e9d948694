"""Mutants that no test kills, and why none should."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import NamedTuple


class Change(NamedTuple):
    """What a mutant changes.

    Attributes:
        file: where it is.
        function: the function or method, as mutmut names it.
        before: the line as it stands.
        after: the line as mutmut changes it.
    """

    file: str
    function: str
    before: str
    after: str


class Survivor(NamedTuple):
    """A change that makes no difference.

    Attributes:
        change: what is changed; ``after`` may be a pattern with ``*``.
        reason: why this cannot, or should not, be noticed.
    """

    change: Change
    reason: str

    def is_of(self, change: Change) -> bool:
        """Return whether this entry is about ``change``."""
        return self.change[:3] == change[:3] and fnmatchcase(change.after, self.change.after)


KINDS: tuple[tuple[str, str], ...] = (
    (r",? ?strict=(True|False|None)", "both are of one length; it guards against mistakes to come"),
    (r"float\(\"(nan|NAN)\"\)", "float reads both alike"),
)
"""What a mutant may change, or take away, without a difference: a pattern, and the reason."""

SURVIVORS: tuple[Survivor, ...] = ()


def is_listed(change: Change) -> bool:
    """Return whether ``change`` is one that no test needs to notice."""
    if any(entry.is_of(change) for entry in SURVIVORS):
        return True

    def rest(line: str, pattern: str) -> str:
        return re.sub(pattern, "", line).replace(" ", "").replace(",)", ")")

    return any(
        re.search(pattern, change.before) and rest(change.before, pattern) == rest(change.after, pattern)
        for pattern, _ in KINDS
    )
