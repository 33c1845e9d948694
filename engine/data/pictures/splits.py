"""Parts of a folder to train and to test on, and the classes in them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.data.pictures.asking import listed
from engine.data.pictures.roles import NONE, TEST, TRAIN, VALIDATION, roles
from engine.data.pictures.tree import Node
from engine.formatting import counted

NO_CLASS = "no sub-folder says their class"
NO_PART = "they belong to no part to train or to test on"


@dataclass
class Layout:
    """One way to understand a folder.

    Attributes:
        items: each picture with its class and whether it is to test on.
        classes: names of the classes, with pictures or without.
        laid_down: whether the folder says what is to test on.
        understood: sentences on how it was read.
        notes: sentences on what was left out.
    """

    items: list[tuple[Path, str, bool]] = field(default_factory=list)
    classes: set[str] = field(default_factory=set)
    laid_down: bool = False
    understood: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, node: Node, name: str, *, test: bool = False) -> None:
        """Take all pictures of a folder for a class."""
        self.classes.add(name)
        self.items.extend((path, name, test) for path in node.all())

    def leave_out(self, what: str, count: int, why: str) -> None:
        """Note that pictures are left out."""
        if count:
            said = f"{counted(count, 'picture')} {what}".rstrip()
            self.notes.append(f"Left out, because {why}: {said}.")


def unwrapped(node: Node, notes: list[str] | None = None) -> Node:
    """Go down as long as all that matters lies in one folder."""
    while (inner := _inner(node)) is not None:
        if notes is not None:
            others = [
                f"{counted(sub.count, 'picture')} in {sub.name}/" for sub in node.full if sub is not inner
            ]
            others += [beside(node)] if node.pictures else []
            if others:
                notes.append(f"Left out, because {inner.name}/ holds the data set: {', '.join(others)}.")
        node = inner
    return node


def _inner(node: Node) -> Node | None:
    """Return the one folder of folders, or the one with parts to train and to test on."""
    if len(node.full) == 1:
        return node.full[0] if node.full[0].full else None
    if roles_in(node):
        return None
    inner = [sub for sub in node.full if sub.full and can_split(unwrapped(sub))]
    return inner[0] if len(inner) == 1 and not _class_first(node) else None


def beside(node: Node) -> str:
    """Say how many pictures lie in a folder itself."""
    return f"{counted(len(node.pictures), 'picture')} in {node.name}/ itself"


def roles_in(node: Node) -> dict[str, str]:
    """Return what the folders in a folder are for, as far as their names say it."""
    return roles(sub.name for sub in node.full)


def of_role(node: Node, role: str) -> list[Node]:
    """Return the folders in a folder that are for one thing."""
    names = roles_in(node)
    return [sub for sub in node.full if names.get(sub.name) == role]


def has_parts(node: Node) -> bool:
    """Whether there are folders to train and to test on by name, without classes in them."""
    return bool(of_role(node, TRAIN)) and bool(of_role(node, TEST) or of_role(node, VALIDATION))


def _class_first(node: Node) -> bool:
    """Whether each folder is a class that has its own parts."""
    return len(node.full) > 1 and all(has_parts(sub) for sub in node.full)


def can_split(node: Node) -> bool:
    """Whether there is a part to train on with classes in it."""
    train = of_role(node, TRAIN)
    return _class_first(node) or (len(train) == 1 and len(unwrapped(train[0]).full) > 1)


def is_certain(node: Node) -> bool:
    """Whether a part to train on has company that only a part has."""
    names = roles_in(node)
    return _class_first(node) or len(set(names.values())) > 1 or len(names) == len(node.full)


def split(node: Node, made: Layout) -> None:
    """Take the folders of the part to train on for the classes."""
    if _class_first(node):
        _split_classes(node, made)
        return
    top = of_role(node, TRAIN)[0]
    train = unwrapped(top, made.notes)
    same = _Same([sub.name for sub in train.subs])
    for sub in train.subs:
        made.add(sub, sub.name)
    made.leave_out(f"in {train.name}/ itself", len(train.pictures), NO_CLASS)
    tests, validations = (
        [part for part in of_role(node, role) if any(same.known(sub.name) for sub in unwrapped(part).full)]
        for role in (TEST, VALIDATION)
    )
    # Without a test part, the validation part is the one that is not learnt from.
    tested = tests or validations
    made.laid_down = bool(tested)
    for part in (*tests, *validations):
        _add_part(part, same, made, test=part in tested)
    said = f"The classes are the folders of {top.name}/"
    if tested:
        said += f"; {_both(tested)} has its own pictures to test on"
    if tests and validations:
        said += f"; those of {_both(validations)} are learnt from, too"
    made.understood.insert(0, said + ".")
    known = roles_in(node)
    for sub in node.full:
        if sub is not top and sub not in tests and sub not in validations:
            is_part = sub.name in known
            why = f"nothing in {sub.name}/ says their class" if is_part else NO_PART
            made.leave_out(f"in {sub.name}/", sub.count, why)
    made.leave_out(f"in {node.name}/ itself", len(node.pictures), NO_CLASS)


class _Same:
    """Finds the class that a folder of another part means, where the spelling may differ a little."""

    def __init__(self, names: Sequence[str]) -> None:
        folded = Counter(_folded(name) for name in names)
        self._names = {name: name for name in names}
        # Where the part itself has an a and an A, they are two classes.
        self._folded = {_folded(name): name for name in names if folded[_folded(name)] == 1}

    def known(self, name: str) -> str:
        """Return the name of the class; empty if there is none."""
        return self._names.get(name) or self._folded.get(_folded(name), "")


def _folded(name: str) -> str:
    """Return a name without what may differ from one part to another: size of letters, blanks and signs."""
    letters = unicodedata.normalize("NFC", name).casefold()
    return re.sub(r"[\W_]+", "", letters) or letters


def _add_part(part: Node, same: _Same, made: Layout, *, test: bool) -> None:
    inner = unwrapped(part, made.notes)
    for sub in inner.subs:
        made.add(sub, same.known(sub.name) or sub.name, test=test)
    made.leave_out(f"in {part.name}/ itself", len(inner.pictures), NO_CLASS)
    other = [sub.name for sub in inner.full if same.known(sub.name) not in ("", sub.name)]
    if other:
        pairs = [f"{name} is {same.known(name)}" for name in other]
        made.understood.append(f"Folders of {part.name}/ are spelt in another way: {listed(pairs)}.")


def _both(parts: Sequence[Node]) -> str:
    return " and ".join(f"{part.name}/" for part in parts)


def _split_classes(node: Node, made: Layout) -> None:
    for sub in node.full:
        tests = of_role(sub, TEST) or of_role(sub, VALIDATION)
        for part in sub.full:
            if roles_in(sub).get(part.name, NONE) != NONE:
                made.add(part, sub.name, test=part in tests)
            else:
                made.leave_out(
                    f"in {sub.name}/{part.name}/", part.count, "it is no part to train or to test on"
                )
        made.leave_out(
            f"in {sub.name}/ itself", len(sub.pictures), "it says not whether to train or to test on"
        )
    made.laid_down = True
    made.understood.append(
        f"Each folder of {node.name}/ is a class, with its own folders to train and to test on."
    )
