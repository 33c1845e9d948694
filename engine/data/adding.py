"""Adding the files of a data set that the user already has."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.data.built_in import DATASETS
from engine.data.catalogue import forget
from engine.data.entry import Entry
from engine.data.folders import data_folder
from engine.data.formats import FORMATS
from engine.data.kept import keep
from engine.data.sources import Found, gather, md5
from engine.errors import DataError
from engine.task import Task

_SPARE = 16 * 1024**2
"""Bytes that are left free on the disk."""


def add_files(entry: Entry, paths: Sequence[Path], task: Task | None = None) -> list[str]:
    """Take a data set from files, archives or folders, in any form that it is published in.

    Args:
        entry: the data set.
        paths: where its files are; they stay there.
        task: says whether to go on.

    Returns:
        Sentences that the user should know, for example that a file was packed anew.

    Raises:
        Cancelled: the task was cancelled; a data set that was there before stays.
        DataError: files are missing, damaged or another data set's, or the disk is full; the message
            says which. A data set that was there before stays.
    """
    if entry.shipped or not entry.formats:
        raise DataError(f"{entry.title} is there already; nothing has to be added.")
    task = task or Task()
    forms = [FORMATS[name] for name in entry.formats]
    wanted = {name for form in forms for name in form.names}
    found = gather(paths, wanted.__contains__, {form.archive for form in forms if form.archive}, task)
    form = max(forms, key=lambda each: sum(name in found for name in each.names))
    lacking = [name for name in form.names if name not in found]
    if lacking:
        where = ", ".join(str(path) for path in paths) or "nothing"
        raise DataError(f"{entry.title} is not complete in {where}: {', '.join(lacking)} missing.")
    _check_owner(found, entry, task)
    dataset, notes = form.read(found, entry, task)
    check_space(entry.kept_bytes)
    keep(entry, dataset, task)
    forget(entry.name)
    return notes


def _check_owner(found: Mapping[str, Found], entry: Entry, task: Task) -> None:
    """Raise DataError if a file is known to be another data set's; several share their file names."""
    owners = {
        file.content_md5: other.title
        for other in DATASETS.values()
        for file in other.files
        if file.content_md5 and other.name != entry.name
    }
    for file in found.values():
        owner = owners.get(md5(file.content, task))
        if owner:
            raise DataError(f"{file.where} is a file of {owner}, not of {entry.title}.")


def check_space(needed: int) -> None:
    """Raise DataError if the disk of the data sets has less than ``needed`` bytes free."""
    folder = data_folder()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE:
        raise DataError(
            f"The disk of {data_folder()} has {free / 1e6:,.0f} MB free; "
            f"{(needed + _SPARE) / 1e6:,.0f} MB are needed."
        )
