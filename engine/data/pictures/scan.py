"""Looks through one's pictures: every one is read, none is trusted, few are kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PIL import Image

from engine.data.pictures.arrays import list_archive
from engine.data.pictures.files import TABLES, list_folder, list_table
from engine.data.pictures.found import Broken, Found, Listing, Sample
from engine.data.pictures.reading import is_coloured
from engine.errors import DataError
from engine.task import Task

SAMPLES = 6
"""Pictures of each class that are kept to be shown."""
SHOWN_CLASSES = 40
"""Classes of which pictures are kept to be shown, so that memory stays bounded."""
_SIDE = 160
"""Shorter side of a picture that is kept to be shown: enough for the largest size."""
_LONGEST = 640


def scan(path: Path, task: Task | None = None) -> Found:
    """Find the pictures of a folder, a table (CSV) or an archive (``.npz``), and read each once.

    Args:
        path: the folder or file.
        task: is told how many pictures are done, and says whether to go on.

    Returns:
        The pictures that can be read, and what was left out and why.

    Raises:
        DataError: there is nothing of that kind at ``path``.
        Cancelled: the task was cancelled.
    """
    task = task or Task()
    listing = _list(path, task)
    kept: list[int] = []
    prints, short_sides, coloured = [], [], []
    samples: dict[int, list[Sample]] = {}
    count = len(listing.names)
    for index in range(count):
        task.report(index, count)
        label = listing.labels[index]
        if label < 0:
            continue
        try:
            picture, (width, height) = listing.source.picture(index, _SIDE)
        except DataError as error:
            listing.broken.append(Broken(listing.names[index], str(error)))
            continue
        kept.append(index)
        prints.append(_print(picture, width, height))
        short_sides.append(min(width, height))
        coloured.append(is_coloured(picture))
        if (label in samples or len(samples) < SHOWN_CLASSES) and len(samples.get(label, ())) < SAMPLES:
            samples.setdefault(label, []).append(Sample(listing.names[index], _small(picture)))
    task.report(count, count)
    return _found(listing, kept, prints, short_sides, coloured, samples)


def _list(path: Path, task: Task) -> Listing:
    if path.is_dir():
        return list_folder(path, task)
    suffix = path.suffix.lower()
    if suffix in TABLES:
        return list_table(path, task)
    if suffix == ".npz":
        return list_archive(path, task)
    if not path.exists():
        raise DataError(f"{path} does not exist; allowed is a folder, a table (.csv) or an archive (.npz).")
    raise DataError(f"{path} is not a folder, a table (.csv) or an archive (.npz), which are allowed.")


def _print(picture: Image.Image, width: int, height: int) -> bytes:
    """Return bytes that are the same for the same pixels, and for others as good as never."""
    digest = hashlib.blake2b(f"{width}x{height} {picture.mode} {picture.size}".encode(), digest_size=16)
    digest.update(picture.tobytes())
    return digest.digest()


def _small(picture: Image.Image) -> Image.Image:
    scale = min(_SIDE / min(picture.size), _LONGEST / max(picture.size))
    if scale >= 1:
        return picture.copy()
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    return picture.resize((size[0], size[1]), Image.Resampling.BICUBIC)


def _found(
    listing: Listing,
    kept: list[int],
    prints: list[bytes],
    short_sides: list[int],
    coloured: list[bool],
    samples: dict[int, list[Sample]],
) -> Found:
    """Drop the classes that have no picture left and number the others anew."""
    there = sorted({listing.labels[index] for index in kept})
    number = {label: position for position, label in enumerate(there)}
    return Found(
        title=listing.title.replace("_", " ")[:80],
        source=listing.source,
        class_names=tuple(listing.class_names[label] for label in there),
        indices=tuple(kept),
        names=tuple(listing.names[index] for index in kept),
        labels=tuple(number[listing.labels[index]] for index in kept),
        tests=tuple(listing.tests[index] for index in kept) if listing.tests else (),
        prints=tuple(prints),
        short_sides=tuple(short_sides),
        coloured=tuple(coloured),
        samples=tuple(tuple(samples.get(label, ())) for label in there),
        broken=tuple(listing.broken),
        empty=tuple(name for label, name in enumerate(listing.class_names) if label not in number),
        ignored=listing.ignored,
        notes=tuple(listing.notes),
    )
