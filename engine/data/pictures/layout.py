"""Which folders are classes, and which are parts to train and to test on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from engine.data.pictures.asking import DEEPEST, FOLDERS, NAMES, SPLIT, listed
from engine.data.pictures.found import Choice, Question
from engine.data.pictures.roles import TEST, TRAIN, VALIDATION
from engine.data.pictures.splits import (
    NO_CLASS,
    Layout,
    can_split,
    has_parts,
    is_certain,
    of_role,
    roles_in,
    split,
    unwrapped,
)
from engine.data.pictures.tree import Node

_LEAST = 2
"""A class read from file names has at least this many pictures on average."""


def question(node: Node, tables: list[str]) -> Question | None:
    """Return in which ways the classes can be understood, the most probable first; None if in none."""
    ways = [way for way in (SPLIT, FOLDERS, DEEPEST, NAMES) if _POSSIBLE[way](node)]
    words = ""
    if NAMES in ways and len(node.full) < 2:
        words = f"No folders in {node.name}/ say the classes of the pictures; their file names may."
        ways.sort(key=lambda way: way != NAMES)
    elif SPLIT not in ways and has_parts(node):
        parts = " and ".join(sorted(roles_in(node)))
        words = f"It is not clear whether {parts} are parts of the data set or its classes."
        ways.sort(key=lambda way: way != NAMES)
    elif SPLIT in ways and not is_certain(node):
        others = [sub.name for sub in node.full if sub.name not in roles_in(node)]
        train = of_role(node, TRAIN)[0].name
        words = (
            f"It is not clear whether {train} is a class, as {listed(others)}, or the part with the classes."
        )
    elif SPLIT not in ways and DEEPEST in ways and _same_below(node):
        words = f"It is not clear whether the folders of {node.name}/ or those in them are the classes."
    if words and tables:
        words += f" If {listed(tables)} says the classes, choose that file instead."
    choices = tuple(Choice(way, _WORDS[way]) for way in ways)
    return Question("classes", words, choices, ways[0]) if ways else None


def layout(root: Node, way: str) -> Layout:
    """Return the classes and pictures of a folder, understood in one of the ways of ``question``."""
    made = Layout()
    node = unwrapped(root, made.notes)
    _MAKE[way](node, made)
    if node is not root:
        where = node.path.relative_to(root.path).as_posix()
        made.understood.append(f"All of it lies in {where}/.")
    return made


# --- classes alone ---------------------------------------------------------------------------------------


def _folders(node: Node, made: Layout) -> None:
    for sub in node.subs:
        made.add(sub, sub.name)
    made.leave_out(f"in {node.name}/ itself", len(node.pictures), NO_CLASS)
    deeper = ", with the folders in it" if any(sub.full for sub in node.full) else ""
    made.understood.append(f"Each folder of {node.name}/ is a class{deeper}.")


def _same_below(node: Node) -> bool:
    """Whether the folders hold folders of the same names, as ``cat`` and ``dog`` in each."""
    inside = [{sub.name.casefold() for sub in each.full} for each in node.full]
    return (
        len(inside) > 1
        and not any(each.pictures for each in node.full)
        and len(set.intersection(*inside)) > 1
    )


def _deepest(node: Node, made: Layout) -> None:
    def walk(sub: Node) -> None:
        if sub.pictures:
            made.classes.add(sub.name)
            made.items.extend((path, sub.name, False) for path in sub.pictures)
        for each in sub.full:
            walk(each)

    for sub in node.full:
        walk(sub)
    made.leave_out(f"in {node.name}/ itself", len(node.pictures), NO_CLASS)
    made.understood.append("The folder in which a picture lies is its class.")


def class_in_name(path: Path) -> str:
    """Return a file's name without the number at its end: ``cat`` for ``cat.12.jpg``, else nothing."""
    named = re.fullmatch(r"(.*[^\W\d_].*?)[\W_]*\(?\d+\)?", path.stem)
    return named[1] if named else ""


def _named(node: Node) -> tuple[list[tuple[Path, str]], list[tuple[Path, str]]]:
    """Return the pictures with the classes that their names tell: to learn from, and to test on."""
    parts = of_role(node, TEST) or of_role(node, VALIDATION) if of_role(node, TRAIN) else []
    tests = [(path, class_in_name(path)) for part in parts for path in part.all()]
    apart = {path for path, _ in tests}
    return [(path, class_in_name(path)) for path in node.all() if path not in apart], tests


def _can_name(node: Node) -> bool:
    named = _named(node)[0]
    names = Counter(name for _, name in named if name)
    total = sum(names.values())
    return len(names) > 1 and total >= _LEAST * len(names) and 2 * total > len(named)


def _names(node: Node, made: Layout) -> None:
    named, tests = _named(node)
    made.classes = {name for _, name in named if name}
    made.items = [(path, name, False) for path, name in named if name]
    tested = [(path, name, True) for path, name in tests if name in made.classes]
    made.items += tested
    made.laid_down = bool(tested)
    left = len(named) + len(tests) - len(made.items)
    made.leave_out("", left, "their file names do not say their class")
    made.understood.append("The name of a file without the number at its end is its class.")


_POSSIBLE: dict[str, Callable[[Node], bool]] = {
    SPLIT: can_split,
    FOLDERS: lambda node: bool(node.full),
    DEEPEST: lambda node: any(sub.full for sub in node.full),
    NAMES: _can_name,
}
_MAKE = {SPLIT: split, FOLDERS: _folders, DEEPEST: _deepest, NAMES: _names}
_WORDS = {
    SPLIT: "folders of the training part",
    FOLDERS: "folders",
    DEEPEST: "innermost folders",
    NAMES: "file names",
}
