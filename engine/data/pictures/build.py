"""Makes a data set of the pictures that were found."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset
from engine.data.pictures.fitting import fitted
from engine.data.pictures.found import Broken, Found
from engine.data.pictures.options import PictureOptions
from engine.data.pictures.pixels import render
from engine.data.pictures.plan import plan
from engine.errors import DataError
from engine.task import Task
from engine.types import Bytes


def build(
    found: Found,
    options: PictureOptions,
    title: str,
    task: Task | None = None,
) -> tuple[Dataset, tuple[Broken, ...]]:
    """Read the pictures again, bring each to its size, and share them out.

    Args:
        found: the pictures.
        options: size, channels, fit, and how they are shared out.
        title: of the data set.
        task: gets the number of pictures done, and can cancel.

    Returns:
        The data set, and the pictures that could not be read any more and are left out.

    Raises:
        DataError: the plan has a problem, or so much has gone since that nothing is left.
        Cancelled: the task was cancelled.
    """
    task = task or Task()
    planned = plan(found, options)
    if planned.problem:
        raise DataError(planned.problem)
    count = len(found.indices)
    images: Bytes = np.empty((count, *options.in_shape), np.uint8)
    there = np.ones(count, bool)
    gone: list[Broken] = []
    for place, index in enumerate(found.indices):
        task.report(place, count)
        try:
            # Twice the size, so that the reduction itself still smooths.
            raw, _ = found.source.raw(index, 2 * options.size)
            images[place] = fitted(render(raw, found.rendering), options)
        except DataError as error:
            there[place] = False
            gone.append(Broken(found.names[place], str(error)))
    task.report(count, count)
    labels = np.asarray(found.labels, np.int64)
    train, test = there & ~planned.tests, there & planned.tests
    if not train.any() or not test.any():
        raise DataError("The pictures cannot be read any more; look through them again.")
    dataset = Dataset(
        "own", title, found.class_names, images[train], labels[train], images[test], labels[test]
    )
    return dataset, tuple(gone)
