"""The engine's own code while it runs: which lines ran, and which numbers they left behind."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple, TypeVar

import numpy as np

import engine

T = TypeVar("T")
_PACKAGE = Path(engine.__file__).parent


@dataclass(frozen=True)
class SourceLine:
    """One line of source text.

    Attributes:
        number: in its file, from 1.
        text: without the line break.
        ran: whether the statement that it belongs to was carried out.
        values: the numbers that it assigned or changed, by name, as it left them when it ran last.
    """

    number: int
    text: str
    ran: bool
    values: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Source:
    """A function of the engine, as it stands in the installed file.

    Attributes:
        name: of the function, with its class.
        file: within the engine, for example ``layers/conv.py``.
        lines: from its first decorator or ``def`` to its end; empty where there is no source.
    """

    name: str
    file: str
    lines: tuple[SourceLine, ...]


@dataclass
class _Record:
    """What was seen of one function."""

    ran: set[int] = field(default_factory=set)
    values: dict[int, dict[str, float]] = field(default_factory=dict)
    changed: dict[int, set[str]] = field(default_factory=dict)


def watch(
    work: Callable[[], T], folders: tuple[str, ...] = ("layers", "ops", "optimisers")
) -> tuple[T, tuple[Source, ...]]:
    """Carry out ``work`` and return what it gave, and every function of the engine that it called.

    Functions stand in the order of their first call. Variables of a function that hold a single number are
    noted with every line that changes them. Only the present thread is watched, and only while this runs.

    Args:
        work: is called once.
        folders: of the engine; functions in others are left out.
    """
    records: dict[CodeType, _Record] = {}
    inside = tuple(f"{folder}/" for folder in folders)

    def enter(frame: FrameType, event: str, _arg: Any) -> Callable[..., Any] | None:
        code = frame.f_code
        if event != "call" or not _file(code.co_filename).startswith(inside):
            return None
        record = records.setdefault(code, _Record())
        before = _numbers(frame)
        at = code.co_firstlineno

        def line(frame: FrameType, event: str, _arg: Any) -> Callable[..., Any] | None:
            nonlocal before, at
            now = _numbers(frame)
            record.values[at] = now
            changed = record.changed.setdefault(at, set())
            changed |= {name for name, value in now.items() if before.get(name) != value}
            before = now
            if event == "line":
                at = frame.f_lineno
                record.ran.add(at)
            return line

        return line

    other = sys.gettrace()
    sys.settrace(enter)
    try:
        result = work()
    finally:
        sys.settrace(other)
    return result, tuple(_source(code, records) for code in records if not code.co_name.startswith("<"))


def source_of(function: Callable[..., Any], seen: tuple[Source, ...] = ()) -> Source:
    """Return the source of ``function``: the one among ``seen`` if it ran, else with no line that did."""
    code = inspect.unwrap(function).__code__
    plain = _source(code, {})
    return next((source for source in seen if (source.file, source.name) == (plain.file, plain.name)), plain)


def _numbers(frame: FrameType) -> dict[str, float]:
    """Return the local variables, and entries of local dictionaries, that hold one number."""
    found: dict[str, float] = {}
    for name, value in frame.f_locals.items():
        if isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind == "f":
            found[name] = float(value.reshape(-1)[0])
        elif isinstance(value, float):
            found[name] = value
    return found


@lru_cache(maxsize=1024)
def _file(name: str) -> str:
    """Return the path within the engine of a file that code was made of; empty for files elsewhere."""
    path = _PACKAGE.parent / name  # in a bundle names are relative
    return path.relative_to(_PACKAGE).as_posix() if path.is_relative_to(_PACKAGE) else ""


def _source(code: CodeType, records: dict[CodeType, _Record]) -> Source:
    file, first = _file(code.co_filename), code.co_firstlineno
    try:
        outline = _outline(_PACKAGE / file)
    except OSError:
        return Source(code.co_name, file, ())
    last = outline.functions[first]
    # What runs within a function has code of its own: comprehensions, lambdas.
    parts = [
        record
        for other, record in records.items()
        if other.co_filename == code.co_filename and first <= other.co_firstlineno <= last
    ]
    ran = {number for record in parts for number in record.ran}
    own = records.get(code, _Record())
    whole: set[int] = set()
    for start, stop in outline.statements:
        if start >= first and stop <= last and ran & set(range(start, stop + 1)):
            whole |= set(range(start, stop + 1))
    owner = next((f"{name}." for name, start, stop in outline.classes if start <= first <= stop), "")
    lines = []
    for number, text in enumerate(outline.texts[first - 1 : last], first):
        names = own.changed.get(number, set()) | outline.assigned.get(number, set())
        values = tuple((n, v) for n, v in own.values.get(number, {}).items() if n in names)
        lines.append(SourceLine(number, text, number in whole, values))
    return Source(owner + code.co_name, file, tuple(lines))


class _Outline(NamedTuple):
    """What is where in a file, by numbers of lines.

    Attributes:
        texts: the lines.
        classes: name, first and last line.
        functions: the last line, by the first one.
        statements: first and last line; of blocks the head alone.
        assigned: the names that a statement assigns, by its first line.
    """

    texts: list[str]
    classes: list[tuple[str, int, int]]
    functions: dict[int, int]
    statements: list[tuple[int, int]]
    assigned: dict[int, set[str]]


@lru_cache(maxsize=64)
def _outline(path: Path) -> _Outline:
    text = path.read_text(encoding="utf-8")
    found = _Outline(text.splitlines(), [], {}, [], {})
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            found.classes.append((node.name, node.lineno, node.end_lineno or node.lineno))
        elif isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(other.lineno for other in node.decorator_list)])
            found.functions[first] = node.end_lineno or node.lineno
        elif isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            found.statements.append((node.lineno, max(node.lineno, end)))
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
            found.assigned[node.lineno] = names
    return found
