"""Which arrays of an archive are images, which are their labels, and what they are for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.data.pictures.roles import TEST, TRAIN, VALIDATION
from engine.io.npz import Header

_IMAGES = (
    "images",
    "image",
    "x",
    "imgs",
    "img",
    "data",
    "pixels",
    "pictures",
    "inputs",
    "features",
    "photos",
)
_LABELS = ("labels", "label", "y", "targets", "target", "class", "classes", "lbls", "ys")
_NAMES = ("classnames", "classes", "labelnames", "targetnames", "names", "categories")
_ROLES = {
    **dict.fromkeys(("training", "train"), TRAIN),
    **dict.fromkeys(("validation", "valid", "val", "dev"), VALIDATION),
    **dict.fromkeys(("testing", "test"), TEST),
}


@dataclass(frozen=True)
class Part:
    """Images and their labels.

    Attributes:
        role: what they are for; empty if the names do not say it.
        images, labels: names of the arrays.
    """

    role: str
    images: str
    labels: str


def class_names(headers: Mapping[str, Header]) -> str:
    """Return the name of the array of class names; empty if there is none."""
    for name, header in headers.items():
        if _bare(name) in _NAMES and header.dtype.kind in "US" and len(header.shape) == 1:
            return name
    for wanted in _NAMES:
        for name in headers:
            if _bare(name) == wanted and wanted != "classes":
                return name
    return ""


def parts_of(headers: Mapping[str, Header]) -> tuple[list[Part], list[str]]:
    """Return the pairs of images and labels, those to train on first, and the names of arrays left out.

    Known are all names made of a word for images or labels and perhaps one for what they are for, in any
    order and spelling: ``x_train``, ``trainX``, ``test_labels``, ``images``. Without any of these, two
    arrays that fit by their shapes do.
    """
    names = class_names(headers)
    parts = _pairs(headers, names) or _by_shape(headers, names) or _pairs(headers, "")
    used = {name for part in parts for name in (part.images, part.labels)} | {names}
    return parts, [name for name in headers if name not in used]


def _pairs(headers: Mapping[str, Header], names: str) -> list[Part]:
    """Return the pairs that their names tell, without the array of class names."""
    found: dict[tuple[str, bool], list[tuple[int, str]]] = {}
    for name in headers:
        role, rest = _parted(name)
        for is_images, words in ((True, _IMAGES), (False, _LABELS)):
            if rest in words and name != names and (len(headers[name].shape) >= 2 or not is_images):
                found.setdefault((role, is_images), []).append((words.index(rest), name))
    parts = []
    for role in ("", TRAIN, VALIDATION, TEST):
        images, labels = sorted(found.get((role, True), [])), sorted(found.get((role, False), []))
        if images and labels:
            parts.append(Part(role, images[0][1], labels[0][1]))
    if parts and not parts[0].role and any(part.role == TRAIN for part in parts):
        parts = parts[1:]
    return parts


def _bare(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _parted(name: str) -> tuple[str, str]:
    """Return what an array is for, and the rest of its name."""
    bare = re.sub(r"(?:set|orig)", "", _bare(name))
    for word, role in _ROLES.items():
        if word in bare:
            return role, bare.replace(word, "", 1)
    return "", bare


def _by_shape(headers: Mapping[str, Header], names: str) -> list[Part]:
    """Return the one pair, or the two one after another, that fit by their shapes."""
    images = [
        name for name, each in headers.items() if len(each.shape) in (3, 4) and each.dtype.kind in "buif"
    ]
    labels = [name for name, each in headers.items() if len(each.shape) in (1, 2) and name != names]
    if not images:
        flat = [name for name in labels if len(headers[name].shape) == 2 and headers[name].shape[1] >= 64]
        images, labels = flat, [name for name in labels if name not in flat]
    if len(images) != len(labels) or not 1 <= len(images) <= 2:
        return []
    pairs = list(zip(images, labels, strict=True))
    if any(headers[one].shape[0] != headers[other].shape[0] for one, other in pairs):
        return []
    return [Part(role, *pair) for role, pair in zip((TRAIN, TEST), pairs, strict=False)]
