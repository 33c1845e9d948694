"""Words that say what a part of a data set is for: to train, to validate or to test on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

TRAIN, VALIDATION, TEST, NONE = "train", "validation", "test", "none"
_WORDS = {
    **dict.fromkeys(("train", "training", "trn"), TRAIN),
    **dict.fromkeys(("val", "valid", "validation", "validate", "dev", "development"), VALIDATION),
    **dict.fromkeys(("test", "testing", "tst", "eval", "evaluation", "holdout"), TEST),
    **dict.fromkeys(("publictest", "privatetest"), TEST),
    **dict.fromkeys(("pred", "predict", "prediction", "unlabeled", "unlabelled", "unknown"), NONE),
}
_FILLERS = {
    *("set", "sets", "data", "dataset", "datasets", "split", "part", "fold", "seg", "samples", "examples"),
    *("public", "private", "final"),
    *("image", "images", "img", "imgs", "picture", "pictures", "pic", "pics", "photo", "photos"),
}
"""Words that say nothing beside another one."""


def role(name: str) -> str:
    """Return what a part of this name is for; empty if the name does not say that alone."""
    own, rest = _parted(name)
    return own if not rest else ""


def roles(names: Iterable[str]) -> dict[str, str]:
    """Return what the parts of these names are for; those that do not say it are missing.

    A word that the names share beside it does not matter: ``birds_train`` and ``birds_test``.
    """
    parted = {name: _parted(name) for name in names}
    sharing: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for own, rest in parted.values():
        if own:
            sharing[rest].add(own)
    whole = [rest for rest, own in sharing.items() if TRAIN in own and len(own) > 1]
    allowed = {()} if len(whole) != 1 else {(), whole[0]}
    return {name: own for name, (own, rest) in parted.items() if own and rest in allowed}


def _parted(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the role in a name, and its other words that say something."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = [_bare(word) for word in re.findall(r"[a-z]+", spaced.lower())]
    words = [word for word in words if word not in _FILLERS]
    found = [word for word in words if word in _WORDS]
    if len({_WORDS[word] for word in found}) != 1:
        return "", tuple(words)
    return _WORDS[found[0]], tuple(word for word in words if word not in _WORDS)


def _bare(word: str) -> str:
    """Return ``trainset`` without its ``set``, and so on."""
    for filler in _FILLERS:
        if word.endswith(filler) and word[: -len(filler)] in _WORDS:
            return word[: -len(filler)]
    return word
